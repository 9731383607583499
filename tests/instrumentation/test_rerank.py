"""What all rerankers' spans have in common."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from spanwright_instrumentation.invocation import Invocation
from spanwright_instrumentation.rerank import read_ranking, read_rerank_content, read_rerank_request
from spanwright_instrumentation.retrieval import Document, Retrieval
from spanwright_instrumentation.store import RetrievalRun, Store
from spanwright_instrumentation.translation import Request, record_response
from support.recording import Recording, documents

DOCUMENTS = ["cats", {"id": "d-7", "text": "dogs"}, {"rank": 3}]


def test_candidates_are_counted() -> None:
    """How many were given and wanted; nothing where the request does not say, or only iterates."""
    request = Request("rerank", "cohere", "m")
    read_rerank_request(request, DOCUMENTS, 2)
    assert request.attributes == {"spanwright.rerank.candidates": 3, "spanwright.rerank.top_n": 2}
    unknown = Request("rerank", "cohere", "m")
    read_rerank_request(unknown, iter(DOCUMENTS), None)
    assert unknown.attributes == {"spanwright.rerank.top_n": None}


def test_query_is_content() -> None:
    """The query's text, where it is one."""
    assert read_rerank_content("pets") == {"gen_ai.retrieval.query.text": "pets"}
    assert read_rerank_content(7) == {"gen_ai.retrieval.query.text": None}


def test_new_order() -> None:
    """Best first, with the position before, the document's own id if it has one, figures of the scores."""
    read = read_ranking(DOCUMENTS, [(1, 0.9), (2, 0.5), (0, 0.1)], captures_content=True)
    listed = [
        {"id": "d-7", "score": 0.9, "rank_before": 1, "text_length": 4},
        {"id": "2", "score": 0.5, "rank_before": 2},
        {"id": "0", "score": 0.1, "rank_before": 0, "text_length": 4},
    ]
    assert json.loads(read.attributes.pop("gen_ai.retrieval.documents")) == listed
    assert read.attributes == {
        "spanwright.rerank.first.rank_before": 1,
        "spanwright.retrieval.returned": 3,
        "spanwright.retrieval.score.first": 0.9,
        "spanwright.retrieval.score.second": 0.5,
        "spanwright.retrieval.score.max": 0.9,
        "spanwright.retrieval.score.min": 0.1,
        "spanwright.retrieval.score.mean": 0.5,
    }
    assert read.content["gen_ai.retrieval.documents"] == [
        {**listed[0], "content": "dogs"},
        listed[1],
        {**listed[2], "content": "cats"},
    ]


def test_texts_only_where_content_is_captured() -> None:
    """Positions, scores and lengths are no content."""
    read = read_ranking(DOCUMENTS, [(1, 0.9)], captures_content=False)
    assert read.content == {}
    assert "dogs" not in read.attributes["gen_ai.retrieval.documents"]


def test_strange_answers() -> None:
    """A position that nobody gave, a missing score and one that is no number are listed as they are."""
    read = read_ranking(DOCUMENTS, [(9, None), (-1, math.nan)], captures_content=True)
    assert json.loads(read.attributes["gen_ai.retrieval.documents"]) == [
        {"id": "9", "score": None, "rank_before": 9},
        {"id": "-1", "score": None, "rank_before": -1},
    ]
    assert "spanwright.retrieval.score.first" not in read.attributes


def retrieval(recording: Recording, *texts: str) -> Invocation:
    """A retrieval that has given these chunks, with scores 0.9, 0.8 …"""
    chunks = [
        Document(f"c{at}", 0.9 - at / 10, {"text": text, "source": "guide.md"})
        for at, text in enumerate(texts)
    ]
    store = Store(lambda *_: [Retrieval("qdrant", "docs", top_k=5)], lambda *_: [chunks])
    run = RetrievalRun(recording.telemetry, "search", store, store.read_request("search", None, {}))
    run.succeed(None)
    return run._calls[0][1]


def rerank(recording: Recording, candidates: list[Any], *order: int) -> None:
    """A reranker puts them in this order."""
    invocation = Invocation(
        recording.telemetry, "rerank", "rerank-3.5", attributes={"gen_ai.request.model": "rerank-3.5"}
    )
    ranking = [(at, 0.99 - place / 100) for place, at in enumerate(order)]
    record_response(invocation, read_ranking(candidates, ranking, captures_content=False))
    invocation.stop()


TEXTS = ("on parcels", "on letters", "on returns")


def test_scores_before_and_after(recording: Recording) -> None:
    """Each document has the retrieval's id and score beside the new one; the first one's stand flat too."""
    with recording.telemetry.tracer.start_as_current_span("request"):
        retrieval(recording, *TEXTS)
        rerank(recording, [*TEXTS], 2, 0)
    found = recording.attributes("rerank rerank-3.5")
    assert documents(found) == [
        {"id": "c2", "score": 0.99, "rank_before": 2, "score_before": pytest.approx(0.7), "text_length": 10},
        {"id": "c0", "score": 0.98, "rank_before": 0, "score_before": pytest.approx(0.9), "text_length": 10},
    ]
    assert found["spanwright.rerank.first.rank_before"] == 2
    assert found["spanwright.rerank.first.score_before"] == pytest.approx(0.7)
    assert found["spanwright.rerank.score_before.max"] == pytest.approx(0.9)
    assert found["spanwright.rerank.score_before.min"] == pytest.approx(0.7)


def test_the_retrieval_says_so_and_is_linked(recording: Recording) -> None:
    """Although it has ended: as long as nobody has read its span."""
    with recording.telemetry.tracer.start_as_current_span("request"):
        first, second = retrieval(recording, "a", "b"), retrieval(recording, "b", "c")
        other = retrieval(recording, "d")
        rerank(recording, ["a", "c"], 1, 0)
    (span,) = [span for span in recording.spans if span.name.startswith("rerank")]
    linked = {link.context.span_id for link in span.links}
    assert linked == {first.span_context.span_id, second.span_context.span_id}
    told = {
        span.context.span_id: dict(span.attributes or {})
        for span in recording.spans
        if span.name.startswith("retrieval")
    }
    for each in first, second:
        assert told[each.span_context.span_id]["spanwright.rerank.applied"] is True
        assert told[each.span_context.span_id]["spanwright.rerank.model"] == "rerank-3.5"
    assert told[other.span_context.span_id]["spanwright.rerank.applied"] is False


def test_a_retrieval_that_was_read_stays_as_it_was(recording: Recording) -> None:
    """What was exported is not contradicted later; the link is there all the same."""
    with recording.telemetry.tracer.start_as_current_span("request"):
        known = retrieval(recording, "a", "b")
        assert recording.attributes("retrieval docs")["spanwright.rerank.applied"] is False
        rerank(recording, ["a", "b"], 1, 0)
    assert recording.attributes("retrieval docs")["spanwright.rerank.applied"] is False
    (link,) = recording.span("rerank rerank-3.5").links
    assert link.context == known.span_context


def test_a_failed_reranker_has_reranked_nothing(recording: Recording) -> None:
    """The retrieval says so."""
    with recording.telemetry.tracer.start_as_current_span("request"):
        retrieval(recording, "a", "b")
        known = {"gen_ai.provider.name": "cohere", "gen_ai.request.model": "rerank-3.5"}
        Invocation(recording.telemetry, "rerank", "rerank-3.5", attributes=known).fail(TimeoutError())
    assert recording.attributes("retrieval docs")["spanwright.rerank.applied"] is False
