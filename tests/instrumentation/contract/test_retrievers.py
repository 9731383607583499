"""Every retriever, plain and asynchronous, through what all of them promise.

Those whose library is not in the project's environment run in tests/environments.
"""

from __future__ import annotations

import asyncio
import json
from importlib import import_module
from importlib.metadata import distribution
from typing import Any

import pytest
import support.retrievers
from opentelemetry import trace
from opentelemetry.instrumentation.utils import suppress_instrumentation
from opentelemetry.trace import SpanKind, StatusCode
from spanwright_instrumentation import store
from spanwright_instrumentation.embedding_memory import memory, remember_embeddings
from spanwright_instrumentation.invocation import error_type
from support.driver_modules import Drivers, failure, result
from support.recording import Recording, documents, instrumented
from support.retrieval_contract import CHUNKS, COSINES, HELP, MODEL, QUERY_TEXT, Opened

FIGURES = "spanwright.retrieval.score."


driver = Drivers(support.retrievers)
every_way = driver.every_way()


def test_every_retriever_has_a_driver() -> None:
    """A store joins this suite by one driver file, and none of the entry points stays outside."""
    points = distribution("spanwright-instrumentation").entry_points.select(
        group="opentelemetry_instrumentor"
    )
    modules = {point.value.partition(":")[0] for point in points}
    stores = {name.rpartition(".")[2] for name in modules if hasattr(import_module(name), "Store")}
    assert {*driver.names()} >= stores


@every_way
async def test_one_span_says_everything(name: str, is_async: bool) -> None:
    """Collection, k, the text behind the vector, documents in order, scores on both scales; no vector; the
    application's own context and answer."""
    memory.clear()
    remember_embeddings([HELP], [QUERY_TEXT], MODEL)
    recording = Recording()
    async with driver(name).opened(is_async=is_async) as opened:
        bare = opened.answered(await result(opened.search(HELP, 2)))
        with instrumented(driver(name).instrumentor(), recording):
            answer = await result(opened.search(HELP, 2))
        assert not trace.get_current_span().get_span_context().is_valid
        (span,) = recording.spans
        found: dict[str, Any] = dict(span.attributes or {})
        assert [document for document, _ in opened.answered(answer)] == [document for document, _ in bare]

    assert (span.name, span.kind) == (
        f"retrieval {opened.name}" if opened.name else "retrieval",
        SpanKind.CLIENT,
    )
    assert span.status.status_code is StatusCode.UNSET
    scores = [score for _, score in bare]
    assert documents(found) == expected(opened, bare)
    assert found["gen_ai.provider.name"] == opened.provider
    assert found.get("gen_ai.data_source.id") == opened.name
    assert (found["gen_ai.retrieval.top_k"], found["spanwright.retrieval.returned"]) == (2, 2)
    assert found["gen_ai.retrieval.query.text"] == QUERY_TEXT
    assert found["spanwright.retrieval.embedding.model"] == MODEL
    assert found["spanwright.retrieval.filtered"] is False
    assert found.get(f"{FIGURES}kind") == opened.kind
    assert found[f"{FIGURES}first"] == pytest.approx(scores[0])
    assert found[f"{FIGURES}second"] == pytest.approx(scores[1])
    if opened.server:
        assert (found["server.address"], found["server.port"]) == opened.server
    lists = [value for value in found.values() if isinstance(value, tuple)]
    assert not [value for value in lists if any(isinstance(each, float) for each in value)]
    assert "0.6" not in span.to_json().replace(json.dumps(scores[0]), "").replace(json.dumps(scores[1]), "")
    (point,) = recording.metric_points("gen_ai.client.operation.duration")
    assert point[0] == 1


def expected(opened: Opened, bare: list[tuple[Any, float]]) -> list[dict[str, Any]]:
    """The documents on the span, for this answer."""
    listed = []
    for (document, score), chunk in zip(bare, CHUNKS, strict=False):
        listed.append({"id": str(document), "score": pytest.approx(score)})
        if opened.has_payload:
            text = {"text_length": len(chunk.text), "content": chunk.text}
            listed[-1] |= {"source_doc_id": chunk.source, **text}
    return listed


@every_way
async def test_scores_are_on_one_scale(name: str, is_async: bool) -> None:
    """Cosines between vectors of length 1 give the same normalised scores in every store."""
    recording = Recording()
    async with driver(name).opened(is_async=is_async) as opened:
        with instrumented(driver(name).instrumentor(), recording):
            if opened.tell is not None:
                await result(opened.tell())
            await result(opened.search(HELP, 3))

    (found,) = (dict(span.attributes or {}) for span in recording.spans)
    first, second, last = ((1 + cosine) / 2 for cosine in COSINES)
    assert found[f"{FIGURES}normalised.first"] == pytest.approx(first, abs=0.001)
    assert found[f"{FIGURES}normalised.second"] == pytest.approx(second, abs=0.001)
    assert found[f"{FIGURES}normalised.min"] == pytest.approx(last, abs=0.001)


@every_way
@pytest.mark.parametrize("capture", ["NO_CONTENT", "EVENT_ONLY"])
async def test_no_text_without_leave(name: str, is_async: bool, capture: str) -> None:
    """The text of query and chunks is there by the content policy only."""
    memory.clear()
    remember_embeddings([HELP], [QUERY_TEXT], MODEL)
    recording = Recording(capture)
    async with driver(name).opened(is_async=is_async) as opened:
        with instrumented(driver(name).instrumentor(), recording):
            await result(opened.search(HELP, 2))

    (span,) = recording.spans
    assert "parcel" not in span.to_json()
    assert "chunk" not in span.to_json()


@every_way
async def test_an_error_is_the_librarys_own(name: str, is_async: bool) -> None:
    """It is raised as without us, and the span has its type."""
    recording = Recording()
    async with driver(name).opened(is_async=is_async) as opened:
        bare = await failure(opened)
        with instrumented(driver(name).instrumentor(), recording):
            error = await failure(opened)

    assert type(error) is type(bare)
    (span,) = recording.spans
    assert span.status.status_code is StatusCode.ERROR
    assert (span.attributes or {})["error.type"] == error_type(error)


@every_way
async def test_nothing_is_seen_where_it_is_not_to_be(name: str, is_async: bool) -> None:
    """Suppressed, or uninstrumented again: no span."""
    recording = Recording()
    async with driver(name).opened(is_async=is_async) as opened:
        with instrumented(driver(name).instrumentor(), recording), suppress_instrumentation():
            assert len(opened.answered(await result(opened.search(HELP, 2)))) == 2
        assert len(opened.answered(await result(opened.search(HELP, 2)))) == 2

    assert recording.spans == []


@every_way
@pytest.mark.parametrize("broken", ["request_attributes", "response_kept", "named_arguments"])
async def test_what_fails_in_observing_stays_with_us(
    name: str, is_async: bool, broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The application has its answer whatever happens here."""
    recording = Recording()
    async with driver(name).opened(is_async=is_async) as opened:
        monkeypatch.setattr(store, broken, None)
        with instrumented(driver(name).instrumentor(), recording):
            assert len(opened.answered(await result(opened.search(HELP, 2)))) == 2


@every_way
async def test_searches_at_once_stay_apart(name: str, is_async: bool) -> None:
    """Each has its own span below the application's."""
    recording = Recording()
    async with driver(name).opened(is_async=is_async) as opened:

        async def asked(k: int) -> None:
            with tracer.start_as_current_span(f"question {k}"):
                assert len(opened.answered(await result(opened.search(HELP, k)))) == k

        tracer = recording.tracer_provider.get_tracer("application")
        with instrumented(driver(name).instrumentor(), recording):
            await asyncio.gather(*(asked(k) for k in (1, 2, 3)))

    parents = {span.context.span_id: span.name for span in recording.spans if span.parent is None}
    retrievals = [span for span in recording.spans if span.parent is not None]
    counted = {
        parents[s.parent.span_id]: (s.attributes or {})["spanwright.retrieval.returned"]
        for s in retrievals
        if s.parent
    }
    assert counted == {f"question {k}": k for k in (1, 2, 3)}
