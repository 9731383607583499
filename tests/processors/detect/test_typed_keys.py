"""Keys that say what their value is."""

from __future__ import annotations

import time

import pytest
from spanwright_processors.detect.finding import Entity
from spanwright_processors.detect.typed_keys import (
    _CAPITALISED_WORDS,
    is_identifier,
    key_entity,
    key_traits,
    keyed_score,
    normal_key,
    person_names,
    whole_name_score,
)


def test_spellings_of_a_key_are_one() -> None:
    """Camel case, dashes, blanks and dots are told apart from words, not from each other."""
    assert {
        normal_key(key) for key in ("customerName", "Customer-Name", "customer name", "CUSTOMER_NAME")
    } == {"customer_name"}


@pytest.mark.parametrize(
    ("key", "entity"),
    [
        ("first_name", Entity.PERSON),
        ("customerName", Entity.PERSON),
        ("app.customer.name", Entity.PERSON),
        ("user.name", Entity.PERSON),
        ("password", Entity.SECRET),
        ("apiKey", Entity.SECRET),
        ("http.request.header.authorization", Entity.SECRET),
        ("phoneNumber", Entity.PHONE_NUMBER),
        ("card_number", Entity.CREDIT_CARD),
        ("ssn", Entity.US_SSN),
        ("name", None),
        ("db.name", None),
        ("file_name", None),
        ("max_tokens", None),
    ],
)
def test_keys_tell_a_type(key: str, entity: Entity | None) -> None:
    """The last part decides, a bare name with the part before it."""
    assert key_entity(key) == entity


@pytest.mark.parametrize("key", ["id", "user_id", "tool_call_id", "requestId", "trace.id", "sha"])
def test_identifiers(key: str) -> None:
    """Ids by their usual endings."""
    assert is_identifier(key)


@pytest.mark.parametrize("key", ["paid", "video", "content", "identity", "idea"])
def test_words_that_end_like_identifiers_are_none(key: str) -> None:
    """Only whole words count."""
    assert not is_identifier(key)


def test_values_have_to_be_possible() -> None:
    """A key alone is not enough: a name is letters, a number has digits, a secret is more than a word."""
    assert keyed_score(Entity.PERSON, "Priya Raman")
    assert not keyed_score(Entity.PERSON, "order #5")
    assert not keyed_score(Entity.PERSON, "unknown")
    assert keyed_score(Entity.PHONE_NUMBER, "555 0142")
    assert not keyed_score(Entity.PHONE_NUMBER, "none")
    assert keyed_score(Entity.SECRET, "hunter22")
    assert not keyed_score(Entity.SECRET, "string")


def test_a_bare_name_is_a_person_s_by_its_surroundings() -> None:
    """A person's object, an e-mail address beside it or two capitalised words; not a thing's."""
    tree = {
        "customer": {"name": "priya"},
        "items": [{"name": "Blue Lamp", "price": 3}, {"name": "get_weather"}],
        "people": [{"name": "Bo", "email": "x"}],
        "tool": {"name": "calculator", "arguments": {}},
        "lead": {"name": "Ada Lovelace"},
        "plan": {"name": "standard"},
    }
    assert set(person_names(tree)) == {"priya", "Bo", "Ada Lovelace"}


def test_values_that_may_be_people_have_to_look_like_whole_names() -> None:
    """Under keys such as author or owner."""
    assert key_traits("author").may_be_person
    assert not key_traits("title").may_be_person
    assert whole_name_score("Nadia Haddad")
    assert whole_name_score("Will Smith")
    for value in ("Nadia", "platform team", "Acme Industries", "Support Team", "a b c d e f"):
        assert not whole_name_score(value)


def test_a_thing_s_name_is_nobody_s() -> None:
    """A company's, a tool's, a city's."""
    assert person_names({"company": {"name": "Ada Lovelace"}, "city": {"name": "New York"}}) == {}


@pytest.mark.parametrize(
    "value",
    ["A" + "b" * 100_000 + " xyz", "Ab" * 50_000 + "!", "A'" * 50_000 + " b", "A " * 50_000, "É" * 100_000],
)
def test_a_long_value_takes_no_time(value: str) -> None:
    """A value under a bare ``name`` may be anybody's text, made to keep us busy."""
    started = time.process_time()
    person_names({"role": "x", "name": value})
    keyed_score(Entity.PERSON, value)
    _CAPITALISED_WORDS.fullmatch(value)
    assert time.process_time() - started < 0.5
