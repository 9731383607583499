"""Retrieval spans over the real qdrant-client in local mode."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from opentelemetry import trace
from opentelemetry.instrumentation.utils import suppress_instrumentation
from qdrant_client import AsyncQdrantClient, QdrantClient, models
from qdrant_client.models import Distance
from spanwright_instrumentation.embedding_memory import remember_embeddings
from spanwright_instrumentation.invocation import Invocation
from spanwright_instrumentation.providers import qdrant
from spanwright_instrumentation.providers.qdrant import QdrantInstrumentor
from support.recording import Recording, documents, instrumented, recorded_by

HELP = [0.1, 0.2, 0.3, 0.4]
POINTS = [
    models.PointStruct(
        id=number,
        vector=[0.1 * number, 0.2, 0.3, 0.4],
        payload={"source_doc_id": f"doc-{number}", "text": f"chunk {number}", "line": "parcels"},
    )
    for number in range(1, 6)
]


recording = recorded_by(QdrantInstrumentor)


@pytest.fixture
def client() -> Iterator[QdrantClient]:
    client = QdrantClient(":memory:")
    client.create_collection("help", vectors_config=models.VectorParams(size=4, distance=Distance.COSINE))
    client.upsert("help", POINTS)
    yield client
    client.close()


def test_a_query_is_one_span_with_everything_about_it(recording: Recording, client: QdrantClient) -> None:
    """Collection, k, query text and model of the vector, documents in order, score figures."""
    remember_embeddings([HELP], ["where is my parcel"], "text-embedding-3-small", "openai")

    answer = client.query_points("help", query=HELP, limit=2)

    first, second = (point.score for point in answer.points)
    found = recording.attributes("retrieval help")
    assert documents(found) == [
        {"id": "1", "score": first, "source_doc_id": "doc-1", "text_length": 7, "content": "chunk 1"},
        {"id": "2", "score": second, "source_doc_id": "doc-2", "text_length": 7, "content": "chunk 2"},
    ]
    del found["gen_ai.retrieval.documents"]
    assert found == {
        "gen_ai.operation.name": "retrieval",
        "gen_ai.provider.name": "qdrant",
        "gen_ai.data_source.id": "help",
        "gen_ai.retrieval.top_k": 2,
        "gen_ai.retrieval.query.text": "where is my parcel",
        "spanwright.retrieval.embedding.model": "text-embedding-3-small",
        "spanwright.retrieval.filtered": False,
        "spanwright.retrieval.returned": 2,
        "spanwright.rerank.applied": False,
        "spanwright.retrieval.score.kind": "similarity",
        "spanwright.retrieval.score.first": first,
        "spanwright.retrieval.score.second": second,
        "spanwright.retrieval.score.max": first,
        "spanwright.retrieval.score.min": second,
        "spanwright.retrieval.score.mean": (first + second) / 2,
        "spanwright.retrieval.score.normalised.first": pytest.approx((1 + first) / 2),
        "spanwright.retrieval.score.normalised.second": pytest.approx((1 + second) / 2),
        "spanwright.retrieval.score.normalised.min": pytest.approx((1 + second) / 2),
        "spanwright.retrieval.score.normalised.mean": pytest.approx((2 + first + second) / 4),
    }
    assert recording.span("retrieval help").kind is trace.SpanKind.CLIENT
    ((count, dimensions),) = recording.metric_points("gen_ai.client.operation.duration")
    assert (count, dimensions["gen_ai.operation.name"]) == (1, "retrieval")


@pytest.mark.parametrize("capture", ["NO_CONTENT", "EVENT_ONLY"])
def test_no_text_without_leave(client: QdrantClient, capture: str) -> None:
    """Ids, scores and lengths are always there, the text of query and chunks by the content policy."""
    remember_embeddings([HELP], ["where is my parcel"], "text-embedding-3-small")
    with instrumented(QdrantInstrumentor(), Recording(capture)) as recording:
        client.query_points("help", query=HELP, limit=1)

    written = recording.span("retrieval help").to_json()
    assert "parcel" not in written
    assert "chunk" not in written
    (only,) = documents(recording.attributes("retrieval help"))
    assert only.keys() == {"id", "score", "source_doc_id", "text_length"}
    assert recording.attributes("retrieval help")["spanwright.retrieval.embedding.model"]


@pytest.mark.parametrize(
    "query",
    [
        np.array(HELP),
        np.array(HELP, dtype=np.float32),
        models.NearestQuery(nearest=HELP),
        models.RecommendQuery(recommend=models.RecommendInput(positive=[HELP])),
    ],
)
def test_the_text_behind_a_vector_is_found_in_every_form(
    recording: Recording, client: QdrantClient, query: Any
) -> None:
    """Vectors as arrays, and inside query objects, lead to the same text."""
    remember_embeddings([HELP], ["where is my parcel"], "text-embedding-3-small")

    client.query_points("help", query=query, limit=1)

    found = recording.attributes("retrieval help")
    assert found["gen_ai.retrieval.query.text"] == "where is my parcel"
    assert found["spanwright.retrieval.score.kind"] == "similarity"


def test_an_unknown_vector_leaves_the_text_out(recording: Recording, client: QdrantClient) -> None:
    """A vector nobody saw embedded, or an id, has no text; the rest is there."""
    client.query_points("help", query=HELP)
    client.query_points("help", query=1)

    for span in recording.spans:
        assert {"gen_ai.retrieval.query.text", "spanwright.retrieval.embedding.model"}.isdisjoint(
            span.attributes or {}
        )
        assert (span.attributes or {})["spanwright.retrieval.score.kind"] == "similarity"


def test_returned_may_be_less_than_asked_for(recording: Recording, client: QdrantClient) -> None:
    """Top-k is what was asked for; what came back is counted apart, also if it is nothing."""
    missing = models.FieldCondition(key="line", match=models.MatchValue(value="letters"))
    client.query_points("help", query=HELP, limit=50)
    client.query_points("help", query=HELP, query_filter=models.Filter(must=[missing]))

    wide, empty = (dict(span.attributes or {}) for span in recording.spans)
    assert (wide["gen_ai.retrieval.top_k"], wide["spanwright.retrieval.returned"]) == (50, 5)
    assert (empty["gen_ai.retrieval.top_k"], empty["spanwright.retrieval.returned"]) == (10, 0)
    assert (empty["spanwright.retrieval.filtered"], empty["gen_ai.retrieval.documents"]) == (True, "[]")
    assert not any(key.startswith("spanwright.retrieval.score.") and "kind" not in key for key in empty)


def test_a_batch_is_a_span_for_each_query(recording: Recording, client: QdrantClient) -> None:
    """The queries of one request stand side by side, each with its own text, k and documents."""
    other = [0.9, 0.1, 0.1, 0.1]
    remember_embeddings([HELP, other], ["first", "second"], "m")
    matching = models.FieldCondition(key="line", match=models.MatchValue(value="parcels"))

    with recording.telemetry.tracer.start_as_current_span("caller"):
        client.query_batch_points(
            "help",
            [
                models.QueryRequest(query=HELP, limit=1, with_payload=True),
                models.QueryRequest(query=other, limit=3, filter=models.Filter(must=[matching])),
            ],
        )

    assert recording.tree() == "caller\n  retrieval help\n  retrieval help"
    first, second = (dict(span.attributes or {}) for span in recording.spans[1:])
    key = "gen_ai.retrieval.query.text"
    assert [(each[key], each["spanwright.retrieval.returned"]) for each in (first, second)] == [
        ("first", 1),
        ("second", 3),
    ]
    assert [each["spanwright.retrieval.filtered"] for each in (first, second)] == [False, True]
    assert documents(first)[0]["text_length"] == 7


def test_groups_count_their_chunks(recording: Recording, client: QdrantClient) -> None:
    """Groups of hits are one list of documents; asked for are groups times size."""
    client.query_points_groups("help", group_by="line", query=HELP, limit=2, group_size=3)

    found = recording.attributes("retrieval help")
    assert (found["gen_ai.retrieval.top_k"], found["spanwright.retrieval.returned"]) == (6, 3)


def test_fused_ranks_are_no_similarity(recording: Recording, client: QdrantClient) -> None:
    """The score of a fusion has no kind; the text is that of its first stage, a stage's filter counts."""
    remember_embeddings([HELP], ["where is my parcel"], "m")
    stages = [
        models.Prefetch(query=HELP, limit=3),
        models.Prefetch(query=[0.9, 0.1, 0.1, 0.1], limit=3, filter=models.Filter(must=[])),
    ]
    client.query_points("help", query=models.FusionQuery(fusion=models.Fusion.RRF), prefetch=stages, limit=2)

    found = recording.attributes("retrieval help")
    assert "spanwright.retrieval.score.kind" not in found
    assert found["spanwright.retrieval.score.first"] > 0
    assert found["gen_ai.retrieval.query.text"] == "where is my parcel"
    assert found["spanwright.retrieval.filtered"] is True


@pytest.mark.parametrize("query", [None, models.SampleQuery(sample=models.Sample.RANDOM)])
def test_points_without_a_ranking_have_no_score_figures(
    recording: Recording, client: QdrantClient, query: Any
) -> None:
    """Listed or sampled points would spoil a distribution of scores."""
    client.query_points("help", query=query, limit=2)

    found = recording.attributes("retrieval help")
    assert found["spanwright.retrieval.returned"] == 2
    assert not any(key.startswith("spanwright.retrieval.score.") for key in found)


@pytest.mark.parametrize(
    ("using", "query", "kind"),
    [
        ("flat", HELP, "distance"),
        ("round", HELP, "similarity"),
        ("words", models.SparseVector(indices=[1], values=[0.5]), "similarity"),
    ],
)
def test_the_kind_of_score_is_the_vectors_own(
    recording: Recording, using: str, query: Any, kind: str
) -> None:
    """With several named vectors the one that is used decides; an alias stands for its collection."""
    client = QdrantClient(":memory:")
    client.create_collection(
        "many",
        vectors_config={
            "flat": models.VectorParams(size=4, distance=Distance.EUCLID),
            "round": models.VectorParams(size=4, distance=Distance.DOT),
        },
        sparse_vectors_config={"words": models.SparseVectorParams()},
    )
    alias = models.CreateAlias(collection_name="many", alias_name="current")
    client.update_collection_aliases([models.CreateAliasOperation(create_alias=alias)])
    words = models.SparseVector(indices=[1], values=[1.0])
    client.upsert("many", [models.PointStruct(id=1, vector={"flat": HELP, "round": HELP, "words": words})])

    client.query_points("current", query=query, using=using)

    found = recording.attributes("retrieval current")
    assert found["spanwright.retrieval.score.kind"] == kind
    assert documents(found)[0].keys() == {"id", "score"}
    client.close()


def test_an_error_is_recorded_and_raised_unchanged(recording: Recording, client: QdrantClient) -> None:
    """A collection that is not there: the client's own exception, and a span that says so."""
    with pytest.raises(ValueError, match="not found"):
        client.query_points("nowhere", query=HELP)

    assert recording.span("retrieval nowhere").status.status_code is trace.StatusCode.ERROR
    assert recording.attributes("retrieval nowhere")["error.type"] == "ValueError"


def test_other_methods_are_left_alone(recording: Recording, client: QdrantClient) -> None:
    """Reading points without a query is no retrieval."""
    client.scroll("help")
    client.retrieve("help", [1])
    client.count("help")

    assert recording.spans == []


async def test_the_asynchronous_client(recording: Recording) -> None:
    """Coroutines are observed as the plain methods are, concurrent ones apart."""
    client = AsyncQdrantClient(":memory:")
    await client.create_collection(
        "help", vectors_config=models.VectorParams(size=4, distance=Distance.MANHATTAN)
    )
    await client.upsert("help", POINTS)
    remember_embeddings([HELP], ["where is my parcel"], "m")

    assert asyncio.iscoroutinefunction(client.query_points)
    await asyncio.gather(*(client.query_points("help", query=HELP, limit=limit) for limit in (1, 2)))
    await client.close()

    found: list[dict[str, Any]] = [dict(span.attributes or {}) for span in recording.spans]
    assert sorted(each["spanwright.retrieval.returned"] for each in found) == [1, 2]
    assert {each["gen_ai.retrieval.query.text"] for each in found} == {"where is my parcel"}
    assert {each["spanwright.retrieval.score.kind"] for each in found} == {"distance"}
    assert not trace.get_current_span().get_span_context().is_valid


def test_no_vector_is_ever_recorded(recording: Recording, client: QdrantClient) -> None:
    """Not of the query, not of the points, even where the application asks for them."""
    client.query_points("help", query=HELP, with_vectors=True)

    written = recording.span("retrieval help").to_json()
    assert "0.3" not in written
    assert "vector" not in written


def test_without_payload_documents_have_id_and_score(recording: Recording, client: QdrantClient) -> None:
    """What was not asked for cannot be told."""
    client.query_points("help", query=HELP, limit=1, with_payload=False)

    assert documents(recording.attributes("retrieval help"))[0].keys() == {"id", "score"}


def test_suppressed_instrumentation_observes_nothing(recording: Recording, client: QdrantClient) -> None:
    """Where instrumentation is suppressed a query just runs."""
    with suppress_instrumentation():
        assert client.query_points("help", query=HELP).points

    assert recording.spans == []


def test_an_outer_retrieval_adds_no_second_span(recording: Recording, client: QdrantClient) -> None:
    """Inside a retriever that records already, the client adds nothing."""
    retriever = Invocation(
        recording.telemetry, "retrieval", "retriever", attributes={"gen_ai.data_source.id": "retriever"}
    )
    with retriever.current():
        client.query_points("help", query=HELP)
    retriever.stop()

    assert recording.tree() == "retrieval retriever"


def test_what_fails_in_observing_does_not_reach_the_application(
    recording: Recording, client: QdrantClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer that cannot be read, or a client of another shape, is handed over all the same."""
    monkeypatch.setattr(qdrant, "_points", None)
    assert client.query_points("help", query=HELP).points
    monkeypatch.setattr(qdrant, "_server", None)
    assert client.query_points("help", query=HELP).points

    assert recording.tree() == "retrieval help"


def test_uninstrumenting_leaves_the_bare_methods() -> None:
    """After it, the client is as it was."""
    bare = QdrantClient.query_points
    with instrumented(QdrantInstrumentor(), Recording()):
        assert QdrantClient.query_points is not bare
        assert inspect.signature(QdrantClient.query_points) == inspect.signature(bare)

    assert QdrantClient.query_points is bare
