"""One retrieval span, not two: the store's where it is observed, else the retriever's."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from importlib import import_module
from typing import Any
from uuid import UUID

import pytest
from spanwright_instrumentation.providers.llama_index_retrievers import LlamaIndexRetrieversInstrumentor
from spanwright_instrumentation.providers.qdrant import QdrantInstrumentor
from support.recording import Recording, documents, instrumented
from support.retrieval_contract import CHUNKS, HELP

pytest.importorskip("llama_index.core")
core: Any = import_module("llama_index.core")
schema: Any = import_module("llama_index.core.schema")
base: Any = import_module("llama_index.core.base.base_retriever")
QUESTION = "where is my parcel"
is_async = pytest.mark.parametrize("is_async", [False, True])


@pytest.fixture
def recording() -> Iterator[Recording]:
    with instrumented(LlamaIndexRetrieversInstrumentor(), Recording()) as recording:
        yield recording


class Words(base.BaseRetriever):  # type: ignore[misc]
    """A retriever of the application's own, over no store."""

    def _retrieve(self, query_bundle: Any) -> list[Any]:
        if query_bundle.query_str == "fail":
            raise LookupError("no index")
        return [schema.NodeWithScore(node=schema.TextNode(id_="n1", text="a chunk"), score=0.7)]


async def asked(retriever: Any, question: Any, is_async: bool) -> Any:
    answer = retriever.aretrieve(question) if is_async else retriever.retrieve(question)
    return await answer if inspect.isawaitable(answer) else answer


@is_async
async def test_own_retriever(recording: Recording, is_async: bool) -> None:
    """Its name, the query's text, nodes with their scores."""
    await asked(Words(), QUESTION, is_async)
    found = recording.attributes("retrieval Words")
    assert found["gen_ai.retrieval.query.text"] == QUESTION
    assert documents(found) == [{"id": "n1", "score": 0.7, "text_length": 7, "content": "a chunk"}]


@is_async
async def test_over_another_librarys_client(is_async: bool) -> None:
    """Qdrant's span inside LlamaIndex's retriever: one, with the text that only the retriever knows."""
    pytest.importorskip("llama_index.vector_stores.qdrant")
    from support.retrievers.llama_index_retrievers import index

    qdrant: Any = import_module("qdrant_client")
    store: Any = import_module("llama_index.vector_stores.qdrant").QdrantVectorStore
    plain, later = qdrant.QdrantClient(":memory:"), qdrant.AsyncQdrantClient(":memory:")
    made = index(
        lambda number: str(UUID(int=number)),
        storage_context=core.StorageContext.from_defaults(
            vector_store=store("docs", client=plain, aclient=later)
        ),
    )
    if is_async:
        models: Any = import_module("qdrant_client.models")
        await later.create_collection("docs", models.VectorParams(size=3, distance=models.Distance.COSINE))
        points, _ = plain.scroll("docs", with_vectors=True)
        await later.upsert(
            "docs",
            [models.PointStruct(id=each.id, vector=each.vector, payload=each.payload) for each in points],
        )
    recording = Recording()
    with (
        instrumented(LlamaIndexRetrieversInstrumentor(), recording),
        instrumented(QdrantInstrumentor(), recording),
    ):
        bundle = schema.QueryBundle(QUESTION, embedding=HELP)
        await asked(made.as_retriever(similarity_top_k=2), bundle, is_async)
    (span,) = recording.spans
    found = dict(span.attributes or {})
    assert (span.name, found["gen_ai.provider.name"]) == ("retrieval docs", "qdrant")
    assert found["gen_ai.retrieval.query.text"] == QUESTION
    assert len(documents(found)) == 2


@is_async
async def test_retrievers_of_retrievers(recording: Recording, is_async: bool) -> None:
    """One that joins others is as many retrievals as it asks for, and none itself."""

    class Both(base.BaseRetriever):  # type: ignore[misc]
        def _retrieve(self, query_bundle: Any) -> list[Any]:
            return [*Words().retrieve(query_bundle), *Words().retrieve("again")]

    await asked(Both(), QUESTION, is_async)
    assert [span.name for span in recording.spans] == ["retrieval Words", "retrieval Words"]


@is_async
async def test_failed(recording: Recording, is_async: bool) -> None:
    """The application's own error, and a span of that type."""
    with pytest.raises(LookupError):
        await asked(Words(), "fail", is_async)
    assert recording.attributes("retrieval Words")["error.type"] == "LookupError"


def test_of_an_index(recording: Recording) -> None:
    """How many were wanted, the model that embedded the query, and the store."""
    from support.retrievers.llama_index_retrievers import index

    index().as_retriever(similarity_top_k=2).retrieve(QUESTION)
    found = recording.attributes("retrieval SimpleVectorStore")
    assert (found["gen_ai.retrieval.top_k"], found["spanwright.retrieval.returned"]) == (2, 2)
    assert found["spanwright.retrieval.embedding.model"] == "text-embedding-3-small"
    assert {each["id"] for each in documents(found)} <= {str(chunk.number) for chunk in CHUNKS}
