"""pgvector."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from spanwright_analysis.store import postgres_vectors as vectors
from spanwright_analysis.store.backend import Embedding
from spanwright_analysis.store.batch import query_key
from spanwright_analysis.store.error import StoreError
from spanwright_analysis.store.postgres import PostgresStore
from support.otlp_traces import ROOT, batch, retrieval, traces

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(("dimensions", "kind"), [(3, "vector"), (3072, "halfvec"), (5000, None)])
def test_vectors_of_any_size_are_found(postgres: PostgresStore, dimensions: int, kind: str | None) -> None:
    """By an index as far as pgvector has one for so many dimensions, else by looking at all."""
    postgres.write(batch(traces(ROOT, retrieval(0.7, "q"))))
    vector = [1.0] + [0.0] * (dimensions - 1)
    postgres.put_embeddings("m", [Embedding(query_key("q"), vector)])
    assert [row[1] for row in postgres.nearest("m", vector, 5, LONG_AGO).rows] == ["q"]
    found = postgres.run(
        "SELECT indexdef FROM pg_indexes WHERE schemaname = current_schema() AND indexname = $name",
        {"name": f"query_embeddings_{dimensions}"},
    )
    assert [f"{kind}({dimensions})" in row[0] for row in found.rows] == ([True] if kind else [])


def test_models_are_kept_apart(postgres: PostgresStore) -> None:
    """Vectors of another model say nothing about this one's."""
    postgres.write(batch(traces(ROOT, retrieval(0.7, "q"))))
    postgres.put_embeddings("a", [Embedding(query_key("q"), [1.0, 0.0])])
    assert postgres.nearest("b", [1.0, 0.0], 5, LONG_AGO).rows == []


def test_without_the_extension_it_says_what_to_install(
    postgres: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everything else works without it."""
    monkeypatch.setattr(vectors, "prepare", lambda _: False)
    with postgres._connected() as connection:
        connection.execute("DROP TABLE query_embeddings")
    assert postgres.status().embeddings == {}
    assert postgres.retain() == []
    with pytest.raises(StoreError, match="CREATE EXTENSION vector"):
        postgres.unembedded("m", LONG_AGO, 1)
