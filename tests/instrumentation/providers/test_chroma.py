"""Retrieval spans over the real chromadb, in process and against its own server.

Runs in tests/environments/vector_stores.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from opentelemetry import trace
from opentelemetry.instrumentation.utils import suppress_instrumentation
from spanwright_instrumentation.embedding_memory import remember_embeddings
from spanwright_instrumentation.providers import chroma
from spanwright_instrumentation.providers.chroma import ChromaInstrumentor
from support.recording import Recording, documents, instrumented, recorded_by

chromadb: Any = pytest.importorskip("chromadb")

HELP = [0.6, 0.8, 0.0]
OTHER = [0.0, 0.6, 0.8]
RECORDS: dict[str, Any] = {
    "ids": ["a", "b", "c"],
    "embeddings": [[0.6, 0.8, 0.0], [0.8, 0.6, 0.0], [0.0, 0.0, 1.0]],
    "documents": ["chunk one", "chunk two", "chunk three"],
    "metadatas": [{"source": f"doc-{each}", "line": "parcels"} for each in range(3)],
}
FIGURES = "spanwright.retrieval.score."


recording = recorded_by(ChromaInstrumentor)


@pytest.fixture
def collection() -> Any:
    return filled(space="cosine")


def filled(**index: Any) -> Any:
    """A collection of three records under a name of its own; in-process clients share their data."""
    made = chromadb.EphemeralClient().create_collection(f"help-{uuid4()}", configuration={"hnsw": index})
    made.add(**RECORDS)
    return made


def test_a_query_is_one_span_with_everything_about_it(recording: Recording, collection: Any) -> None:
    """Collection, k, query text and model of the vector, documents in order, score figures on both scales."""
    remember_embeddings([HELP], ["where is my parcel"], "text-embedding-3-small", "openai")

    answer = collection.query(query_embeddings=HELP, n_results=2)

    first, second = answer["distances"][0]
    found = recording.attributes(f"retrieval {collection.name}")
    assert documents(found) == [
        {"id": "a", "score": first, "source_doc_id": "doc-0", "text_length": 9, "content": "chunk one"},
        {"id": "b", "score": second, "source_doc_id": "doc-1", "text_length": 9, "content": "chunk two"},
    ]
    del found["gen_ai.retrieval.documents"]
    assert found == {
        "gen_ai.operation.name": "retrieval",
        "gen_ai.provider.name": "chroma",
        "gen_ai.data_source.id": collection.name,
        "gen_ai.retrieval.top_k": 2,
        "gen_ai.retrieval.query.text": "where is my parcel",
        "spanwright.retrieval.embedding.model": "text-embedding-3-small",
        "spanwright.retrieval.filtered": False,
        "spanwright.retrieval.returned": 2,
        "spanwright.rerank.applied": False,
        f"{FIGURES}kind": "distance",
        f"{FIGURES}first": first,
        f"{FIGURES}second": second,
        f"{FIGURES}max": second,
        f"{FIGURES}min": first,
        f"{FIGURES}mean": (first + second) / 2,
        f"{FIGURES}normalised.first": pytest.approx(1, abs=1e-6),
        f"{FIGURES}normalised.second": pytest.approx(0.98, abs=1e-6),
        f"{FIGURES}normalised.min": pytest.approx(0.98, abs=1e-6),
        f"{FIGURES}normalised.mean": pytest.approx(0.99, abs=1e-6),
    }
    assert "0.6" not in recording.spans[0].to_json().replace(str(first), "")


@pytest.mark.parametrize("space", ["cosine", "ip", "l2"])
def test_every_space_comes_to_one_scale(recording: Recording, space: str) -> None:
    """Between vectors of length 1 the normalised scores are the same in each space."""
    filled(space=space).query(query_embeddings=[HELP], n_results=2)

    found = dict(recording.spans[0].attributes or {})
    assert found[f"{FIGURES}normalised.second"] == pytest.approx(0.98, abs=1e-6)
    assert found[f"{FIGURES}kind"] == "distance"


def test_a_text_that_chroma_embeds(recording: Recording) -> None:
    """The text is the request's, the model that of the collection's embedding function."""
    functions = pytest.importorskip("chromadb.utils.embedding_functions")

    class Fixed(chromadb.EmbeddingFunction):  # type: ignore[misc]
        def __init__(self) -> None:
            pass

        def __call__(self, input: Any) -> Any:
            return [HELP] * len(input)

        @staticmethod
        def name() -> str:
            return "fixed"

        def get_config(self) -> dict[str, Any]:
            return {"model_name": "fixed-1", "api_key_env_var": "KEY"}

        @staticmethod
        def build_from_config(config: dict[str, Any]) -> Any:
            return Fixed()

    functions.register_embedding_function(Fixed)
    made = chromadb.EphemeralClient().create_collection(f"help-{uuid4()}", embedding_function=Fixed())
    made.add(**RECORDS)
    made.query(query_texts=["first", "second"], n_results=1, where={"line": "parcels"})

    found: list[dict[str, Any]] = [dict(span.attributes or {}) for span in recording.spans]
    assert [each["gen_ai.retrieval.query.text"] for each in found] == ["first", "second"]
    assert {each["spanwright.retrieval.embedding.model"] for each in found} == {"fixed-1"}
    assert {each["spanwright.retrieval.filtered"] for each in found} == {True}


def test_a_batch_is_a_span_for_each_query(recording: Recording, collection: Any) -> None:
    """The queries of one request stand side by side, each with its own text and documents."""
    remember_embeddings([HELP, OTHER], ["first", "second"], "m")

    collection.query(query_embeddings=[HELP, OTHER], n_results=1)

    first, second = (dict(span.attributes or {}) for span in recording.spans)
    assert [each["gen_ai.retrieval.query.text"] for each in (first, second)] == ["first", "second"]
    assert [documents(each)[0]["id"] for each in (first, second)] == ["a", "c"]


@pytest.mark.parametrize("capture", ["NO_CONTENT", "EVENT_ONLY"])
def test_no_text_without_leave(collection: Any, capture: str) -> None:
    """Ids, scores and lengths are always there, the text of query and chunks by the content policy."""
    remember_embeddings([HELP], ["where is my parcel"], "m")
    with instrumented(ChromaInstrumentor(), Recording(capture)) as recording:
        collection.query(query_embeddings=HELP, n_results=1)

    written = recording.spans[0].to_json()
    assert "parcel" not in written
    assert "chunk" not in written
    (only,) = documents(dict(recording.spans[0].attributes or {}))
    assert only.keys() == {"id", "score", "source_doc_id", "text_length"}


def test_what_was_not_asked_for_is_left_out(recording: Recording, collection: Any) -> None:
    """Without documents and distances there are ids and their number."""
    collection.query(query_embeddings=HELP, n_results=50, include=["embeddings"])

    found = dict(recording.spans[0].attributes or {})
    assert [each["id"] for each in documents(found)] == ["a", "b", "c"]
    assert (found["gen_ai.retrieval.top_k"], found["spanwright.retrieval.returned"]) == (50, 3)
    assert f"{FIGURES}first" not in found


def test_a_search_expression(recording: Recording, collection: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Searches, which only hosted Chroma runs (answer as its API documents it): text, k, filter, scores."""
    if not hasattr(collection, "search"):
        pytest.skip("this version has no searches")
    execution = pytest.importorskip("chromadb.execution.expression")
    search = execution.Search().where(execution.K("line") == "parcels").limit(2)
    answer = {"ids": [["a"], ["b"]], "documents": [["chunk one"], None], "scores": [[0.25], [0.5]]}
    monkeypatch.setattr(type(collection._client), "_search", lambda *_, **__: answer, raising=False)

    given = collection.search(
        [search.rank(execution.Knn(query=HELP)), search.rank(execution.Knn(query=HELP) * 0.5 + 1)]
    )

    assert given is answer
    plain, fused = (dict(span.attributes or {}) for span in recording.spans)
    assert (plain["gen_ai.retrieval.top_k"], plain["spanwright.retrieval.filtered"]) == (2, True)
    assert plain[f"{FIGURES}normalised.first"] == pytest.approx(0.875)
    assert documents(plain)[0]["text_length"] == 9
    assert fused[f"{FIGURES}first"] == 0.5
    assert f"{FIGURES}kind" not in fused


def test_an_error_is_recorded_and_raised_unchanged(recording: Recording, collection: Any) -> None:
    """A vector of another length: Chroma's own exception, and a span that says so."""
    with pytest.raises(chromadb.errors.ChromaError) as raised:
        collection.query(query_embeddings=[0.1])

    assert recording.spans[0].status.status_code is trace.StatusCode.ERROR
    assert type(raised.value).__name__ in str((recording.spans[0].attributes or {})["error.type"])


def test_a_query_of_nothing_raises_what_chroma_raises(recording: Recording, collection: Any) -> None:
    """No input, no span; the error is the library's."""
    with pytest.raises(ValueError, match="query"):
        collection.query()

    assert recording.spans == []


def test_reading_records_is_no_retrieval(recording: Recording, collection: Any) -> None:
    """``get``, ``peek`` and ``count`` have no query; nor is anything seen where that is suppressed."""
    collection.get(["a"])
    collection.peek()
    collection.count()
    with suppress_instrumentation():
        assert collection.query(query_embeddings=HELP)["ids"] == [["a", "b", "c"]]

    assert recording.spans == []


def test_what_fails_in_observing_does_not_reach_the_application(
    recording: Recording, collection: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer, or a collection, that cannot be read is handed over all the same."""
    monkeypatch.setattr(chroma, "_payload", None)
    assert collection.query(query_embeddings=HELP)["ids"]
    monkeypatch.setattr(chroma, "_retrieval", None)
    assert collection.query(query_embeddings=HELP)["ids"]

    assert len(recording.spans) == 1


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Port of the library's own server."""
    command = Path(sys.executable).with_name("chroma")
    port = 18_000 + uuid4().int % 2_000
    folder = tmp_path_factory.mktemp("chroma")
    with subprocess.Popen(
        [str(command), "run", "--path", str(folder), "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            _wait(port)
            yield port
        finally:
            process.terminate()


def _wait(port: int) -> None:
    for _ in range(300):
        try:
            chromadb.HttpClient(port=port).heartbeat()
        except Exception:
            time.sleep(0.1)
        else:
            return
    pytest.fail("The server did not come up within 30 s.")


async def test_both_clients_of_a_server(recording: Recording, server: int) -> None:
    """Over HTTP the same is said, with the server's address; coroutines stay apart."""
    remote = chromadb.HttpClient(port=server).create_collection(
        "help", configuration={"hnsw": {"space": "cosine"}}
    )
    remote.add(**RECORDS)
    client = await chromadb.AsyncHttpClient(port=server)
    asynchronous = await client.get_collection("help")

    remote.query(query_embeddings=HELP, n_results=3)
    await asyncio.gather(*(asynchronous.query(query_embeddings=HELP, n_results=k) for k in (1, 2)))

    found: list[dict[str, Any]] = [dict(span.attributes or {}) for span in recording.spans]
    assert sorted(each["spanwright.retrieval.returned"] for each in found) == [1, 2, 3]
    assert {(each["server.address"], each["server.port"]) for each in found} == {("localhost", server)}
    assert {each[f"{FIGURES}kind"] for each in found} == {"distance"}
    assert not trace.get_current_span().get_span_context().is_valid
