"""Queries like another."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from spanwright_analysis.store.backend import Embedding, Store
from spanwright_analysis.store.batch import query_key
from spanwright_analysis.store.error import StoreError
from spanwright_analysis.store.settings import EmbeddingSettings
from spanwright_analysis.store.similar import similar
from support.otlp_traces import ROOT, batch, retrieval, traces

SINCE = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def filled(parquet: Store) -> Store:
    parquet.write(batch(*(traces(ROOT, retrieval(0.5, f"q{n}"), trace=n) for n in (1, 2))))
    parquet.put_embeddings("m", [Embedding(query_key(f"q{n}"), [1.0, float(n)]) for n in (1, 2)])
    return parquet


def test_like_a_text_a_trace_or_a_vector(filled: Store, tmp_path: Path) -> None:
    """A text that has its vector already calls no model."""
    (tmp_path / "v.json").write_text("[1, 1]")
    settings = EmbeddingSettings("m")
    found = [
        similar(filled, settings, text="q1", since=SINCE, limit=1),
        similar(filled, settings, trace=f"{1:032X}", since=SINCE, limit=1),
        similar(filled, settings, vector_file=tmp_path / "v.json", since=SINCE, limit=1),
    ]
    assert [[row[1] for row in each.rows] for each in found] == [["q1"]] * 3


def test_what_cannot_be_looked_for_is_told(filled: Store, tmp_path: Path) -> None:
    """No model, no such trace, no vector in the file."""
    with pytest.raises(StoreError, match="no model is named"):
        similar(filled, EmbeddingSettings(), text="q1", since=SINCE, limit=1)
    with pytest.raises(StoreError, match="no query text"):
        similar(filled, EmbeddingSettings("m"), trace="0" * 32, since=SINCE, limit=1)
    (tmp_path / "v.json").write_text("{}")
    with pytest.raises(StoreError, match="no JSON list"):
        similar(filled, EmbeddingSettings("m"), vector_file=tmp_path / "v.json", since=SINCE, limit=1)
