"""Chroma in process; its asynchronous client is for servers, and has a test of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import chromadb  # type: ignore[import-not-found]
from spanwright_instrumentation.providers.chroma import ChromaInstrumentor
from support.retrieval_contract import CHUNKS, Opened

instrumentor = ChromaInstrumentor
IS_SYNC_ONLY = True


@asynccontextmanager
async def opened(*, is_async: bool) -> AsyncIterator[Opened]:
    assert not is_async
    # In-process clients share their data.
    name = f"help-{uuid4()}"
    collection = chromadb.EphemeralClient().create_collection(
        name, configuration={"hnsw": {"space": "cosine"}}
    )
    collection.add(
        ids=[str(each.number) for each in CHUNKS],
        embeddings=[each.vector for each in CHUNKS],
        documents=[each.text for each in CHUNKS],
        metadatas=[{"source": each.source} for each in CHUNKS],
    )
    yield Opened(
        "chroma",
        name,
        lambda vector, k: collection.query(query_embeddings=vector, n_results=k),
        lambda: collection.query(query_embeddings=[0.1]),
        lambda answer: list(zip(answer["ids"][0], answer["distances"][0], strict=True)),
        kind="distance",
    )
