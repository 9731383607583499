"""The pieces of a table, one for each day (UTC): found, made before rows come, and dropped."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from psycopg import Connection, sql

from .columns import TABLES

#: Any number that is the same for everyone who changes the tables of a store.
LOCK = 0x5350414E

_DAY = re.compile(r"_(\d{4})(\d\d)(\d\d)$")
#: What waits for readers this long gives up, so that those who come after the readers do not wait behind it.
_LOCK_TIMEOUT = "5s"


def known_days(connection: Connection[Any], table: str) -> dict[str, str]:
    """Day -> name of its piece."""
    rows = connection.execute(
        "SELECT c.relname FROM pg_inherits JOIN pg_class AS c ON c.oid = inhrelid"
        " WHERE inhparent = to_regclass(%s)",
        [table],
    )
    found = ((name, _DAY.search(name)) for (name,) in rows)
    return {"-".join(day.groups()): name for name, day in found if day}


def make_days(connection: Connection[Any], days: Iterable[str]) -> None:
    """Make the pieces that are missing. The tables stay readable and writable while it does."""
    wanted = sorted(days)
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        for table in TABLES:
            known = known_days(connection, table)
            for day in wanted:
                if day not in known:
                    _make(connection, table, day)


def drop_days(connection: Connection[Any], days: Iterable[str]) -> None:
    """Drop whole days: at once, and their room on the disk is free. ``connection`` is in no transaction."""
    wanted = sorted(days)
    for table in TABLES:
        known = known_days(connection, table)
        for day in wanted:
            if day in known:
                with connection.transaction():
                    connection.execute(f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT}'")
                    connection.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
                    connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(sql.Identifier(known[day])))


def _make(connection: Connection[Any], table: str, day: str) -> None:
    """Made apart and attached: that takes no lock that a long query would hold up."""
    begin = date.fromisoformat(day)
    names = {
        "piece": sql.Identifier(f"{table}_{begin:%Y%m%d}"),
        "table": sql.Identifier(table),
        "begin": sql.Literal(f"{begin}T00:00:00+00:00"),
        "end": sql.Literal(f"{begin + timedelta(days=1)}T00:00:00+00:00"),
    }
    connection.execute(sql.SQL("CREATE TABLE {piece} (LIKE {table} INCLUDING ALL)").format(**names))
    connection.execute(
        sql.SQL("ALTER TABLE {table} ATTACH PARTITION {piece} FOR VALUES FROM ({begin}) TO ({end})").format(
            **names
        )
    )
