"""What is so of PostgreSQL alone."""

from __future__ import annotations

import threading
from pathlib import Path

import psycopg
import pytest
from spanwright_analysis.store import postgres_days
from spanwright_analysis.store.error import StoreError, UnavailableError
from spanwright_analysis.store.postgres import PostgresStore
from support.otlp_traces import DAY, NOW, ROOT, batch, retrieval, traces


def test_the_fifty_weakest_are_found_by_an_index(postgres: PostgresStore) -> None:
    """Of the scores below the limit, and of no others."""
    from spanwright_analysis.named_queries import NAMED_QUERIES

    postgres.write(
        batch(
            *(
                traces(ROOT, retrieval(n / 2000), {}, {}, {}, {}, trace=n, at=NOW - n % 3 * DAY)
                for n in range(1, 1500)
            )
        )
    )
    with postgres._connected() as connection:
        connection.execute("ANALYZE")
    sql = "EXPLAIN " + NAMED_QUERIES[0].sql
    plan = postgres.run(sql, {"below": 0.72, "since": "2026-01-01", "limit": 50})
    text = "\n".join(str(row[0]) for row in plan.rows)
    assert "first_score_idx" in text


def test_a_schema_without_a_store_is_told(postgres_url: str) -> None:
    """Also where another schema of the search path holds one."""
    store = PostgresStore(postgres_url, "no_such_schema")
    with pytest.raises(StoreError, match="spanwright store init"):
        store.run("SELECT 1")
    store.close()


def test_a_server_that_does_not_answer_may_answer_later(tmp_path: Path) -> None:
    """As an error that asks senders to come again, without address or password."""
    store = PostgresStore(f"postgresql://me:secret@/db?host={tmp_path}")
    with pytest.raises(UnavailableError) as error:
        store.run("SELECT 1")
    assert "secret" not in str(error.value)


def test_a_connection_that_was_cut_is_made_anew(postgres: PostgresStore, postgres_url: str) -> None:
    """The write that met it fails, the next one does not."""
    postgres.write(batch(traces(ROOT, trace=1)))
    with psycopg.connect(postgres_url, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'spanwright-store' AND pid <> pg_backend_pid()"
        )
    with pytest.raises(UnavailableError):
        postgres.write(batch(traces(ROOT, trace=2)))
    assert postgres.write(batch(traces(ROOT, trace=2))).spans == 1


def test_writers_at_one_time_store_once(postgres: PostgresStore, postgres_url: str) -> None:
    """What several receivers are sent of the same is there once."""
    same = [batch(traces(ROOT, {}, trace=number, at=NOW - number * DAY)) for number in range(1, 6)]
    stores = [PostgresStore(postgres_url, postgres._schema, clock=lambda: NOW) for _ in range(3)]
    threads = [threading.Thread(target=lambda s=one: [s.write(each) for each in same]) for one in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for each in stores:
        each.close()
    assert postgres.run("SELECT count(*) FROM spans").rows == [(10,)]


def test_nothing_slips_in_beside_an_erasure(postgres: PostgresStore, postgres_url: str) -> None:
    """A batch that is under way while its trace is erased waits, and is not stored."""
    late = batch(traces(ROOT, trace=1, at=NOW - 60))
    postgres.write(batch(traces(ROOT, trace=2)))
    with psycopg.connect(postgres_url) as eraser:
        eraser.execute(f"SET search_path TO {postgres._schema}")
        eraser.execute("SELECT pg_advisory_xact_lock(%s)", [postgres_days.LOCK + 1])
        writer = threading.Thread(target=postgres.write, args=[late])
        writer.start()
        eraser.execute("INSERT INTO erased VALUES ('trace', %s, to_timestamp(%s))", [f"{1:032x}", NOW])
        eraser.commit()
        writer.join()
    assert postgres.run("SELECT count(*) FROM spans").rows == [(1,)]


def test_a_day_that_was_dropped_is_made_again(postgres: PostgresStore, postgres_url: str) -> None:
    """By a writer that knew it as there."""
    postgres.write(batch(traces(ROOT, trace=1)))
    other = PostgresStore(postgres_url, postgres._schema, clock=lambda: NOW)
    from spanwright_analysis.store.backend import Erasure

    other.erase(Erasure(days=frozenset({"2026-11-23"})))
    other.close()
    assert postgres.write(batch(traces(ROOT, trace=2))).spans == 1


def test_a_reader_may_read_and_no_more(postgres: PostgresStore, postgres_url: str) -> None:
    """Days that are made later, too."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("DROP ROLE IF EXISTS grafana_test")
        connection.execute("CREATE ROLE grafana_test LOGIN")
    postgres.init(readers=["grafana_test"])
    postgres.write(batch(traces(ROOT, at=NOW - 5 * DAY)))
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("SET ROLE grafana_test")
        connection.execute(f"SET search_path TO {postgres._schema}")
        assert connection.execute("SELECT outcome FROM traces").fetchall() == [("success",)]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("DELETE FROM spans")
        connection.execute("RESET ROLE")
        connection.execute("DROP OWNED BY grafana_test")
        connection.execute("DROP ROLE grafana_test")


def test_what_was_erased_is_not_left_on_the_pages(postgres: PostgresStore, postgres_url: str) -> None:
    """Deleted rows are cleared at once, not when the server finds the time."""
    from spanwright_analysis.store.backend import Erasure

    postgres.write(batch(traces(ROOT, retrieval(0.7), trace=1), traces(ROOT, trace=2)))
    postgres.erase(Erasure(traces=frozenset({f"{1:032x}"})))
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"SET search_path TO {postgres._schema}")
        connection.execute("SELECT pg_stat_force_next_flush()")
        row = connection.execute("SELECT pg_stat_get_dead_tuples('spans_20261123'::regclass)").fetchone()
    assert row == (0,)
