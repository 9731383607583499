"""Binary COPY."""

from __future__ import annotations

import psycopg
import pytest
from spanwright_analysis.store.columns import SPANS
from spanwright_analysis.store.postgres import PostgresStore
from spanwright_analysis.store.postgres_copy import JsonTextDumper, copy_new_rows, copy_rows
from spanwright_analysis.store.postgres_days import make_days
from support.otlp_traces import ROOT, batch, retrieval, traces


def test_every_column_comes_back_as_it_went(postgres: PostgresStore) -> None:
    """Texts, numbers, times, ids and JSON."""
    made = batch(traces({**ROOT, "other": [1, "a"], "spanwright.trace.cost.usd": 0.1}, retrieval(0.7)))
    postgres.write(made)
    names = ", ".join(column.name for column in SPANS if column.kind.name != "JSON")
    kept = [at for at, column in enumerate(SPANS) if column.kind.name != "JSON"]
    stored = postgres.run(f"SELECT {names} FROM spans ORDER BY span_id").rows
    assert stored == [tuple(row[at] for at in kept) for row in made.spans.values()]
    assert postgres.run("SELECT attributes FROM spans ORDER BY span_id LIMIT 1").rows == [
        ({"other": [1, "a"]},)
    ]


def test_a_key_that_is_there_is_passed_over_or_told(postgres: PostgresStore) -> None:
    """Straight it is an error, which undoes all; by way of the temporary table it is left out."""
    rows = list(batch(traces(ROOT, {})).spans.values())
    with postgres._connected() as connection:
        make_days(connection, ["2026-11-23"])
        copy_rows(connection, "spans", rows[:1])
        with pytest.raises(psycopg.errors.UniqueViolation), connection.transaction():
            copy_rows(connection, "spans", rows)
        with connection.transaction():
            assert copy_new_rows(connection, "spans", rows) == 1


def test_json_text_is_sent_as_it_is() -> None:
    """Behind the byte that tells the form of jsonb."""
    assert JsonTextDumper(str).dump('{"é":1}') == b'\x01{"\xc3\xa9":1}'
