"""Pinecone's clients over HTTP, with a server that answers as the hosted service is documented."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pinecone  # type: ignore[import-not-found]
from spanwright_instrumentation.providers.pinecone import PineconeInstrumentor
from support.pinecone_service import Service, serving
from support.retrieval_contract import Opened

instrumentor = PineconeInstrumentor


@asynccontextmanager
async def opened(*, is_async: bool) -> AsyncIterator[Opened]:
    with serving(Service()) as service:
        control = pinecone.Pinecone(api_key="key", host=service.address)
        make = _asynchronous_index if is_async else lambda address: control.Index(host=address)

        def asked(**query: Any) -> Any:
            # The client of an index keeps its methods from the time it is made.
            index = make(service.address)
            return _closed_after(index, query) if is_async else index.query(**query)

        yield Opened(
            "pinecone",
            None,
            lambda vector, k: asked(vector=vector, top_k=k, include_metadata=True),
            lambda: asked(vector=[0.1], top_k=1),
            lambda answer: [(match.id, match.score) for match in answer.matches],
            server=("127.0.0.1", service.port),
            tell=lambda: _told(control, is_async=is_async),
        )


def _asynchronous_index(address: str) -> Any:
    client = pinecone.PineconeAsyncio(api_key="key")
    return (getattr(client, "IndexAsyncio", None) or client.index)(host=address)


async def _closed_after(index: Any, query: dict[str, Any]) -> Any:
    async with index:
        return await index.query(**query)


async def _as_coroutine(result: Any) -> Any:
    return result


def _told(control: Any, *, is_async: bool) -> Any:
    told = control.describe_index("help")
    return _as_coroutine(told) if is_async else told
