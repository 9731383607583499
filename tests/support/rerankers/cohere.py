"""Cohere's SDK over a scripted wire."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from spanwright_instrumentation.providers.cohere import CohereInstrumentor
from support.drivers.cohere import client, refusal, whole
from support.reranker_contract import RANKING, Opened
from support.wire import Wire

instrumentor = CohereInstrumentor
_MODEL = "rerank-v3.5"


@contextmanager
def opened(*, is_async: bool) -> Iterator[Opened]:
    results = [{"index": at, "relevance_score": score} for at, score in RANKING]
    body = {"id": "r-1", "results": results, "meta": {"billed_units": {"search_units": 1.0}}}
    good = client(Wire([whole(body)]), is_async=is_async).made
    bad = client(Wire([refusal(400)]), is_async=is_async).made

    def order(answer: Any) -> list[tuple[int, float]]:
        return [(each.index, each.relevance_score) for each in answer.results]

    yield Opened(
        _MODEL,
        "cohere",
        lambda query, documents: good.rerank(model=_MODEL, query=query, documents=documents),
        order,
        lambda: bad.rerank(model=_MODEL, query="", documents=[]),
    )
