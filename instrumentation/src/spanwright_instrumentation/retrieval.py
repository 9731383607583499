"""What all vector stores' spans have in common: documents, score figures, the text behind a query vector.

A store's own file says what was asked (:class:`Retrieval`) and what came back (:class:`Document`); here it
becomes attributes. No vector ever becomes one.
"""

from __future__ import annotations

import json
import marshal
import math
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, NamedTuple

from opentelemetry.util.types import AttributeValue
from spanwright_semconv import attributes as names

from .content import to_json, valid_text
from .embedding_memory import components_of, memory
from .measure import Measure, normalised
from .retrieved import Seen

#: Comma-separated payload keys that hold the source document's id, or the chunk's text, before the usual
#: ones.
SOURCE_KEYS_VARIABLE = "SPANWRIGHT_RETRIEVAL_SOURCE_KEYS"
TEXT_KEYS_VARIABLE = "SPANWRIGHT_RETRIEVAL_TEXT_KEYS"

#: Payload keys as frameworks and applications write them, the surest first.
SOURCE_KEYS = (
    "source_doc_id",
    "source_document_id",
    "source_id",
    "document_id",
    "doc_id",
    "ref_doc_id",
    "parent_id",
    "source",
    "file_path",
    "file_name",
    "filename",
    "file",
    "path",
    "url",
    "uri",
)
TEXT_KEYS = ("text", "content", "page_content", "document", "chunk", "chunk_text", "passage", "body")

#: Documents listed on a span at most; the figures count all.
MAX_DOCUMENTS = 200


@dataclass(slots=True)
class Retrieval:
    """One query to a vector store."""

    provider: str
    data_source: str | None
    #: Documents asked for at most; None if the request does not say.
    top_k: int | None = None
    #: Vectors the query is made of, for looking up their text; never recorded.
    vectors: Sequence[object] = ()
    #: Where the request itself holds the text, or names the model that embeds it.
    query_text: str | None = None
    embedding_model: str | None = None
    #: Whether only part of the data source was searched; None if unknown.
    filtered: bool | None = None
    #: How the store measures; None if unknown, or if scores are no measure (rank fusion).
    measure: Measure | None = None
    #: False if the store orders by something else than a score, so that there are no score figures.
    scored: bool = True
    server_address: str | None = None
    server_port: int | None = None


class Document(NamedTuple):
    """One chunk that came back."""

    id: object
    score: float | None
    #: What is stored with the chunk, as fields or as the JSON text of an object, which is read when the span
    #: is; None if it was not asked for. So may its ``metadata`` be.
    payload: Mapping[str, object] | bytes | None


def request_attributes(retrieval: Retrieval, *, content: bool) -> dict[str, AttributeValue | None]:
    """What was asked; the query's text only if content may be recorded."""
    text, model = retrieval.query_text, retrieval.embedding_model
    if text is None or model is None:
        known = next((found for found in map(memory.recall, retrieval.vectors) if found), None)
        if known is not None:
            text = known.text if text is None else text
            model = known.model if model is None else model
    return {
        names.GEN_AI_RETRIEVAL_TOP_K: retrieval.top_k,
        names.GEN_AI_RETRIEVAL_QUERY_TEXT: valid_text(text) if content and text else None,
        names.SPANWRIGHT_RETRIEVAL_EMBEDDING_MODEL: model,
        names.SPANWRIGHT_RETRIEVAL_FILTERED: retrieval.filtered,
    }


Attributes = Mapping[str, AttributeValue | None]


class Kept(NamedTuple):
    """A store's answer as it was when it came, to be described later."""

    #: What ``response_attributes`` says of it.
    attributes: Callable[[], Attributes]
    #: What a reranker's span wants to know of the chunks.
    seen: Callable[[], list[Seen]]
    #: Bytes it takes, about.
    size: int


def response_kept(retrieval: Retrieval, documents: Sequence[Document], *, content: bool) -> Kept:
    """Keep this answer as it is now, whatever becomes of its objects.

    Copying plain data takes a tenth of the time of describing it. Payloads with anything else are described
    at once. ``retrieval`` is kept: nobody may change it any more.
    """
    retrieval.vectors = _copied(retrieval)
    kept: list[tuple[Any, ...]] = [tuple(document) for document in documents[:MAX_DOCUMENTS]]
    kept += [(None, document.score, None) for document in documents[MAX_DOCUMENTS:]]
    try:
        copied = marshal.dumps(kept)
    except ValueError:
        described = response_attributes(retrieval, documents, content=content)
        seen = [_seen(document) for document in documents[:MAX_DOCUMENTS]]
        return Kept(lambda: described, lambda: seen, 100 * len(seen))
    later = partial(_described_later, retrieval, copied, content)
    return Kept(later, partial(_seen_later, copied), len(copied))


def _seen_later(copied: bytes) -> list[Seen]:
    return [_seen(Document(*each)) for each in marshal.loads(copied)[:MAX_DOCUMENTS]]


def _seen(document: Document) -> Seen:
    payload = _fields(document.payload) if document.payload else {}
    text = _first(payload, _text_keys(), str)
    score = document.score
    return Seen(
        None if document.id is None else str(document.id),
        float(score) if score is not None and math.isfinite(score) else None,
        None if text is None else hash(text),
    )


def _described_later(retrieval: Retrieval, copied: bytes, content: bool) -> Attributes:
    documents = [Document(*each) for each in marshal.loads(copied)]
    return response_attributes(retrieval, documents, content=content)


def _copied(retrieval: Retrieval) -> Sequence[object]:
    """The vectors whose length is to be known, which the application may use again for the next query."""
    if retrieval.measure is None or not retrieval.measure.needs_unit_vectors or not retrieval.scored:
        return ()
    return [_copy_of(components_of(vector)) for vector in retrieval.vectors]


def _copy_of(components: Any) -> Any:
    copy = getattr(components, "copy", None) or getattr(components, "clone", None)
    return components if components is None else copy() if copy else components[:]


def response_attributes(retrieval: Retrieval, documents: Sequence[Document], *, content: bool) -> Attributes:
    """What came back, in the store's order; the chunks' text only if content may be recorded."""
    listed = [_described(document, content=content) for document in documents[:MAX_DOCUMENTS]]
    values: dict[str, AttributeValue | None] = {
        names.SPANWRIGHT_RETRIEVAL_RETURNED: len(documents),
        names.GEN_AI_RETRIEVAL_DOCUMENTS: to_json(listed),
    }
    if retrieval.scored:
        scores = _finite(documents)
        values.update(score_figures(scores))
        values.update(normalised_figures(normalised(retrieval.measure, scores, retrieval.vectors)))
        if retrieval.measure:
            values[names.SPANWRIGHT_RETRIEVAL_SCORE_KIND] = retrieval.measure.kind
    return values


def _finite(documents: Sequence[Document]) -> list[float]:
    scores = (document.score for document in documents)
    return [float(score) for score in scores if score is not None and math.isfinite(score)]


def score_figures(scores: Sequence[float | None]) -> dict[str, AttributeValue]:
    """First, second, highest, lowest and mean score, in the store's order; empty without a finite score."""
    finite = [float(score) for score in scores if score is not None and math.isfinite(score)]
    if not finite:
        return {}
    figures: dict[str, AttributeValue] = {
        names.SPANWRIGHT_RETRIEVAL_SCORE_FIRST: finite[0],
        names.SPANWRIGHT_RETRIEVAL_SCORE_MAX: max(finite),
        names.SPANWRIGHT_RETRIEVAL_SCORE_MIN: min(finite),
        names.SPANWRIGHT_RETRIEVAL_SCORE_MEAN: math.fsum(finite) / len(finite),
    }
    if len(finite) > 1:
        figures[names.SPANWRIGHT_RETRIEVAL_SCORE_SECOND] = finite[1]
    return figures


def normalised_figures(scores: Sequence[float]) -> dict[str, AttributeValue]:
    """First, second, lowest and mean score on the scale common to all stores; empty without one."""
    if not scores:
        return {}
    figures: dict[str, AttributeValue] = {
        names.SPANWRIGHT_RETRIEVAL_SCORE_NORMALISED_FIRST: scores[0],
        names.SPANWRIGHT_RETRIEVAL_SCORE_NORMALISED_MIN: min(scores),
        names.SPANWRIGHT_RETRIEVAL_SCORE_NORMALISED_MEAN: math.fsum(scores) / len(scores),
    }
    if len(scores) > 1:
        figures[names.SPANWRIGHT_RETRIEVAL_SCORE_NORMALISED_SECOND] = scores[1]
    return figures


def _described(document: Document, *, content: bool) -> dict[str, object]:
    document_id, score, payload = document
    described: dict[str, object] = {
        "id": None if document_id is None else str(document_id),
        "score": float(score) if score is not None and math.isfinite(score) else None,
    }
    if payload:
        payload = _fields(payload)
        source = _first(payload, _source_keys(), (str, int))
        if source is not None:
            described["source_doc_id"] = source
        text = _first(payload, _text_keys(), str)
        if text is not None:
            described["text_length"] = len(text)
            if content:
                described["content"] = text
    return described


def _first(
    payload: Mapping[str, object], keys: Sequence[str], kinds: type[str] | tuple[type[str], type[int]]
) -> str | None:
    """The first of these keys' values, in the payload or in its ``metadata``, as text."""
    for key in keys:
        value = payload.get(key)
        if isinstance(value, kinds) and value is not True and value is not False:
            return str(value)
    nested = payload.get("metadata")
    return _first(_fields(nested), keys, kinds) if isinstance(nested, (dict, bytes)) else None


def _fields(payload: Mapping[str, object] | bytes) -> Mapping[str, object]:
    if not isinstance(payload, bytes):
        return payload
    try:
        read = json.loads(payload)
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}


@cache
def _source_keys() -> tuple[str, ...]:
    return (*_configured(SOURCE_KEYS_VARIABLE), *SOURCE_KEYS)


@cache
def _text_keys() -> tuple[str, ...]:
    return (*_configured(TEXT_KEYS_VARIABLE), *TEXT_KEYS)


def _configured(variable: str) -> list[str]:
    return [key for key in map(str.strip, os.environ.get(variable, "").split(",")) if key]
