"""Where numbers are looked for."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spanwright_processors.detect.number_places import Place, places, signs

#: What a place is, said in one pattern.
PLACE = re.compile(r"[0-9](?:[^0-9]{0,6}[0-9]){6,}")


@given(st.text(alphabet=st.sampled_from("0123456789 .-x:\né٣😀\ud800"), max_size=80))
def test_a_place_is_what_the_pattern_says(text: str) -> None:
    """Seven digits and more, six other characters at most between two of them; no dates."""
    found = [(place.start, place.end) for place in places(text, signs(text))]
    expected = [match.span() for match in PLACE.finditer(text)]
    assert [span for span in expected if span not in found] == [
        span for span in expected if re.match(r"\d{4}-\d{2}-\d{2}", text[slice(*span)]) and span not in found
    ]
    assert all(span in expected for span in found)


@given(st.text(max_size=60))
def test_signs_keep_positions(text: str) -> None:
    """One byte for each character, whatever it is."""
    assert len(signs(text)) == len(text)
    assert [at for at, sign in enumerate(signs(text)) if sign == ord("1")] == [
        at for at, character in enumerate(text) if character in "0123456789"
    ]


@pytest.mark.parametrize("text", ["2026-11-23", "on 2026-11-23T12:03:11.123456 and", "2026-11-23 12:03"])
def test_dates_and_times_are_none(text: str) -> None:
    """They are by far the most frequent places of digits."""
    assert list(places(text, signs(text))) == []


def test_counts_the_digits_of_a_place() -> None:
    """Those of the place only."""
    text = "room 12, call 415-555-2671 at 9"
    assert list(places(text, signs(text))) == [Place(14, 31, 11)]
