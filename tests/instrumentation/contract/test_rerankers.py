"""Every reranker, plain and asynchronous, through what all of them promise.

Those whose library is not in the project's environment run in tests/environments.
"""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import distribution
from typing import Any

import pytest
import support.rerankers
from opentelemetry import trace
from opentelemetry.instrumentation.utils import suppress_instrumentation
from opentelemetry.trace import StatusCode
from spanwright_instrumentation.invocation import error_type
from spanwright_instrumentation.retrieval import Document, Retrieval
from spanwright_instrumentation.store import RetrievalRun, Store
from support.driver_modules import Drivers, failure, result
from support.recording import Recording, documents, instrumented
from support.reranker_contract import DOCUMENTS, QUERY

driver = Drivers(support.rerankers)
every_way = driver.every_way()


def retrieval(recording: Recording) -> trace.SpanContext:
    """A retrieval that has given the candidates."""
    chunks = [Document(f"c{at}", 0.9 - at / 10, {"text": text}) for at, text in enumerate(DOCUMENTS)]
    store = Store(lambda *_: [Retrieval("qdrant", "docs")], lambda *_: [chunks])
    run = RetrievalRun(recording.telemetry, "search", store, store.read_request("search", None, {}))
    run.succeed(None)
    return run._calls[0][1].span_context


def test_every_reranker_has_a_driver() -> None:
    """A reranker joins this suite by one driver file, and none of the entry points stays outside."""
    points = distribution("spanwright-instrumentation").entry_points.select(
        group="opentelemetry_instrumentor"
    )
    modules = {point.value.partition(":")[0] for point in points}
    names = {
        name.rpartition(".")[2] for name in modules if hasattr(import_module(name), "read_rerank_request")
    }
    assert {*driver.names()} == names


@every_way
async def test_one_span_says_everything(name: str, is_async: bool) -> None:
    """Model, candidates, the new order with scores; the application's own context and answer."""
    recording = Recording()
    with driver(name).opened(is_async=is_async) as opened:
        bare = opened.order(await result(opened.rerank(QUERY, [*DOCUMENTS])))
        with instrumented(driver(name).instrumentor(), recording):
            answer = await result(opened.rerank(QUERY, [*DOCUMENTS]))
        assert not trace.get_current_span().get_span_context().is_valid
        assert opened.order(answer) == bare

    (span,) = recording.spans
    found: dict[str, Any] = dict(span.attributes or {})
    assert (span.name, span.status.status_code) == (f"rerank {opened.model}", StatusCode.UNSET)
    assert documents(found) == [
        {
            "id": str(at),
            "score": pytest.approx(score),
            "rank_before": at,
            "text_length": len(DOCUMENTS[at]),
            "content": DOCUMENTS[at],
        }
        for at, score in bare
    ]
    assert found["gen_ai.provider.name"] == opened.provider
    assert found["gen_ai.request.model"] == opened.model
    assert found["gen_ai.retrieval.query.text"] == QUERY
    assert (found["spanwright.rerank.candidates"], found["spanwright.retrieval.returned"]) == (3, 3)
    assert found["spanwright.rerank.first.rank_before"] == bare[0][0]
    (point,) = recording.metric_points("gen_ai.client.operation.duration")
    assert point[0] == 1


@every_way
async def test_the_retrieval_before(name: str, is_async: bool) -> None:
    """Scores before and after, a link, and the retrieval that says it was reranked, by which model."""
    recording = Recording()
    instrumentor, tracer = driver(name).instrumentor(), recording.telemetry.tracer
    with (
        driver(name).opened(is_async=is_async) as opened,
        instrumented(instrumentor, recording),
        tracer.start_as_current_span("request"),
    ):
        context = retrieval(recording)
        await result(opened.rerank(QUERY, [*DOCUMENTS]))

    (span,) = [span for span in recording.spans if span.name.startswith("rerank")]
    assert [link.context.span_id for link in span.links] == [context.span_id]
    for document in documents(dict(span.attributes or {})):
        before = document["rank_before"]
        assert (document["id"], document["score_before"]) == (f"c{before}", pytest.approx(0.9 - before / 10))
    told = recording.attributes("retrieval docs")
    assert (told["spanwright.rerank.applied"], told["spanwright.rerank.model"]) == (True, opened.model)


@every_way
@pytest.mark.parametrize("capture", ["NO_CONTENT", "EVENT_ONLY"])
async def test_no_text_without_leave(name: str, is_async: bool, capture: str) -> None:
    """The text of query and documents is there by the content policy only."""
    recording = Recording(capture)
    instrumentor = driver(name).instrumentor()
    with driver(name).opened(is_async=is_async) as opened, instrumented(instrumentor, recording):
        await result(opened.rerank(QUERY, [*DOCUMENTS]))

    (span,) = recording.spans
    assert "parcel" not in span.to_json()


@every_way
async def test_an_error_is_the_librarys_own(name: str, is_async: bool) -> None:
    """It is raised as without us, and the span has its type."""
    recording = Recording()
    with driver(name).opened(is_async=is_async) as opened:
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
    with driver(name).opened(is_async=is_async) as opened:
        with instrumented(driver(name).instrumentor(), recording), suppress_instrumentation():
            assert len(opened.order(await result(opened.rerank(QUERY, [*DOCUMENTS])))) == 3
        assert len(opened.order(await result(opened.rerank(QUERY, [*DOCUMENTS])))) == 3

    assert recording.spans == []
