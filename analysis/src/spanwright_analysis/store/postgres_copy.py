"""Rows into PostgreSQL by binary COPY, each key once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from psycopg import Connection, sql
from psycopg.adapt import Buffer, Dumper
from psycopg.pq import Format

from .batch import Row
from .columns import TABLES, Kind

#: Names as PostgreSQL's catalogue has them.
_TYPES = {
    Kind.TEXT: "text", Kind.CONTENT: "text", Kind.IDENTITY: "uuid", Kind.INTEGER: "int8",
    Kind.DOUBLE: "float8", Kind.BOOLEAN: "bool", Kind.JSON: "jsonb", Kind.MOMENT: "timestamptz",
}  # fmt: skip
_JSONB_OID, _JSONB_VERSION = 3802, b"\x01"


class JsonTextDumper(Dumper):
    """JSON that is text already, as the binary form of ``jsonb``."""

    format = Format.BINARY
    oid = _JSONB_OID

    def dump(self, obj: str) -> Buffer:
        return _JSONB_VERSION + obj.encode()


def copy_rows(connection: Connection[Any], table: str, rows: Iterable[Row]) -> None:
    """Straight into the table; raises ``psycopg.errors.UniqueViolation`` where one is there already."""
    _copy(connection, table, table, rows)


def copy_new_rows(connection: Connection[Any], table: str, rows: Iterable[Row]) -> int:
    """By way of a temporary table; gives how many were not there yet."""
    staged = f"staged_{table}"
    names = {"staged": sql.Identifier(staged), "table": sql.Identifier(table)}
    connection.execute(
        sql.SQL("CREATE TEMP TABLE IF NOT EXISTS {staged} (LIKE {table}) ON COMMIT DELETE ROWS").format(
            **names
        )
    )
    _copy(connection, staged, table, rows)
    columns = _columns(table)
    cursor = connection.execute(
        sql.SQL(
            "INSERT INTO {table} ({columns}) SELECT {columns} FROM {staged} ON CONFLICT DO NOTHING"
        ).format(columns=columns, **names)
    )
    return cursor.rowcount


def _copy(connection: Connection[Any], into: str, like: str, rows: Iterable[Row]) -> None:
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT binary)").format(
        sql.Identifier(into), _columns(like)
    )
    types: Sequence[str] = [_TYPES[column.kind] for column in TABLES[like]]
    with connection.cursor() as cursor:
        cursor.adapters.register_dumper(str, JsonTextDumper)
        with cursor.copy(statement) as copy:
            copy.set_types(types)
            for row in rows:
                copy.write_row(row)


def _columns(table: str) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(column.name) for column in TABLES[table])
