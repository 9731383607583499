"""The store in PostgreSQL. Needs ``psycopg``."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from operator import itemgetter
from typing import Any

import psycopg
from psycopg import Connection, errors, sql
from spanwright_processors.days import first_day_kept

from ..span_store import QueryError, Result
from . import postgres_vectors
from .backend import Day, Embedding, Erased, Erasure, Status, Written
from .batch import Batch, Row
from .columns import TABLES, place
from .error import StoreError, UnavailableError, UnwritableError
from .late import Late
from .migrations import migrate, version
from .postgres_copy import copy_new_rows, copy_rows
from .postgres_days import LOCK, drop_days, known_days, make_days

_PARAMETER = re.compile(r"\$([a-z_]+)")
_MOMENTS = {table: place(columns, "started") for table, columns in TABLES.items()}
#: Key columns stand first in every row.
_KEY = itemgetter(0, 1)
_ERASURE_LOCK = LOCK + 1
#: Events without a trace are those of the trace whose call they name.
_ERASE_EVENTS = """
DELETE FROM events WHERE trace_id = ANY(%(traces)s) OR trace_id = '' AND response_id IN (
    SELECT response_id FROM spans WHERE trace_id = ANY(%(traces)s)
) RETURNING tableoid::regclass::text
"""
_ERASE_SPANS = "DELETE FROM spans WHERE trace_id = ANY(%(traces)s) RETURNING tableoid::regclass::text"
#: A server that is down is to be told from one that is slow.
_CONNECT_SECONDS = 10


class PostgresStore:
    """``url`` is one of libpq's, ``schema`` where the tables are (default: the connection's own).

    One connection, which is made when it is needed and made anew when it has broken. Not for several threads
    at once.
    """

    def __init__(self, url: str, schema: str = "", clock: Callable[[], float] = time.time) -> None:
        self._url = url
        self._schema = schema
        self._clock = clock
        self._connection: Connection[Any] | None = None
        self._days: dict[str, set[str]] = {}
        self._is_ready = False

    def init(self, retention_days: int | None = None, readers: Sequence[str] = ()) -> None:
        with self._connected() as connection:
            if self._schema:
                connection.execute(
                    sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(self._schema))
                )
            migrate(connection)
            if retention_days is not None:
                _set(connection, "retention_days", str(retention_days))
            self._make_ahead(connection)
            postgres_vectors.prepare(connection)
            for reader in readers:
                self._grant(connection, reader)

    def first_day(self) -> str:
        with self._ready() as connection:
            days = _retention_days(connection)
        return first_day_kept(days, self._clock()) if days else ""

    def write(self, batch: Batch) -> Written:
        with self._ready() as connection:
            try:
                return self._written(connection, batch)
            except (errors.CheckViolation, errors.DeadlockDetected):  # a day was dropped that we knew
                self._days.clear()
                return self._written(connection, batch)

    def run(self, query: str, parameters: Mapping[str, object] | None = None) -> Result:
        text = query
        if parameters:
            text = _PARAMETER.sub(r"%(\1)s", query.replace("%", "%%"))
        try:
            with self._ready() as connection, connection.transaction(), connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION READ ONLY")
                cursor.execute(text.encode(), parameters or None)
                columns = tuple(column.name for column in cursor.description or ())
                return Result(columns, cursor.fetchall() if columns else [])
        except UnwritableError as error:
            raise QueryError(f"Cannot run the query: {error}") from error

    def retain(self, now: float | None = None) -> Sequence[str]:
        with self._ready() as connection:
            days = _retention_days(connection)
            first = first_day_kept(days, self._clock() if now is None else now) if days else ""
            past = {day for table in TABLES for day in known_days(connection, table) if day < first}
            drop_days(connection, past)
            self._days.clear()
            self._make_ahead(connection)
            connection.execute("DELETE FROM resources WHERE last_day < %s", [first or date.min])
            connection.execute("DELETE FROM erased WHERE erased_at < now() - interval '30 days'")
            postgres_vectors.forget_orphans(connection)
        return sorted(past)

    def erase(self, erasure: Erasure) -> Erased:
        erased = Erased()
        with self._ready() as connection:
            dropped = {d for table in TABLES for d in known_days(connection, table)} & erasure.days
            drop_days(connection, dropped)
            self._days.clear()
            erased.days = len(dropped)
            touched = self._erase_traces(connection, erasure, erased)
            erased.embeddings = postgres_vectors.forget_orphans(connection)
            for piece in sorted(touched):  # what was deleted is on the disk until then
                connection.execute(sql.SQL("VACUUM {}").format(sql.SQL(piece)))
        return erased

    def status(self) -> Status:
        with self._ready() as connection:
            found = [day for table in TABLES for day in _days_of(connection, table)]
            return Status(
                self._place(connection),
                version(connection),
                _retention_days(connection),
                found,
                postgres_vectors.counts(connection),
            )

    def unembedded(self, model: str, since: datetime, limit: int) -> Sequence[tuple[str, str]]:
        with self._ready() as connection:
            return postgres_vectors.unembedded(connection, model, since, limit)

    def put_embeddings(self, model: str, embeddings: Iterable[Embedding]) -> int:
        with self._ready() as connection:
            return postgres_vectors.put(connection, model, embeddings)

    def nearest(self, model: str, vector: Sequence[float], limit: int, since: datetime) -> Result:
        with self._ready() as connection:
            return postgres_vectors.nearest(connection, model, vector, limit, since)

    def embedding(self, model: str, key: str) -> Sequence[float] | None:
        with self._ready() as connection:
            return postgres_vectors.vector_of(connection, model, key)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _written(self, connection: Connection[Any], batch: Batch) -> Written:
        """Straight where all is new, as nearly always; else by way of what tells what is not."""
        # All writers in the order of the key, so that no two wait for each other.
        rows = {table: sorted(batch.rows(table), key=_KEY) for table in TABLES}
        self._make_days(connection, rows)
        try:
            with connection.transaction():
                return self._copied(connection, batch, rows, _copy_all)
        except errors.UniqueViolation:
            with connection.transaction():
                return self._copied(connection, batch, rows, copy_new_rows)

    def _copied(
        self,
        connection: Connection[Any],
        batch: Batch,
        rows: Mapping[str, list[Row]],
        copy: Callable[[Connection[Any], str, list[Row]], int],
    ) -> Written:
        """Before or after an erasure, not beside it: what was erased would come back."""
        connection.execute("SELECT pg_advisory_xact_lock_shared(%s)", [_ERASURE_LOCK])
        late = Late(connection.execute("SELECT kind, value, erased_at FROM erased").fetchall())
        kept = {table: late.kept(table, of_table) for table, of_table in rows.items()}
        _put_resources(connection, batch, kept)
        new = {table: copy(connection, table, of_table) for table, of_table in kept.items()}
        repeated = sum(map(len, kept.values())) - sum(new.values()) + batch.repeated
        return Written(new["spans"], new["events"], repeated)

    def _make_days(self, connection: Connection[Any], rows: Mapping[str, list[Row]]) -> None:
        for table, of_table in rows.items():
            at = _MOMENTS[table]
            wanted = {row[at].date().isoformat() for row in of_table}
            if not wanted <= self._days.get(table, set()):
                make_days(connection, wanted)
                self._days[table] = set(known_days(connection, table))

    def _make_ahead(self, connection: Connection[Any]) -> None:
        today = datetime.fromtimestamp(self._clock(), UTC).date()
        make_days(connection, [(today + timedelta(days=ahead)).isoformat() for ahead in (0, 1)])

    def _erase_traces(self, connection: Connection[Any], erasure: Erasure, erased: Erased) -> set[str]:
        with connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(%s)", [_ERASURE_LOCK])
            found = connection.execute(
                "SELECT DISTINCT trace_id FROM spans WHERE trace_id = ANY(%(traces)s)"
                " OR user_hash = ANY(%(users)s)",
                {"traces": list(erasure.traces), "users": list(erasure.users)},
            ).fetchall()
            traces = sorted({trace for (trace,) in found} | erasure.traces)
            for kind, values in (("trace", traces), ("user", sorted(erasure.users))):
                connection.execute(
                    "INSERT INTO erased SELECT %s, unnest(%s::text[]), %s ON CONFLICT (kind, value)"
                    " DO UPDATE SET erased_at = excluded.erased_at",
                    [kind, values, datetime.fromtimestamp(self._clock(), UTC)],
                )
            events, spans = (
                connection.execute(statement, {"traces": traces}).fetchall()
                for statement in (_ERASE_EVENTS, _ERASE_SPANS)
            )
        erased.traces, erased.spans, erased.events = len(found), len(spans), len(events)
        return {piece for (piece,) in (*events, *spans)}

    def _grant(self, connection: Connection[Any], reader: str) -> None:
        names = {"schema": sql.Identifier(self._current_schema(connection)), "role": sql.Identifier(reader)}
        with connection.transaction():
            connection.execute(sql.SQL("GRANT USAGE ON SCHEMA {schema} TO {role}").format(**names))
            connection.execute(
                sql.SQL("GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {role}").format(**names)
            )

    def _current_schema(self, connection: Connection[Any]) -> str:
        row = connection.execute("SELECT current_schema()").fetchone()
        return str(row[0]) if row else "public"

    def _place(self, connection: Connection[Any]) -> str:
        info = connection.info
        return f"PostgreSQL, database {info.dbname} on {info.host}, schema {self._current_schema(connection)}"

    @contextmanager
    def _ready(self) -> Iterator[Connection[Any]]:
        """The connection to a store that is there and not too new."""
        with self._connected() as connection:
            if not self._is_ready:
                is_elsewhere = self._schema and self._current_schema(connection) != self._schema
                if is_elsewhere or not version(connection):
                    raise StoreError(
                        "Cannot use the store: the database has no tables of one. Make them with: "
                        "spanwright store init"
                    )
                self._is_ready = True
            yield connection

    @contextmanager
    def _connected(self) -> Iterator[Connection[Any]]:
        """Errors of the database come out as the store's."""
        try:
            if self._connection is None or self._connection.closed:
                self._connection = self._connect()
            yield self._connection
        except (errors.DataError, errors.IntegrityError, errors.ProgrammingError) as error:
            raise UnwritableError(_reason(error)) from error
        except psycopg.Error as error:
            if self._connection is not None and self._connection.broken:
                self.close()
            raise UnavailableError(f"Cannot use the store: {_reason(error)}. Try again later.") from error

    def _connect(self) -> Connection[Any]:
        connection = psycopg.connect(
            self._url, autocommit=True, connect_timeout=_CONNECT_SECONDS, application_name="spanwright-store"
        )
        connection.execute("SET TIME ZONE 'UTC'")
        if self._schema:
            of_vectors = postgres_vectors.extension_schema(connection) or "public"
            connection.execute(
                sql.SQL("SET search_path TO {}, public, {}").format(
                    sql.Identifier(self._schema), sql.Identifier(of_vectors)
                )
            )
        return connection


def _copy_all(connection: Connection[Any], table: str, rows: list[Row]) -> int:
    copy_rows(connection, table, rows)
    return len(rows)


def _set(connection: Connection[Any], key: str, value: str) -> None:
    connection.execute(
        "INSERT INTO store_settings VALUES (%s, %s) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        [key, value],
    )


def _retention_days(connection: Connection[Any]) -> int:
    row = connection.execute("SELECT value FROM store_settings WHERE key = 'retention_days'").fetchone()
    return int(row[0]) if row else 0


def _put_resources(connection: Connection[Any], batch: Batch, rows: Mapping[str, list[Row]]) -> None:
    days = [row[_MOMENTS[table]].date() for table, of_table in rows.items() for row in of_table]
    if days and batch.resources:
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO resources VALUES (%s, %s, %s) ON CONFLICT (resource_id) DO UPDATE"
                " SET last_day = excluded.last_day WHERE resources.last_day < excluded.last_day",
                [(key, text, max(days)) for key, text in sorted(batch.resources.items())],
            )


def _days_of(connection: Connection[Any], table: str) -> Iterator[Day]:
    for day, piece in sorted(known_days(connection, table).items()):
        row = connection.execute(
            "SELECT reltuples::bigint, pg_total_relation_size(oid) FROM pg_class WHERE oid = to_regclass(%s)",
            [piece],
        ).fetchone()
        if row:
            rows = row[0]
            if rows < 0:  # never analysed
                counted = connection.execute(
                    sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(piece))
                ).fetchone()
                rows = counted[0] if counted else 0
            yield Day(table, day, rows, row[1])


def _reason(error: psycopg.Error) -> str:
    """What PostgreSQL says, without the values that its details may quote."""
    return (error.diag.message_primary or str(error).partition("\n")[0] or type(error).__name__).rstrip(".")
