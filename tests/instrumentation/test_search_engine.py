"""Searches and mappings of search engines, over a client as small as one can be."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
from spanwright_instrumentation.embedding_memory import remember_embeddings
from spanwright_instrumentation.instrumentor import LibraryInstrumentor
from spanwright_instrumentation.learning import told
from spanwright_instrumentation.measure import COSINE_SCORE
from spanwright_instrumentation.search_engine import SearchEngine
from spanwright_instrumentation.store import observed
from support.recording import Recording, documents, instrumented

V = [0.6, 0.8]
HIT = {"_id": "a", "_score": 0.9, "_source": {"text": "chunk", "vector": V, "metadata": {"source": "d"}}}
FIELDS = {"_id": "b", "_score": None, "fields": {"text": ["chunk"], "doc_id": ["d"], "vector": [V]}}
ANSWER = {"hits": {"hits": [HIT, FIELDS]}}
MAPPINGS = {"properties": {"body": {"properties": {"v": {"type": "vector"}}}, "text": {"type": "text"}}}


class Client:
    """Answers every search with the same."""

    def search(self, *, index: Any = None, body: Any = None, knn: Any = None, params: Any = None) -> Any:
        return ANSWER

    def msearch(self, *, body: Any, index: Any = None) -> Any:
        count = len(body.splitlines() if isinstance(body, str) else body) // 2
        return {"responses": [{"error": {}, "status": 404}, ANSWER, ANSWER][:count]}

    def create(self, *, index: str, mappings: Any = None, body: Any = None) -> Any:
        return {}

    def put_mapping(self, *, index: str, properties: Any = None, body: Any = None) -> Any:
        return {}

    def get(self, *, index: str) -> Any:
        return {index: {"mappings": MAPPINGS}}

    def delete(self, *, index: str) -> Any:
        return {}


@pytest.fixture
def recording(monkeypatch: pytest.MonkeyPatch) -> Iterator[Recording]:
    engine = SearchEngine(
        "elasticsearch",
        lambda _client: ("search", 9200),
        lambda mapping: COSINE_SCORE if mapping.get("type") == "vector" else None,
    )

    class EngineInstrumentor(LibraryInstrumentor):
        library = "pytest"
        methods = (
            observed("engine_client", "Client.search", engine.begin_search),
            observed("engine_client", "Client.msearch", engine.begin_searches),
            *told("engine_client", "Client", ("create", "put_mapping", "get", "delete"), engine.learn),
        )

    module = ModuleType("engine_client")
    module.Client = Client  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "engine_client", module)
    monkeypatch.setattr("spanwright_instrumentation.instrumentor.is_supported", lambda library: True)
    with instrumented(EngineInstrumentor(), Recording()) as recording:
        yield recording


def knn(vector: list[float] = V) -> dict[str, Any]:
    return {"field": "body.v", "query_vector": vector, "k": 2}


def test_hits_are_documents(recording: Recording) -> None:
    """Stored fields, or those asked for; no vectors; hits that are sorted otherwise have no score."""
    Client().search(index=["help", "more"], body={"knn": knn()}, params={"size": 7})

    found = recording.attributes("retrieval help,more")
    assert documents(found) == [
        {"id": "a", "score": 0.9, "source_doc_id": "d", "text_length": 5, "content": "chunk"},
        {"id": "b", "score": None, "source_doc_id": "d", "text_length": 5, "content": "chunk"},
    ]
    assert "0.6" not in recording.spans[0].to_json()
    assert (found["server.address"], found["server.port"]) == ("search", 9200)
    assert found["gen_ai.retrieval.top_k"] == 2


def test_the_words_of_a_hybrid_search(recording: Recording) -> None:
    """The vector's own text is the query's; without a vector the words that the server embeds."""
    remember_embeddings([V], ["from memory"], "m")
    match = {"match": {"text": "some words"}}
    semantic = {"semantic": {"field": "f", "query": "embedded there"}}
    Client().search(index="help", body={"knn": knn(), "query": match})
    Client().search(index="help", body={"query": semantic})

    texts = [(span.attributes or {})["gen_ai.retrieval.query.text"] for span in recording.spans]
    assert texts == ["from memory", "embedded there"]


def test_several_searches_in_one_request(recording: Recording) -> None:
    """A span for each that is by meaning, with its own answer; the others have none."""
    lines: list[Any] = [
        {"index": "gone"},
        {"knn": knn()},
        {},
        {"query": {"match_all": {}}},
        {},
        {"knn": knn()},
    ]
    Client().msearch(index="help", body=lines)
    Client().msearch(index="help", body="\n".join(map(json.dumps, lines)) + "\n")

    counted = [
        (span.name, (span.attributes or {})["spanwright.retrieval.returned"]) for span in recording.spans
    ]
    assert counted == [("retrieval gone", 0), ("retrieval help", 2)] * 2


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("create", {"mappings": MAPPINGS}),
        ("create", {"body": {"mappings": MAPPINGS}}),
        ("put_mapping", {"properties": MAPPINGS["properties"]}),
        ("put_mapping", {"body": MAPPINGS}),
        ("get", {}),
    ],
)
def test_mappings_tell_how_a_field_measures(recording: Recording, method: str, arguments: Any) -> None:
    """Made, changed or read by the application; unknown before, and when the index is gone."""
    client = Client()
    client.search(index="help", knn=knn())
    getattr(client, method)(index="help", **arguments)
    client.search(index="help", knn=knn())
    client.delete(index="help")
    client.search(index="help", knn=knn())

    first = "spanwright.retrieval.score.normalised.first"
    assert [(span.attributes or {}).get(first) for span in recording.spans] == [None, 0.9, None]
    kinds = {(span.attributes or {})["spanwright.retrieval.score.kind"] for span in recording.spans}
    assert kinds == {"similarity"}


def test_words_alone_are_left_alone(recording: Recording) -> None:
    """And so is what the client will refuse."""
    Client().search(index="help", body={"query": {"match": {"text": "words"}}})
    Client().search(index="help", body='{"query": {}}')
    Client().search()

    assert recording.spans == []
