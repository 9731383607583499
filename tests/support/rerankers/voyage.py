"""Voyage AI's SDK, asking a server on this machine."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from spanwright_instrumentation.providers.voyage import VoyageInstrumentor
from support.reranker_contract import RANKING, Opened, json_server

voyageai: Any = import_module("voyageai")
instrumentor = VoyageInstrumentor
MODEL = "rerank-2.5"
VECTOR = [0.11, 0.22, 0.33, 0.44]


def answered(path: str, sent: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """As the service answers; no documents are an error."""
    if path.endswith("/rerank"):
        if not sent["documents"]:
            return 400, {"detail": "documents must not be empty"}
        data: list[Any] = [{"index": at, "relevance_score": score} for at, score in RANKING]
    elif path.endswith("/contextualizedembeddings"):
        chunks = [len(document) for document in sent["inputs"]]
        data = [{"index": at, "data": [vector(i) for i in range(n)]} for at, n in enumerate(chunks)]
    else:
        data = [vector(at) for at in range(len(sent.get("input") or sent.get("inputs") or ()))]
    usage = {"total_tokens": 26, "text_tokens": 26, "image_pixels": 0, "video_pixels": 0}
    return 200, {"object": "list", "data": data, "model": sent["model"], "usage": usage}


def vector(at: int) -> dict[str, Any]:
    return {"object": "embedding", "index": at, "embedding": [value + at for value in VECTOR]}


def client(url: str, *, is_async: bool, max_retries: int = 0) -> Any:
    """A client of the server at this address."""
    kind = voyageai.AsyncClient if is_async else voyageai.Client
    if "base_url" in inspect.signature(kind.__init__).parameters:
        return kind(api_key="pa-test", base_url=f"{url}/v1", max_retries=max_retries)
    voyageai.api_base = f"{url}/v1"
    return kind(api_key="pa-test", max_retries=max_retries)


@contextmanager
def opened(*, is_async: bool) -> Iterator[Opened]:
    with json_server(answered) as url:
        made = client(url, is_async=is_async)

        def order(answer: Any) -> list[tuple[int, float]]:
            return [(each.index, each.relevance_score) for each in answer.results]

        yield Opened(
            MODEL,
            "voyageai",
            lambda query, documents: made.rerank(query, documents, MODEL),
            order,
            lambda: made.rerank("nothing", [], model=MODEL),
        )
