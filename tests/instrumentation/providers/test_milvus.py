"""Retrieval spans over the real pymilvus with Milvus Lite in process.

Runs in tests/environments/vector_services.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from spanwright_instrumentation.embedding_memory import remember_embeddings
from spanwright_instrumentation.providers import milvus
from spanwright_instrumentation.providers.milvus import MilvusInstrumentor
from support.recording import Recording, documents, recorded_by
from support.retrieval_contract import CHUNKS, HELP

pymilvus: Any = pytest.importorskip("pymilvus")
pytest.importorskip("milvus_lite")

ROWS = [
    {"id": each.number, "vector": each.vector, "text": each.text, "source": each.source} for each in CHUNKS
]
FIGURES = "spanwright.retrieval.score."

recording = recorded_by(MilvusInstrumentor)


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Any]:
    client = pymilvus.MilvusClient(str(tmp_path / "help.db"))
    filled(client, "help", "COSINE")
    yield client
    client.close()


def filled(client: Any, name: str, metric: str) -> None:
    client.create_collection(name, dimension=3, metric_type=metric)
    client.insert(name, ROWS)


@pytest.mark.parametrize("metric", ["COSINE", "IP", "L2"])
def test_a_search_that_does_not_say_how_it_measures(recording: Recording, client: Any, metric: str) -> None:
    """How the collection was created says it, on the one scale for all."""
    filled(client, "other", metric)
    client.search("other", [HELP], limit=2)

    found = recording.attributes("retrieval other")
    assert found[f"{FIGURES}normalised.first"] == pytest.approx(1, abs=1e-6)
    assert found[f"{FIGURES}normalised.second"] == pytest.approx(0.98, abs=1e-6)
    assert found[f"{FIGURES}kind"] == ("distance" if metric == "L2" else "similarity")


def test_indexes_tell_how_they_measure(recording: Recording, client: Any) -> None:
    """One that the application describes, or makes; a collection that is gone is forgotten."""
    milvus._measured.forget(milvus._key(client, {"collection_name": "help"}))
    client.search("help", [HELP], limit=1)
    client.describe_index("help", "vector")
    client.search("help", [HELP], limit=1)
    client.search("help", [HELP], limit=1, anns_field="vector")
    client.drop_collection("help")
    filled(client, "help", "COSINE")
    with_index = client.prepare_index_params()
    with_index.add_index("vector", index_type="FLAT", metric_type="IP")
    schema = client.create_schema(auto_id=False)
    schema.add_field("id", pymilvus.DataType.INT64, is_primary=True)
    schema.add_field("vector", pymilvus.DataType.FLOAT_VECTOR, dim=3)
    schema.add_field("text", pymilvus.DataType.VARCHAR, max_length=100)
    client.create_collection("made", schema=schema, index_params=with_index)
    client.insert("made", [{key: row[key] for key in ("id", "vector", "text")} for row in ROWS])
    client.search("made", [HELP], limit=1, output_fields=["text"])

    kinds = [(span.attributes or {}).get(f"{FIGURES}kind") for span in recording.spans]
    assert kinds == [None, "similarity", "similarity", "similarity"]
    made = recording.attributes("retrieval made")
    assert documents(made)[0]["content"] == "chunk one"
    assert made[f"{FIGURES}normalised.first"] == pytest.approx(1)


def test_a_batch_is_a_span_for_each_query(recording: Recording, client: Any) -> None:
    """The queries of one request stand side by side, each with its own text and documents."""
    other = [0.0, 0.6, 0.8]
    remember_embeddings([HELP, other], ["first", "second"], "m")

    client.search("help", [HELP, other], limit=1, output_fields=["text"], filter="id > 0")

    first, second = (dict(span.attributes or {}) for span in recording.spans)
    assert [each["gen_ai.retrieval.query.text"] for each in (first, second)] == ["first", "second"]
    assert [documents(each)[0]["id"] for each in (first, second)] == ["1", "3"]
    assert first["spanwright.retrieval.filtered"] is True


def test_a_hybrid_search_is_one_span(recording: Recording, client: Any) -> None:
    """The text is that of the vectors asked with; fused ranks are scores without a kind."""
    remember_embeddings([HELP], ["where is my parcel"], "m")
    requests = [
        pymilvus.AnnSearchRequest([vector], "vector", {"metric_type": "COSINE"}, 3)
        for vector in (HELP, [0.0, 0.0, 1.0])
    ]

    answer = client.hybrid_search("help", requests, pymilvus.RRFRanker(), limit=2, output_fields=["text"])

    found = recording.attributes("retrieval help")
    assert len(documents(found)) == len(answer[0]) == 2
    assert found["gen_ai.retrieval.query.text"] == "where is my parcel"
    assert found[f"{FIGURES}first"] > 0
    assert f"{FIGURES}kind" not in found
    assert f"{FIGURES}normalised.first" not in found


@pytest.mark.filterwarnings("ignore:.*ORM-style")
def test_the_older_interface(recording: Recording, client: Any) -> None:
    """``Collection`` is seen as the client is."""
    alias = getattr(client, "_using", None)
    if not pymilvus.connections.has_connection(alias):
        pymilvus.connections.connect(alias, uri=client._config.uri)
    collection = pymilvus.Collection("help", using=alias)

    hits = collection.search([HELP], "vector", {"metric_type": "COSINE"}, 2, output_fields=["text", "source"])

    found = recording.attributes("retrieval help")
    assert [each["source_doc_id"] for each in documents(found)] == ["doc-1", "doc-2"]
    assert found[f"{FIGURES}first"] == pytest.approx(hits[0][0].distance)
    assert found["gen_ai.retrieval.top_k"] == 2


def test_fields_are_decoded_when_the_application_reads_them(recording: Recording, client: Any) -> None:
    """What the client decodes lazily stays undecoded, and the description is whole all the same."""
    answer = client.search("help", [HELP], limit=1, output_fields=["text", "source", "vector"])

    (only,) = documents(recording.attributes("retrieval help"))
    assert (only["source_doc_id"], only["content"]) == ("doc-1", "chunk one")
    assert not getattr(answer[0], "has_materialized", False)
    assert answer[0][0]["entity"]["vector"] == pytest.approx(HELP)


def test_reading_entities_is_no_retrieval(recording: Recording, client: Any) -> None:
    """``query`` and ``get`` have no ranking."""
    client.query("help", filter="id > 0", limit=2)
    client.get("help", [1])

    assert recording.spans == []


def test_what_a_server_embeds_itself() -> None:
    """A text in place of a vector is the query's text."""
    client = SimpleNamespace(_config=SimpleNamespace(address="milvus:19530"))
    asked = {"collection_name": "help", "data": ["where is my parcel"], "limit": 3}

    (retrieval,) = milvus.read_request("search", client, asked)

    assert (retrieval.query_text, list(retrieval.vectors)) == ("where is my parcel", [])
    assert (retrieval.server_address, retrieval.server_port) == ("milvus", 19530)
