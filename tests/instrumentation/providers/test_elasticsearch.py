"""Retrieval spans over the real Elasticsearch clients, against a server that answers as it is documented.

Runs in tests/environments/vector_services.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from spanwright_instrumentation.embedding_memory import remember_embeddings
from spanwright_instrumentation.measure import DISTANCE, SIMILARITY
from spanwright_instrumentation.providers.elasticsearch import ElasticsearchInstrumentor, measure_of
from support.recording import Recording, documents, recorded_by
from support.retrieval_contract import HELP
from support.search_engine import Engine, serving

elasticsearch: Any = pytest.importorskip("elasticsearch")

FIGURES = "spanwright.retrieval.score."
KNN = {"field": "vector", "query_vector": HELP, "k": 2, "num_candidates": 10}
VECTOR = {"type": "dense_vector", "dims": 3}

recording = recorded_by(ElasticsearchInstrumentor)


@pytest.fixture
def engine() -> Engine:
    return Engine(mappings={"help": {"properties": {"vector": VECTOR}}})


@pytest.fixture
def client(engine: Engine) -> Iterator[Any]:
    with serving(engine) as port, elasticsearch.Elasticsearch(f"http://127.0.0.1:{port}") as client:
        yield client


@pytest.mark.parametrize(
    ("similarity", "score"),
    [
        ("cosine", lambda cosine, _: (1 + cosine) / 2),
        ("dot_product", lambda cosine, _: (1 + cosine) / 2),
        ("l2_norm", lambda _, distance: 1 / (1 + distance**2)),
        ("max_inner_product", lambda cosine, _: 1 + cosine),
    ],
)
def test_every_similarity_comes_to_one_scale(
    recording: Recording, client: Any, engine: Engine, similarity: str, score: Callable[[float, float], float]
) -> None:
    """Scores as the documentation has them for each give the same normalised ones."""
    engine.score = score
    client.indices.create(
        index="made", mappings={"properties": {"vector": {**VECTOR, "similarity": similarity}}}
    )
    client.search(index="made", knn={**KNN, "k": 3})

    found = recording.attributes("retrieval made")
    assert found[f"{FIGURES}first"] == pytest.approx(score(1.0, 0.0), abs=1e-6)
    assert found[f"{FIGURES}normalised.second"] == pytest.approx(0.98, abs=1e-6)
    assert found[f"{FIGURES}normalised.min"] == pytest.approx(0.5, abs=1e-6)
    assert found[f"{FIGURES}kind"] == "similarity"


def test_body_and_arguments(recording: Recording, client: Any) -> None:
    """Either way a search is given, one span; the answer is the client's own object."""
    remember_embeddings([HELP], ["where is my parcel"], "m")
    answer = client.search(index="help", body={"knn": KNN, "size": 1})
    client.options(request_timeout=5).search(
        index="help", knn=KNN, query={"match": {"text": "parcel"}}, size=1
    )

    assert type(answer).__name__ == "ObjectApiResponse"
    one, hybrid = (dict(span.attributes or {}) for span in recording.spans)
    assert (one["gen_ai.retrieval.top_k"], one["spanwright.retrieval.returned"]) == (1, 1)
    assert one["gen_ai.retrieval.query.text"] == hybrid["gen_ai.retrieval.query.text"] == "where is my parcel"
    assert f"{FIGURES}kind" in one
    assert f"{FIGURES}kind" not in hybrid
    assert f"{FIGURES}first" in hybrid
    assert documents(one)[0]["source_doc_id"] == "doc-1"


def test_several_searches(recording: Recording, client: Any) -> None:
    """Each has its span, with its own answer."""
    lines = [{"index": "help"}, {"knn": KNN}, {"index": "none"}, {"knn": KNN}, {"index": "help"}, {"size": 1}]
    client.msearch(searches=lines)

    counted = [(span.attributes or {})["spanwright.retrieval.returned"] for span in recording.spans]
    assert counted == [2, 0]


def test_words_alone_are_left_alone(recording: Recording, client: Any) -> None:
    """Nor is anything asked of the server on our behalf."""
    client.search(index="help", query={"match": {"text": "parcel"}})

    assert recording.spans == []


def test_nothing_more_is_asked(recording: Recording, client: Any, engine: Engine) -> None:
    """One search is one request."""
    client.search(index="help", knn=KNN)

    assert [path for path, _ in engine.asked] == ["/help/_search"]


def test_which_fields_have_a_scale() -> None:
    """Of bytes and bits only the kind is known; what is no vector is nothing."""
    assert measure_of({**VECTOR, "element_type": "byte"}) == SIMILARITY
    assert measure_of({**VECTOR, "similarity": "new"}) == SIMILARITY
    assert measure_of({"type": "text"}) is None
    assert measure_of(VECTOR) != DISTANCE
    assert math.isclose(measure_of(VECTOR).formula(0.75), 0.75)  # type: ignore[union-attr, misc]
