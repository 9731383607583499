"""Retrievers of frameworks: a span only where nothing inside has one; over real frameworks in providers."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.instrumentation.utils import suppress_instrumentation
from spanwright_instrumentation.retrieval import Document, Retrieval
from spanwright_instrumentation.retriever import Framework, async_retriever_method, retriever_method
from spanwright_instrumentation.store import RetrievalRun, Store
from support.recording import Recording, documents

CHUNKS = [Document("c1", 0.9, {"text": "a chunk"})]


def framework(
    read: Callable[[Any, list[float] | None], Sequence[Document]] = lambda result, _scores: result,
) -> Framework:
    return Framework(
        lambda _owner, arguments: arguments.get("query"), lambda *_: Retrieval("framework", "docs"), read
    )


class Retriever:
    """Answers with these documents, after doing something."""

    def __init__(self, work: Callable[[], Any] = lambda: None) -> None:
        self.work = work

    def retrieve(self, query: str | None) -> list[Document]:
        self.work()
        return CHUNKS

    async def aretrieve(self, query: str | None) -> list[Document]:
        self.work()
        return CHUNKS


def retrieve(
    recording: Recording, retriever: Retriever, query: str | None = "where", how: Framework | None = None
) -> Any:
    method = retriever_method("m", "Retriever.retrieve", how or framework())
    return method.observer(recording.telemetry, retriever.retrieve, retriever, (query,), {})


def ask_store(recording: Recording, text: str | None = None) -> None:
    """A store's own retrieval."""
    asked = Retrieval("qdrant", "collection", query_text=text)
    store = Store(lambda *_: [asked], lambda *_: [CHUNKS])
    RetrievalRun(recording.telemetry, "search", store, [asked]).succeed(None)


def test_own_span(recording: Recording) -> None:
    """Below the caller's span, over the time of the call, and nothing stays current."""
    with recording.telemetry.tracer.start_as_current_span("request") as root:
        assert retrieve(recording, Retriever()) is CHUNKS
        assert trace.get_current_span() is root
    span = recording.span("retrieval docs")
    found = dict(span.attributes or {})
    assert span.parent is not None
    assert span.parent.span_id == root.get_span_context().span_id
    assert found["gen_ai.retrieval.query.text"] == "where"
    assert [each["id"] for each in documents(found)] == ["c1"]


@pytest.mark.parametrize(("known", "told"), [(None, "where"), ("rewritten", "rewritten")])
def test_the_stores_span_tells(recording: Recording, known: str | None, told: str) -> None:
    """With the retriever's query where the store knows no text; what was sent to the store comes first."""
    retrieve(recording, Retriever(lambda: ask_store(recording, known)))
    (span,) = recording.spans
    assert span.name == "retrieval collection"
    assert (span.attributes or {})["gen_ai.retrieval.query.text"] == told


async def test_coroutine(recording: Recording) -> None:
    """The same for coroutine methods."""
    method, retriever = async_retriever_method("m", "Retriever.aretrieve", framework()), Retriever()
    observed = method.observer(recording.telemetry, retriever.aretrieve, retriever, ("where",), {})
    assert recording.spans == []
    assert await observed is CHUNKS
    assert [span.name for span in recording.spans] == ["retrieval docs"]


def test_an_error_before_the_store(recording: Recording) -> None:
    """Embedding failed: the retriever's span says so. What failed in the store is told by the store's."""

    def fail() -> None:
        raise TimeoutError

    with pytest.raises(TimeoutError):
        retrieve(recording, Retriever(fail))
    assert recording.attributes("retrieval docs")["error.type"] == "TimeoutError"


def test_what_is_not_to_be_observed(recording: Recording) -> None:
    """Suppressed, or no query: no span."""
    with suppress_instrumentation():
        retrieve(recording, Retriever())
    retrieve(recording, Retriever(), None)
    assert recording.spans == []


def test_what_cannot_be_read(recording: Recording, caplog: pytest.LogCaptureFixture) -> None:
    """The application has its answer, and the log a word without its text."""

    def unreadable(_result: Any, _scores: Any) -> Any:
        raise ValueError("".join(("hid", "den")))

    with caplog.at_level(logging.DEBUG):
        assert retrieve(recording, Retriever(), how=framework(unreadable)) is CHUNKS
    assert "hidden" not in caplog.text
    assert [span.name for span in recording.spans] == ["retrieval docs"]
