"""Stores of every kind, each new for its test."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from spanwright_analysis.store.backend import Store
from spanwright_analysis.store.parquet import ParquetStore
from spanwright_analysis.store.postgres import PostgresStore
from support.environments import NotInstallableError
from support.otlp_traces import NOW
from support.postgres import postgres_server

_SCHEMAS = count(1)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    try:
        with postgres_server() as url:
            yield url
    except NotInstallableError as error:
        pytest.skip(f"Cannot run PostgreSQL: {error}")


@pytest.fixture
def postgres(postgres_url: str) -> Iterator[PostgresStore]:
    """A store in a schema of its own."""
    store = PostgresStore(postgres_url, f"test_{next(_SCHEMAS)}", clock=lambda: NOW)
    store.init(30)
    yield store
    store.close()


@pytest.fixture
def parquet(tmp_path: Path) -> ParquetStore:
    store = ParquetStore(tmp_path / "store", clock=lambda: NOW)
    store.init(30)
    return store


@pytest.fixture(params=["parquet", "postgres"])
def store(request: pytest.FixtureRequest) -> Store:
    """One after the other, for what holds for all."""
    made: Store = request.getfixturevalue(request.param)
    return made
