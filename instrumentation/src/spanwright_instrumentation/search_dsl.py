"""Queries of Elasticsearch and OpenSearch as their JSON has them: which of their parts search by meaning.

Vector queries (``knn``, scripts over vectors), texts that the server embeds (``semantic``, ``neural``,
``sparse_vector``, ...), and the words that stand beside them in hybrid queries. A query of words alone is
none: search engines are asked for much that is no retrieval.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

#: How deep and into how many parts a query is looked into.
MAX_DEPTH = 12
MAX_PARTS = 200

#: What a page has where the request does not say.
DEFAULT_SIZE = 10

#: Queries of words, whose score adds to that of vectors.
_WORDS = ("match", "match_phrase", "multi_match", "query_string", "simple_query_string", "combined_fields")
#: Fields of these with the words.
_WORD_FIELDS = ("query", "value")

#: Queries for a text that the server embeds, and where text and model stand: beside the field's name, or
#: in an object under it.
_EMBEDDED = ("semantic", "sparse_vector", "text_expansion", "neural", "neural_sparse", "weighted_tokens")
_TEXT_FIELDS = ("query", "query_text", "model_text")
_MODEL_FIELDS = ("model_id", "inference_id")

#: What makes another score of those of its parts.
_FUSING = (
    "hybrid",
    "rrf",
    "linear",
    "rank",
    "rescore",
    "rescorer",
    "text_similarity_reranker",
    "function_score",
)

#: Where something stands that only leaves out.
_FILTERS = ("filter", "must_not", "post_filter")

_COSINE_SCRIPT = re.compile(r"^\s*cosineSimilarity\(\s*params\.(\w+),[^)]*\)\s*\+\s*1(\.0*)?\s*$")


@dataclass(slots=True)
class SearchQuery:
    """What a request asks by meaning."""

    vectors: list[Any] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    model: str | None = None
    #: Fields of the vectors, in their order; None where a script has it.
    fields: list[str | None] = field(default_factory=list)
    #: Neighbours asked for, where the request has a limit for all.
    k: int | None = None
    filtered: bool = False
    #: Whether scores are made of those of several parts.
    fused: bool = False
    #: Whether the score is 1 + cosine.
    raised_cosine: bool = False
    parts: int = 0

    @property
    def is_by_meaning(self) -> bool:
        """Whether there is anything but words."""
        return self.parts > 0

    @property
    def is_one_measure(self) -> bool:
        """Whether the score is how one vector measures against another, and nothing else."""
        return self.parts == len(self.vectors) == 1 and not self.fused and not self.words


def read_search(body: Mapping[str, Any]) -> SearchQuery:
    """What the body of a search asks by meaning."""
    found = SearchQuery()
    for each in _listed(body.get("knn")):
        _read_neighbours(found, each)
        found.k = each.get("k") if isinstance(each, Mapping) else None
    for name in ("query", "retriever", "sub_searches"):
        _read(found, body.get(name), 0)
    found.filtered = found.filtered or body.get("post_filter") is not None
    found.fused = found.fused or any(body.get(each) is not None for each in ("rank", "rescore"))
    return found


def requested(body: Mapping[str, Any], query: SearchQuery) -> int:
    """Documents asked for at most."""
    size = body.get("size")
    page = DEFAULT_SIZE if size is None else int(size)
    return min(page, int(query.k)) if query.k is not None and query.is_one_measure else page


def _listed(value: Any) -> Sequence[Any]:
    return value if isinstance(value, (list, tuple)) else [] if value is None else [value]


def _read(found: SearchQuery, node: Any, depth: int) -> None:
    """All parts of a query or retriever, or of several."""
    if depth > MAX_DEPTH or found.parts > MAX_PARTS:
        return
    if isinstance(node, (list, tuple)):
        for each in node[:MAX_PARTS]:
            _read(found, each, depth + 1)
    elif isinstance(node, Mapping):
        for name, value in node.items():
            _read_part(found, name, value, depth)


def _read_part(found: SearchQuery, name: str, value: Any, depth: int) -> None:
    if name == "knn":
        _read_neighbours(found, value)
    elif name in _EMBEDDED:
        _read_embedded(found, value)
    elif name in _WORDS:
        found.words += _words(value)
    elif name in _FILTERS:
        found.filtered = found.filtered or bool(value)
    elif name == "script_score":
        _read_script(found, value, depth)
    else:
        found.fused = found.fused or name in _FUSING
        _read(found, value, depth + 1)


def _read_neighbours(found: SearchQuery, value: Any) -> None:
    """Elasticsearch has the field's name in ``field``, OpenSearch an object under it."""
    if not isinstance(value, Mapping):
        return
    name = value.get("field")
    if name is None and value:
        name, value = next(iter(value.items()))
    if not isinstance(value, Mapping):
        return
    found.parts += 1
    found.filtered = found.filtered or bool(value.get("filter"))
    found.fused = found.fused or value.get("boost") not in (None, 1, 1.0)
    builder = value.get("query_vector_builder")
    if isinstance(builder, Mapping):
        _add_text(found, builder.get("text_embedding") or {})
    vector = next((value[each] for each in ("query_vector", "vector") if value.get(each) is not None), None)
    if vector is not None:
        found.vectors.append(vector)
        found.fields.append(name)


def _read_embedded(found: SearchQuery, value: Any) -> None:
    if not isinstance(value, Mapping):
        return
    found.parts += 1
    inner = value if "field" in value else next(iter(value.values()), None)
    if isinstance(inner, Mapping):
        found.filtered = found.filtered or bool(inner.get("filter"))
        _add_text(found, inner)


def _add_text(found: SearchQuery, fields: Mapping[str, Any]) -> None:
    text = next((fields[each] for each in _TEXT_FIELDS if isinstance(fields.get(each), str)), None)
    if text is not None:
        found.texts.append(text)
    model = next((fields[each] for each in _MODEL_FIELDS if isinstance(fields.get(each), str)), None)
    found.model = found.model or model


def _read_script(found: SearchQuery, value: Any, depth: int) -> None:
    """A script over a vector among its parameters; over anything else it is no search by meaning."""
    script = value.get("script") if isinstance(value, Mapping) else None
    script = script if isinstance(script, Mapping) else {}
    params = script.get("params")
    values = params.values() if isinstance(params, Mapping) else ()
    vectors = [each for each in values if _is_vector(each)]
    if vectors:
        found.parts += 1
        found.vectors.append(vectors[0])
        found.fields.append(None)
        found.raised_cosine = _COSINE_SCRIPT.match(str(script.get("source"))) is not None
        # The query that a script scores only chooses.
        chosen = value.get("query")
        found.filtered = found.filtered or not (isinstance(chosen, Mapping) and "match_all" in chosen)
    elif isinstance(value, Mapping):
        found.fused = True
        _read(found, value.get("query"), depth + 1)


def _is_vector(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and len(value) > 1 and isinstance(value[0], (int, float))


def _words(value: Any) -> list[str]:
    """The words of a query, which stand beside or under the field's name."""
    if not isinstance(value, Mapping):
        return []
    direct = value.get("query")
    if isinstance(direct, str):
        return [direct]
    inner = next(iter(value.values()), None)
    if isinstance(inner, Mapping):
        inner = next((inner[each] for each in _WORD_FIELDS if each in inner), None)
    return [inner] if isinstance(inner, str) else []
