"""FAISS, whose indexes have neither names nor payloads."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import faiss  # type: ignore[import-not-found]
import numpy as np
from spanwright_instrumentation.providers.faiss import FaissInstrumentor
from support.retrieval_contract import CHUNKS, Opened

instrumentor = FaissInstrumentor
IS_SYNC_ONLY = True


@asynccontextmanager
async def opened(*, is_async: bool) -> AsyncIterator[Opened]:
    assert not is_async
    index = faiss.IndexFlatIP(3)
    index.add(np.array([each.vector for each in CHUNKS], dtype="f4"))
    yield Opened(
        "faiss",
        None,
        lambda vector, k: index.search(np.array([vector], dtype="f4"), k),
        lambda: index.search(np.array([[0.1]], dtype="f4"), 1),
        lambda answer: list(zip(answer[1][0].tolist(), answer[0][0].tolist(), strict=True)),
        has_payload=False,
    )
