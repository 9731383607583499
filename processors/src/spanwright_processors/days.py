"""Days of the UTC calendar, by which what is stored for a time is filed and deleted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


def day(seconds: float) -> str:
    """The day (UTC, ``2026-11-23``) of a time in seconds since the epoch."""
    return datetime.fromtimestamp(seconds, UTC).date().isoformat()


def first_day_kept(retention_days: int, now: float) -> str:
    """The earliest day whose records stay: none ever becomes older than ``retention_days``."""
    return (datetime.fromtimestamp(now, UTC).date() - timedelta(days=retention_days - 1)).isoformat()
