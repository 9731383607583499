"""The plain store: rows a second into PostgreSQL and into Parquet files, and the question over all of them.

Requests of one size, as a Collector sends them, are decoded and stored by what `spanwright store` uses. Then
the tables are filled up from themselves, with other ids and on thirty days, and the specification's question
is asked as it is written. Sizes are those on the disk, indexes included.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from opentelemetry.proto.trace.v1.trace_pb2 import TracesData
from spanwright_analysis.named_queries import NAMED_QUERIES
from spanwright_analysis.store.backend import Store, Written
from spanwright_analysis.store.columns import SPANS
from spanwright_analysis.store.loading import load
from spanwright_analysis.store.parquet import ParquetStore
from spanwright_analysis.store.parquet_tables import TEMPLATE, connect, reading
from spanwright_analysis.store.postgres import PostgresStore

from .measure import Row
from .store_traces import SPANS_OF_A_TRACE, requests

_DAYS = 30
_QUESTION = NAMED_QUERIES[0]
_SUMMARY = (
    "SELECT pipeline, count(*), avg(cost_usd), sum(input_tokens) FROM traces"
    " WHERE started >= $since GROUP BY pipeline ORDER BY pipeline"
)


def rows(quick: bool) -> list[Row]:
    loaded, wanted = (20_000, 100_000) if quick else (100_000, 10_000_000)
    found: list[Row] = []
    with TemporaryDirectory(prefix="store") as folder:
        fill = partial(_fill_parquet, Path(folder), wanted)
        found += list(_measured("Parquet", ParquetStore(Path(folder)), loaded, wanted, fill))
    for address in _postgres():
        fill = partial(_fill_postgres, address, wanted)
        found += list(_measured("PostgreSQL", PostgresStore(address, "bench"), loaded, wanted, fill))
    return found


def _measured(
    name: str, store: Store, loaded: int, wanted: int, fill: Callable[[Store], None]
) -> Iterator[Row]:
    store.init(0)
    traces = loaded // SPANS_OF_A_TRACE
    written, seconds = _timed_load(store, traces)
    assert written.spans == traces * SPANS_OF_A_TRACE
    yield Row("store", f"{name}: load, empty", written.spans / seconds, "spans/s")
    again, seconds = _timed_load(store, traces // 4)
    assert again.spans == 0
    yield Row("store", f"{name}: load what is there", again.repeated / seconds, "rows/s")
    fill(store)
    count = store.run("SELECT count(*) FROM spans").rows[0][0]
    late, seconds = _timed_load(store, traces // 4, seed=1)
    yield Row("store", f"{name}: load beside {wanted:,}", late.spans / seconds, "spans/s")
    since = datetime.now(UTC).replace(tzinfo=None) - timedelta(days=7)
    for what, text, parameters in (
        (
            "the question, all days",
            _QUESTION.sql,
            {"below": 0.72, "since": datetime(2020, 1, 1), "limit": 50},
        ),
        ("the question, seven days", _QUESTION.sql, {"below": 0.72, "since": since, "limit": 50}),
        ("traces of seven days by pipeline", _SUMMARY, {"since": since}),
    ):
        yield Row("store", f"{name}: {what}", _median_ms(store, text, parameters), f"ms of {count:,}")
    size = sum(day.bytes for day in store.status().days)
    yield Row("store", f"{name}: on the disk", size / count, "B/span")


def _timed_load(store: Store, traces: int, seed: int = 0) -> tuple[Written, float]:
    """From requests as bytes to rows on the disk: what was written, and the seconds it took."""
    bodies = [message.SerializeToString() for message in requests(traces, seed)]
    begun = time.perf_counter()
    written = load(store, map(TracesData.FromString, bodies)).written
    return written, time.perf_counter() - begun


def _median_ms(store: Store, text: str, parameters: dict[str, Any]) -> float:
    taken = []
    for _ in range(5):
        begun = time.perf_counter()
        store.run(text, parameters)
        taken.append((time.perf_counter() - begun) * 1000)
    return statistics.median(taken)


def _fill_parquet(folder: Path, wanted: int, store: Store) -> None:
    connection = connect()
    there = store.run("SELECT count(*) FROM spans").rows[0][0]
    copies = max(wanted // there - 1, 0)
    source = reading(path for path in folder.glob("spans/*/*.parquet") if path.name != TEMPLATE)
    for copy in range(copies):
        day = datetime.now(UTC).date() - timedelta(days=1 + copy % (_DAYS - 1))
        target = folder / "spans" / day.isoformat()
        target.mkdir(exist_ok=True)
        number = f"{copy // (_DAYS - 1) + 1:010}"
        connection.execute(
            f"COPY (SELECT * REPLACE (md5(trace_id || '{copy}') AS trace_id,"
            f" started::TIME + DATE '{day}' AS started) FROM {source})"
            f" TO '{target}/{number}-{number}.parquet' (FORMAT parquet, COMPRESSION zstd)"
        )


def _fill_postgres(address: str, wanted: int, store: Store) -> None:
    import psycopg
    from spanwright_analysis.store.postgres_days import make_days

    there = store.run("SELECT count(*) FROM spans").rows[0][0]
    copies = max(wanted // there - 1, 0)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("SET search_path TO bench, public")
        connection.execute("SET TIME ZONE 'UTC'")
        today = datetime.now(UTC).date()
        make_days(connection, [(today - timedelta(days=back)).isoformat() for back in range(_DAYS)])
        connection.execute("CREATE TEMP TABLE first AS SELECT * FROM spans")
        others = ", ".join(column.name for column in SPANS if column.name not in ("trace_id", "started"))
        for copy in range(copies):
            day = today - timedelta(days=1 + copy % (_DAYS - 1))
            connection.execute(
                f"INSERT INTO spans (trace_id, started, {others})"
                f" SELECT md5(trace_id || '{copy}'), '{day}'::date + started::time, {others} FROM first"
            )
        connection.execute("VACUUM ANALYZE spans")


def _postgres() -> Iterator[str]:
    """The address of a server that the tests' own environment has, where it can be had."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
    from support.environments import NotInstallableError
    from support.postgres import postgres_server

    with suppress(NotInstallableError), postgres_server() as address:
        yield address
