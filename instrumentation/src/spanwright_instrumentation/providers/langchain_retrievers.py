"""LangChain: retrievers, where no store inside is observed itself, and its own store in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from ..framework import is_recorded_by_others
from ..instrumentor import LibraryInstrumentor, Method
from ..measure import COSINE_SIMILARITY, SIMILARITY
from ..retrieval import Document, Retrieval
from ..retriever import Framework, async_retriever_method, retriever_method
from ..retriever_context import asking
from ..store import Store, searches
from ..telemetry import Telemetry
from ..translation import get, listed
from .langchain import handlers_of

PROVIDER = "langchain"

#: Where stores keep the name of what they search, and embeddings that of their model.
_NAMES = ("collection_name", "_collection_name", "index_name", "_index_name", "table_name")
_MODELS = ("model_name", "model", "model_id", "deployment")
#: Where retrievers of services put a document's score.
_SCORES = ("relevance_score", "score", "_score", "similarity_score")


def read_query(_owner: Any, arguments: Mapping[str, Any]) -> str | None:
    """``BaseRetriever.invoke(input, config)``."""
    callbacks = get(arguments.get("config"), "callbacks")
    asked = arguments.get("input")
    if not isinstance(asked, str) or is_recorded_by_others("langchain", handlers_of(callbacks)):
        return None
    return asked


def read_request(owner: Any, arguments: Mapping[str, Any]) -> Retrieval:
    """What is known of a retriever that asks a store of any kind, or none."""
    settings = {**(get(owner, "search_kwargs") or {}), **arguments}
    store = get(owner, "vectorstore")
    top_k = settings.get("k", get(owner, "k"))
    return Retrieval(
        PROVIDER,
        _text(store, _NAMES) or (type(owner).__name__ if store is None else type(store).__name__),
        top_k=top_k if isinstance(top_k, int) else None,
        embedding_model=_text(getattr(store, "embeddings", None), _MODELS),
        filtered=None if store is None else bool(settings.get("filter")),
        measure=SIMILARITY if get(owner, "search_type") == "similarity_score_threshold" else None,
    )


def _text(holder: Any, names: Sequence[str]) -> str | None:
    found = (getattr(holder, name, None) for name in names)
    return next((text for text in found if isinstance(text, str) and text), None)


def read_documents(result: Any, scores: list[float] | None) -> list[Document]:
    """Documents as LangChain has them: text and metadata; scores only where somebody left them."""
    found = listed(result)
    known: Sequence[Any] = scores if scores and len(scores) == len(found) else [None] * len(found)
    return [_document(document, score) for document, score in zip(found, known, strict=True)]


def _document(document: Any, score: Any) -> Document:
    metadata = dict(get(document, "metadata") or {})
    if score is None:
        score = next((metadata[key] for key in _SCORES if isinstance(metadata.get(key), (int, float))), None)
    payload = {**metadata, "page_content": get(document, "page_content")}
    return Document(get(document, "id"), None if score is None else float(score), payload)


def note_scores(
    _telemetry: Telemetry, wrapped: Callable[..., Any], _owner: Any, args: Any, kwargs: dict[str, Any]
) -> Any:
    """``VectorStore.similarity_search_with_relevance_scores``, whose scores the retriever leaves out."""
    return _noted(wrapped(*args, **kwargs))


async def async_note_scores(
    _telemetry: Telemetry, wrapped: Callable[..., Any], _owner: Any, args: Any, kwargs: dict[str, Any]
) -> Any:
    """The same for the coroutine method."""
    return _noted(await wrapped(*args, **kwargs))


def _noted(result: Any) -> Any:
    asked = asking()
    if asked is not None:
        asked.scores = [
            float(pair[1]) for pair in listed(result) if isinstance(pair, tuple) and len(pair) > 1
        ]
    return result


def read_memory_request(_method: str, owner: Any, arguments: Mapping[str, Any]) -> list[Retrieval]:
    """``InMemoryVectorStore._similarity_search_with_score_by_vector(embedding, k, filter)``."""
    return [
        Retrieval(
            PROVIDER,
            type(owner).__name__,
            top_k=arguments.get("k"),
            vectors=[arguments["embedding"]],
            embedding_model=_text(getattr(owner, "embeddings", None), _MODELS),
            filtered=arguments.get("filter") is not None,
            measure=COSINE_SIMILARITY,
        )
    ]


def read_memory_response(_method: str, answer: Any) -> list[list[Document]]:
    return [[_document(each[0], each[1]) for each in answer]]


RETRIEVER = Framework(read_query, read_request, read_documents)
_STORES = "langchain_core.vectorstores.base"
_RELEVANCE = "VectorStore.{}similarity_search_with_relevance_scores"


def _methods() -> Iterator[Method]:
    yield retriever_method("langchain_core.retrievers", "BaseRetriever.invoke", RETRIEVER)
    yield async_retriever_method("langchain_core.retrievers", "BaseRetriever.ainvoke", RETRIEVER)
    yield Method(_STORES, _RELEVANCE.format(""), note_scores)
    yield Method(_STORES, _RELEVANCE.format("a"), async_note_scores)
    yield from searches(
        "langchain_core.vectorstores.in_memory",
        "InMemoryVectorStore",
        ["_similarity_search_with_score_by_vector"],
        Store(read_memory_request, read_memory_response),
    )


class LangChainRetrieversInstrumentor(LibraryInstrumentor):
    """OpenTelemetry instrumentor of retrievers in ``langchain-core``."""

    library = "langchain-core"
    covers = (
        "retrievers of any kind: one span, the store's where that is observed itself, else the retriever's; "
        "not where another instrumentor of LangChain is on"
    )
    methods = tuple(_methods())
