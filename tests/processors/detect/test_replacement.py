"""What stands in the place of a finding."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spanwright_processors.detect.finding import Entity
from spanwright_processors.detect.policy import Action, Policy, Scope
from spanwright_processors.detect.replacement import (
    PLACEHOLDER,
    in_placeholder,
    keyed_digits,
    normal_value,
    replacement,
)

KEY = b"0123456789abcdef"


def policy(action: Action, scope: Scope = Scope.ALL) -> Policy:
    return Policy(actions=dict.fromkeys([*Entity, "US_ITIN2"], action), scope=scope, key=lambda: KEY)


@settings(deadline=None)
@given(
    st.sampled_from(Action), st.sampled_from([*Entity, "US_ITIN2"]), st.text(min_size=1), st.integers(1, 9)
)
def test_every_replacement_is_known_again(action: Action, entity: str, value: str, trace_id: int) -> None:
    """Whatever stands for a finding is never masked itself, and needs no escaping in JSON."""
    new = replacement(entity, value, policy(action), trace_id)
    assert new == "" or PLACEHOLDER.fullmatch(new)


def test_actions() -> None:
    """A word, a short and a long keyed hash, the last four, nothing."""
    made = {
        action: replacement("CREDIT_CARD", "4242 4242 4242 4242", policy(action), 7)
        for action in Action
        if action is not Action.KEEP
    }
    digits = keyed_digits(policy(Action.HASH), "CREDIT_CARD", "4242424242424242")
    assert made == {
        Action.MASK: "[CARD]",
        Action.PSEUDONYM: f"[CARD_{digits[:8]}]",
        Action.HASH: f"[CARD_{digits[:16]}]",
        Action.PARTIAL: "[CARD_4242]",
        Action.DROP: "",
    }


@pytest.mark.parametrize("value", ["1234567", "Ana", "日本語日本語日本語日本語"])
def test_the_last_four_of_a_short_value_would_tell_too_much(value: str) -> None:
    """Fewer than eight ASCII letters and digits: the word alone."""
    assert replacement("PERSON", value, policy(Action.PARTIAL)) == "[NAME]"


def test_pseudonyms_agree_in_a_trace_or_everywhere() -> None:
    """By scope; hashes agree everywhere."""
    for action, scope, same in (
        (Action.PSEUDONYM, Scope.TRACE, False),
        (Action.PSEUDONYM, Scope.ALL, True),
        (Action.HASH, Scope.TRACE, True),
    ):
        first, second = (replacement("PERSON", "Ana", policy(action, scope), trace) for trace in (1, 2))
        assert (first == second) is same
        assert first == replacement("PERSON", "ANA", policy(action, scope), 1)


def test_types_are_told_apart() -> None:
    """The same value under another type has another hash."""
    hashing = policy(Action.HASH)
    assert keyed_digits(hashing, "A", "x") != keyed_digits(hashing, "B", "x")


def test_normal_values() -> None:
    """Digits only, one case, single blanks."""
    assert normal_value(Entity.CREDIT_CARD, "4242-4242 4242.4242") == "4242424242424242"
    assert normal_value(Entity.IBAN_CODE, "de89 3704") == "DE893704"
    assert normal_value(Entity.PERSON, "Priya   RAMAN") == "priya raman"
    assert normal_value(Entity.SECRET, "aB") == "aB"


@pytest.mark.parametrize(
    ("text", "part", "inside"),
    [
        ("to [NAME] now", "NAME", True),
        ("to [NAME] now", "[NAME]", True),
        ("to [NAME_3f2a91c0] now", "3f2a91c0", True),
        ("to [NAME] now", "[NAME] now", False),
        ("to [name] now", "name", False),
        ("no brackets", "no", False),
    ],
)
def test_what_lies_in_a_placeholder(text: str, part: str, inside: bool) -> None:
    """A placeholder or a part of one, no more."""
    start = text.index(part)
    assert in_placeholder(text, start, start + len(part)) is inside
