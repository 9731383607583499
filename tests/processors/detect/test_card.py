"""Payment card numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spanwright_processors.detect.card import is_card, luhn
from support.findings import values

# The numbers that payment providers publish for tests.
CARDS = [
    "4242424242424242",
    "4111 1111 1111 1111",
    "5555-5555-5555-4444",
    "2223003122003222",
    "378282246310005",
    "3782 822463 10005",
    "6011111111111117",
    "3056930009020004",
    "36227206271667",
    "3566002020360505",
    "6200000000000005",
    "4242.4242.4242.4242",
]


@pytest.mark.parametrize("number", CARDS)
def test_finds_cards_of_every_issuer_and_grouping(number: str) -> None:
    """A card is found with its separators, at a sentence's end and after other numbers too."""
    for text in (number, f"card {number}.", f"No.{number}, thanks", f"order 12 {number}", f"{number}/cvv"):
        assert values(text, "CREDIT_CARD") == [number], text


@pytest.mark.parametrize(
    "text",
    [
        "4242424242424241",
        "1234567812345678",
        "0.4242424242424242",
        "x4242424242424242",
        "4242424242424242a",
        "550e8400-e29b-41d4-a716-446655440000",
        "1732356000000000000",
        "9999999999999995",
        "00000000000000000000",
    ],
)
def test_leaves_numbers_no_issuer_gives_out(text: str) -> None:
    """Wrong check digits, unknown prefixes, fractions, parts of words and of UUIDs are no cards."""
    assert values(text, "CREDIT_CARD") == []


@given(st.integers(10**14, 10**15 - 1))
def test_one_check_digit_of_ten_is_right(number: int) -> None:
    """Exactly one last digit satisfies the Luhn formula."""
    assert sum(luhn(f"{number}{digit}") for digit in range(10)) == 1


def test_length_counts() -> None:
    """A right prefix and check digit at a length the issuer does not use is no card."""
    assert is_card("4242424242424242")
    assert not is_card("42424242424242424242")
