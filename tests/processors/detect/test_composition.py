"""Edits over edits."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st
from spanwright_processors.detect.composition import stable, united
from spanwright_processors.detect.json_text import Edit, apply

texts = st.text(alphabet="ab[]xy", max_size=30)


def replacing(pattern: str, new: str, text: str) -> list[Edit]:
    return [Edit(match.start(), match.end(), new, "T") for match in re.finditer(pattern, text)]


@settings(deadline=None)
@given(texts, st.sampled_from(["", "x", "[A]", "[LONGER]"]))
def test_rounds_end_where_nothing_is_found(text: str, new: str) -> None:
    """What removing one thing made of its surroundings is found as well, and carried back to the original."""
    edits = stable(text, lambda current: replacing("ab", new, current))
    result = apply(text, edits)
    expected = text
    for _ in range(5):
        expected = expected.replace("ab", new)
    assert result == expected
    assert all(edit.type == "T" for edit in edits)


def test_overlapping_edits_are_made_one() -> None:
    """It covers both and puts in what the longest does."""
    edits = [Edit(0, 3, "[A]", "A"), Edit(2, 8, "[B]", "B"), Edit(9, 10, "[C]", "C")]
    assert united(edits) == [Edit(0, 8, "[B]", "B"), Edit(9, 10, "[C]", "C")]
