"""Weaviate's clients over gRPC, with a server that speaks the client's own protocol."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import weaviate  # type: ignore[import-not-found]
from spanwright_instrumentation.providers.weaviate import WeaviateInstrumentor
from support.retrieval_contract import Opened
from support.weaviate_server import Weaviate, serving

instrumentor = WeaviateInstrumentor


@asynccontextmanager
async def opened(*, is_async: bool) -> AsyncIterator[Opened]:
    with serving(Weaviate()) as server:
        make = weaviate.use_async_with_custom if is_async else weaviate.connect_to_custom
        client: Any = make(
            http_host="127.0.0.1",
            http_port=server.http,
            http_secure=False,
            grpc_host="127.0.0.1",
            grpc_port=server.grpc,
            grpc_secure=False,
            skip_init_checks=True,
        )
        if is_async:
            await client.connect()
        help_collection = client.collections.get("Help")

        def asked(collection: Any, vector: list[float], k: int) -> Any:
            return collection.query.near_vector(vector, limit=k, return_metadata=["distance"])

        def told() -> Any:
            return client.collections.get("Help").config.get()

        yield Opened(
            "weaviate",
            "Help",
            lambda vector, k: asked(help_collection, vector, k),
            lambda: asked(client.collections.get("None"), [0.1], 1),
            lambda answer: [(each.uuid, each.metadata.distance) for each in answer.objects],
            kind="distance",
            server=("127.0.0.1", server.http),
            tell=told,
        )
        if is_async:
            await client.close()
        else:
            client.close()
