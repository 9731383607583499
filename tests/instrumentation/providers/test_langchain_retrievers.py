"""One retrieval span, not two: the store's where it is observed, else the retriever's."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from spanwright_instrumentation.embedding_memory import memory
from spanwright_instrumentation.instrumentor import LibraryInstrumentor
from spanwright_instrumentation.providers.langchain_retrievers import LangChainRetrieversInstrumentor
from spanwright_instrumentation.providers.qdrant import QdrantInstrumentor
from support.recording import Recording, documents, instrumented
from support.retrieval_contract import CHUNKS

pytest.importorskip("langchain_core")
retrievers: Any = import_module("langchain_core.retrievers")
schema: Any = import_module("langchain_core.documents")
QUESTION = "where is my parcel"
is_async = pytest.mark.parametrize("is_async", [False, True])


@pytest.fixture
def recording() -> Iterator[Recording]:
    with instrumented(LangChainRetrieversInstrumentor(), Recording()) as recording:
        yield recording


class Words(retrievers.BaseRetriever):  # type: ignore[misc]
    """A retriever of the application's own, over no store."""

    k: int = 2
    fails: bool = False

    def _get_relevant_documents(self, query: str, *, run_manager: Any) -> list[Any]:
        if self.fails:
            raise LookupError("no index")
        found = [schema.Document(page_content=query, metadata={"source": "own", "relevance_score": 0.7})]
        return [*found, schema.Document(page_content="another", metadata={"source": "own"})]


async def asked(retriever: Any, is_async: bool) -> Any:
    answer = retriever.ainvoke(QUESTION) if is_async else retriever.invoke(QUESTION)
    return await answer if inspect.isawaitable(answer) else answer


@is_async
async def test_own_retriever(recording: Recording, is_async: bool) -> None:
    """The query's text, texts and metadata of documents, a score where one is told."""
    await asked(Words(), is_async)
    (span,) = recording.spans
    found = dict(span.attributes or {})
    assert span.name == "retrieval Words"
    assert (found["gen_ai.retrieval.query.text"], found["gen_ai.retrieval.top_k"]) == (QUESTION, 2)
    assert documents(found) == [
        {
            "id": None,
            "score": 0.7,
            "source_doc_id": "own",
            "text_length": len(QUESTION),
            "content": QUESTION,
        },
        {"id": None, "score": None, "source_doc_id": "own", "text_length": 7, "content": "another"},
    ]
    assert found["spanwright.retrieval.returned"] == 2
    assert span.end_time is not None
    assert (span.start_time or 0) < span.end_time


@is_async
async def test_over_a_store_that_is_observed(recording: Recording, is_async: bool) -> None:
    """The store's span, which knows scores, with the text that only the retriever knows."""
    from support.retrievers.langchain_retrievers import store

    await asked(store().as_retriever(search_kwargs={"k": 2}), is_async)
    (span,) = recording.spans
    found = dict(span.attributes or {})
    assert span.name == "retrieval InMemoryVectorStore"
    assert found["gen_ai.retrieval.query.text"] == QUESTION
    assert [round(each["score"], 2) for each in documents(found)] == [1.0, 0.96]


@is_async
async def test_over_another_librarys_client(is_async: bool) -> None:
    """Qdrant's span inside LangChain's retriever: one."""
    pytest.importorskip("langchain_qdrant")
    recording, memory_only = Recording(), import_module("qdrant_client").QdrantClient(":memory:")
    from support.retrievers.langchain_retrievers import Given

    texts = [chunk.text for chunk in CHUNKS]
    qdrant: Any = import_module("langchain_qdrant")
    models: Any = import_module("qdrant_client.models")
    memory_only.create_collection("docs", models.VectorParams(size=3, distance=models.Distance.COSINE))
    made = qdrant.QdrantVectorStore(memory_only, "docs", embedding=Given())
    made.add_texts(texts)
    both: list[LibraryInstrumentor] = [LangChainRetrieversInstrumentor(), QdrantInstrumentor()]
    with instrumented(both[0], recording), instrumented(both[1], recording):
        await asked(made.as_retriever(search_kwargs={"k": 2}), is_async)
        memory.clear()
    (span,) = recording.spans
    found = dict(span.attributes or {})
    assert (span.name, found["gen_ai.provider.name"]) == ("retrieval docs", "qdrant")
    assert found["gen_ai.retrieval.query.text"] == QUESTION
    assert [each["content"] for each in documents(found)] == texts[:2]


@is_async
async def test_retrievers_of_retrievers(recording: Recording, is_async: bool) -> None:
    """One that joins others is as many retrievals as it asks for, and none itself."""
    from support.retrievers.langchain_retrievers import store

    class Both(retrievers.BaseRetriever):  # type: ignore[misc]
        inner: list[Any]

        def _get_relevant_documents(self, query: str, *, run_manager: Any) -> list[Any]:
            return [document for each in self.inner for document in each.invoke(query)]

    await asked(Both(inner=[Words(), store().as_retriever()]), is_async)
    assert [span.name for span in recording.spans] == ["retrieval Words", "retrieval InMemoryVectorStore"]


@is_async
async def test_scores_that_the_retriever_leaves_out(recording: Recording, is_async: bool) -> None:
    """With a threshold LangChain asks for relevance scores, and gives the documents only."""
    base: Any = import_module("langchain_core.vectorstores").VectorStore

    class Scored(base):  # type: ignore[misc]
        def _select_relevance_score_fn(self) -> Any:
            return lambda score: score

        def similarity_search_with_score(self, *_: Any, **__: Any) -> list[tuple[Any, float]]:
            return [(schema.Document(page_content=each.text), 0.9) for each in CHUNKS[:2]]

        similarity_search = from_texts = similarity_search_with_score

    options = {"search_type": "similarity_score_threshold", "search_kwargs": {"score_threshold": 0.5}}
    await asked(Scored().as_retriever(**options), is_async)
    found = recording.attributes("retrieval Scored")
    assert [each["score"] for each in documents(found)] == [0.9, 0.9]
    assert found["spanwright.retrieval.score.kind"] == "similarity"


@is_async
async def test_failed(recording: Recording, is_async: bool) -> None:
    """The application's own error, and a span of that type."""
    with pytest.raises(LookupError):
        await asked(Words(fails=True), is_async)
    assert recording.attributes("retrieval Words")["error.type"] == "LookupError"


async def test_no_text_without_leave() -> None:
    """Query and texts under the content policy only."""
    recording = Recording("NO_CONTENT")
    with instrumented(LangChainRetrieversInstrumentor(), recording):
        Words().invoke(QUESTION)
    assert "parcel" not in recording.span("retrieval Words").to_json()


class Handler(import_module("langchain_core.callbacks").BaseCallbackHandler):  # type: ignore[misc]
    """A callback of somebody who makes spans."""

    __module__ = "openinference.instrumentation.langchain._tracer"


async def test_where_another_instrumentor_is_on(recording: Recording) -> None:
    """Theirs is the retriever's span."""
    Words().invoke(QUESTION, {"callbacks": [Handler()]})
    assert recording.spans == []
