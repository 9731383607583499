"""Redis through redis-py: vector queries of the query engine (``FT.SEARCH``, ``.AGGREGATE``, ``.HYBRID``).

The query engine serves as secondary index for anything. A query is a retrieval if it has a vector: nearest
neighbours, all within a radius, or both with words (hybrid). All others pass unobserved.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

from ..decorator import Run, Unobserved
from ..instrumentor import LibraryInstrumentor
from ..learning import Measures, async_told, told
from ..measure import COSINE_DISTANCE, DISTANCE, INNER_PRODUCT_DISTANCE, SQUARED_EUCLIDEAN, Measure
from ..retrieval import Document, Retrieval
from ..store import RetrievalRun, Store, async_observed, observed
from ..suppression import is_suppressed
from ..telemetry import Telemetry

SEARCHES = ("search", "aggregate", "hybrid_search")

#: Methods that tell how an index measures; a query does not say it.
CONFIGURATIONS = ("create_index", "info", "dropindex")

#: The engine's metrics; all scores are distances.
MEASURES = {"COSINE": COSINE_DISTANCE, "L2": SQUARED_EUCLIDEAN, "IP": INNER_PRODUCT_DISTANCE}

_NEIGHBOURS = re.compile(
    r"^(?P<filter>.*?)=>\s*[\[{]\s*KNN\s+(?P<k>\$?\w+)\s+@(?P<field>[^\s$]+)\s+\$(?P<vector>\w+)"
    r"(?:[^\]}]*?\bAS\s+(?P<score>\$?\w+))?[^\]}]*[\]}]"
    r"(?:\s*=>\s*\{[^}]*?\$YIELD_DISTANCE_AS:\s*(?P<yielded>\w+))?",
    re.IGNORECASE | re.DOTALL,
)
_RANGE = re.compile(
    r"@(?P<field>[^\s:]+):\s*\[\s*VECTOR_RANGE\s+(?P<radius>\S+)\s+\$(?P<vector>\w+)\s*\]"
    r"(?:\s*=>\s*\{[^}]*?\$YIELD_DISTANCE_AS:\s*(?P<score>\w+))?",
    re.IGNORECASE,
)

#: By server and index; by the names that queries give the fields.
_measured = Measures()


class Asked(NamedTuple):
    """What the text of a query says."""

    field: str
    vector: str
    score: str | None
    #: Neighbours, or the name of the parameter with their number.
    k: str | None
    is_filtered: bool


@lru_cache(maxsize=256)
def read_query(text: str) -> Asked | None:
    """The vector part of a query's text; None if it has none."""
    found = _NEIGHBOURS.search(text)
    if found is not None:
        is_filtered = found["filter"].strip(" ()") not in ("", "*")
        score = found["score"] or found["yielded"] or f"__{found['field']}_score"
        return Asked(found["field"], found["vector"], score, found["k"], is_filtered)
    found = _RANGE.search(text)
    if found is None:
        return None
    rest = text[: found.start()] + text[found.end() :]
    return Asked(found["field"], found["vector"], found["score"], None, bool(rest.strip(" (){};")))


def begin(telemetry: Telemetry, index: Any, arguments: Mapping[str, Any]) -> Run:
    """Observe one query, if it has a vector, is not left to a pipeline, and nobody outside observes it."""
    query = arguments["query"]
    if hasattr(index, "command_stack") or is_suppressed("retrieval"):
        return Unobserved()
    if hasattr(query, "_vector_similarity_query"):
        return _run(telemetry, _hybrid(index, query, arguments), None, "__score")
    parameters = arguments.get("query_params") or {}
    text = getattr(query, "_query_string", None) or getattr(query, "_query", None) or query
    asked = read_query(text) if isinstance(text, str) else None
    if asked is None:
        return Unobserved()
    retrieval = _retrieval(index, asked.is_filtered)
    retrieval.top_k = _top_k(asked, query, parameters)
    retrieval.measure = _measured.of((*_server(index), index.index_name)).get(asked.field, DISTANCE)
    retrieval.vectors = _vectors(parameters.get(asked.vector))
    score = _named(asked.score, parameters)
    retrieval.scored = score is not None
    return _run(telemetry, retrieval, asked.field, score)


def _run(telemetry: Telemetry, retrieval: Retrieval, field: str | None, score: str | None) -> Run:
    store = Store(lambda *_: [], lambda _, answer: [list(_documents(answer, field, score))])
    return RetrievalRun(telemetry, "search", store, [retrieval])


def _retrieval(index: Any, is_filtered: bool) -> Retrieval:
    address, port = _server(index)
    return Retrieval(
        provider="redis",
        data_source=str(index.index_name),
        filtered=is_filtered,
        server_address=address,
        server_port=port,
    )


def _hybrid(index: Any, query: Any, arguments: Mapping[str, Any]) -> Retrieval:
    """Words and a vector, whose ranks are fused: the score has no kind."""
    similar = query._vector_similarity_query
    retrieval = _retrieval(index, getattr(similar, "_filter", None) is not None)
    retrieval.query_text = query._search_query._query_string
    vector = similar._vector_data
    if isinstance(vector, str) and vector.startswith("$"):
        vector = (arguments.get("params_substitution") or {}).get(vector[1:])
    retrieval.vectors = _vectors(vector)
    method = similar._vsim_method_params or []
    retrieval.top_k = next((value for name, value in pairwise(method) if name == "K"), None)
    return retrieval


def _top_k(asked: Asked, query: Any, parameters: Mapping[str, Any]) -> int | None:
    """Neighbours, of which a page may be wanted only; of a radius, the page. The client's own page is 10."""
    k = _named(asked.k, parameters)
    page = getattr(query, "_num", None)
    limits = [int(each) for each in (k, page) if each is not None]
    return min(limits) if limits else None


def _named(value: str | None, parameters: Mapping[str, Any]) -> Any:
    """A value that may stand among the parameters."""
    return parameters.get(value[1:]) if value is not None and value.startswith("$") else value


def _vectors(value: Any) -> list[object]:
    """The bytes of 32-bit floats as numbers; those of other types are not looked at."""
    if not isinstance(value, bytes) or len(value) % 4:
        return []
    return [array("f", value)]


def _documents(answer: Any, field: str | None, score: str | None) -> Iterator[Document]:
    """The documents of a result of ``FT.SEARCH``, the rows of the others, or what RESP3 makes of them."""
    found = getattr(answer, "docs", None)
    if found is not None:
        for each in found:
            yield _document(vars(each), "id", field, score)
        return
    rows = _named_by_text(answer).get("results") if isinstance(answer, dict) else None
    for row in rows or getattr(answer, "results", None) or getattr(answer, "rows", None) or ():
        fields = _named_by_text(row)
        fields.update(_named_by_text(fields.pop("extra_attributes", {})))
        yield _document(fields, "id" if "id" in fields else "__key", field, score)


def _named_by_text(row: Any) -> dict[str, Any]:
    """A mapping, or names and values in turn; names may be bytes."""
    pairs = row.items() if isinstance(row, dict) else zip(row[::2], row[1::2], strict=False)
    return {_text(name): value for name, value in pairs}


def _document(fields: Mapping[str, Any], key: str, field: str | None, score: str | None) -> Document:
    payload: dict[str, object] = {}
    for name, value in fields.items():
        if isinstance(value, (str, bytes, int)) and name not in (field, key, score):
            # A document of JSON comes as its text, under its path or as this.
            payload["metadata" if name in ("json", "$") else name] = (
                value.encode() if name in ("json", "$") and isinstance(value, str) else _text(value)
            )
    given = fields.get(score) if score else None
    found = _text(fields.get(key))
    return Document(found, None if given is None else float(given), payload)


def _text(value: Any) -> Any:
    return value.decode(errors="replace") if isinstance(value, bytes) else value


def _server(index: Any) -> tuple[str | None, int | None]:
    """Host and port, or the path of the socket; None for a cluster, which has many."""
    pool = getattr(index.client, "connection_pool", None)
    settings = getattr(pool, "connection_kwargs", {})
    if settings.get("path"):
        return settings["path"], None
    return settings.get("host"), settings.get("port")


def learn(method: str, index: Any, arguments: Mapping[str, Any], result: Any) -> None:
    """A call of the application that tells, or ends, how an index measures."""
    key = (*_server(index), index.index_name)
    if method == "dropindex":
        _measured.forget(key)
    elif method == "info":
        _measured.learn(key, dict(_told_by(each) for each in result["attributes"]))
    else:
        _measured.learn(key, dict(_made(each) for each in arguments["fields"]))


def _made(field: Any) -> tuple[str, Measure]:
    return field.as_name or field.name, _measure(field.args)


def _told_by(attribute: Any) -> tuple[str, Measure]:
    """From a description: names and values in turn, or as a mapping."""
    words = (
        list(attribute) if isinstance(attribute, list) else [w for pair in attribute.items() for w in pair]
    )
    words = [_text(each) for each in words]
    return str(words[words.index("attribute") + 1]), _measure(words)


def _measure(words: Any) -> Measure:
    """Of a field by the word behind the one that announces it; no other field is asked for."""
    upper = [str(_text(each)).upper() for each in words]
    at = upper.index("DISTANCE_METRIC") + 1 if "DISTANCE_METRIC" in upper else None
    return DISTANCE if at is None else MEASURES.get(upper[at], DISTANCE)


_MODULE = "redis.commands.search.commands"


class RedisInstrumentor(LibraryInstrumentor):
    """Retrieval spans for redis-py."""

    library = "redis"
    covers = "vector and hybrid queries, plain and async, with scores, source documents and texts"
    methods = (
        *(observed(_MODULE, f"SearchCommands.{name}", begin) for name in SEARCHES),
        *(async_observed(_MODULE, f"AsyncSearchCommands.{name}", begin) for name in SEARCHES),
        *told(_MODULE, "SearchCommands", CONFIGURATIONS, learn),
        *async_told(_MODULE, "AsyncSearchCommands", CONFIGURATIONS, learn),
    )
