"""LlamaIndex's retriever over its own store, in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any

from spanwright_instrumentation.providers.llama_index_retrievers import LlamaIndexRetrieversInstrumentor
from support.retrieval_contract import CHUNKS, QUERY_TEXT, Opened

core: Any = import_module("llama_index.core")
schema: Any = import_module("llama_index.core.schema")
mock: Any = import_module("llama_index.core.embeddings.mock_embed_model")
instrumentor = LlamaIndexRetrieversInstrumentor


def nodes(name: Callable[[int], str]) -> list[Any]:
    """The chunks as the library has them, with their vectors and ids of this form."""
    return [
        schema.TextNode(
            id_=name(chunk.number), text=chunk.text, embedding=chunk.vector, metadata={"doc_id": chunk.source}
        )
        for chunk in CHUNKS
    ]


def index(name: Callable[[int], str] = str, **options: Any) -> Any:
    """An index over the library's own store, or another."""
    model = mock.MockEmbedding(embed_dim=3)
    model.model_name = "text-embedding-3-small"
    return core.VectorStoreIndex(nodes(name), embed_model=model, **options)


@asynccontextmanager
async def opened(*, is_async: bool) -> AsyncIterator[Opened]:
    made = index()

    def search(vector: list[float], k: int) -> Any:
        retriever = made.as_retriever(similarity_top_k=k)
        asked = schema.QueryBundle(QUERY_TEXT, embedding=vector)
        return retriever.aretrieve(asked) if is_async else retriever.retrieve(asked)

    def answered(answer: Any) -> list[tuple[Any, float]]:
        return [(each.node.node_id, each.score) for each in answer]

    yield Opened("llama-index", "SimpleVectorStore", search, lambda: search([0.1], 1), answered)
