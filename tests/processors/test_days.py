from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from spanwright_processors.days import day, first_day_kept


def test_days_are_utc() -> None:
    """A day begins at midnight UTC, wherever the process is."""
    assert day(1_790_000_000) == "2026-09-21"
    assert day(1_790_035_199.9) == "2026-09-21"
    assert day(1_790_035_200.0) == "2026-09-22"


@given(st.integers(1, 30), st.floats(0, 4e9))
def test_no_record_becomes_older(days: int, now: float) -> None:
    """The first moment of the first day kept is less than the retention ago."""
    first = datetime.fromisoformat(first_day_kept(days, now)).replace(tzinfo=UTC)
    age = datetime.fromtimestamp(now, UTC) - first
    assert timedelta(days=days - 1) <= age < timedelta(days=days)
