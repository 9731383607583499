"""Figures as a person reads them."""

from __future__ import annotations

import pytest
from spanwright_analysis import figures


@pytest.mark.parametrize(
    ("nanoseconds", "shown"),
    [
        (0, "0 µs"),
        (850_000, "850 µs"),
        (4_200_000, "4.2 ms"),
        (212e6, "212 ms"),
        (1.84e9, "1.84 s"),
        (125e9, "2 min 05 s"),
    ],
)
def test_duration(nanoseconds: float, shown: str) -> None:
    """Three digits at most, in the unit that fits."""
    assert figures.duration(nanoseconds) == shown


@pytest.mark.parametrize(
    ("usd", "shown"),
    [(0, "$0.000000"), (2e-7, "<$0.000001"), (0.000613, "$0.000613"), (12345.6, "$12,345.60")],
)
def test_money(usd: float, shown: str) -> None:
    """A cost that is not zero is never shown as zero."""
    assert figures.money(usd) == shown


def test_amount_and_score() -> None:
    """Thousands are grouped; scores have three digits."""
    assert (figures.amount(1234567), figures.score(0.67289)) == ("1,234,567", "0.673")
