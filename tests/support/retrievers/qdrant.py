"""Qdrant in local mode."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from qdrant_client import AsyncQdrantClient, QdrantClient, models
from spanwright_instrumentation.providers.qdrant import QdrantInstrumentor
from support.retrieval_contract import CHUNKS, Opened

instrumentor = QdrantInstrumentor
VECTORS = models.VectorParams(size=3, distance=models.Distance.COSINE)
POINTS = [
    models.PointStruct(id=each.number, vector=each.vector, payload={"text": each.text, "source": each.source})
    for each in CHUNKS
]


@asynccontextmanager
async def opened(*, is_async: bool) -> AsyncIterator[Opened]:
    client: Any
    if is_async:
        client = AsyncQdrantClient(":memory:")
        await client.create_collection("help", vectors_config=VECTORS)
        await client.upsert("help", POINTS)
    else:
        client = QdrantClient(":memory:")
        client.create_collection("help", vectors_config=VECTORS)
        client.upsert("help", POINTS)
    yield Opened(
        "qdrant",
        "help",
        lambda vector, k: client.query_points("help", query=vector, limit=k),
        lambda: client.query_points("none", query=[0.1]),
        lambda answer: [(point.id, point.score) for point in answer.points],
    )
    if is_async:
        await client.close()
    else:
        client.close()
