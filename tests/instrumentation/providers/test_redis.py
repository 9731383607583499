"""Retrieval spans over the real redis-py and a real Redis with its query engine.

``FT.HYBRID`` is newer than the engine that can be had as a package: there the answer is of the form its
documentation shows. Runs in tests/environments/vector_services.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from spanwright_instrumentation.embedding_memory import remember_embeddings
from spanwright_instrumentation.providers import redis as provider
from spanwright_instrumentation.providers.redis import RedisInstrumentor, read_query
from support.recording import Recording, documents, recorded_by
from support.redis_engine import running
from support.retrieval_contract import CHUNKS, HELP

redis: Any = pytest.importorskip("redis")
Query: Any = pytest.importorskip("redis.commands.search.query").Query
field: Any = pytest.importorskip("redis.commands.search.field")

VECTOR = array("f", HELP).tobytes()
KNN = "=>[KNN 2 @embedding $vector AS distance]"
FIGURES = "spanwright.retrieval.score."

recording = recorded_by(RedisInstrumentor)


@pytest.fixture(scope="module")
def socket() -> Iterator[str]:
    with running() as socket:
        yield socket


@pytest.fixture
def client(socket: str) -> Iterator[Any]:
    client = redis.Redis(unix_socket_path=socket)
    client.flushall()
    yield client
    client.close()


def filled(client: Any, metric: str = "COSINE", **how: Any) -> Any:
    """An index over hashes with the chunks."""
    settings = {"TYPE": "FLOAT32", "DIM": 3, "DISTANCE_METRIC": metric}
    index = client.ft(f"help-{metric}")
    fields = [
        field.TextField("text"),
        field.TagField("source"),
        field.VectorField("embedding", "FLAT", settings),
    ]
    index.create_index(fields, **how)
    for chunk in CHUNKS:
        stored = {"text": chunk.text, "source": chunk.source, "embedding": array("f", chunk.vector).tobytes()}
        client.hset(f"help:{chunk.number}", mapping=stored)
    return index


def asked(index: Any, text: str, **parameters: Any) -> Any:
    query = Query(text).sort_by("distance").dialect(2)
    return index.search(query, query_params={"vector": VECTOR, **parameters})


@pytest.mark.parametrize("metric", ["COSINE", "IP", "L2"])
def test_an_index_tells_how_it_measures(recording: Recording, client: Any, metric: str) -> None:
    """How it was created says it, on the one scale for all; what is gone is forgotten."""
    index = filled(client, metric)
    asked(index, f"*{KNN}")

    found = recording.attributes(f"retrieval help-{metric}")
    assert found[f"{FIGURES}normalised.first"] == pytest.approx(1, abs=1e-6)
    assert found[f"{FIGURES}normalised.second"] == pytest.approx(0.98, abs=1e-6)
    assert found[f"{FIGURES}kind"] == "distance"
    index.dropindex()
    assert provider._measured.of((*provider._server(index), index.index_name)) == {}


@pytest.mark.parametrize("protocol", [2, 3])
@pytest.mark.parametrize("decodes", [False, True])
def test_both_protocols(recording: Recording, client: Any, socket: str, protocol: int, decodes: bool) -> None:
    """Whatever the client makes of an answer; the index described is an index known."""
    filled(client)
    other = redis.Redis(unix_socket_path=socket, protocol=protocol, decode_responses=decodes)
    index = other.ft("help-COSINE")
    index.info()
    query = Query(f"*{KNN}").sort_by("distance").return_fields("text", "source", "distance").dialect(2)
    index.search(query, query_params={"vector": VECTOR})

    found = recording.attributes("retrieval help-COSINE")
    assert [each["id"] for each in documents(found)] == ["help:1", "help:2"]
    assert [each["source_doc_id"] for each in documents(found)] == ["doc-1", "doc-2"]
    assert documents(found)[0]["content"] == "chunk one"
    assert found[f"{FIGURES}normalised.second"] == pytest.approx(0.98, abs=1e-6)
    assert found["server.address"] == socket
    other.close()


def test_filters_parameters_and_pages(recording: Recording, client: Any) -> None:
    """Neighbours given as parameter, fewer on the page, words and tags before the arrow."""
    index = filled(client)
    remember_embeddings([HELP], ["where is my parcel"], "m")
    asked(index, "(@source:{doc\\-2})=>[KNN $k @embedding $vector AS distance]", k=3)
    query = Query("(*)=>[KNN 3 @embedding $vector]").sort_by("__embedding_score").paging(0, 1).dialect(2)
    index.search(query, query_params={"vector": VECTOR})

    first, second = (dict(span.attributes or {}) for span in recording.spans)
    assert (first["gen_ai.retrieval.top_k"], first["spanwright.retrieval.returned"]) == (3, 1)
    assert first["spanwright.retrieval.filtered"] is True
    assert first["gen_ai.retrieval.query.text"] == "where is my parcel"
    assert (second["gen_ai.retrieval.top_k"], second["spanwright.retrieval.filtered"]) == (1, False)
    assert second[f"{FIGURES}first"] == pytest.approx(0, abs=1e-6)


def test_all_within_a_radius(recording: Recording, client: Any) -> None:
    """With a name for the distance there are figures, without there are none."""
    index = filled(client)
    near = "@embedding:[VECTOR_RANGE $radius $vector]"
    asked(index, f"{near}=>{{$YIELD_DISTANCE_AS: distance}}", radius=0.5)
    index.search(Query(near).dialect(2), query_params={"vector": VECTOR, "radius": 0.5})

    named, unnamed = (dict(span.attributes or {}) for span in recording.spans)
    assert named[f"{FIGURES}second"] == pytest.approx(0.04, abs=1e-6)
    assert named["spanwright.retrieval.returned"] == unnamed["spanwright.retrieval.returned"] == 2
    assert named["spanwright.retrieval.filtered"] is False
    assert f"{FIGURES}first" not in unnamed


def test_documents_of_json(recording: Recording, client: Any) -> None:
    """A document comes as its JSON text, in which source and text are found."""
    try:
        definition = import_module("redis.commands.search.index_definition")
    except ImportError:  # as older versions call it
        definition = import_module("redis.commands.search.indexDefinition")
    settings = {"TYPE": "FLOAT32", "DIM": 3, "DISTANCE_METRIC": "COSINE"}
    vector = field.VectorField("$.embedding", "FLAT", settings, as_name="embedding")
    kind = definition.IndexDefinition(prefix=["json:"], index_type=definition.IndexType.JSON)
    client.ft("json").create_index([vector], definition=kind)
    stored = {"text": CHUNKS[0].text, "source": CHUNKS[0].source, "embedding": HELP}
    client.json().set("json:1", "$", stored)
    asked(client.ft("json"), f"*{KNN}")

    (only,) = documents(recording.attributes("retrieval json"))
    assert (only["source_doc_id"], only["content"]) == ("doc-1", "chunk one")


def test_aggregations_over_neighbours(recording: Recording, client: Any) -> None:
    """Rows are documents."""
    aggregation = pytest.importorskip("redis.commands.search.aggregation")
    index = filled(client)
    request = aggregation.AggregateRequest(f"*{KNN}").load("@__key", "@text").dialect(2)
    request = request.sort_by("@distance")
    index.aggregate(request, query_params={"vector": VECTOR})

    found = recording.attributes("retrieval help-COSINE")
    assert [each["content"] for each in documents(found)] == ["chunk one", "chunk two"]
    assert [each["id"] for each in documents(found)] == ["help:1", "help:2"]
    assert found[f"{FIGURES}second"] == pytest.approx(0.04, abs=1e-6)


@pytest.mark.filterwarnings("ignore:.*experimental")
def test_a_hybrid_query(recording: Recording, socket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Words and vector of ``FT.HYBRID``, read from its documented reply; fused ranks have no kind."""
    hybrid: Any = pytest.importorskip("redis.commands.search.hybrid_query")
    rows = [
        [b"__key", b"help:1", b"__score", b"0.0325", b"text", b"chunk one"],
        [b"__key", b"help:2", b"__score", b"0.01"],
    ]
    reply = [b"total_results", 2, b"results", rows, b"warnings", [], b"execution_time", b"1.5"]
    index = redis.Redis(unix_socket_path=socket, protocol=2).ft("help")
    monkeypatch.setattr(index, "execute_command", lambda *_, **__: reply)
    near = hybrid.HybridVsimQuery("@embedding", "$vector", hybrid.VectorSearchMethods.KNN, {"K": 5})
    query = hybrid.HybridQuery(hybrid.HybridSearchQuery("parcel"), near)
    remember_embeddings([HELP], ["where is my parcel"], "text-embedding-3-small")

    assert len(index.hybrid_search(query, params_substitution={"vector": VECTOR}).results) == 2

    found = recording.attributes("retrieval help")
    assert found["gen_ai.retrieval.query.text"] == "parcel"
    assert found["spanwright.retrieval.embedding.model"] == "text-embedding-3-small"
    assert found["gen_ai.retrieval.top_k"] == 5
    assert [each["id"] for each in documents(found)] == ["help:1", "help:2"]
    assert found[f"{FIGURES}first"] == pytest.approx(0.0325)
    assert f"{FIGURES}kind" not in found


def test_other_queries_are_left_alone(recording: Recording, client: Any) -> None:
    """The query engine is a secondary index for anything; pipelines answer later."""
    index = filled(client)
    index.search("chunk")
    index.search(Query("@source:{doc\\-1}").dialect(2))
    pipeline = index.pipeline()
    pipeline.search(Query(f"*{KNN}").dialect(2), query_params={"vector": VECTOR})

    assert recording.spans == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("*=>[KNN 5 @v $q]", ("v", "q", "__v_score", "5", False)),
        ("(@a:{b})=>[KNN $k @v $q EF_RUNTIME 9 AS d]", ("v", "q", "d", "$k", True)),
        ("*=>[knn 5 @v $q]=>{$YIELD_DISTANCE_AS: d}", ("v", "q", "d", "5", False)),
        ("@v:[VECTOR_RANGE 0.2 $q] @a:{b}", ("v", "q", None, None, True)),
        ("hello world", None),
    ],
)
def test_the_text_of_a_query(text: str, expected: tuple[Any, ...] | None) -> None:
    """Field, parameter, the score's name, neighbours, and whether something else has to be true."""
    assert read_query(text) == expected
