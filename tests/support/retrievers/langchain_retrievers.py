"""LangChain's own store, in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any

from spanwright_instrumentation.providers.langchain_retrievers import LangChainRetrieversInstrumentor
from support.retrieval_contract import CHUNKS, Opened

embeddings: Any = import_module("langchain_core.embeddings")
vectorstores: Any = import_module("langchain_core.vectorstores")
instrumentor = LangChainRetrieversInstrumentor
IS_SYNC_ONLY = True


class Given(embeddings.Embeddings):  # type: ignore[misc]
    """Embeds the chunks' texts as they are given in the contract, and any query as the first chunk."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        vectors = {chunk.text: chunk.vector for chunk in CHUNKS}
        return [vectors.get(text, CHUNKS[0].vector) for text in texts]

    def embed_query(self, text: str) -> list[float]:
        return CHUNKS[0].vector


def store() -> Any:
    """The library's own store with the chunks in it."""
    made = vectorstores.InMemoryVectorStore(Given())
    made.add_texts(
        [chunk.text for chunk in CHUNKS],
        [{"source": chunk.source} for chunk in CHUNKS],
        ids=[str(chunk.number) for chunk in CHUNKS],
    )
    return made


@asynccontextmanager
async def opened(*, is_async: bool) -> AsyncIterator[Opened]:
    assert not is_async
    made = store()
    yield Opened(
        "langchain",
        "InMemoryVectorStore",
        lambda vector, k: made.similarity_search_with_score_by_vector(vector, k=k),
        lambda: made.similarity_search_with_score_by_vector([0.1], k=1),
        lambda answer: [(document.id, float(score)) for document, score in answer],
    )
