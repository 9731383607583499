"""From nothing to a store, and from an older one."""

from __future__ import annotations

import psycopg
import pytest
from spanwright_analysis.store import migrations
from spanwright_analysis.store.error import StoreError
from spanwright_analysis.store.postgres import PostgresStore
from support.otlp_traces import ROOT, batch, traces


def test_steps_are_numbered_without_gaps() -> None:
    """The last number is the version."""
    assert [number for number, _, _ in migrations.texts("postgres")] == list(
        range(1, len(migrations.texts("postgres")) + 1)
    )


def test_a_later_step_is_taken_on_an_older_store(
    postgres: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is stored stays, also in the pieces that were made before; views of the user's stay too."""
    postgres.write(batch(traces(ROOT)))
    with postgres._connected() as connection:
        connection.execute("CREATE VIEW mine AS SELECT outcome FROM traces")
    steps = migrations.texts("postgres")
    later = (len(steps) + 1, "later", "ALTER TABLE spans ADD COLUMN later text DEFAULT 'yes'")
    monkeypatch.setattr(migrations, "texts", lambda _: [*steps, later])
    postgres.init()
    assert postgres.run("SELECT later FROM spans").rows == [("yes",)]
    assert postgres.run("SELECT outcome FROM mine").rows == [("success",)]
    assert postgres.status().version == len(steps) + 1


def test_a_step_that_fails_leaves_all_as_it_was(
    postgres: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of it or nothing."""
    steps = migrations.texts("postgres")
    bad = [
        (8, "good", "ALTER TABLE spans ADD COLUMN good text"),
        (9, "bad", "ALTER TABLE nothing ADD COLUMN x text"),
    ]
    monkeypatch.setattr(migrations, "texts", lambda _: [*steps, *bad])
    with pytest.raises(StoreError, match="nothing"):
        postgres.init()
    assert "good" not in postgres.run("SELECT * FROM spans").columns


def test_a_later_version_is_left_alone(postgres: PostgresStore) -> None:
    """Its tables may mean something else."""
    with postgres._connected() as connection:
        connection.execute("INSERT INTO store_migrations (number, name) VALUES (99, 'of the future')")
    with pytest.raises(StoreError, match="version 99"):
        postgres.init()


def test_where_there_is_no_store_the_version_is_nothing(postgres_url: str) -> None:
    """Told by the connection's own schema, whatever else its search path leads to."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA IF NOT EXISTS empty")
        connection.execute("SET search_path TO empty, public")
        assert migrations.version(connection) == 0
