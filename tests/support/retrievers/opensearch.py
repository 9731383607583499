"""OpenSearch's clients over HTTP, with a server that answers as it is documented."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import opensearchpy  # type: ignore[import-not-found]
from spanwright_instrumentation.providers.opensearch import OpenSearchInstrumentor
from support.retrieval_contract import Opened
from support.search_engine import Engine, serving

instrumentor = OpenSearchInstrumentor

METHOD = {"name": "hnsw", "engine": "lucene", "space_type": "cosinesimil"}
MAPPINGS = {"properties": {"vector": {"type": "knn_vector", "dimension": 3, "method": METHOD}}}


@asynccontextmanager
async def opened(*, is_async: bool) -> AsyncIterator[Opened]:
    with serving(Engine(mappings={"help": MAPPINGS})) as port:
        make = opensearchpy.AsyncOpenSearch if is_async else opensearchpy.OpenSearch
        client: Any = make([{"host": "127.0.0.1", "port": port}])

        def asked(vector: list[float], k: int, index: str = "help") -> Any:
            query = {"knn": {"vector": {"vector": vector, "k": k}}}
            return client.search(index=index, body={"size": k, "query": query})

        yield Opened(
            "opensearch",
            "help",
            asked,
            lambda: asked([0.1], 1, "none"),
            lambda answer: [(hit["_id"], hit["_score"]) for hit in answer["hits"]["hits"]],
            server=("127.0.0.1", port),
            tell=lambda: client.indices.get_mapping(index="help"),
        )
        if is_async:
            await client.close()
        else:
            client.close()
