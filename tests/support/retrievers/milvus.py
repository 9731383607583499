"""Milvus Lite, which is an engine of its own in the application's process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from tempfile import TemporaryDirectory
from typing import Any

import pymilvus  # type: ignore[import-not-found]
from spanwright_instrumentation.providers.milvus import MilvusInstrumentor
from support.retrieval_contract import CHUNKS, Opened

instrumentor = MilvusInstrumentor
ROWS = [
    {"id": each.number, "vector": each.vector, "text": each.text, "source": each.source} for each in CHUNKS
]


@asynccontextmanager
async def opened(*, is_async: bool) -> AsyncIterator[Opened]:
    with TemporaryDirectory(prefix="milvus", ignore_cleanup_errors=True) as folder:
        plain = pymilvus.MilvusClient(f"{folder}/help.db")
        plain.create_collection("help", dimension=3, metric_type="COSINE")
        plain.insert("help", ROWS)
        client: Any = pymilvus.AsyncMilvusClient(_address(plain, folder)) if is_async else plain
        yield Opened(
            "milvus",
            "help",
            lambda vector, k: client.search(
                "help",
                [vector],
                limit=k,
                output_fields=["text", "source"],
                search_params={"metric_type": "COSINE"},
            ),
            lambda: client.search("none", [[0.1]]),
            lambda answer: [(hit["id"], hit["distance"]) for hit in answer[0]],
        )
        if is_async:
            await client.close()
        plain.close()


def _address(client: Any, folder: str) -> str:
    """Of the engine that a client has started."""
    if hasattr(client, "_config"):
        return str(client._config.uri)
    manager = import_module("milvus_lite.server_manager").server_manager_instance
    return str(manager.start_and_get_uri(f"{folder}/help.db"))
