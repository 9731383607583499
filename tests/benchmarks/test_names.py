"""The published table of names is what is measured."""

from __future__ import annotations

from pathlib import Path

from benchmarks.names.corpus import AGAIN, CUE, KEY, NO_CUE, NOBODYS, OTHER_LANGUAGES, labelled
from benchmarks.names.table import ByRules, scores, table, united

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "names.md"


def test_the_page_says_what_is_measured() -> None:
    """Rules as they are, the model as recorded."""
    assert PAGE.read_text(encoding="utf-8") == table()


def test_rules_find_what_is_announced() -> None:
    """Nothing less than this is good enough."""
    found = scores(ByRules())
    for kind in (CUE, OTHER_LANGUAGES, KEY, AGAIN):
        assert found[kind].recall >= 0.95, kind
        assert found[kind].precision >= 0.99, kind
    assert found[NO_CUE].precision >= 0.99
    assert found[NOBODYS].findings == 0


def test_labels_are_taken_out_of_the_text() -> None:
    """Where they stood is kept."""
    assert labelled("Hi [[Ana]] and [[Bo Li]]!") == ("Hi Ana and Bo Li!", ((3, 6), (11, 16)))


def test_overlapping_places_are_one() -> None:
    """Those that touch are not."""
    assert united([(5, 9), (0, 3), (2, 4), (4, 5)]) == [(0, 4), (4, 5), (5, 9)]
