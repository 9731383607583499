"""Qdrant: ``QdrantClient`` and ``AsyncQdrantClient``, in process (local mode) or over REST or gRPC."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from ..instrumentor import LibraryInstrumentor
from ..learning import Measures, async_told, told
from ..measure import COSINE_SIMILARITY, DISTANCE, EUCLIDEAN, INNER_PRODUCT, SIMILARITY, Measure
from ..retrieval import Document, Retrieval
from ..store import Store, async_searches, searches


class Search(NamedTuple):
    """How one method of the client is told what to search for."""

    #: Parameter with the vector, text, id or query; in a batch, the field of each request.
    input: str
    #: Parameter with the requests of a batch.
    batch: str | None = None


#: Methods that search. ``scroll``, ``retrieve`` and ``search_matrix_*`` read points without a query. Those
#: that the installed version lacks are skipped: newer clients have only ``query_*points*``.
SEARCHES = {
    "query_points": Search("query"),
    "query_points_groups": Search("query"),
    "query_batch_points": Search("query", batch="requests"),
    "search": Search("query_vector"),
    "search_groups": Search("query_vector"),
    "search_batch": Search("vector", batch="requests"),
    "recommend": Search("positive"),
    "recommend_groups": Search("positive"),
    "recommend_batch": Search("positive", batch="requests"),
    "discover": Search("target"),
    "discover_batch": Search("target", batch="requests"),
    "query": Search("query_text"),
    "query_batch": Search("query_text", batch="query_texts"),
}

#: Methods that tell how a collection measures; of a remote collection this is known only from them.
CONFIGURATIONS = ("create_collection", "recreate_collection", "get_collection", "delete_collection")

#: The client's names of distances.
MEASURES = {"cosine": COSINE_SIMILARITY, "dot": INNER_PRODUCT, "euclid": EUCLIDEAN, "manhattan": DISTANCE}

#: Fields in which queries hold what they search for.
_INPUT_FIELDS = (
    "nearest",
    "recommend",
    "positive",
    "discover",
    "target",
    "context",
    "query",
    "prefetch",
    "vector",
)
#: Fields of the queries that rank by the collection's own measure.
_MEASURING_FIELDS = {"nearest", "recommend", "vector", "indices", "model"}
#: Queries that do not rank by a score.
_UNSCORED_FIELDS = ("order_by", "sample")
#: How deep and how wide the inputs of nested queries are looked for.
_MAX_DEPTH = 6
_MAX_WIDTH = 8

#: By server, port and collection.
_measured = Measures()


def read_request(method: str, client: Any, arguments: Mapping[str, Any]) -> list[Retrieval]:
    """What is asked: one retrieval, or for a batch one for each query."""
    search = SEARCHES[method]
    return [_retrieval(search, client, arguments, fields) for fields in _queries(search, arguments)]


def read_response(method: str, response: Any) -> list[list[Document]]:
    """What came back, for each query in order."""
    answers = response if SEARCHES[method].batch else [response]
    return [[_document(point) for point in _points(answer)] for answer in answers]


def _queries(search: Search, arguments: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if search.batch is None:
        yield arguments
        return
    for request in arguments.get(search.batch) or ():
        yield {**arguments, search.input: request} if isinstance(request, str) else _fields(request)


def _retrieval(
    search: Search, client: Any, arguments: Mapping[str, Any], fields: Mapping[str, Any]
) -> Retrieval:
    asked = fields.get(search.input)
    collection = str(arguments.get("collection_name"))
    address, port = _server(client)
    retrieval = Retrieval(
        provider="qdrant",
        data_source=collection,
        top_k=_top_k(fields),
        filtered=_is_filtered(fields),
        server_address=address,
        server_port=port,
    )
    if search.input == "query_text":
        retrieval.query_text = asked
        retrieval.embedding_model = getattr(client, "embedding_model_name", None)
        return retrieval
    if search.input != "positive" and _is_vector(asked) and fields.get("prefetch") is None:
        retrieval.vectors = [asked]
        retrieval.measure = _measure_of_field(client, collection, fields.get("using") or "")
        return retrieval
    inputs = list(_inputs([asked, fields.get("prefetch")]))
    retrieval.vectors = [
        value for value in inputs if isinstance(value, (list, tuple)) or hasattr(value, "shape")
    ]
    inferred = [_fields(value) for value in inputs if hasattr(value, "model")]
    retrieval.query_text = next((text for text in map(_inferred_text, inferred) if text), None)
    retrieval.embedding_model = next((each["model"] for each in inferred), None)
    retrieval.scored = asked is not None and not any(field in _fields(asked) for field in _UNSCORED_FIELDS)
    if search.input != "target":
        retrieval.measure = _measure(asked, fields, _measures(client, collection))
        if retrieval.measure and _is_recommendation(search, asked):
            retrieval.measure = retrieval.measure.without_formula()
    return retrieval


def _is_vector(asked: Any) -> bool:
    """Whether this is what most queries have: a vector and nothing else."""
    if isinstance(asked, list):
        return bool(asked) and isinstance(asked[0], (int, float))
    return hasattr(asked, "shape")


def _measure_of_field(client: Any, collection: str, name: str) -> Measure | None:
    """One of ``_measures``, without making all."""
    local = getattr(client._client, "collections", None)
    if local is None:
        return _measures(client, collection).get(name)
    found = local.get(collection)
    vectors = found.config.vectors if found is not None and not found.config.sparse_vectors else None
    if vectors is None or name or isinstance(vectors, Mapping):
        return _measures(client, collection).get(name)
    return MEASURES.get(_named(vectors.distance))


def _named(distance: Any) -> str:
    return str(getattr(distance, "value", distance)).lower()


def _inputs(value: Any, depth: int = 0) -> Iterator[Any]:
    """The vectors, and the texts the store itself embeds, that a query searches for, at any depth."""
    if value is None or depth > _MAX_DEPTH:
        return
    if isinstance(value, (list, tuple)):
        if value and isinstance(value[0], (int, float)):
            yield value
            return
        for item in value[:_MAX_WIDTH]:
            yield from _inputs(item, depth + 1)
    elif hasattr(value, "shape") or hasattr(value, "model"):
        yield value
    else:
        fields = _fields(value)
        for field in _INPUT_FIELDS:
            yield from _inputs(fields.get(field), depth + 1)


def _fields(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else getattr(value, "__dict__", {})


def _inferred_text(fields: Mapping[str, Any]) -> str | None:
    text = fields.get("text", fields.get("object"))
    return text if isinstance(text, str) else None


def _top_k(fields: Mapping[str, Any]) -> int | None:
    """Chunks asked for; the product for groups of chunks. The server's own default is 10."""
    limit = fields.get("limit")
    return (10 if limit is None else int(limit)) * int(fields.get("group_size") or 1)


def _is_filtered(fields: Mapping[str, Any]) -> bool:
    if fields.get("query_filter") is not None or fields.get("filter") is not None:
        return True
    prefetch = fields.get("prefetch")
    if prefetch is None:
        return False
    stages = prefetch if isinstance(prefetch, list) else [prefetch]
    return any(_is_filtered(_fields(stage)) for stage in stages)


def _measure(asked: Any, fields: Mapping[str, Any], measures: Mapping[str, Measure]) -> Measure | None:
    """The collection's measure, where the query ranks by it, not by fused ranks, a formula or a context."""
    query = _fields(asked)
    strategy = fields.get("strategy", getattr(query.get("recommend"), "strategy", None))
    if strategy not in (None, "average_vector") or not (query.keys() & _MEASURING_FIELDS or not query):
        return None
    name = fields.get("using") or query.get("name") or (asked[0] if _is_named(asked) else None)
    return measures.get(name or "")


def _is_recommendation(search: Search, asked: Any) -> bool:
    """Whether points are compared with a vector computed from several, whose length nobody knows."""
    return search.input == "positive" or "recommend" in _fields(asked)


def _is_named(asked: Any) -> bool:
    return isinstance(asked, tuple) and len(asked) == 2 and isinstance(asked[0], str)


def _measures(client: Any, collection: str) -> Mapping[str, Measure]:
    """Measure by vector name; of a remote collection only what calls of the application have told."""
    local = getattr(client._client, "collections", None)
    if local is None:
        return _measured.of((*_server(client), collection))
    found = local.get(client._client.aliases.get(collection, collection))
    return _measures_of(found.config.vectors, found.config.sparse_vectors) if found else {}


def _measures_of(vectors: Any, sparse: Mapping[str, Any] | None) -> dict[str, Measure]:
    named = vectors if isinstance(vectors, Mapping) else {"": vectors}
    distances = {name: getattr(params, "distance", None) for name, params in named.items()}
    measures = {name: MEASURES.get(_named(d)) for name, d in distances.items()}
    known = {name: measure for name, measure in measures.items() if measure}
    return known | dict.fromkeys(sparse or (), SIMILARITY)


def _server(client: Any) -> tuple[str | None, int | None]:
    """Host and port of the server; None in local mode."""
    remote = client._client
    port = getattr(remote, "_grpc_port" if getattr(remote, "_prefer_grpc", False) else "_port", None)
    return getattr(remote, "_host", None), port


def _points(answer: Any) -> list[Any]:
    """The points of a plain answer, an answer with ``points``, or one with groups of hits."""
    if isinstance(answer, list):
        return answer
    # Asking a pydantic model for a field it has not is slow.
    fields = answer.__dict__
    return (
        fields["points"]
        if "points" in fields
        else [point for group in fields["groups"] for point in group.hits]
    )


def _document(point: Any) -> Document:
    fields = point.__dict__
    if "document" in fields:  # fastembed's answer: the payload, taken apart
        return Document(point.id, point.score, {**(point.metadata or {}), "document": point.document})
    return Document(fields["id"], fields["score"], fields["payload"])


def learn(method: str, client: Any, arguments: Mapping[str, Any], result: Any) -> None:
    """A call of the application that tells, or ends, how a remote collection measures."""
    server = _server(client)
    if server[0] is None:
        return
    collection = (*server, str(arguments.get("collection_name")))
    if method == "get_collection":
        params = result.config.params
        _measured.learn(collection, _measures_of(params.vectors, params.sparse_vectors))
    elif method == "delete_collection":
        _measured.forget(collection)
    else:
        vectors, sparse = (arguments.get(f"{kind}vectors_config") for kind in ("", "sparse_"))
        _measured.learn(collection, _measures_of(vectors, sparse))


_STORE = Store(read_request, read_response)
_MODULE, _ASYNC_MODULE = "qdrant_client.qdrant_client", "qdrant_client.async_qdrant_client"


class QdrantInstrumentor(LibraryInstrumentor):
    """Retrieval spans for qdrant-client."""

    library = "qdrant-client"
    covers = "queries, local and remote, with scores, source documents and the query's text"
    methods = (
        *searches(_MODULE, "QdrantClient", SEARCHES, _STORE),
        *async_searches(_ASYNC_MODULE, "AsyncQdrantClient", SEARCHES, _STORE),
        *told(_MODULE, "QdrantClient", CONFIGURATIONS, learn),
        *async_told(_ASYNC_MODULE, "AsyncQdrantClient", CONFIGURATIONS, learn),
    )
