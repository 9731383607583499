from __future__ import annotations

import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from spanwright_processors.offload.pieces import (
    GROUP,
    BrokenError,
    Glue,
    encoded,
    hashes,
    put_together,
    sha256,
    taken_apart,
)
from support.full_texts import conversation

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=20,
)
SEPARATORS = st.sampled_from([(",", ":"), (", ", ": "), (" ,\n", ":")])


def there_and_back(text: str) -> None:
    pieces: dict[str, bytes] = {}
    taken = taken_apart(text, pieces)
    assert put_together(taken, pieces.__getitem__) == text
    assert set(hashes(taken.references, pieces.__getitem__)) == set(pieces)
    assert all(sha256(content) == name for name, content in pieces.items())


@settings(deadline=None)
@given(st.text(st.characters()))
@example("[1,2")
@example("[1, 2,3]")
@example("[1,2]]")
@example("[\ud800]")
@example('["\ud800","a"]')
@example("[" * 2000)
def test_any_text_comes_back(text: str) -> None:
    """Byte for byte, whether or not it is JSON, lone surrogates included."""
    there_and_back(text)


@settings(deadline=None)
@given(JSON, SEPARATORS, st.booleans(), st.sampled_from([None, 1]))
def test_any_json_comes_back(
    value: object, separators: tuple[str, str], ascii_only: bool, indent: int
) -> None:
    """However it is written: compact, with blanks, over several lines."""
    there_and_back(json.dumps(value, ensure_ascii=ascii_only, separators=separators, indent=indent))


@settings(deadline=None)
@given(st.lists(st.text(max_size=100), max_size=3 * GROUP))
def test_long_arrays_come_back(texts: list[str]) -> None:
    """Groups of references change nothing."""
    there_and_back(json.dumps(texts))


def test_a_growing_conversation_shares_every_message() -> None:
    """Each request adds two messages to what is stored, and few references, however long it has become."""
    pieces: dict[str, bytes] = {}
    before, taken = 0, taken_apart("", pieces)
    for turns in range(1, 200):
        taken = taken_apart(conversation(turns), pieces)
        new, before = len(pieces) - before, len(pieces)
        assert new <= (3 if turns == 1 else 4)  # two messages, now and then a full group
        assert len(taken.references) <= 2 * GROUP
    assert put_together(taken, pieces.__getitem__) == conversation(199)


def test_what_stands_between_items_is_kept_once() -> None:
    """An array is its items and three pieces of glue; one with changing blanks is one piece."""
    assert taken_apart('[ "a", "b", 3 ]', {}).glue == Glue("[ ", ", ", " ]")
    assert taken_apart('["a", "b","c"]', {}).glue is None


def test_short_pieces_stand_for_themselves() -> None:
    """A reference would be longer."""
    pieces: dict[str, bytes] = {}
    assert taken_apart('["a","b"]', pieces).references == ('="a"', '="b"')
    assert pieces == {}


def test_another_text_under_the_hash_is_noticed() -> None:
    """What is stored is checked against its name."""
    pieces: dict[str, bytes] = {}
    taken = taken_apart(conversation(GROUP), pieces)
    for name in pieces:
        with pytest.raises(BrokenError, match=name):
            put_together(taken, {**pieces, name: encoded("other")}.__getitem__)
