"""Numbers of the North American plan, against the library."""

from __future__ import annotations

import random

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spanwright_processors.detect.north_american import is_given_out, national_number


def library(number: str, region: str | None) -> bool:
    return phonenumbers.is_valid_number(phonenumbers.parse(number, region))


def test_agrees_with_the_library_on_every_area_code() -> None:
    """Each of the 800 area codes, with exchanges and lines drawn at random."""
    chance = random.Random(1)
    for area in range(200, 1000):
        for _ in range(3):
            digits = f"{area}{chance.randrange(10_000_000):07}"
            assert is_given_out(digits) == library(digits, "US") == library(digits, "CA"), digits


@given(st.from_regex(r"[2-9][0-9]{2}[2-9][0-9]{6}", fullmatch=True))
def test_agrees_with_the_library_in_every_spelling(digits: str) -> None:
    """With and without country code, brackets, stops and dashes."""
    area, exchange, line = digits[:3], digits[3:6], digits[6:]
    for number in (
        digits,
        f"({area}) {exchange}-{line}",
        f"1-{area}-{exchange}-{line}",
        f"{area}.{exchange}.{line}",
    ):
        assert national_number(number) == digits
        assert is_given_out(digits) == library(number, "US")
    assert national_number(f"+1 {area} {exchange} {line}") == digits
    assert is_given_out(digits) == library(f"+1 {area} {exchange} {line}", None)


@pytest.mark.parametrize(
    "number", ["555-2671", "+44 20 7946 0958", "1155552671", "415-555-26711", "(1) 2", ""]
)
def test_other_forms_are_left_to_the_library(number: str) -> None:
    """Too short, too long, another country's, or beginning with a trunk digit."""
    assert national_number(number) is None
