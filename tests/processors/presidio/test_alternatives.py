"""Lists of words, put together by their letters, match what they matched."""

from __future__ import annotations

import regex
from hypothesis import given
from hypothesis import strategies as st
from spanwright_processors.presidio import FastEngine
from spanwright_processors.presidio.alternatives import by_letters

words = st.lists(st.text("abcX1", min_size=1, max_size=4), min_size=9, max_size=20)


def listed(chosen: list[str]) -> str:
    return f"(?:{'|'.join(f'(?:{word})' for word in chosen)})"


@given(words, st.text("abcx1.K", max_size=12), st.sampled_from(["", r"\.", "c?", "(?!a)"]))
def test_matches_the_same(chosen: list[str], text: str, after: str) -> None:
    """The same place, and of several words the same one, whatever follows and whatever the case."""
    pattern = f"x?({listed(chosen)}){after}"
    assert by_letters(pattern) != pattern
    for flags in (0, regex.IGNORECASE):
        found = [match.span(1) for match in regex.finditer(by_letters(pattern), text, flags)]
        assert found == [match.span(1) for match in regex.finditer(pattern, text, flags)]


def test_leaves_the_rest_as_it_is() -> None:
    """Short lists, and what looks like a list inside a set of characters or behind a backslash."""
    nine = listed(["ab"] * 9)
    for pattern in (listed(["ab", "cd"]), f"[{nine}]", "\\" + nine, r"(?:a|b)+\d{3}", ""):
        assert by_letters(pattern) == pattern


def test_presidio_has_such_lists(engine: FastEngine) -> None:
    """Its patterns for URLs name every top-level domain."""
    patterns = [each for one in engine.definitions.recognizers for each in one.patterns]
    assert any(by_letters(each.regex) != each.regex for each in patterns)
