"""Loads an OTLP JSON-lines file into DuckDB, in memory, and runs SQL over its spans."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import duckdb

_SCALAR = "stringValue VARCHAR, intValue VARCHAR, doubleValue VARCHAR, boolValue VARCHAR, bytesValue VARCHAR"
_VALUE = f'STRUCT({_SCALAR}, arrayValue STRUCT("values" STRUCT({_SCALAR})[]), kvlistValue JSON)'
_ATTRIBUTES = f'STRUCT("key" VARCHAR, "value" {_VALUE})[]'

#: Bytes of a line. DuckDB reads in blocks of twice this, and few large ones leave little to read in
#: parallel: 187 MB took 1.7 s on two cores with 16 MiB, 4.6 s with 256 MiB. The larger is taken where a line
#: needs it.
_USUAL_LINE, _LONGEST_LINE = 16 << 20, 1 << 30


@dataclass(frozen=True, slots=True)
class Result:
    columns: tuple[str, ...]
    rows: Sequence[tuple[Any, ...]]


class QueryError(ValueError):
    """SQL that DuckDB cannot run, or a file that it cannot read."""


class SpanStore:
    """The spans of a file as the table ``spans`` and the views ``traces``, ``retrievals``, ``model_calls``,
    ``tool_calls``.

    Lines cut short are left out. DuckDB reads the file in parallel and the extensions it needs are built into
    it: nothing is downloaded. Raises ``QueryError`` when the file cannot be read.
    """

    def __init__(self, path: Path | str) -> None:
        if not Path(path).is_file():
            raise QueryError(f"Cannot read {path}: there is no such file. Give an OTLP JSON-lines file.")
        self._connection = duckdb.connect(config={"autoinstall_known_extensions": "false"})
        self._connection.execute(sql_text("macros"))
        try:
            self._load(path, _USUAL_LINE)
        except duckdb.Error as error:
            if "maximum_object_size" not in str(error):
                raise QueryError(f"Cannot read {path}: {error}. Give an OTLP JSON-lines file.") from error
            self._load(path, _LONGEST_LINE)
        self._connection.execute(sql_text("views"))

    def _load(self, path: Path | str, longest_line: int) -> None:
        sql = sql_text("spans").replace("ATTRIBUTES", _ATTRIBUTES)
        self._connection.execute(sql, {"path": glob_escaped(str(path)), "longest_line": longest_line})

    def run(self, sql: str, parameters: Mapping[str, object] | None = None) -> Result:
        """The rows of a query. Raises ``QueryError`` with the engine's reason."""
        try:
            cursor = self._connection.execute(sql, parameters or None)
            columns = tuple(column[0] for column in cursor.description or ())
            return Result(columns, cursor.fetchall())
        except duckdb.Error as error:
            raise QueryError(f"Cannot run the query: {error}") from error


def sql_text(name: str) -> str:
    """The text of ``sql/<name>.sql``."""
    return resources.files(__package__).joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")


def glob_escaped(path: str) -> str:
    """The path with the characters that DuckDB would take for a pattern put in brackets."""
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in path)
