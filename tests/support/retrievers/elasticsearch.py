"""Elasticsearch's clients over HTTP, with a server that answers as it is documented."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import elasticsearch  # type: ignore[import-not-found]
from spanwright_instrumentation.providers.elasticsearch import ElasticsearchInstrumentor
from support.retrieval_contract import Opened
from support.search_engine import Engine, serving

instrumentor = ElasticsearchInstrumentor

MAPPINGS = {"properties": {"vector": {"type": "dense_vector", "dims": 3, "similarity": "cosine"}}}


@asynccontextmanager
async def opened(*, is_async: bool) -> AsyncIterator[Opened]:
    with serving(Engine(mappings={"help": MAPPINGS})) as port:
        make = elasticsearch.AsyncElasticsearch if is_async else elasticsearch.Elasticsearch
        client: Any = make(f"http://127.0.0.1:{port}")

        def asked(vector: list[float], k: int, index: str = "help") -> Any:
            return client.search(
                index=index, knn={"field": "vector", "query_vector": vector, "k": k, "num_candidates": 10}
            )

        yield Opened(
            "elasticsearch",
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
