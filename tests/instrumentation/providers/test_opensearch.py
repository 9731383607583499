"""Retrieval spans over the real OpenSearch clients, against a server that answers as it is documented.

Runs in tests/environments/vector_services.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from spanwright_instrumentation.embedding_memory import remember_embeddings
from spanwright_instrumentation.measure import COSINE_SCORE, EUCLIDEAN_SCORE, SIMILARITY, Measure
from spanwright_instrumentation.providers.opensearch import OpenSearchInstrumentor, measure_of
from support.recording import Recording, documents, recorded_by
from support.retrieval_contract import HELP
from support.search_engine import Engine, serving

opensearchpy: Any = pytest.importorskip("opensearchpy")

FIGURES = "spanwright.retrieval.score."
KNN = {"knn": {"vector": {"vector": HELP, "k": 3}}}
VECTOR = {"type": "knn_vector", "dimension": 3}

recording = recorded_by(OpenSearchInstrumentor)


@pytest.fixture
def engine() -> Engine:
    return Engine(mappings={"help": {"properties": {"vector": VECTOR}}})


@pytest.fixture
def client(engine: Engine) -> Iterator[Any]:
    with serving(engine) as port:
        client = opensearchpy.OpenSearch([{"host": "127.0.0.1", "port": port}])
        yield client
        client.close()


@pytest.mark.parametrize(
    ("space", "score"),
    [
        ("cosinesimil", lambda cosine, _: (1 + cosine) / 2),
        ("l2", lambda _, distance: 1 / (1 + distance**2)),
        ("innerproduct", lambda cosine, _: 1 + cosine),
    ],
)
def test_every_space_comes_to_one_scale(
    recording: Recording, client: Any, engine: Engine, space: str, score: Callable[[float, float], float]
) -> None:
    """Scores as the documentation has them for each give the same normalised ones."""
    engine.score = score
    method = {"name": "hnsw", "engine": "faiss", "space_type": space}
    client.indices.create(
        index="made", body={"mappings": {"properties": {"vector": {**VECTOR, "method": method}}}}
    )
    client.search(index="made", body={"query": KNN})

    found = recording.attributes("retrieval made")
    assert found[f"{FIGURES}first"] == pytest.approx(score(1.0, 0.0), abs=1e-6)
    assert found[f"{FIGURES}normalised.second"] == pytest.approx(0.98, abs=1e-6)
    assert found[f"{FIGURES}normalised.min"] == pytest.approx(0.5, abs=1e-6)


def test_a_neural_and_a_hybrid_search(recording: Recording, client: Any) -> None:
    """A text that the server embeds is the query's; fused scores have no kind."""
    remember_embeddings([HELP], ["where is my parcel"], "m")
    neural = {"neural": {"vector": {"query_text": "where is it", "model_id": "model-1", "k": 3}}}
    client.search(index="help", body={"query": neural, "size": 2})
    hybrid = {"hybrid": {"queries": [{"match": {"text": "parcel"}}, KNN]}}
    client.search(index="help", body={"query": hybrid}, params={"search_pipeline": "normalise"})

    first, second = (dict(span.attributes or {}) for span in recording.spans)
    assert first["gen_ai.retrieval.query.text"] == "where is it"
    assert first["spanwright.retrieval.embedding.model"] == "model-1"
    assert first["gen_ai.retrieval.top_k"] == 2
    assert second["gen_ai.retrieval.query.text"] == "where is my parcel"
    assert f"{FIGURES}kind" not in second
    assert [each["content"] for each in documents(second)] == ["chunk one", "chunk two", "chunk three"]


def test_several_searches(recording: Recording, client: Any) -> None:
    """Each has its span, with its own answer."""
    client.msearch(body=[{"index": "help"}, {"query": KNN}, {"index": "none"}, {"query": KNN}])

    counted = [(span.attributes or {})["spanwright.retrieval.returned"] for span in recording.spans]
    assert counted == [3, 0]


def test_words_alone_are_left_alone(recording: Recording, client: Any, engine: Engine) -> None:
    """And one search is one request."""
    client.search(index="help", body={"query": {"match": {"text": "parcel"}}})
    assert recording.spans == []
    client.search(index="help", body={"query": KNN})
    assert [path for path, _ in engine.asked] == ["/help/_search"] * 2


@pytest.mark.parametrize(
    ("mapping", "expected"),
    [
        (VECTOR, EUCLIDEAN_SCORE),
        ({**VECTOR, "method": {"engine": "lucene", "space_type": "cosinesimil"}}, COSINE_SCORE),
        ({**VECTOR, "method": {"engine": "nmslib", "space_type": "cosinesimil"}}, SIMILARITY),
        ({**VECTOR, "space_type": "cosinesimil"}, SIMILARITY),
        ({**VECTOR, "space_type": "l1"}, SIMILARITY),
        ({**VECTOR, "data_type": "binary"}, SIMILARITY),
        ({"type": "knn_vector", "model_id": "trained"}, SIMILARITY),
        ({"type": "text"}, None),
    ],
)
def test_which_fields_have_a_scale(mapping: dict[str, Any], expected: Measure | None) -> None:
    """Where versions or engines differ in their formula, only the kind is told."""
    assert measure_of(mapping) == expected
