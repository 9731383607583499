"""Retrieval spans over the real Weaviate clients, against a server that speaks their protocol.

Runs in tests/environments/vector_services.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from spanwright_instrumentation.embedding_memory import remember_embeddings
from spanwright_instrumentation.measure import COSINE_DISTANCE, SQUARED_EUCLIDEAN
from spanwright_instrumentation.providers import weaviate as provider
from spanwright_instrumentation.providers.weaviate import WeaviateInstrumentor
from support.recording import Recording, documents, recorded_by
from support.retrieval_contract import HELP

weaviate: Any = pytest.importorskip("weaviate")
classes: Any = pytest.importorskip("weaviate.classes")
protocol: Any = pytest.importorskip("support.weaviate_server")

FIGURES = "spanwright.retrieval.score."

recording = recorded_by(WeaviateInstrumentor)


@pytest.fixture
def server() -> Iterator[Any]:
    with protocol.serving(protocol.Weaviate()) as server:
        yield server


@pytest.fixture
def client(server: Any) -> Iterator[Any]:
    client = weaviate.connect_to_custom(
        http_host="127.0.0.1",
        http_port=server.http,
        http_secure=False,
        grpc_host="127.0.0.1",
        grpc_port=server.grpc,
        grpc_secure=False,
        skip_init_checks=True,
    )
    yield client
    client.close()


@pytest.fixture
def chunks(client: Any) -> Any:
    return client.collections.get("Help")


@pytest.mark.parametrize(
    ("metric", "distance"),
    [
        ("COSINE", lambda cosine: 1 - cosine),
        ("DOT", lambda cosine: -cosine),
        ("L2_SQUARED", lambda cosine: 2 - 2 * cosine),
    ],
)
def test_every_metric_comes_to_one_scale(
    recording: Recording, client: Any, server: Any, metric: str, distance: Callable[[float], float]
) -> None:
    """How a collection was made says how it measures; one that is gone is forgotten."""
    server.distance = distance
    chosen = getattr(classes.config.VectorDistances, metric)
    made = client.collections.create(
        "Help", vector_index_config=classes.config.Configure.VectorIndex.hnsw(distance_metric=chosen)
    )
    made.query.near_vector(HELP, limit=3, return_metadata=["distance"])

    found = recording.attributes("retrieval Help")
    assert found[f"{FIGURES}kind"] == "distance"
    assert found[f"{FIGURES}first"] == pytest.approx(distance(1.0), abs=1e-6)
    assert found[f"{FIGURES}normalised.second"] == pytest.approx(0.98, abs=1e-6)
    assert found[f"{FIGURES}normalised.min"] == pytest.approx(0.5, abs=1e-6)
    client.collections.delete("Help")
    assert provider._measured.of(("127.0.0.1", server.http, "Help")) == {}


def test_certainty_is_the_common_scale(recording: Recording, chunks: Any) -> None:
    """Where it is asked for in place of the distance."""
    chunks.query.near_vector(HELP, limit=2, return_metadata=["certainty"])

    found = recording.attributes("retrieval Help")
    assert found[f"{FIGURES}kind"] == "similarity"
    assert found[f"{FIGURES}normalised.second"] == found[f"{FIGURES}second"] == pytest.approx(0.98, abs=1e-6)


def test_texts_that_the_server_embeds_or_searches(recording: Recording, chunks: Any) -> None:
    """Near a text, by words, and both with a vector: the text is the request's."""
    remember_embeddings([HELP], ["from memory"], "text-embedding-3-small")
    chunks.query.near_text("by meaning", limit=2, return_metadata=["distance"])
    chunks.query.bm25("by words", limit=2, return_metadata=["score"])
    chunks.query.hybrid("by both", vector=HELP, limit=2, return_metadata=["score"])

    near, words, both = (dict(span.attributes or {}) for span in recording.spans)
    texts = [each["gen_ai.retrieval.query.text"] for each in (near, words, both)]
    assert texts == ["by meaning", "by words", "by both"]
    assert [each.get(f"{FIGURES}kind") for each in (near, words, both)] == ["distance", "similarity", None]
    assert both["spanwright.retrieval.embedding.model"] == "text-embedding-3-small"
    assert both[f"{FIGURES}first"] == pytest.approx(0.5)
    assert f"{FIGURES}normalised.first" not in both


def test_what_was_not_asked_for_is_left_out(recording: Recording, chunks: Any) -> None:
    """Without metadata there are documents and no figures; a filter is seen."""
    answer = chunks.query.near_vector(
        HELP, limit=2, filters=classes.query.Filter.by_property("source").equal("doc-1")
    )

    found = recording.attributes("retrieval Help")
    assert [each["id"] for each in documents(found)] == [str(each.uuid) for each in answer.objects]
    assert documents(found)[0]["content"] == "chunk one"
    assert found["spanwright.retrieval.filtered"] is True
    assert f"{FIGURES}first" not in found


def test_named_vectors(recording: Recording, chunks: Any, server: Any) -> None:
    """Each measures its own way; without a name among several only the kind is known."""
    known = {"a": COSINE_DISTANCE, "b": SQUARED_EUCLIDEAN}
    provider._measured.learn(("127.0.0.1", server.http, "Help"), known)
    chunks.query.near_vector(HELP, limit=2, target_vector="a", return_metadata=["distance"])
    chunks.query.near_vector(HELP, limit=2, return_metadata=["distance"])

    named, unnamed = (dict(span.attributes or {}) for span in recording.spans)
    assert named[f"{FIGURES}normalised.second"] == pytest.approx(0.98, abs=1e-6)
    assert f"{FIGURES}normalised.second" not in unnamed
    assert unnamed[f"{FIGURES}kind"] == "distance"
    provider._measured.forget(("127.0.0.1", server.http, "Help"))


def test_fetching_is_no_retrieval(recording: Recording, chunks: Any, server: Any) -> None:
    """Nor is anything asked of the server on our behalf."""
    chunks.query.fetch_objects(limit=2)

    assert recording.spans == []
    assert len(server.asked) == 1
