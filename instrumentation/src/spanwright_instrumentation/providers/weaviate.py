"""Weaviate: searches of both clients, version 4: by vector, text, object or medium, full-text and hybrid.

Whichever method an application calls, a search leaves as one request of the client's protocol, which is what
is observed, with its reply. Fetching objects without a search passes unobserved.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from ..instrumentor import LibraryInstrumentor
from ..learning import Measures, async_told, told
from ..measure import (
    COSINE_DISTANCE,
    COSINE_SCORE,
    DISTANCE,
    NEGATIVE_INNER_PRODUCT,
    SIMILARITY,
    SQUARED_EUCLIDEAN,
    Measure,
)
from ..retrieval import Document, Retrieval
from ..store import Store, async_searches, searches

#: Parts of a request that search; of one without them there is no ranking.
_SEARCHES = (
    "hybrid_search",
    "bm25_search",
    "near_vector",
    "near_text",
    "near_object",
    "near_image",
    "near_audio",
    "near_video",
    "near_depth",
    "near_thermal",
    "near_imu",
)

#: The names of the server's metrics; all are distances.
MEASURES = {"cosine": COSINE_DISTANCE, "dot": NEGATIVE_INNER_PRODUCT, "l2-squared": SQUARED_EUCLIDEAN}
#: What the server measures by where nobody chose.
_DEFAULT = "cosine"

#: Kinds of a property's value that a chunk's text or source may have.
_VALUES = ("text_value", "int_value", "uuid_value")

#: By server and collection.
_measured = Measures()


def read_request(_method: str, connection: Any, arguments: Mapping[str, Any]) -> list[Retrieval]:
    """What is asked: one retrieval, or none where nothing is searched for."""
    request = arguments["request"]
    kind = next((each for each in _SEARCHES if _has(request, each)), None)
    if kind is None:
        return []
    search = getattr(request, kind)
    address, port = _server(connection)
    retrieval = Retrieval(
        provider="weaviate",
        data_source=request.collection,
        top_k=request.limit or None,
        filtered=_has(request, "filters"),
        server_address=address,
        server_port=port,
    )
    if kind == "hybrid_search":
        retrieval.query_text = search.query or " ".join(search.near_text.query) or None
        retrieval.vectors = [*_vectors(search), *_vectors(search.near_vector)]
    elif kind == "bm25_search":
        retrieval.query_text = search.query
        retrieval.measure = SIMILARITY
    else:
        retrieval.query_text = " ".join(search.query) if kind == "near_text" else None
        retrieval.vectors = _vectors(search) if kind == "near_vector" else []
        retrieval.measure = _measure(connection, request.collection, search)
        if request.metadata.certainty and not request.metadata.distance:
            # What it is called where it is (1 + cosine) / 2.
            retrieval.measure = COSINE_SCORE
    if _has(request, "rerank"):
        retrieval.measure = None
    return [retrieval]


def read_response(_method: str, reply: Any) -> list[list[Document]]:
    """What came back, in groups or not; scores only where the application has asked for them."""
    results = reply.results or [each for group in reply.group_by_results for each in group.objects]
    return [[_document(each) for each in results]]


def _has(message: Any, part: str) -> bool:
    """Whether a message has this part; older protocols lack some."""
    return part in message.DESCRIPTOR.fields_by_name and bool(message.HasField(part))


def _vectors(search: Any) -> list[object]:
    """All vectors of a search as numbers; those of several rows each are not looked at."""
    found = [search.vector_bytes, *getattr(search, "vector_per_target", {}).values()]
    for name in ("vectors", "vector_for_targets"):
        found += [each.vector_bytes for each in getattr(search, name, ())]
    numbers = [array("f", each) for each in found if each and len(each) % 4 == 0]
    return [*numbers] if numbers or not len(search.vector) else [array("f", search.vector)]


def _measure(connection: Any, collection: str, search: Any) -> Measure:
    """Of the vector searched; of a collection without named ones there is but one."""
    targets = list(getattr(getattr(search, "targets", None), "target_vectors", ())) or list(
        search.target_vectors
    )
    known = _measured.of((*_server(connection), collection))
    if len(targets) == 1:
        return known.get(targets[0], DISTANCE)
    return next(iter(known.values())) if len(known) == 1 and not targets else DISTANCE


def _document(result: Any) -> Document:
    metadata = result.metadata
    score = None
    if metadata.rerank_score_present:
        score = metadata.rerank_score
    elif metadata.distance_present:
        score = metadata.distance
    elif metadata.score_present:
        score = metadata.score
    elif metadata.certainty_present:
        score = metadata.certainty
    named = metadata.id or (str(UUID(bytes=metadata.id_as_bytes)) if metadata.id_as_bytes else None)
    return Document(named, score, dict(_payload(result)))


def _payload(result: Any) -> Iterator[tuple[str, object]]:
    for name, value in result.properties.non_ref_props.fields.items():
        kind = value.WhichOneof("kind")
        if kind in _VALUES:
            yield name, getattr(value, kind)
        elif kind == "object_value" and name == "metadata":
            inner = value.object_value.fields.items()
            yield (
                name,
                {key: getattr(each, each.WhichOneof("kind")) for key, each in inner if _is_plain(each)},
            )


def _is_plain(value: Any) -> bool:
    return value.WhichOneof("kind") in _VALUES


def _server(connection: Any) -> tuple[str | None, int | None]:
    params = connection._connection_params
    return params.http.host, params.http.port


def learn(method: str, owner: Any, arguments: Mapping[str, Any], result: Any) -> None:
    """A call of the application that tells, or ends, how a collection's vectors measure."""
    server = _server(owner._connection)
    if method == "get":
        vectors = getattr(result, "vector_config", None) or {"": result}
        told_by = {name: each.vector_index_config.distance_metric for name, each in vectors.items()}
        _measured.learn((*server, result.name), _measures(told_by))
    elif method == "delete":
        names = arguments["name"]
        for name in [names] if isinstance(names, str) else names:
            _measured.forget((*server, name))
    else:
        _measured.learn((*server, str(result.name)), _measures(dict(_made(arguments))))


def _made(arguments: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Name and metric of each vector of a collection about to be."""
    given = arguments.get("vector_config") or arguments.get("vectorizer_config")
    for each in given if isinstance(given, list) else [given]:
        index = getattr(each, "vectorIndexConfig", None) or arguments.get("vector_index_config")
        yield getattr(each, "name", None) or "", getattr(index, "distance", None) or _DEFAULT


def _measures(metrics: Mapping[str, Any]) -> dict[str, Measure]:
    return {name: MEASURES.get(str(getattr(m, "value", m)), DISTANCE) for name, m in metrics.items()}


_STORE = Store(read_request, read_response)
_MODULE = "weaviate.connect.v4"
_CONFIG, _COLLECTIONS = "weaviate.collections.config", "weaviate.collections.collections"


class WeaviateInstrumentor(LibraryInstrumentor):
    """Retrieval spans for weaviate-client."""

    library = "weaviate-client"
    covers = "vector, full-text and hybrid searches, plain and async, with scores, source documents and texts"
    methods = (
        *searches(_MODULE, "ConnectionSync", ["grpc_search"], _STORE),
        *async_searches(_MODULE, "ConnectionAsync", ["grpc_search"], _STORE),
        *told(f"{_CONFIG}.sync", "_ConfigCollection", ["get"], learn),
        *async_told(f"{_CONFIG}.async_", "_ConfigCollectionAsync", ["get"], learn),
        *told(f"{_COLLECTIONS}.sync", "_Collections", ["create", "delete"], learn),
        *async_told(f"{_COLLECTIONS}.async_", "_CollectionsAsync", ["create", "delete"], learn),
    )
