"""US social security numbers."""

from __future__ import annotations

import pytest
from support.findings import values


@pytest.mark.parametrize("number", ["123-45-6789", "899 12 3456", "001-01-0001", "123–45–6789"])
def test_finds_grouped_numbers(number: str) -> None:
    """Three groups with one kind of separator."""
    assert values(f"it is {number}.", "US_SSN") == [number]


def test_finds_nine_digits_only_by_name() -> None:
    """Nine digits in a row are one only where the text says so."""
    assert values("SSN: 123456789", "US_SSN") == ["123456789"]
    assert values("social security number is 123456789", "US_SSN") == ["123456789"]
    assert values("order 123456789", "US_SSN") == []


@pytest.mark.parametrize(
    "text",
    [
        "000-12-3456",
        "666-12-3456",
        "900-12-3456",
        "123-00-4567",
        "123-45-0000",
        "123-45 6789",
        "1123-45-6789",
        "2024-11-23",
    ],
)
def test_leaves_numbers_never_issued(text: str) -> None:
    """Area 000, 666 and 9xx, group 00 and serial 0000 are not given out."""
    assert values(text, "US_SSN") == []
