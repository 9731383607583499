"""A table's days."""

from __future__ import annotations

from spanwright_analysis.store.postgres import PostgresStore
from spanwright_analysis.store.postgres_days import drop_days, known_days, make_days


def test_days_are_made_once_and_dropped(postgres: PostgresStore) -> None:
    """For each table; asking again does no harm."""
    with postgres._connected() as connection:
        assert sorted(known_days(connection, "spans")) == ["2026-11-23", "2026-11-24"]
        make_days(connection, ["2026-11-22", "2026-11-23"])
        make_days(connection, ["2026-11-22"])
        assert known_days(connection, "events")["2026-11-22"] == "events_20261122"
        drop_days(connection, ["2026-11-22", "1999-01-01"])
        assert sorted(known_days(connection, "events")) == ["2026-11-23", "2026-11-24"]


def test_a_piece_has_all_that_its_table_has(postgres: PostgresStore) -> None:
    """Keys, indexes and what the planner knows of columns together."""
    with postgres._connected() as connection:
        indexes = connection.execute(
            "SELECT count(*) FROM pg_index WHERE indrelid IN ('spans'::regclass, 'spans_20261123'::regclass)"
            " GROUP BY indrelid"
        ).fetchall()
        statistics = connection.execute(
            "SELECT count(*) FROM pg_statistic_ext WHERE stxrelid = 'spans_20261123'::regclass"
        ).fetchone()
    assert len({number for (number,) in indexes}) == 1
    assert statistics == (1,)
