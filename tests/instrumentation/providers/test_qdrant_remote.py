"""Retrieval spans over the real qdrant-client against a served wire."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, ClassVar

import pytest
from qdrant_client import AsyncQdrantClient, QdrantClient, models
from qdrant_client.http.exceptions import UnexpectedResponse
from qdrant_client.models import Distance
from spanwright_instrumentation.providers import qdrant
from spanwright_instrumentation.providers.qdrant import QdrantInstrumentor
from support.recording import Recording, recorded_by

HELP = [0.1, 0.2, 0.3, 0.4]


recording = recorded_by(QdrantInstrumentor)


class Wire(BaseHTTPRequestHandler):
    """Answers as a Qdrant server does, over REST."""

    answers: ClassVar[dict[str, Any]] = {
        "PUT /collections/help": True,
        "GET /collections/old": {
            "status": "green",
            "optimizer_status": "ok",
            "segments_count": 1,
            "payload_schema": {},
            "config": {
                "params": {"vectors": {"size": 4, "distance": "Euclid"}},
                "hnsw_config": {"m": 16, "ef_construct": 100, "full_scan_threshold": 10000},
                "optimizer_config": {
                    "deleted_threshold": 0.2,
                    "vacuum_min_vector_number": 1000,
                    "default_segment_number": 0,
                    "flush_interval_sec": 5,
                },
                "wal_config": {"wal_capacity_mb": 32, "wal_segments_ahead": 0},
            },
        },
        "POST /collections/help/points/query": {"points": [{"id": 7, "version": 1, "score": 0.75}]},
        "POST /collections/old/points/query": {"points": [{"id": 7, "version": 1, "score": 3.5}]},
    }
    requests: ClassVar[list[str]] = []

    def answer(self) -> None:
        self.rfile.read(int(self.headers.get("content-length") or 0))
        asked = f"{self.command} {self.path}"
        self.requests.append(asked)
        result = self.answers.get(asked)
        body = json.dumps({"result": result, "status": "ok", "time": 0.001}).encode()
        self.send_response(404 if result is None else 200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = answer  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None: ...


@pytest.fixture
def port() -> Iterator[int]:
    Wire.requests.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Wire)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_remote_server_is_named_and_asked_nothing_more(recording: Recording, port: int) -> None:
    """Address and port are recorded; the measure is known from the application's own calls only."""
    client = QdrantClient(url=f"http://127.0.0.1:{port}", check_compatibility=False)
    client.query_points("help", query=HELP)
    client.create_collection("help", vectors_config=models.VectorParams(size=4, distance=Distance.COSINE))
    client.query_points("help", query=HELP)
    client.get_collection("old")
    client.query_points("old", query=HELP)
    client.close()

    found = [dict(span.attributes or {}) for span in recording.spans]
    assert {(each["server.address"], each["server.port"]) for each in found} == {("127.0.0.1", port)}
    assert [each.get("spanwright.retrieval.score.kind") for each in found] == [None, "similarity", "distance"]
    assert [each["spanwright.retrieval.score.first"] for each in found] == [0.75, 0.75, 3.5]
    assert len(Wire.requests) == 5


def test_text_the_server_embeds_is_the_query_text(recording: Recording, port: int) -> None:
    """With inference on the server the request itself has text and model."""
    client = QdrantClient(url=f"http://127.0.0.1:{port}", check_compatibility=False, cloud_inference=True)
    client.query_points("help", query=models.Document(text="where is my parcel", model="some/model"))
    client.query_points(
        "help", query=models.NearestQuery(nearest=models.InferenceObject(object="other", model="some/model"))
    )
    client.close()

    found = [dict(span.attributes or {}) for span in recording.spans]
    assert [each["gen_ai.retrieval.query.text"] for each in found] == ["where is my parcel", "other"]
    assert {each["spanwright.retrieval.embedding.model"] for each in found} == {"some/model"}


async def test_an_asynchronous_remote_client_fails_as_it_would(recording: Recording, port: int) -> None:
    """An HTTP error is the client's own exception."""
    client = AsyncQdrantClient(url=f"http://127.0.0.1:{port}", check_compatibility=False)
    with pytest.raises(UnexpectedResponse):
        await client.query_points("nowhere", query=HELP)
    await client.close()

    assert recording.attributes("retrieval nowhere")["error.type"] == (
        "qdrant_client.http.exceptions.UnexpectedResponse"
    )
    assert "404" in (recording.span("retrieval nowhere").status.description or "")


@pytest.mark.parametrize(("prefer_grpc", "expected"), [(False, 6333), (True, 6334)])
def test_the_port_is_that_of_the_protocol_in_use(prefer_grpc: bool, expected: int) -> None:
    """REST and gRPC listen on ports of their own."""
    client = QdrantClient(host="qdrant.example.org", prefer_grpc=prefer_grpc, check_compatibility=False)

    (asked,) = qdrant.read_request("query_points", client, {"collection_name": "help", "query": HELP})

    assert (asked.server_address, asked.server_port) == ("qdrant.example.org", expected)
    client.close()
