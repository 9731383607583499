"""LlamaIndex: retrievers, where no store inside is observed itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..framework import is_recorded_by_others
from ..instrumentor import LibraryInstrumentor, Method
from ..measure import COSINE_SIMILARITY, SIMILARITY
from ..retrieval import Document, Retrieval
from ..retriever import Framework, async_retriever_method, retriever_method
from ..translation import listed

PROVIDER = "llama-index"

_TOP_K = ("similarity_top_k", "_similarity_top_k")
_NAMES = ("collection_name", "index_name", "table_name")
#: Other stores say a similarity, too, and not which.
_MEASURES = {"SimpleVectorStore": COSINE_SIMILARITY}


def read_query(_owner: Any, arguments: Mapping[str, Any]) -> str | None:
    """``BaseRetriever.retrieve(str_or_query_bundle)``."""
    if is_recorded_by_others("llama-index"):
        return None
    asked = arguments.get("str_or_query_bundle")
    text = asked if isinstance(asked, str) else getattr(asked, "query_str", None)
    return text if isinstance(text, str) else None


def read_request(owner: Any, _arguments: Mapping[str, Any]) -> Retrieval:
    """What is known of a retriever that asks a store of any kind, or none."""
    store = getattr(owner, "_vector_store", None)
    top_k = next((found for name in _TOP_K if isinstance(found := getattr(owner, name, None), int)), None)
    model = getattr(getattr(owner, "_embed_model", None), "model_name", None)
    named = next((found for name in _NAMES if isinstance(found := getattr(store, name, None), str)), None)
    return Retrieval(
        PROVIDER,
        named or type(owner if store is None else store).__name__,
        top_k=top_k,
        embedding_model=model if isinstance(model, str) and store is not None else None,
        filtered=None if store is None else getattr(owner, "_filters", None) is not None,
        measure=None if store is None else _MEASURES.get(type(store).__name__, SIMILARITY),
    )


def read_documents(result: Any, _scores: list[float] | None) -> list[Document]:
    """Nodes with their scores; one that is no text has none here."""
    return [_document(each) for each in listed(result)]


def _document(found: Any) -> Document:
    node = found.node
    payload = dict(getattr(node, "metadata", None) or {})
    payload.setdefault("ref_doc_id", getattr(node, "ref_doc_id", None))
    text = getattr(node, "text", None)
    if isinstance(text, str):
        payload["text"] = text
    return Document(getattr(node, "node_id", None), found.score, payload)


RETRIEVER = Framework(read_query, read_request, read_documents)
_MODULE = "llama_index.core.base.base_retriever"


def _methods() -> Iterator[Method]:
    yield retriever_method(_MODULE, "BaseRetriever.retrieve", RETRIEVER)
    yield async_retriever_method(_MODULE, "BaseRetriever.aretrieve", RETRIEVER)


class LlamaIndexRetrieversInstrumentor(LibraryInstrumentor):
    """OpenTelemetry instrumentor of retrievers in ``llama-index-core``."""

    library = "llama-index-core"
    covers = (
        "retrievers of any kind: one span, the store's where that is observed itself, else the retriever's; "
        "not where another instrumentor of LlamaIndex is on"
    )
    methods = tuple(_methods())
