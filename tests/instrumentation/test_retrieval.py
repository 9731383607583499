"""What retrieval spans say, whatever the store."""

from __future__ import annotations

import json
import math
from array import array
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import partial
from typing import Any

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spanwright_instrumentation import retrieval
from spanwright_instrumentation.content import content_text
from spanwright_instrumentation.embedding_memory import remember_embeddings
from spanwright_instrumentation.measure import INNER_PRODUCT
from spanwright_instrumentation.retrieval import (
    MAX_DOCUMENTS,
    Document,
    Retrieval,
    request_attributes,
    response_attributes,
    response_kept,
    score_figures,
)

ASKED = Retrieval(provider="store", data_source="help")


@pytest.fixture(autouse=True)
def own_keys_forgotten() -> Iterator[None]:
    yield
    retrieval._source_keys.cache_clear()
    retrieval._text_keys.cache_clear()


def documents_text(found: Mapping[str, Any]) -> str:
    """The JSON text of the documents, as the span has it."""
    return content_text(found["gen_ai.retrieval.documents"])


def described(payload: Mapping[str, object] | None, *, content: bool = False) -> dict[str, Any]:
    """The one document of an answer, as the span has it."""
    attributes = response_attributes(ASKED, [Document("a", 0.5, payload)], content=content)
    (document,) = json.loads(documents_text(attributes))
    assert isinstance(document, dict)
    return document


@pytest.mark.parametrize(
    ("payload", "source", "length"),
    [
        ({"source_doc_id": "d", "text": "four"}, "d", 4),
        ({"doc_id": 7, "content": "four"}, "7", 4),
        ({"page_content": "four", "metadata": {"source": "manual.pdf"}}, "manual.pdf", 4),
        ({"metadata": {"text": "four", "url": "https://example.org"}}, "https://example.org", 4),
        ({"source": True, "text": 7}, None, None),
        ({"metadata": "none", "title": "x"}, None, None),
        ({"text": ""}, None, 0),
        ({}, None, None),
        (None, None, None),
    ],
)
def test_source_and_text_are_found_where_frameworks_put_them(
    payload: Mapping[str, object] | None, source: str | None, length: int | None
) -> None:
    """The payload itself and its metadata are looked through by the usual keys."""
    document = described(payload)

    assert (document.get("source_doc_id"), document.get("text_length")) == (source, length)


def test_payload_keys_can_be_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Own keys come before the usual ones."""
    monkeypatch.setenv("SPANWRIGHT_RETRIEVAL_SOURCE_KEYS", "article, manual")
    monkeypatch.setenv("SPANWRIGHT_RETRIEVAL_TEXT_KEYS", "absatz")
    retrieval._source_keys.cache_clear()
    retrieval._text_keys.cache_clear()

    document = described({"source": "wrong", "manual": "m", "text": "no", "absatz": "yes!"}, content=True)

    assert document == {"id": "a", "score": 0.5, "source_doc_id": "m", "text_length": 4, "content": "yes!"}


def test_text_of_chunks_only_by_the_content_policy() -> None:
    """The length is always told, the text only where content may be recorded."""
    assert "content" not in described({"text": "secret"})
    assert described({"text": "secret"}, content=True)["content"] == "secret"


def test_the_query_text_is_that_of_the_request_or_of_its_vector() -> None:
    """What the request says itself comes first; what it leaves open comes from the memory of embeddings."""
    vector = [0.1, 0.2, 0.3]
    remember_embeddings([vector], ["from memory"], "model-a")
    by_vector = Retrieval("store", "help", vectors=[[9.0, 9.0], vector])
    by_text = Retrieval("store", "help", vectors=[vector], query_text="from request")

    text, model = "gen_ai.retrieval.query.text", "spanwright.retrieval.embedding.model"
    found = request_attributes(by_vector, content=True)
    assert (found[text], found[model]) == ("from memory", "model-a")
    found = request_attributes(by_text, content=True)
    assert (found[text], found[model]) == ("from request", "model-a")
    found = request_attributes(by_text, content=False)
    assert (found[text], found[model]) == (None, "model-a")


def test_many_documents_are_counted_and_not_all_listed() -> None:
    """The list is bounded, count and figures are of all."""
    documents = [Document(number, float(number), None) for number in range(MAX_DOCUMENTS + 1)]

    found = response_attributes(ASKED, documents, content=False)

    assert len(json.loads(documents_text(found))) == MAX_DOCUMENTS
    assert found["spanwright.retrieval.returned"] == MAX_DOCUMENTS + 1
    assert found["spanwright.retrieval.score.max"] == MAX_DOCUMENTS


def test_an_answer_is_described_as_it_was() -> None:
    """What the application does to chunks and vector afterwards does not show."""
    chunk: dict[str, object] = {"text": "as it was", "metadata": {"source": "d"}}
    vector = [0.6, 0.8]
    asked = Retrieval("store", "help", vectors=[vector], measure=INNER_PRODUCT)
    documents = [Document("a", 1.0, chunk), *(Document(n, 0.5, None) for n in range(MAX_DOCUMENTS))]
    now = response_attributes(asked, documents, content=True)

    later = response_kept(asked, documents, content=True).attributes
    chunk.clear()
    vector[:] = [7.0, 7.0]

    assert later() == later() == now
    assert now["spanwright.retrieval.score.normalised.first"] == 1.0


@pytest.mark.parametrize("odd", [date(2026, 1, 2), OrderedDict(text="other"), 1 + 2j])
def test_what_cannot_be_copied_is_described_at_once(odd: object) -> None:
    """A payload may hold anything."""
    documents = [Document("a", 0.5, {"text": "chunk", "odd": odd})]

    later = response_kept(ASKED, documents, content=True).attributes
    documents.clear()

    assert json.loads(documents_text(later()))[0]["content"] == "chunk"


@pytest.mark.parametrize("form", [tuple, list, partial(array, "f"), numpy.array, lambda v: [v]])
def test_vectors_of_every_form_are_kept(form: Callable[[Any], Any]) -> None:
    """Their length is asked for when the span is read."""
    asked = Retrieval("store", "help", vectors=[form([0.6, 0.8])], measure=INNER_PRODUCT)

    found = response_kept(asked, [Document("a", 0.5, None)], content=False).attributes()

    assert found["spanwright.retrieval.score.normalised.first"] == 0.75


scores = st.lists(st.none() | st.floats(-1e6, 1e6) | st.sampled_from([math.nan, math.inf]), max_size=20)


@given(scores)
def test_score_figures_are_of_the_finite_scores_in_order(values: list[float | None]) -> None:
    """First and second as the store ordered them; the mean lies between the lowest and the highest."""
    finite = [value for value in values if value is not None and math.isfinite(value)]

    figures = {key.rpartition(".")[2]: value for key, value in score_figures(values).items()}

    assert figures.get("first") == (finite[0] if finite else None)
    assert figures.get("second") == (finite[1] if len(finite) > 1 else None)
    if finite:
        low, mean, high = (figures[name] for name in ("min", "mean", "max"))
        assert (low, high) == (min(finite), max(finite))
        assert isinstance(mean, float)
        assert low - 1e-6 <= mean <= high + 1e-6  # type: ignore[operator]


@given(scores)
def test_documents_are_valid_json_for_any_score(values: list[float | None]) -> None:
    """Infinite scores and those that are no numbers have no form in JSON and become null."""
    found = response_attributes(ASKED, [Document("a", value, None) for value in values], content=False)

    def refuse(name: str) -> None:
        raise AssertionError(name)

    listed = json.loads(documents_text(found), parse_constant=refuse)
    assert len(listed) == len(values)
