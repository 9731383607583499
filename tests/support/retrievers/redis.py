"""A real Redis with the query engine."""

from __future__ import annotations

import time
from array import array
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any

import redis  # type: ignore[import-not-found]
import redis.asyncio  # type: ignore[import-not-found]
from spanwright_instrumentation.providers.redis import RedisInstrumentor
from support.redis_engine import running
from support.retrieval_contract import CHUNKS, Opened

instrumentor = RedisInstrumentor


@asynccontextmanager
async def opened(*, is_async: bool) -> AsyncIterator[Opened]:
    search = import_module("redis.commands.search.query")
    with running() as socket:
        plain = redis.Redis(unix_socket_path=socket)
        filled(plain)
        client: Any = redis.asyncio.Redis(unix_socket_path=socket) if is_async else plain

        def asked(vector: list[float], k: int) -> Any:
            query = (
                search.Query(f"*=>[KNN {k} @embedding $vector AS distance]").sort_by("distance").dialect(2)
            )
            return client.ft("help").search(query, query_params={"vector": array("f", vector).tobytes()})

        yield Opened(
            "redis",
            "help",
            asked,
            lambda: asked([0.1], 1),
            lambda answer: [(each.id, float(each.distance)) for each in answer.docs],
            kind="distance",
            tell=lambda: client.ft("help").info(),
        )
        if is_async:
            await getattr(client, "aclose", client.close)()
        plain.close()


def filled(client: Any, metric: str = "COSINE") -> None:
    """An index with the chunks."""
    fields = import_module("redis.commands.search.field")
    vector = fields.VectorField("embedding", "FLAT", {"TYPE": "FLOAT32", "DIM": 3, "DISTANCE_METRIC": metric})
    client.ft("help").create_index([fields.TextField("text"), fields.TagField("source"), vector])
    for chunk in CHUNKS:
        stored = {"text": chunk.text, "source": chunk.source, "embedding": array("f", chunk.vector).tobytes()}
        client.hset(f"help:{chunk.number}", mapping=stored)
    while int(client.ft("help").info()["num_docs"]) < len(CHUNKS):
        time.sleep(0.01)
