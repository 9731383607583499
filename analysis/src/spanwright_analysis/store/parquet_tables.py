"""The tables of a folder of Parquet files, as DuckDB writes and reads them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import duckdb

from ..span_store import glob_escaped
from .batch import Batch, Row
from .columns import KEYS, TABLES, Column, Kind, place
from .views import view_text

#: What rows refer to, once a day and resource, so that it goes with the last day that needs it.
RESOURCES = (
    Column("resource_id", Kind.IDENTITY),
    Column("started", Kind.MOMENT),
    Column("attributes", Kind.JSON),
)
COLUMNS: dict[str, Sequence[Column]] = {**TABLES, "resources": RESOURCES}
PARQUET_KEYS = {**KEYS, "resources": ("resource_id",)}

#: Name of a file without rows that tells a table's columns, also where older pieces lack some.
TEMPLATE = "columns.parquet"
EMBEDDINGS = "query_embeddings"
EMBEDDING_COLUMNS = {"model": "VARCHAR", "query_key": "VARCHAR", "embedding": "FLOAT[]"}
EMBEDDING_KEY = ("model", "query_key")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_OPTIONS = "FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880"
#: Bytes of a row that DuckDB's reader of JSON takes without being told.
_USUAL_ROW = 16 << 20


def connect() -> duckdb.DuckDBPyConnection:
    """A database in memory that downloads nothing."""
    connection = duckdb.connect(config={"autoinstall_known_extensions": "false"})
    connection.execute("SET enable_progress_bar = false")
    return connection


def write_templates(folder: Path) -> None:
    """One file without rows for each table."""
    connection = connect()
    for table, columns in COLUMNS.items():
        _template(connection, folder / table, {column.name: column.kind.duckdb for column in columns})
    _template(connection, folder / EMBEDDINGS, EMBEDDING_COLUMNS)


def _template(connection: duckdb.DuckDBPyConnection, folder: Path, types: dict[str, str]) -> None:
    columns = ", ".join(f'NULL::{kind} AS "{name}"' for name, kind in types.items())
    write(connection, f"SELECT {columns} WHERE false", folder / TEMPLATE)


def write(connection: duckdb.DuckDBPyConnection, select: str, path: Path, parameters: Any = None) -> int:
    """The rows of a query into a new Parquet file; gives how many they were."""
    target = str(path).replace("'", "''")
    found = connection.execute(f"COPY ({select}) TO '{target}' ({_OPTIONS})", parameters).fetchone()
    return int(found[0]) if found else 0


def reading(paths: Iterable[Path]) -> str:
    """The part of a FROM that reads these files, of which there is at least one, as one table."""
    listed = ", ".join("'" + glob_escaped(str(path)).replace("'", "''") + "'" for path in paths)
    return f"read_parquet([{listed}], union_by_name = true, hive_partitioning = false)"


def make_views(connection: duckdb.DuckDBPyConnection, files: dict[str, Sequence[Path]]) -> None:
    """``spans``, ``events``, ``resources`` and the views that people ask."""
    for table, paths in files.items():
        connection.execute(f"CREATE OR REPLACE VIEW {table} AS SELECT * FROM {reading(paths)}")
    connection.execute(view_text())


def stage(connection: duckdb.DuckDBPyConnection, table: str, rows: Iterable[Row], scratch: Path) -> None:
    """Rows as the temporary table ``incoming``, by way of a file of JSON lines."""
    columns = COLUMNS[table]
    names = [column.name for column in columns]
    longest = 0
    with scratch.open("w", encoding="utf-8") as lines:
        for row in rows:
            filled = {name: value for name, value in zip(names, row, strict=True) if value is not None}
            line = json.dumps(filled, ensure_ascii=False, default=_json_value)
            longest = max(longest, len(line))
            lines.write(line + "\n")
    types = {c.name: "BIGINT" if c.kind is Kind.MOMENT else _stored(c.kind) for c in columns}
    declared = ", ".join(f"\"{name}\": '{kind}'" for name, kind in types.items())
    moments = ", ".join(f"make_timestamp({c.name}) AS {c.name}" for c in columns if c.kind is Kind.MOMENT)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE incoming AS SELECT * REPLACE ({moments}) FROM read_json($path,"
        f" format = 'newline_delimited', columns = {{{declared}}}, maximum_object_size = $longest)",
        {"path": glob_escaped(str(scratch)), "longest": max(_USUAL_ROW, 4 * longest + 1)},
    )


def resource_rows(batch: Batch) -> list[Row]:
    """A row for each resource and day of the batch."""
    wanted = {
        (row[place(columns, "resource_id")], row[place(columns, "started")].date())
        for table, columns in TABLES.items()
        for row in batch.rows(table)
    }
    return [
        [key, datetime(day.year, day.month, day.day, tzinfo=UTC), batch.resources[key]]
        for key, day in sorted(wanted, key=str)
        if key in batch.resources
    ]


def _stored(kind: Kind) -> str:
    """JSON comes as text, and stays as it was written."""
    return "VARCHAR" if kind is Kind.JSON else kind.duckdb


def _json_value(value: Any) -> Any:
    if isinstance(value, datetime):
        return (value - _EPOCH) // _MICROSECOND
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(type(value).__name__)
