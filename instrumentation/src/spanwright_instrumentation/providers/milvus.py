"""Milvus: ``MilvusClient``, ``AsyncMilvusClient`` and ``Collection``, with a server or Milvus Lite."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

from ..instrumentor import LibraryInstrumentor
from ..learning import Measures, async_told, told
from ..measure import COSINE_SIMILARITY, DISTANCE, INNER_PRODUCT, SIMILARITY, SQUARED_EUCLIDEAN, Measure
from ..retrieval import Document, Retrieval
from ..store import Store, async_searches, searches

#: Methods that search. ``query`` and ``get`` read entities by an expression or ids, without a ranking; the
#: iterators export.
SEARCHES = ("search", "hybrid_search")

#: Methods that tell how a collection's fields measure; a search need not say it.
CONFIGURATIONS = ("create_collection", "create_index", "describe_index", "drop_collection")

#: Milvus' names of metrics.
MEASURES = {
    "COSINE": COSINE_SIMILARITY,
    "IP": INNER_PRODUCT,
    "L2": SQUARED_EUCLIDEAN,
    "BM25": SIMILARITY,
    "HAMMING": DISTANCE,
    "JACCARD": DISTANCE,
}

#: JSON fields as results have them: those of the collection are decoded when the application reads one.
_JSON = 23

#: By server, database and collection.
_measured = Measures()


def read_request(method: str, client: Any, arguments: Mapping[str, Any]) -> list[Retrieval]:
    """What is asked: one retrieval for each query of the batch, a hybrid one being one."""
    if method == "hybrid_search":
        return [_hybrid(client, arguments)]
    params = arguments.get("search_params") or arguments.get("param") or {}
    measure = None
    if not arguments.get("ranker"):
        measure = _measure(client, arguments, params, arguments.get("anns_field"))
    queries = _queries(arguments.get("data"))
    if not queries:  # a search by ids of entities, with their vectors
        ids = arguments.get("ids")
        several = len(ids) if isinstance(ids, (list, tuple)) else 1
        queries = [None] * several if ids is not None else []
    retrievals = []
    for query in queries:
        retrieval = _retrieval(client, arguments)
        _set_query(retrieval, query)
        retrieval.measure = measure
        retrievals.append(retrieval)
    return retrievals


def read_response(_method: str, response: Any) -> list[list[Document]]:
    """What came back for each query; an answer that is still to come is not waited for."""
    return [_documents(hits) for hits in response] if isinstance(response, Sequence) else []


def _retrieval(client: Any, arguments: Mapping[str, Any]) -> Retrieval:
    address, port = _server(client)
    return Retrieval(
        provider="milvus",
        data_source=_collection(client, arguments),
        top_k=arguments.get("limit"),
        filtered=any(arguments.get(each) for each in ("filter", "expr", "partition_names")),
        server_address=address,
        server_port=port,
    )


def _hybrid(client: Any, arguments: Mapping[str, Any]) -> Retrieval:
    """Several queries whose ranks are fused: the score has no kind."""
    retrieval = _retrieval(client, arguments)
    vectors: list[object] = []
    for request in arguments.get("reqs") or ():
        for query in _queries(request.data)[:1]:
            if isinstance(query, str):
                retrieval.query_text = retrieval.query_text or query
            else:
                vectors.append(query)
        retrieval.filtered = retrieval.filtered or bool(request.expr)
    retrieval.vectors = vectors
    return retrieval


def _set_query(retrieval: Retrieval, query: Any) -> None:
    """A vector, or a text that the server embeds or searches for itself."""
    if isinstance(query, str):
        retrieval.query_text = query
    elif query is not None:
        retrieval.vectors = [query]


def _queries(data: Any) -> Sequence[Any]:
    """The batch, which may be given as its only query."""
    if isinstance(data, str) or getattr(data, "ndim", None) == 1:
        return [data]
    if isinstance(data, list) and data and isinstance(data[0], (int, float)):
        return [data]
    return data if hasattr(data, "__len__") else []


def _measure(client: Any, arguments: Mapping[str, Any], params: Any, field: Any) -> Measure | None:
    """Of the search, if it says one, else of the field's index; without a field there is but one."""
    name = params.get("metric_type") or (params.get("params") or {}).get("metric_type")
    if name:
        return MEASURES.get(str(name).upper())
    known = _measured.of(_key(client, arguments))
    if field:
        return known.get(field)
    return next(iter(known.values())) if len(known) == 1 else None


def _documents(hits: Any) -> list[Document]:
    """The hits of one query, none of whose fields is decoded that the application has not read yet."""
    lazy = () if getattr(hits, "has_materialized", True) else hits.lazy_field_data
    dynamic = next((each for each in lazy if each.type == _JSON and _is_wanted(each)), None)
    pending = dynamic.scalars.json_data.data if dynamic is not None else None
    ids, distances = getattr(hits, "ids", None), getattr(hits, "distances", None)
    found = []
    for at, hit in enumerate(list.__iter__(hits)):
        payload = _payload(hit)
        if pending:
            payload["metadata"] = bytes(pending[hits.start + at])
        if ids is None or distances is None:
            found.append(Document(hit["id"], hit["distance"], payload))
        else:
            found.append(Document(ids[at], distances[at], payload))
    return found


def _is_wanted(field: Any) -> bool:
    """Fields that no schema names, or the one that holds what frameworks know of a chunk."""
    return bool(field.is_dynamic) or field.field_name == "metadata"


def _payload(hit: Any) -> dict[str, object]:
    entity = hit.get("entity") if isinstance(hit, dict) else hit.fields
    # No vectors: neither lists of numbers nor their bytes.
    return {name: value for name, value in (entity or {}).items() if isinstance(value, (str, int, dict))}


def _collection(client: Any, arguments: Mapping[str, Any]) -> str:
    name = arguments.get("collection_name")
    return str(client.name if name is None else name)


def _key(client: Any, arguments: Mapping[str, Any]) -> tuple[Any, ...]:
    database = getattr(getattr(client, "_config", None), "db_name", "")
    return (*_server(client), database, _collection(client, arguments))


def _server(client: Any) -> tuple[str | None, int | None]:
    """Host and port of the server; None where an engine in process listens on a file."""
    config = getattr(client, "_config", None)
    address = getattr(config, "address", None) or _connected_address(client)
    host, _, port = (address or "").removeprefix("unix:").rpartition(":")
    return (host, int(port)) if host and port.isdigit() else (None, None)


def _connected_address(client: Any) -> str | None:
    handler = getattr(client, "_handler", None)
    if handler is None:
        connections = sys.modules["pymilvus.orm.connections"].connections
        handler = connections._fetch_handler(client._using)
    address = getattr(handler, "_address", None)
    return address if isinstance(address, str) else None


def learn(method: str, client: Any, arguments: Mapping[str, Any], result: Any) -> None:
    """A call of the application that tells, or ends, how a collection measures."""
    key = _key(client, arguments)
    if method == "drop_collection":
        _measured.forget(key)
        return
    found: dict[str, Any] = {}
    if method == "describe_index":
        found[str(result.get("field_name"))] = result.get("metric_type")
    elif method == "create_collection" and arguments.get("schema") is None:
        found[str(arguments.get("vector_field_name"))] = arguments.get("metric_type")
    for index in arguments.get("index_params") or ():
        told_by = index.to_dict() if hasattr(index, "to_dict") else dict(index)
        found[str(told_by.get("field_name"))] = told_by.get("metric_type")
    measures = {field: MEASURES.get(str(name).upper()) for field, name in found.items()}
    known = {} if method == "create_collection" else _measured.of(key)
    _measured.learn(key, {**known, **{field: measure for field, measure in measures.items() if measure}})


_STORE = Store(read_request, read_response)
_MODULE = "pymilvus.milvus_client.milvus_client"
_ASYNC_MODULE = "pymilvus.milvus_client.async_milvus_client"


class MilvusInstrumentor(LibraryInstrumentor):
    """Retrieval spans for pymilvus."""

    library = "pymilvus"
    covers = "vector, full-text and hybrid searches, plain and async, with scores, source documents and texts"
    methods = (
        *searches(_MODULE, "MilvusClient", SEARCHES, _STORE),
        *searches("pymilvus.orm.collection", "Collection", SEARCHES, _STORE),
        *async_searches(_ASYNC_MODULE, "AsyncMilvusClient", SEARCHES, _STORE),
        *told(_MODULE, "MilvusClient", CONFIGURATIONS, learn),
        *async_told(_ASYNC_MODULE, "AsyncMilvusClient", CONFIGURATIONS, learn),
    )
