"""LanceDB: vector, full-text and hybrid queries of tables, plain and async, local and remote."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..decorator import Unobserved
from ..instrumentor import LibraryInstrumentor
from ..measure import (
    COSINE_DISTANCE,
    DISTANCE,
    INNER_PRODUCT_DISTANCE,
    SIMILARITY,
    SQUARED_EUCLIDEAN,
    Measure,
)
from ..retrieval import MAX_DOCUMENTS, Document, Retrieval
from ..store import Store, async_searches, observed, searches
from ..telemetry import Telemetry

#: All other ways to get results (lists, pandas, polars, pydantic) go through this one. Batches are an export:
#: what is in them is not known before the application has taken them.
SEARCHES = ("to_arrow",)
BUILDERS = ("LanceVectorQueryBuilder", "LanceFtsQueryBuilder", "LanceHybridQueryBuilder")

#: What ``distance_type`` means. Without it the index decides, if there is one, else ``l2``.
MEASURES = {"cosine": COSINE_DISTANCE, "dot": INNER_PRODUCT_DISTANCE, "l2": SQUARED_EUCLIDEAN}

#: Columns with a score, and those that name a row.
_SCORES = ("_relevance_score", "_distance", "_score")
_IDS = ("id", "_id", "chunk_id", "uuid", "_rowid")
#: Columns that are neither payload nor cheap to read: vectors, blobs.
_PASSED_OVER = ("list", "large_list", "fixed_size_list", "binary", "large_binary", "fixed_size_binary")
_DEFAULT_LIMIT = 10

#: Set on the queries a hybrid query is made of, which run in threads of their own.
_PART = "_spanwright_part_of_a_hybrid_query"


def read_request(_method: str, query: Any, _arguments: Mapping[str, Any]) -> list[Retrieval]:
    """What is asked: one retrieval, or one for each vector; none for a scan, or a part of another query."""
    read = _READERS.get(type(query).__name__)
    return [] if read is None or getattr(query, _PART, False) else read(query)


def read_response(_method: str, table: Any) -> list[list[Document]]:
    """The rows of an Arrow table, for each query in order. Vectors are not looked at."""
    names = [each.name for each in table.schema if not str(each.type).startswith(_PASSED_OVER)]
    score = next((each for each in _SCORES if each in names), None)
    if "query_index" not in names:
        # A table can be a whole one: texts are read of the rows that are listed.
        listed = _documents(table.select(names).slice(0, MAX_DOCUMENTS).to_pylist(), score)
        beyond = table.slice(MAX_DOCUMENTS)
        scores = beyond[score].to_pylist() if score else [None] * beyond.num_rows
        return [[*listed, *(Document(None, each, None) for each in scores)]]
    rows = table.select(names).to_pylist()
    groups: dict[int, list[Mapping[str, Any]]] = {}
    for row in rows:
        groups.setdefault(row["query_index"], []).append(row)
    return [_documents(groups.get(at, []), score) for at in range(max(groups, default=-1) + 1)]


def _documents(rows: Sequence[Mapping[str, Any]], score: str | None) -> list[Document]:
    return [_document(row, score) for row in rows]


def _document(row: Mapping[str, Any], score: str | None) -> Document:
    found = next((row[name] for name in _IDS if row.get(name) is not None), None)
    return Document(found, row[score] if score else None, row)


def _retrieval(query: Any, limit: int | None, filtered: bool) -> Retrieval:
    return Retrieval(
        provider="lancedb",
        # Older versions' async queries do not know their table.
        data_source=getattr(getattr(query, "_table", None), "name", None),
        top_k=_DEFAULT_LIMIT if limit is None else limit,
        filtered=filtered,
    )


def _measure(distance_type: str | None) -> Measure:
    return MEASURES.get(str(distance_type).lower(), DISTANCE)


def _vector(query: Any) -> list[Retrieval]:
    vectors = query._query
    first = vectors[0] if len(vectors) else None
    several = hasattr(first, "__len__") and not isinstance(first, str)
    return [_one_vector(query, vector) for vector in (vectors if several else [vectors])]


def _one_vector(query: Any, vector: Any) -> Retrieval:
    retrieval = _retrieval(query, query._limit, query._where is not None)
    retrieval.vectors = [vector]
    retrieval.query_text = _text(getattr(query, "_str_query", None))
    # A reranker's score is no distance.
    retrieval.measure = None if getattr(query, "_reranker", None) else _measure(query._distance_type)
    return retrieval


def _full_text(query: Any) -> list[Retrieval]:
    retrieval = _retrieval(query, query._limit, query._where is not None)
    retrieval.query_text = _text(query._query)
    retrieval.measure = None if getattr(query, "_reranker", None) else SIMILARITY
    return [retrieval]


def _hybrid(query: Any) -> list[Retrieval]:
    """Ranks of two queries, fused: the score has no kind."""
    retrieval = _retrieval(query, query._limit, query._where is not None)
    asked = query._query
    retrieval.query_text = _text(query._text) or _text(asked)
    retrieval.vectors = [query._vector] if query._vector is not None else []
    return [retrieval]


def _async_vector(query: Any) -> list[Retrieval]:
    request = query._inner.to_query_request()
    vectors = [vector.to_numpy(zero_copy_only=False) for vector in request.query_vector]
    return [_one_async_vector(query, request, vector) for vector in vectors]


def _one_async_vector(query: Any, request: Any, vector: Any) -> Retrieval:
    retrieval = _retrieval(query, request.limit, request.filter is not None)
    retrieval.vectors = [vector]
    retrieval.query_text = _text(getattr(query, "_query_string", None))
    retrieval.measure = None if getattr(query, "_reranker", None) else _measure(request.distance_type)
    return retrieval


def _async_full_text(query: Any) -> list[Retrieval]:
    request = query._inner.to_query_request()
    retrieval = _retrieval(query, request.limit, request.filter is not None)
    retrieval.query_text = _text(query.get_query())
    retrieval.measure = None if getattr(query, "_reranker", None) else SIMILARITY
    return [retrieval]


def _async_hybrid(query: Any) -> list[Retrieval]:
    request = query._inner.to_vector_query().to_query_request()
    retrieval = _retrieval(query, request.limit, request.filter is not None)
    retrieval.query_text = _text(query._inner.to_fts_query().get_query())
    retrieval.vectors = [vector.to_numpy(zero_copy_only=False) for vector in request.query_vector]
    return [retrieval]


def _text(asked: Any) -> str | None:
    """The words of a query, also of one in parts."""
    text = asked if isinstance(asked, str) else getattr(asked, "query", None)
    return text if isinstance(text, str) else None


_READERS: dict[str, Callable[[Any], list[Retrieval]]] = {
    "LanceVectorQueryBuilder": _vector,
    "LanceFtsQueryBuilder": _full_text,
    "LanceHybridQueryBuilder": _hybrid,
    "AsyncVectorQuery": _async_vector,
    "AsyncFTSQuery": _async_full_text,
    "AsyncHybridQuery": _async_hybrid,
}


class _Parting(Unobserved):
    """A hybrid query makes the two it consists of, whose runs are its own."""

    __slots__ = ("_query",)

    def __init__(self, _telemetry: Telemetry, query: Any, _arguments: Mapping[str, Any]) -> None:
        self._query = query

    def succeed(self, _result: object) -> None:
        for name in ("_vector_query", "_fts_query"):
            part = getattr(self._query, name, None)
            if part is not None:
                setattr(part, _PART, True)


_STORE = Store(read_request, read_response)
_MODULE = "lancedb.query"


class LanceDBInstrumentor(LibraryInstrumentor):
    """Retrieval spans for lancedb."""

    library = "lancedb"
    covers = "vector, full-text and hybrid queries, plain and async, with scores, source documents and texts"
    methods = (
        *(method for each in BUILDERS for method in searches(_MODULE, each, SEARCHES, _STORE)),
        *async_searches(_MODULE, "AsyncQueryBase", SEARCHES, _STORE),
        observed(_MODULE, "LanceHybridQueryBuilder._create_query_builders", _Parting),
    )
