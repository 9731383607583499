"""Embeddings of query texts."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import ModuleType
from typing import Any

import pytest
from spanwright_analysis.store.backend import Store
from spanwright_analysis.store.batch import query_key
from spanwright_analysis.store.embedding import embed_new, embedder, put_given, vector
from spanwright_analysis.store.error import StoreError, UnavailableError
from spanwright_analysis.store.settings import EmbeddingSettings
from support.otlp_traces import ROOT, batch, retrieval, traces

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


class _Api(BaseHTTPRequestHandler):
    """Answers as OpenAI does, with the length of each text as its vector, in another order."""

    asked: list[dict[str, Any]]
    status = 200

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        type(self).asked.append({"path": self.path, "key": self.headers.get("Authorization"), **body})
        data = [{"index": at, "embedding": [len(text), 1]} for at, text in enumerate(body["input"])]
        answer = json.dumps({"data": data[::-1]}).encode()
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def api() -> Iterator[tuple[str, type[_Api]]]:
    handler = type("Handler", (_Api,), {"asked": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/v1/", handler
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_api_is_asked_as_openai_is(api: tuple[str, type[_Api]]) -> None:
    """Vectors come in the order of the texts, whatever the order of the answer."""
    url, handler = api
    embed = embedder(EmbeddingSettings("m", url, "key"))
    assert embed(["a", "bbb"]) == [[1.0, 1.0], [3.0, 1.0]]
    (asked,) = handler.asked
    assert (asked["path"], asked["key"], asked["model"]) == ("/v1/embeddings", "Bearer key", "m")


def test_an_api_that_refuses_or_does_not_answer_is_told(api: tuple[str, type[_Api]]) -> None:
    """With its status, and never with the key."""
    url, handler = api
    handler.status = 401
    with pytest.raises(UnavailableError, match="401") as error:
        embedder(EmbeddingSettings("m", url, "secret"))(["a"])
    assert "secret" not in str(error.value)
    with pytest.raises(UnavailableError, match="does not answer"):
        embedder(EmbeddingSettings("m", "http://127.0.0.1:1"))(["a"])


def test_a_model_may_run_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """By fastembed, where it is installed."""
    settings = EmbeddingSettings("BAAI/bge-small-en-v1.5")
    monkeypatch.setitem(sys.modules, "fastembed", None)
    with pytest.raises(StoreError, match="pip install fastembed"):
        embedder(settings)

    class TextEmbedding:
        def __init__(self, model: str) -> None:
            self.model = model

        def embed(self, texts: Sequence[str]) -> Iterator[list[float]]:
            return iter([[0.5] for _ in texts])

    module = ModuleType("fastembed")
    module.__dict__["TextEmbedding"] = TextEmbedding
    monkeypatch.setitem(sys.modules, "fastembed", module)
    assert embedder(settings)(["a", "b"]) == [[0.5], [0.5]]


def test_no_model_is_called_unless_one_is_named() -> None:
    """The store is no reason to send texts anywhere."""
    with pytest.raises(StoreError, match="no model is named"):
        embedder(EmbeddingSettings())


def test_each_text_is_embedded_once(store: Store) -> None:
    """A second run has nothing to do."""
    store.write(batch(*(traces(ROOT, retrieval(0.5, text), trace=n) for n, text in enumerate("aab", 1))))
    asked: list[str] = []

    def embed(texts: Sequence[str]) -> list[Sequence[float]]:
        asked.extend(texts)
        return [[1.0, 0.0] for _ in texts]

    assert embed_new(store, "m", embed, LONG_AGO) == 2
    assert embed_new(store, "m", embed, LONG_AGO) == 0
    assert sorted(asked) == ["a", "b"]


def test_vectors_made_elsewhere_are_kept(parquet: Store) -> None:
    """By the text they were made of."""
    parquet.write(batch(traces(ROOT, retrieval(0.5, "q"))))
    assert put_given(parquet, "m", ['{"text": "q", "embedding": [1, 0.5]}', ""]) == 1
    assert parquet.embedding("m", query_key("q")) == [1.0, 0.5]
    with pytest.raises(StoreError, match="line 1"):
        put_given(parquet, "m", ['{"text": "q"}'])


@pytest.mark.parametrize("value", [[], "x", [1, "a"], [True], None, {"a": 1}])
def test_what_is_no_vector_is_refused(value: object) -> None:
    """Only a list of numbers is one."""
    with pytest.raises(ValueError, match="numbers"):
        vector(value)
