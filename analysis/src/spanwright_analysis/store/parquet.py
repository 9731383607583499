"""The store as a folder of Parquet files, with a folder for each table and day; DuckDB writes and reads them.

Writers take turns; readers need no turn, and see what was there when their query began.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
from spanwright_processors.days import first_day_kept
from spanwright_processors.disk import lock, make_folder, sync_folder

from ..span_store import QueryError, Result, glob_escaped
from . import parquet_tables as tables
from . import pieces
from .backend import Day, Embedding, Erased, Erasure, Status, Written
from .batch import Batch, Row
from .columns import TABLES
from .error import StoreError, UnavailableError, UnwritableError
from .late import Late
from .parquet_tables import COLUMNS, EMBEDDING_COLUMNS, EMBEDDING_KEY, EMBEDDINGS, PARQUET_KEYS, TEMPLATE
from .views import view_text

#: Of the folder's layout.
VERSION = 1

_SETTINGS, _ERASED, _LOCK = "store.json", "erased.json", "lock"
_LOCK_SECONDS = 60.0
#: How often a query is begun anew that met a file which a merge had just removed.
_ATTEMPTS = 5
_ERASED_SECONDS = 30 * 86_400
_OF_TRACES = "trace_id IN (SELECT unnest($traces::VARCHAR[]))"
#: Events without a trace are those of the trace whose call they name.
_EVENTS_OF_TRACES = (
    f"{_OF_TRACES} OR (trace_id = '' AND response_id IN (SELECT unnest($responses::VARCHAR[])))"
)
#: The folder of embeddings, which are of no day.
_ALWAYS = "all"


class ParquetStore:
    """``folder`` is made by ``init``. Not for several threads at once; for any number of processes."""

    def __init__(self, folder: Path, clock: Callable[[], float] = time.time) -> None:
        self._folder = folder
        self._clock = clock

    def init(self, retention_days: int | None = None, readers: Sequence[str] = ()) -> None:
        if readers:
            raise StoreError(
                "Cannot name readers of a folder: its owner decides by the file system's rights who reads it."
            )
        for table in (*COLUMNS, EMBEDDINGS):
            make_folder(self._folder / table)
        with self._turn():
            settings = self._settings() if (self._folder / _SETTINGS).exists() else {"retention_days": 0}
            tables.write_templates(self._folder)
            if retention_days is not None:
                settings["retention_days"] = retention_days
            self._put(_SETTINGS, {**settings, "version": VERSION})
            self._make_catalogue()

    def first_day(self) -> str:
        days = self._settings()["retention_days"]
        return first_day_kept(days, self._clock()) if days else ""

    def write(self, batch: Batch) -> Written:
        with self._turn():
            late = Late((kind, value, datetime.fromisoformat(at)) for kind, value, at in self._erased())
            connection = tables.connect()
            new: dict[str, int] = {}
            given = 0
            for table in TABLES:
                rows = late.kept(table, list(batch.rows(table)))
                given += len(rows)
                new[table] = self._added(connection, table, rows)
            self._added(connection, "resources", tables.resource_rows(batch))
        return Written(new["spans"], new["events"], given - new["spans"] - new["events"] + batch.repeated)

    def run(self, sql: str, parameters: Mapping[str, object] | None = None) -> Result:
        self._settings()
        for attempt in range(_ATTEMPTS):
            connection = tables.connect()
            try:
                tables.make_views(connection, self._files())
                cursor = connection.execute(sql, parameters or None)
                return Result(tuple(column[0] for column in cursor.description or ()), cursor.fetchall())
            except duckdb.IOException as error:
                if attempt == _ATTEMPTS - 1:
                    raise UnavailableError(f"Cannot read the store: {error}. Try again.") from error
            except duckdb.Error as error:
                raise QueryError(f"Cannot run the query: {error}") from error
        raise AssertionError

    def retain(self, now: float | None = None) -> Sequence[str]:
        with self._turn():
            days = self._settings()["retention_days"]
            first = first_day_kept(days, self._clock() if now is None else now) if days else ""
            past = {day for table in COLUMNS for day in self._days(table) if day < first}
            self._drop(past)
            self._sweep()
            self._forget_orphans()
            oldest = datetime.fromtimestamp(self._clock() - _ERASED_SECONDS, UTC).isoformat()
            self._put(_ERASED, [one for one in self._erased() if one[2] >= oldest])
        return sorted(past)

    def erase(self, erasure: Erasure) -> Erased:
        erased = Erased()
        with self._turn():
            dropped = {day for table in COLUMNS for day in self._days(table)} & erasure.days
            self._drop(dropped)
            erased.days = len(dropped)
            traces = self._traces(erasure)
            erased.traces = len(traces)
            gone = traces | erasure.traces
            at = datetime.fromtimestamp(self._clock(), UTC).isoformat()
            known = {(kind, value): before for kind, value, before in self._erased()}
            known |= {("trace", trace): at for trace in gone} | {("user", user): at for user in erasure.users}
            self._put(_ERASED, [[kind, value, when] for (kind, value), when in sorted(known.items())])
            wanted = {"traces": sorted(gone), "responses": self._responses(gone)}
            erased.events = self._erase_rows("events", _EVENTS_OF_TRACES, wanted)
            erased.spans = self._erase_rows("spans", _OF_TRACES, {"traces": sorted(gone)})
            erased.embeddings = self._forget_orphans()
            self._sweep()
        return erased

    def status(self) -> Status:
        settings = self._settings()
        days = [day for table in TABLES for day in self._days_of(table)]
        found = self.run(f"SELECT model, count(*) FROM {EMBEDDINGS} GROUP BY model ORDER BY model")
        place = f"Parquet files in {self._folder}"
        return Status(place, settings["version"], settings["retention_days"], days, dict(found.rows))

    def unembedded(self, model: str, since: datetime, limit: int) -> Sequence[tuple[str, str]]:
        found = self.run(
            "SELECT query_key, min(query_text) FROM spans WHERE query_key IS NOT NULL AND started >= $since"
            f" AND query_key NOT IN (SELECT query_key FROM {EMBEDDINGS} WHERE model = $model)"
            " GROUP BY query_key ORDER BY query_key LIMIT $limit",
            {"model": model, "since": _naive(since), "limit": limit},
        )
        return [(key, text) for key, text in found.rows]

    def put_embeddings(self, model: str, embeddings: Iterable[Embedding]) -> int:
        with self._turn():
            connection = tables.connect()
            declared = ", ".join(f"{name} {kind}" for name, kind in EMBEDDING_COLUMNS.items())
            connection.execute(f"CREATE TEMP TABLE incoming ({declared})")
            rows = [(model, one.key, list(one.vector)) for one in embeddings]
            if not rows:
                return 0
            connection.executemany("INSERT INTO incoming VALUES (?, ?, ?)", rows)
            return self._add_new(
                connection, EMBEDDINGS, _ALWAYS, EMBEDDING_KEY, "SELECT * FROM incoming AS i"
            )

    def nearest(self, model: str, vector: Sequence[float], limit: int, since: datetime) -> Result:
        return self.run(
            "WITH near AS ("
            "SELECT query_key, list_cosine_similarity(embedding, $vector::FLOAT[]) AS similarity"
            f" FROM {EMBEDDINGS} WHERE model = $model AND len(embedding) = len($vector)"
            " ORDER BY similarity DESC LIMIT $limit)"
            " SELECT n.similarity, r.query_text, r.trace_id, r.started, t.outcome, r.first_score,"
            " r.data_source"
            " FROM near AS n JOIN retrievals AS r USING (query_key)"
            " LEFT JOIN traces AS t ON t.trace_id = r.trace_id WHERE r.started >= $since"
            " ORDER BY n.similarity DESC, r.started DESC LIMIT $limit",
            {"model": model, "vector": list(vector), "limit": limit, "since": _naive(since)},
        )

    def embedding(self, model: str, key: str) -> Sequence[float] | None:
        found = self.run(
            f"SELECT embedding FROM {EMBEDDINGS} WHERE model = $model AND query_key = $key",
            {"model": model, "key": key},
        )
        return found.rows[0][0] if found.rows else None

    def close(self) -> None:
        """Nothing is held between calls."""

    def _added(self, connection: duckdb.DuckDBPyConnection, table: str, rows: list[Row]) -> int:
        """File each day's new rows as a piece, and merge pieces that have become many."""
        if not rows:
            return 0
        scratch = self._folder / f".incoming-{os.getpid()}.jsonl"
        try:
            tables.stage(connection, table, rows, scratch)
        finally:
            scratch.unlink(missing_ok=True)
        found = connection.execute(
            "SELECT DISTINCT started::DATE::VARCHAR FROM incoming ORDER BY 1"
        ).fetchall()
        new = 0
        for (day,) in found:
            select = f"SELECT * FROM incoming AS i WHERE started::DATE = DATE '{day}'"
            new += self._add_new(connection, table, day, PARQUET_KEYS[table], select)
            self._merge(connection, self._folder / table / day)
        return new

    def _add_new(
        self, connection: duckdb.DuckDBPyConnection, table: str, day: str, key: Sequence[str], select: str
    ) -> int:
        folder = self._folder / table / day
        make_folder(folder)
        there = [piece.path for piece in pieces.live(folder)]
        if there:
            same = " AND ".join(f"s.{name} = i.{name}" for name in key)
            joint = "AND" if " WHERE " in select else "WHERE"
            select += f" {joint} NOT EXISTS (SELECT 1 FROM {tables.reading(there)} AS s WHERE {same})"
        new = folder / f".new-{os.getpid()}"
        count = tables.write(connection, select, new)
        if count:
            pieces.publish(new, folder, pieces.new_name(folder))
        else:
            new.unlink()
        return count

    def _merge(self, connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
        while group := pieces.mergeable(pieces.live(folder)):
            new = folder / f".new-{os.getpid()}"
            source = tables.reading([piece.path for piece in group])
            tables.write(connection, f"SELECT * FROM {source} ORDER BY started", new)
            pieces.publish(new, folder, pieces.merged_name(group))
            pieces.remove(group)

    def _traces(self, erasure: Erasure) -> set[str]:
        found = self.run(
            "SELECT DISTINCT trace_id FROM spans WHERE trace_id IN (SELECT unnest($traces::VARCHAR[]))"
            " OR user_hash IN (SELECT unnest($users::VARCHAR[]))",
            {"traces": sorted(erasure.traces), "users": sorted(erasure.users)},
        )
        return {trace for (trace,) in found.rows}

    def _responses(self, traces: Iterable[str]) -> list[str]:
        """By which events that name no trace name calls of these."""
        found = self.run(
            f"SELECT DISTINCT response_id FROM spans WHERE response_id IS NOT NULL AND {_OF_TRACES}",
            {"traces": sorted(traces)},
        )
        return [response for (response,) in found.rows]

    def _erase_rows(self, table: str, chosen: str, wanted: Mapping[str, object]) -> int:
        """Write the pieces that hold such rows anew, each in its own place."""
        connection, gone = tables.connect(), 0
        for day in self._days(table):
            folder = self._folder / table / day
            for piece in pieces.live(folder):
                source = tables.reading([piece.path])
                row = connection.execute(f"SELECT count(*) FROM {source} WHERE {chosen}", wanted).fetchone()
                if row and row[0]:
                    gone += row[0]
                    new = folder / f".new-{os.getpid()}"
                    left = f"SELECT * FROM {source} WHERE ({chosen}) IS NOT TRUE"
                    tables.write(connection, left, new, wanted)
                    pieces.publish(new, folder, piece.path.name)
        return gone

    def _sweep(self) -> None:
        """Remove what writers that were killed have left, and what merges that were cut off have."""
        for pattern in (".incoming-*", "*/*/.new-*"):
            for left in self._folder.glob(pattern):
                left.unlink(missing_ok=True)
        for table in (*COLUMNS, EMBEDDINGS):
            for day in self._days(table):
                pieces.remove_spanned(self._folder / table / day)

    def _forget_orphans(self) -> int:
        """Write the embeddings anew without those of texts that no span has any more."""
        folder = self._folder / EMBEDDINGS / _ALWAYS
        there = pieces.live(folder)
        if not there:
            return 0
        connection = tables.connect()
        tables.make_views(connection, self._files())
        source, used = tables.reading([one.path for one in there]), "SELECT query_key FROM spans"
        used += " WHERE query_key IS NOT NULL"
        before = connection.execute(f"SELECT count(*) FROM {source}").fetchone()
        new = folder / f".new-{os.getpid()}"
        left = tables.write(connection, f"SELECT * FROM {source} WHERE query_key IN ({used})", new)
        gone = int(before[0]) - left if before else 0
        if gone:
            pieces.publish(new, folder, pieces.merged_name(there))
            pieces.remove(one for one in there if one.path.name != pieces.merged_name(there))
        else:
            new.unlink()
        return gone

    def _drop(self, days: Iterable[str]) -> None:
        for table in COLUMNS:
            for day in days:
                shutil.rmtree(self._folder / table / day, ignore_errors=True)

    def _days(self, table: str) -> list[str]:
        return sorted(one.name for one in (self._folder / table).iterdir() if one.is_dir())

    def _files(self) -> dict[str, Sequence[Path]]:
        return {
            table: [
                self._folder / table / TEMPLATE,
                *(
                    piece.path
                    for day in self._days(table)
                    for piece in pieces.live(self._folder / table / day)
                ),
            ]
            for table in (*COLUMNS, EMBEDDINGS)
        }

    def _days_of(self, table: str) -> Iterator[Day]:
        found = self.run(f"SELECT started::DATE::VARCHAR, count(*) FROM {table} GROUP BY 1 ORDER BY 1")
        for day, rows in found.rows:
            yield Day(table, day, rows, pieces.size(self._folder / table / day))

    def _settings(self) -> dict[str, Any]:
        try:
            settings: dict[str, Any] = json.loads((self._folder / _SETTINGS).read_text())
        except (OSError, ValueError) as error:
            raise StoreError(
                f"Cannot use the store: {self._folder} holds none. Make it with: spanwright store init"
            ) from error
        if settings["version"] > VERSION:
            raise StoreError(
                f"Cannot use the store: its files are of version {settings['version']}, later than this "
                f"spanwright's {VERSION}. Install the spanwright that made them, or a newer one."
            )
        return settings

    def _erased(self) -> list[list[str]]:
        with suppress(FileNotFoundError):
            found: list[list[str]] = json.loads((self._folder / _ERASED).read_text())
            return found
        return []

    def _put(self, name: str, value: Any) -> None:
        """Write a small file whole or not at all."""
        new = self._folder / f".{name}.new"
        new.write_text(json.dumps(value))
        new.replace(self._folder / name)
        sync_folder(self._folder)

    def _make_catalogue(self) -> None:
        """A database of views alone, for other programs with DuckDB."""
        new = self._folder / ".store.duckdb"
        new.unlink(missing_ok=True)
        connection = duckdb.connect(str(new), config={"autoinstall_known_extensions": "false"})
        for table in (*COLUMNS, EMBEDDINGS):
            pattern = f"{glob_escaped(str(self._folder.resolve() / table))}/**/*.parquet".replace("'", "''")
            connection.execute(
                f"CREATE VIEW {table} AS SELECT * FROM read_parquet('{pattern}', union_by_name = true,"
                " hive_partitioning = false)"
            )
        connection.execute(view_text())
        connection.close()
        new.replace(self._folder / "store.duckdb")

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """The only writer, in whatever process."""
        try:
            descriptor = os.open(self._folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreError(
                f"Cannot write to {self._folder}: {error.strerror}. Make a store with: spanwright store init"
            ) from error
        try:
            until = time.monotonic() + _LOCK_SECONDS
            while True:
                try:
                    lock(descriptor)
                    break
                except OSError as error:
                    if time.monotonic() > until:
                        raise UnavailableError(
                            f"Cannot write to {self._folder}: another process writes. Try again later."
                        ) from error
                    time.sleep(0.02)
            yield
        except (OSError, duckdb.IOException) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise UnavailableError(f"Cannot write to {self._folder}: {reason}. Try again later.") from error
        except duckdb.Error as error:
            raise UnwritableError(f"Cannot write to {self._folder}: {type(error).__name__}.") from error
        finally:
            os.close(descriptor)


def _naive(moment: datetime) -> datetime:
    """As the columns have it: UTC without a zone."""
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
