"""Chroma: queries of ``Collection`` and ``AsyncCollection``, in process or over HTTP."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from numbers import Real
from typing import Any
from urllib.parse import urlsplit

from ..instrumentor import LibraryInstrumentor
from ..measure import COSINE_DISTANCE, INNER_PRODUCT_DISTANCE, SQUARED_EUCLIDEAN, Measure
from ..retrieval import Document, Retrieval
from ..store import Store, async_searches, searches

#: ``query`` compares one collection's embeddings; ``search`` has expressions over several. ``get`` and
#: ``peek`` list records without a query. Versions without ``search`` are left without it.
SEARCHES = ("query", "search")

#: The collection's ``space``; all are distances.
MEASURES = {"cosine": COSINE_DISTANCE, "ip": INNER_PRODUCT_DISTANCE, "l2": SQUARED_EUCLIDEAN}
#: Where nobody chose a space.
_DEFAULT_SPACE = "l2"

#: What Chroma embeds with where nobody chose a function.
_DEFAULT_MODEL = "all-MiniLM-L6-v2"
#: Names that embedding functions give their model's name in their configuration.
_MODEL_KEYS = ("model_name", "model", "model_id", "deployment_id")

#: What a query may be given as.
_INPUTS = ("query_texts", "query_embeddings", "query_images", "query_uris")
_FILTERS = ("where", "where_document", "ids")


def read_request(method: str, collection: Any, arguments: Mapping[str, Any]) -> list[Retrieval]:
    """What is asked: one retrieval for each query of the batch."""
    if method == "search":
        asked = arguments["searches"]
        return [
            _expression(collection, each) for each in (asked if isinstance(asked, (list, tuple)) else [asked])
        ]
    name = next((each for each in _INPUTS if arguments.get(each) is not None), None)
    if name is None:
        return []
    filtered = any(arguments.get(each) for each in _FILTERS)
    retrievals = []
    for query in _queries(name, arguments[name]):
        retrieval = _retrieval(collection, arguments.get("n_results"), filtered)
        retrieval.measure = _measure(collection)
        _set_query(retrieval, collection, query, is_text=name == "query_texts")
        retrievals.append(retrieval)
    return retrievals


def read_response(method: str, response: Any) -> Iterator[list[Document]]:
    """What came back for each query, in its order; Chroma answers in columns."""
    scores = response.get("scores" if method == "search" else "distances")
    for at, ids in enumerate(response["ids"]):
        columns = (_column(column, at, len(ids)) for column in (scores, *_payload_columns(response)))
        yield [
            Document(each, score, _payload(metadata, text))
            for each, score, metadata, text in zip(ids, *columns, strict=True)
        ]


def _payload_columns(response: Mapping[str, Any]) -> tuple[Any, Any]:
    return response.get("metadatas"), response.get("documents")


def _column(batches: Any, at: int, length: int) -> Sequence[Any]:
    """One query's column, or Nones where the answer was asked for without."""
    column = batches[at] if batches is not None else None
    return column if column is not None else [None] * length


def _payload(metadata: Mapping[str, object] | None, text: str | None) -> Mapping[str, object]:
    return {**(metadata or {}), "text": text} if text is not None else metadata or {}


def _queries(name: str, value: Any) -> Sequence[Any]:
    """The batch, which may be given as its only query."""
    if isinstance(value, str):
        return [value]
    is_one = len(value) > 0 and (isinstance(value[0], Real) or getattr(value[0], "shape", None) == ())
    if name == "query_images":
        is_one = hasattr(value, "shape")
    return [value] if is_one else value


def _retrieval(collection: Any, top_k: int | None, filtered: bool) -> Retrieval:
    address, port = _server(getattr(collection._client, "_api_url", None))
    return Retrieval(
        provider="chroma",
        data_source=collection.name,
        top_k=top_k,
        filtered=filtered,
        server_address=address,
        server_port=port,
    )


def _set_query(retrieval: Retrieval, collection: Any, query: Any, *, is_text: bool) -> None:
    if is_text:
        retrieval.query_text = query
        retrieval.embedding_model = _embedding_model(collection)
    elif hasattr(query, "__len__") and not isinstance(query, (str, Mapping)):
        retrieval.vectors = [query]


def _expression(collection: Any, search: Any) -> Retrieval:
    """A search whose rank is one comparison, or an expression of several, whose score has no kind."""
    retrieval = _retrieval(collection, search._limit.limit, search._where is not None)
    rank = search._rank
    retrieval.scored = rank is not None
    if hasattr(rank, "query"):
        _set_query(retrieval, collection, rank.query, is_text=isinstance(rank.query, str))
        key = getattr(rank.key, "name", rank.key)
        if key == "#embedding" and not rank.return_rank:
            retrieval.measure = _measure(collection)
    return retrieval


def _measure(collection: Any) -> Measure | None:
    """Of the collection's index; older versions keep it in the metadata."""
    configuration = _configuration(collection)
    for index in ("hnsw", "spann"):
        space = (configuration.get(index) or {}).get("space")
        if space:
            return MEASURES.get(str(getattr(space, "value", space)))
    return MEASURES.get(str((collection.metadata or {}).get("hnsw:space", _DEFAULT_SPACE)))


def _embedding_model(collection: Any) -> str | None:
    function = _configuration(collection).get("embedding_function") or {}
    if function.get("name") == "default":
        return _DEFAULT_MODEL
    settings = function.get("config") or {}
    found = next((settings[key] for key in _MODEL_KEYS if settings.get(key)), None)
    return found if isinstance(found, str) else None


def _configuration(collection: Any) -> Mapping[str, Any]:
    configuration = getattr(collection, "configuration_json", None)
    return configuration if isinstance(configuration, Mapping) else {}


@lru_cache(maxsize=64)
def _server(url: str | None) -> tuple[str | None, int | None]:
    """Host and port of the server; None in process."""
    parts = urlsplit(url or "")
    standard = {"https": 443, "http": 80}.get(parts.scheme)
    return parts.hostname, parts.port or standard


_STORE = Store(read_request, lambda method, response: list(read_response(method, response)))


class ChromaInstrumentor(LibraryInstrumentor):
    """Retrieval spans for chromadb."""

    library = "chromadb"
    covers = "queries and searches, in process and over HTTP, with distances, source documents and texts"
    methods = (
        *searches("chromadb.api.models.Collection", "Collection", SEARCHES, _STORE),
        *async_searches("chromadb.api.models.AsyncCollection", "AsyncCollection", SEARCHES, _STORE),
    )
