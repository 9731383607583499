"""The steps by which a PostgreSQL database becomes a store, and a store of an older version a newer one."""

from __future__ import annotations

from importlib import resources
from typing import Any, cast

from psycopg import Connection
from psycopg.abc import Query

from .error import StoreError
from .postgres_days import LOCK
from .views import view_text


def texts(folder: str) -> list[tuple[int, str, str]]:
    """Number, name and SQL of each step in ``sql/<folder>``, in order."""
    found = resources.files(__package__).joinpath("sql", folder).iterdir()
    steps = [(int(file.name[:4]), file.name[5:-4], file.read_text("utf-8")) for file in found]
    return sorted(steps)


def version(connection: Connection[Any]) -> int:
    """The last step that was taken; 0 where the connection's schema holds no store."""
    there = connection.execute(
        "SELECT 1 FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'store_migrations'"
    ).fetchone()
    if there is None:
        return 0
    row = connection.execute("SELECT coalesce(max(number), 0) FROM store_migrations").fetchone()
    return cast(int, row[0]) if row else 0


def migrate(connection: Connection[Any]) -> None:
    """Take every step that was not taken, and make the views anew; all of it, or nothing.

    Raises ``StoreError`` where the database is of a later version than this one.
    """
    steps = texts("postgres")
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        done = version(connection)
        if done > steps[-1][0]:
            raise StoreError(
                f"Cannot use the store: its tables are of version {done}, later than this spanwright's "
                f"{steps[-1][0]}. Install the spanwright that made them, or a newer one."
            )
        if not done:
            connection.execute(
                "CREATE TABLE store_migrations (number integer PRIMARY KEY, name text NOT NULL,"
                " taken timestamp with time zone NOT NULL DEFAULT now())"
            )
        for number, name, text in steps:
            if number > done:
                connection.execute(cast(Query, text.encode()))
                connection.execute(
                    "INSERT INTO store_migrations (number, name) VALUES (%s, %s)", [number, name]
                )
        connection.execute(cast(Query, view_text().encode()))
