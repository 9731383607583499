"""Retrieval spans over the real FAISS.

Runs in tests/environments/vector_stores.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from opentelemetry import trace
from opentelemetry.instrumentation.utils import suppress_instrumentation
from spanwright_instrumentation.embedding_memory import remember_embeddings
from spanwright_instrumentation.providers import faiss as provider
from spanwright_instrumentation.providers.faiss import CLASSES, MAX_QUERIES, FaissInstrumentor
from support.recording import Recording, documents, recorded_by

faiss: Any = pytest.importorskip("faiss")

ROWS = np.array([[0.6, 0.8], [0.8, 0.6]], dtype="f4")
FIGURES = "spanwright.retrieval.score."


recording = recorded_by(FaissInstrumentor)


@pytest.fixture
def index() -> Any:
    made = faiss.IndexFlatIP(2)
    made.add(ROWS)
    return made


def test_a_search_is_one_span_with_everything_about_it(recording: Recording, index: Any) -> None:
    """K, query text and model of the vector, ids in order without empty places, figures on both scales."""
    remember_embeddings([[0.6, 0.8]], ["where is my parcel"], "text-embedding-3-small", "openai")

    scores, _ = index.search(ROWS[:1], 3)

    first, second = scores[0].tolist()[:2]
    found = recording.attributes("retrieval")
    assert documents(found) == [{"id": "0", "score": first}, {"id": "1", "score": second}]
    del found["gen_ai.retrieval.documents"]
    assert found == {
        "gen_ai.operation.name": "retrieval",
        "gen_ai.provider.name": "faiss",
        "gen_ai.retrieval.top_k": 3,
        "gen_ai.retrieval.query.text": "where is my parcel",
        "spanwright.retrieval.embedding.model": "text-embedding-3-small",
        "spanwright.retrieval.filtered": False,
        "spanwright.retrieval.returned": 2,
        "spanwright.rerank.applied": False,
        f"{FIGURES}kind": "similarity",
        f"{FIGURES}first": first,
        f"{FIGURES}second": second,
        f"{FIGURES}max": first,
        f"{FIGURES}min": second,
        f"{FIGURES}mean": pytest.approx((first + second) / 2),
        f"{FIGURES}normalised.first": pytest.approx(1, abs=1e-6),
        f"{FIGURES}normalised.second": pytest.approx(0.98, abs=1e-6),
        f"{FIGURES}normalised.min": pytest.approx(0.98, abs=1e-6),
        f"{FIGURES}normalised.mean": pytest.approx(0.99, abs=1e-6),
    }


def test_squared_distances_with_ids_of_the_application(recording: Recording) -> None:
    """An index that maps ids gives those; its distances come to the same scale."""
    mapped = faiss.IndexIDMap(faiss.IndexFlatL2(2))
    mapped.add_with_ids(ROWS, np.array([7, 8]))

    mapped.search(ROWS[:1], 2)

    found = recording.attributes("retrieval")
    assert [each["id"] for each in documents(found)] == ["7", "8"]
    assert found[f"{FIGURES}kind"] == "distance"
    assert found[f"{FIGURES}normalised.second"] == pytest.approx(0.98, abs=1e-6)


@pytest.mark.parametrize("kind", ["HNSW8", "IVF1,Flat", "SQ8", "IDMap,Flat", "PCA2,Flat", "PQ2x1"])
def test_every_kind_of_index_is_seen(recording: Recording, kind: str) -> None:
    """Whatever the factory makes, a search is one span, not one for each part."""
    made = faiss.index_factory(2, kind)
    rows = np.random.default_rng(1).random((400, 2), dtype="f4")
    made.train(rows)
    if kind.startswith("IDMap"):
        made.add_with_ids(rows, np.arange(400))
    else:
        made.add(rows)

    made.search(rows[:1], 5)

    assert recording.attributes("retrieval")["spanwright.retrieval.returned"] == 5


def test_every_class_of_the_installed_version_is_known() -> None:
    """A class with a search of its own that the list lacks would not be seen."""
    kinds, methods = (faiss.Index, faiss.IndexBinary), {"search", "range_search"}
    own = {
        name
        for name, each in vars(faiss).items()
        if isinstance(each, type) and issubclass(each, kinds) and methods & vars(each).keys()
    }
    assert own - set(CLASSES) == set()


def test_a_range_has_no_k(recording: Recording, index: Any) -> None:
    """All within the radius, for each query its own."""
    index.range_search(ROWS, 0.99)

    found = [dict(span.attributes or {}) for span in recording.spans]
    assert [[each["id"] for each in documents(item)] for item in found] == [["0"], ["1"]]
    assert all("gen_ai.retrieval.top_k" not in item for item in found)


def test_bits_have_no_scale(recording: Recording) -> None:
    """Binary indexes count bits that differ: a distance of which only the kind is known."""
    binary = faiss.IndexBinaryFlat(16)
    binary.add(np.array([[1, 2], [255, 255]], dtype="u1"))

    binary.search(np.array([[1, 2]], dtype="u1"), 2)

    found = recording.attributes("retrieval")
    assert (found[f"{FIGURES}kind"], found[f"{FIGURES}first"]) == ("distance", 0)
    assert f"{FIGURES}normalised.first" not in found


def test_a_batch_is_a_span_for_each_query_and_a_job_none(recording: Recording, index: Any) -> None:
    """A few queries stand side by side; thousands in one call are no retrieval of an application."""
    selected = faiss.SearchParameters(sel=faiss.IDSelectorRange(1, 2))
    index.search(ROWS, 1, params=selected)
    index.search(np.repeat(ROWS, MAX_QUERIES, axis=0), 1)

    found = [dict(span.attributes or {}) for span in recording.spans]
    assert [documents(each)[0]["id"] for each in found] == ["1", "1"]
    assert {each["spanwright.retrieval.filtered"] for each in found} == {True}


def test_an_error_is_recorded_and_raised_unchanged(recording: Recording, index: Any) -> None:
    """A query of another length: the library's own exception, and a span that says so."""
    with pytest.raises(AssertionError):
        index.search(np.zeros((1, 3), dtype="f4"), 1)

    assert recording.span("retrieval").status.status_code is trace.StatusCode.ERROR


def test_nothing_is_seen_where_that_is_suppressed(recording: Recording, index: Any) -> None:
    """Nor when vectors are added or read."""
    index.reconstruct(0)
    with suppress_instrumentation():
        index.search(ROWS, 1)

    assert recording.spans == []


def test_what_fails_in_observing_does_not_reach_the_application(
    recording: Recording, index: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Answers are handed over whether they can be read or not, also into the caller's own arrays."""
    monkeypatch.setattr(provider, "_documents", None)
    scores, labels = np.empty((1, 1), dtype="f4"), np.empty((1, 1), dtype="i8")
    given = index.search(ROWS[:1], 1, D=scores, I=labels)
    assert given[0] is scores
    monkeypatch.setattr(provider, "_measure", None)
    assert index.search(ROWS[:1], 1)[1].tolist() == [[0]]

    assert len(recording.spans) == 1
