"""Queries like another, by the cosine of their embeddings."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from ..span_store import Result
from .backend import Store
from .batch import query_key
from .embedding import embedder, vector
from .error import StoreError
from .settings import EmbeddingSettings


def similar(
    store: Store,
    settings: EmbeddingSettings,
    *,
    text: str | None = None,
    trace: str | None = None,
    vector_file: Path | None = None,
    since: datetime,
    limit: int,
) -> Result:
    """Stored queries like ``text``, the first query of ``trace``, or the vector in a file: one of the three.

    A text that is stored with its vector already calls no model. Raises ``StoreError``.
    """
    if not settings.model:
        raise StoreError(
            "Cannot search for similar queries: no model is named. Set SPANWRIGHT_STORE_EMBEDDING_MODEL "
            "to the one that `spanwright store embed` was run with."
        )
    if vector_file is not None:
        wanted: Sequence[float] = _read(vector_file)
    else:
        asked = text if text is not None else _query_of(store, trace or "")
        wanted = store.embedding(settings.model, query_key(asked)) or embedder(settings)([asked])[0]
    return store.nearest(settings.model, wanted, limit, since)


def _query_of(store: Store, trace: str) -> str:
    found = store.run(
        "SELECT query_text FROM retrievals WHERE trace_id = $trace AND query_text IS NOT NULL"
        " ORDER BY started LIMIT 1",
        {"trace": trace.lower()},
    )
    if not found.rows:
        raise StoreError(
            f"Cannot search for queries like that of trace {trace}: the store has no query text of it. "
            "Give the whole trace id, or a text."
        )
    return str(found.rows[0][0])


def _read(file: Path) -> list[float]:
    try:
        return vector(json.loads(file.read_text("utf-8")))
    except (OSError, ValueError) as error:
        raise StoreError(
            f"Cannot read {file}: it holds no JSON list of numbers. Name a file that does."
        ) from error
