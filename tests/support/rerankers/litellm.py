"""LiteLLM's function, over a scripted wire to Cohere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from litellm.llms.custom_httpx.http_handler import AsyncHTTPHandler, HTTPHandler
from spanwright_instrumentation.providers.litellm import LiteLLMInstrumentor
from support.drivers.litellm import SDK
from support.reranker_contract import RANKING, Opened
from support.wire import Answer, Wire

instrumentor = LiteLLMInstrumentor
_MODEL = "rerank-v3.5"


def _handler(body: dict[str, Any], status: int, *, is_async: bool) -> Any:
    wire = Wire([Answer((json.dumps(body).encode(),), status, {"content-type": "application/json"})])
    kind: Any = AsyncHTTPHandler if is_async else HTTPHandler
    made = kind.__new__(kind)  # which makes no client of its own, that nobody would close
    made.client = (httpx.AsyncClient if is_async else httpx.Client)(transport=wire.transport(httpx))
    made.timeout, made.event_hooks = 600.0, None
    return made


@contextmanager
def opened(*, is_async: bool) -> Iterator[Opened]:
    results = [{"index": at, "relevance_score": score} for at, score in RANKING]
    good = {"id": "r-1", "results": results, "meta": {"billed_units": {"search_units": 1}}}

    def rerank(query: str, documents: list[str], body: dict[str, Any] = good, status: int = 200) -> Any:
        return (SDK.arerank if is_async else SDK.rerank)(
            model=f"cohere/{_MODEL}",
            query=query,
            documents=documents,
            api_key="k",
            client=_handler(body, status, is_async=is_async),
        )

    def order(answer: Any) -> list[tuple[int, float]]:
        return [(each["index"], each["relevance_score"]) for each in answer.results]

    yield Opened(_MODEL, "cohere", rerank, order, lambda: rerank("", [""], {"message": "no"}, 400))
