"""Retrieval spans over the real Pinecone clients, against a server that answers as the service is documented.

Runs in tests/environments/vector_services.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from spanwright_instrumentation.embedding_memory import remember_embeddings
from spanwright_instrumentation.measure import COSINE_SIMILARITY, INNER_PRODUCT, SQUARED_EUCLIDEAN, Measure
from spanwright_instrumentation.providers import pinecone as provider
from spanwright_instrumentation.providers.pinecone import PineconeInstrumentor
from support.pinecone_service import Service, serving
from support.recording import Recording, documents, recorded_by
from support.retrieval_contract import HELP

pinecone: Any = pytest.importorskip("pinecone")

FIGURES = "spanwright.retrieval.score."
SPARSE = {"indices": [1, 5], "values": [0.5, 0.2]}

recording = recorded_by(PineconeInstrumentor)


@pytest.fixture
def service() -> Iterator[Service]:
    with serving(Service()) as service:
        yield service


@pytest.fixture
def client(service: Service) -> Any:
    return pinecone.Pinecone(api_key="key", host=service.address)


@pytest.fixture
def index(recording: Recording, client: Any, service: Service) -> Any:
    """Made while it is observed, as an application does that is instrumented at its start."""
    return client.Index(host=service.address)


def test_a_description_names_the_index(recording: Recording, client: Any, index: Any) -> None:
    """Its name and metric are known once the application has looked it up."""
    client.describe_index("help")
    index.query(vector=HELP, top_k=2)

    found = recording.attributes("retrieval help")
    assert found[f"{FIGURES}kind"] == "similarity"
    assert found[f"{FIGURES}normalised.second"] == pytest.approx(0.98)
    assert [set(each) for each in documents(found)] == [{"id", "score"}] * 2


def test_filters_sparse_vectors_and_stored_ids(recording: Recording, index: Any) -> None:
    """Both kinds of vectors at once have a sum for a score; an id has no text."""
    remember_embeddings([HELP], ["where is my parcel"], "m")
    index.query(vector=HELP, sparse_vector=SPARSE, top_k=2, filter={"line": "parcels"}, include_metadata=True)
    index.query(id="a", top_k=1)

    mixed, stored = (dict(span.attributes or {}) for span in recording.spans)
    assert mixed["spanwright.retrieval.filtered"] is True
    assert mixed["gen_ai.retrieval.query.text"] == "where is my parcel"
    assert mixed[f"{FIGURES}kind"] == "similarity"
    assert f"{FIGURES}normalised.first" not in mixed
    assert documents(mixed)[0]["source_doc_id"] == "doc-1"
    assert "gen_ai.retrieval.query.text" not in stored
    assert stored["spanwright.retrieval.filtered"] is False


def test_a_query_of_several_namespaces_is_one_retrieval(recording: Recording, index: Any) -> None:
    """Though the client asks each of them, in threads of its own; the call says how the index measures."""
    vector = list(HELP)
    answer = index.query_namespaces(
        vector=vector, namespaces=["a", "b"], metric="cosine", top_k=2, include_metadata=True
    )

    (span,) = recording.spans
    found = dict(span.attributes or {})
    assert [each["id"] for each in documents(found)] == [match.id for match in answer.matches]
    assert found["gen_ai.retrieval.top_k"] == 2
    assert found[f"{FIGURES}normalised.first"] == 1
    assert provider._asked_at_once == {}
    index.query(vector=vector, top_k=1)
    assert len(recording.spans) == 2


def test_a_text_that_the_service_embeds(recording: Recording, index: Any) -> None:
    """Searches with integrated embedding, also reranked, whose score is another's then."""
    query = {"inputs": {"text": "where is it"}, "top_k": 2}
    answer = index.search(namespace="ns", query=query)
    rerank = {"model": "bge-reranker-v2-m3", "rank_fields": ["text"]}
    index.search(namespace="ns", query={**query, "filter": {"line": "parcels"}}, rerank=rerank)

    plain, reranked = (dict(span.attributes or {}) for span in recording.spans)
    assert len(answer.result.hits) == 2
    assert plain["gen_ai.retrieval.query.text"] == reranked["gen_ai.retrieval.query.text"] == "where is it"
    assert (plain["gen_ai.retrieval.top_k"], plain["spanwright.retrieval.filtered"]) == (2, False)
    assert reranked["spanwright.retrieval.filtered"] is True
    assert [each["content"] for each in documents(plain)] == ["chunk one", "chunk two"]
    assert [each["id"] for each in documents(plain)] == ["1", "2"]
    assert f"{FIGURES}kind" in plain
    assert f"{FIGURES}kind" not in reranked


def test_searches_of_documents(recording: Recording, index: Any) -> None:
    """By vector, by words, and by two ways to say them."""
    if not hasattr(index, "documents"):
        pytest.skip("this version has no documents")
    dense = pinecone.DenseVectorQuery(field="_values", values=HELP)
    words = {"type": "text", "query": "parcel", "fields": ["text"]}
    lucene = {"type": "query_string", "query": "text:(parcel)"}
    for clauses in ([dense], [words], [words, lucene]):
        index.documents.search(namespace="ns", score_by=clauses, top_k=2, include_fields=["text", "source"])

    by_vector, by_words, by_both = (dict(span.attributes or {}) for span in recording.spans)
    assert [each["source_doc_id"] for each in documents(by_vector)] == ["doc-1", "doc-2"]
    assert by_words["gen_ai.retrieval.query.text"] == "parcel"
    assert [f"{FIGURES}kind" in each for each in (by_vector, by_words, by_both)] == [True, True, False]


def test_reading_records_is_no_retrieval(recording: Recording, index: Any, service: Service) -> None:
    """One query is one request, and nothing is asked on our behalf."""
    index.query(vector=HELP, top_k=1)
    assert [path for path, _ in service.asked] == ["/query"]
    assert len(recording.spans) == 1


@pytest.mark.parametrize(
    ("described", "expected"),
    [
        (SimpleNamespace(metric="euclidean"), SQUARED_EUCLIDEAN),
        (SimpleNamespace(metric=SimpleNamespace(value="dotproduct")), INNER_PRODUCT),
        (
            SimpleNamespace(
                schema=SimpleNamespace(fields={"v": SimpleNamespace(metric="cosine"), "t": object()})
            ),
            COSINE_SIMILARITY,
        ),
    ],
)
def test_every_form_of_a_description(described: Any, expected: Measure) -> None:
    """The metric stands beside the name, or with the field in newer versions."""
    described.name, described.host = "other", "other-abc.svc.us-east1.pinecone.io"
    provider.learn("describe", None, {}, described)

    assert provider._measured.of((described.host, 443)) == {"other": expected}
    provider._measured.forget((described.host, 443))


def test_a_host_tells_the_name() -> None:
    """Where nobody has looked the index up."""
    index = SimpleNamespace(_host="https://help-center-1a2b3c.svc.us-east1-gcp.pinecone.io")
    (retrieval,) = provider.read_request("query", index, {"vector": HELP, "top_k": 3})

    assert retrieval.data_source == "help-center"
    assert (retrieval.server_address, retrieval.server_port) == (index._host.removeprefix("https://"), 443)
