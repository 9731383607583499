"""One character's place in a parsed expression, written as a pattern of its own."""

from __future__ import annotations

import re
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]

import pytest
from spanwright_processors.presidio.atoms import UnreadableError, written_atom

CHARACTERS = [chr(code) for code in (*range(256), 0x20AC, 0x1F600)]


@pytest.mark.parametrize(
    "pattern", [".", "a", "é", "[^x]", "[a-f0-9]", r"[^\d\s]", r"[\W_]", r"\S", "[\U0001f600-\U0001f64f]"]
)
def test_it_matches_the_same_characters(pattern: str) -> None:
    """Of all bytes, and of some beyond."""
    ((kind, value),) = parser.parse(pattern)
    written = re.compile(written_atom(kind, value))
    expected = re.compile(pattern)
    assert [bool(written.fullmatch(each)) for each in CHARACTERS] == [
        bool(expected.fullmatch(each)) for each in CHARACTERS
    ]


def test_a_kind_of_character_without_a_name_is_said() -> None:
    """As the locale's letters: nothing is guessed."""
    with pytest.raises(UnreadableError):
        written_atom(op.IN, [(op.CATEGORY, op.CATEGORY_LINEBREAK)])
