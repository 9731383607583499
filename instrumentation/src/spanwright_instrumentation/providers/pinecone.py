"""Pinecone: queries and searches of an index, over REST or gRPC, plain and asynchronous.

The clients of newer versions keep an index's methods when they are made: one made before is not seen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from ..decorator import Run, Unobserved
from ..instrumentor import LibraryInstrumentor, Method
from ..learning import Measures, async_told, told
from ..measure import COSINE_SIMILARITY, INNER_PRODUCT, SIMILARITY, SQUARED_EUCLIDEAN, Measure
from ..retrieval import Document, Retrieval
from ..store import RetrievalRun, Store, async_observed, async_searches, observed, searches
from ..suppression import is_suppressed
from ..telemetry import Telemetry

#: ``query`` compares vectors, ``search`` (with its older name) may embed a text first. A query of several
#: namespaces is one retrieval. ``fetch`` and ``list`` have no ranking.
SEARCHES = ("query", "search", "search_records")
_NAMESPACES = "query_namespaces"

#: Methods that tell where an index is and how it measures.
CONFIGURATIONS = ("describe", "create", "create_for_model")

#: The service's names of metrics. Its Euclidean distance is the squared one.
MEASURES = {"cosine": COSINE_SIMILARITY, "dotproduct": INNER_PRODUCT, "euclidean": SQUARED_EUCLIDEAN}

#: What of a match is no stored field.
_OWN_FIELDS = ("_id", "_score", "id", "score")

#: Measure by name of the index, by host and port: the clients of an index know no name.
_measured = Measures()

#: The vectors that several namespaces are asked for at this moment, by identity: a client asks each of them
#: by its own ``query``, in threads that know nothing of the call around them.
_asked_at_once: dict[int, Any] = {}


def read_request(method: str, index: Any, arguments: Mapping[str, Any]) -> list[Retrieval]:
    """What is asked; a query of several namespaces asks each of them in turn, or in threads of its own."""
    vector = _vector(arguments)
    if vector is not None and _asked_at_once.get(id(vector)) is vector:
        return []
    asked = {**arguments, **_fields(arguments.get("query"))}
    host = _host(index)
    address, port = _server(host)
    retrieval = Retrieval(
        provider="pinecone",
        data_source=next(iter(_measured.of((address, port))), None) or _name_in(address),
        top_k=10 if method == _NAMESPACES and not asked.get("top_k") else asked.get("top_k"),
        filtered=bool(asked.get("filter")),
        server_address=address,
        server_port=port,
    )
    _set_query(retrieval, asked)
    known = next(iter(_measured.of((address, port)).values()), SIMILARITY)
    measure = MEASURES.get(str(asked.get("metric")), known)
    is_mixed = asked.get("sparse_vector") is not None
    retrieval.measure = None if asked.get("rerank") else SIMILARITY if is_mixed else measure
    if asked.get("score_by") is not None:
        _set_scoring(retrieval, asked["score_by"])
    return [retrieval]


def read_response(_method: str, answer: Any) -> list[list[Document]]:
    """Matches of a query, or hits of a search; an answer that is still to come is not waited for."""
    matches = getattr(answer, "matches", None)
    if matches is None:
        matches = getattr(getattr(answer, "result", None), "hits", None)
    return [] if matches is None else [[_document(each) for each in matches]]


def _set_query(retrieval: Retrieval, asked: Mapping[str, Any]) -> None:
    vector = asked.get("vector")
    if vector is not None:
        values = _fields(vector).get("values")
        retrieval.vectors = [vector if values is None else values]
    text = _fields(asked.get("inputs")).get("text")
    retrieval.query_text = text if isinstance(text, str) else None


def _set_scoring(retrieval: Retrieval, clauses: Sequence[Any]) -> None:
    """Of a search of documents: by vectors, words, or texts that the service embeds. Only one vector alone
    is measured by the index; the score of several has no kind."""
    fields = [_fields(each) for each in clauses]
    retrieval.vectors = [each["values"] for each in fields if each.get("values") is not None]
    texts = [each["query"] for each in fields if isinstance(each.get("query"), str)]
    retrieval.query_text = texts[0] if texts else None
    if len(fields) > 1:
        retrieval.measure = None
    elif not retrieval.vectors:
        retrieval.measure = SIMILARITY


def _fields(value: Any) -> Mapping[str, Any]:
    """Of a mapping, or of one of the client's own types."""
    if isinstance(value, Mapping):
        return value
    names: Any = getattr(value, "__struct_fields__", None) or getattr(value, "__dataclass_fields__", ())
    return {name: getattr(value, name, None) for name in names}


def _document(match: Any) -> Document:
    data = getattr(match, "_data", None)
    if isinstance(data, dict):  # a document, whose fields stand beside the score
        return Document(data.get("_id"), data.get("_score"), _plain(data))
    own = getattr(match, "_data_store", None) or _fields(match)
    found = own.get("metadata") or own.get("fields")
    named, score = (
        next((own[name] for name in (each, f"_{each}", f"{each}_") if name in own), None)
        for each in ("id", "score")
    )
    return Document(named, score, _plain(found) if isinstance(found, Mapping) else None)


def _plain(fields: Mapping[str, Any]) -> dict[str, object]:
    """Without vectors, which are lists."""
    return {
        name: value
        for name, value in fields.items()
        if isinstance(value, (str, int, float, dict)) and name not in _OWN_FIELDS
    }


def _host(index: Any) -> str:
    config = getattr(index, "_config", None) or getattr(index, "config", None)
    return str(getattr(index, "_host", None) or getattr(config, "host", None) or "")


@lru_cache(maxsize=256)
def _server(host: str) -> tuple[str | None, int | None]:
    parts = urlsplit(host if "//" in host else f"https://{host}")
    return parts.hostname, parts.port or (80 if parts.scheme == "http" else 443)


def _name_in(address: str | None) -> str | None:
    """An index's host is its name, then a word of the project."""
    if address is None or not address.endswith(".pinecone.io"):
        return None
    return address.partition(".")[0].rpartition("-")[0] or None


class _InNamespaces(RetrievalRun):
    """A query of several namespaces: what it asks each of them is part of it."""

    def __init__(self, telemetry: Telemetry, retrievals: Sequence[Retrieval], vector: Any) -> None:
        super().__init__(telemetry, _NAMESPACES, _STORE, retrievals)
        self._vector = vector
        _asked_at_once[id(vector)] = vector

    def succeed(self, result: object) -> None:
        _asked_at_once.pop(id(self._vector), None)
        super().succeed(result)

    def fail(self, error: BaseException) -> None:
        _asked_at_once.pop(id(self._vector), None)
        super().fail(error)


def begin_in_namespaces(telemetry: Telemetry, index: Any, arguments: Mapping[str, Any]) -> Run:
    """Observe one query of several namespaces."""
    if is_suppressed("retrieval"):
        return Unobserved()
    return _InNamespaces(telemetry, read_request(_NAMESPACES, index, arguments), _vector(arguments))


def _vector(arguments: Mapping[str, Any]) -> Any:
    dense = arguments.get("vector")
    return arguments.get("sparse_vector") if dense is None else dense


def learn(_method: str, _indexes: Any, _arguments: Mapping[str, Any], result: Any) -> None:
    """A description of an index: name, host and metric, that of its only vectors in newer versions."""
    metric = getattr(result, "metric", None)
    if metric is None:
        fields = getattr(getattr(result, "schema", None), "fields", None) or {}
        found = {getattr(each, "metric", None) for each in fields.values()} - {None}
        metric = found.pop() if len(found) == 1 else None
    _measured.learn(_server(str(result.host)), {str(result.name): _measure(metric)})


def _measure(metric: Any) -> Measure:
    return MEASURES.get(str(getattr(metric, "value", metric)), SIMILARITY)


_STORE = Store(read_request, read_response)


def _methods(module: str, owner: str) -> list[Method]:
    several = observed(module, f"{owner}.{_NAMESPACES}", begin_in_namespaces)
    return [several, *searches(module, owner, SEARCHES, _STORE)]


def _async_methods(module: str, owner: str) -> list[Method]:
    several = async_observed(module, f"{owner}.{_NAMESPACES}", begin_in_namespaces)
    return [several, *async_searches(module, owner, SEARCHES, _STORE)]


class PineconeInstrumentor(LibraryInstrumentor):
    """Retrieval spans for pinecone."""

    library = "pinecone"
    covers = "queries and searches, plain and async, REST and gRPC, with scores, source documents and texts"
    methods = (
        *_methods("pinecone.index", "Index"),
        *_methods("pinecone.grpc", "GrpcIndex"),
        *_async_methods("pinecone.async_client.async_index", "AsyncIndex"),
        *searches("pinecone.client.documents", "Documents", ["search"], _STORE),
        *async_searches("pinecone.async_client.documents", "AsyncDocuments", ["search"], _STORE),
        *told("pinecone.client.indexes", "Indexes", CONFIGURATIONS, learn),
        *async_told("pinecone.async_client.indexes", "AsyncIndexes", CONFIGURATIONS, learn),
        # Versions before 9.
        *_methods("pinecone.db_data.index", "Index"),
        *_methods("pinecone.grpc.index_grpc", "GRPCIndex"),
        *_async_methods("pinecone.db_data.index_asyncio", "_IndexAsyncio"),
        *told("pinecone.db_control.resources.sync.index", "IndexResource", CONFIGURATIONS, learn),
        *async_told(
            "pinecone.db_control.resources.asyncio.index", "IndexResourceAsyncio", CONFIGURATIONS, learn
        ),
    )
