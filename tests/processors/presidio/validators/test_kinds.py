"""What validators share."""

from __future__ import annotations

from spanwright_processors.presidio.validators.kinds import Validator, cleaned


def test_separators_are_taken_out() -> None:
    """As the recognizer's own pairs say; without any the text stays."""
    assert cleaned("1-2 3", {"replacement_pairs": [["-", ""], [" ", ""]]}) == "123"
    assert cleaned("1-2 3", {}) == "1-2 3"


def test_validates_nothing_by_default() -> None:
    """A recognizer may have neither validation nor invalidation of its own here."""
    assert Validator(frozenset()) == (frozenset(), None, None)
