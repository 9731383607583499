"""A server that answers as Pinecone's documentation shows, for its real clients: the service is a hosted one.

It holds the chunks of the retrievers' contract in an index that measures by the cosine.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from support.retrieval_contract import CHUNKS, COSINES


@dataclass
class Service:
    """Where it is, and what was asked: path and body, in order."""

    port: int = 0
    metric: str = "cosine"
    asked: list[tuple[str, Any]] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def serving(service: Service) -> Iterator[Service]:
    """The service at a free port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"service": service}))
    service.port = server.server_port
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    service: Service
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else {}
        self.service.asked.append((self.path, body))
        status, answer = self._found(body)
        text = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = _answer  # noqa: N815 - what the base class calls

    def _found(self, body: Any) -> tuple[int, Any]:
        if self.path.startswith("/indexes"):
            return 200, self._described()
        if len(body.get("vector") or [0] * 3) != 3:
            text = "Vector dimension 1 does not match the dimension of the index 3"
            return 400, {"code": 3, "message": text, "details": []}
        if "/documents/search" in self.path:
            found = [_document(*each) for each in _first(body["top_k"])]
            return 200, {"matches": found, "namespace": "ns", "usage": {"read_units": 5}}
        if self.path.endswith("/search"):
            hits = [_hit(*each) for each in _first(body["query"]["top_k"])]
            return 200, {"result": {"hits": hits}, "usage": {"read_units": 6, "embed_total_tokens": 5}}
        with_metadata = bool(body.get("includeMetadata"))
        matches = [_match(chunk, cosine, with_metadata) for chunk, cosine in _first(body["topK"])]
        return 200, {"matches": matches, "namespace": body.get("namespace", ""), "usage": {"readUnits": 5}}

    def _described(self) -> dict[str, Any]:
        vectors = {"type": "dense_vector", "dimension": 3, "metric": self.service.metric}
        return {
            "name": "help",
            "dimension": 3,
            "metric": self.service.metric,
            "vector_type": "dense",
            "deletion_protection": "disabled",
            "host": self.service.address,
            "spec": {"serverless": {"cloud": "aws", "region": "us-east-1"}},
            "schema": {"fields": {"_values": vectors}},
            "deployment": {"deployment_type": "managed", "cloud": "aws", "region": "us-east-1"},
            "status": {"ready": True, "state": "Ready"},
        }


def _first(count: int) -> list[Any]:
    return list(zip(CHUNKS, COSINES, strict=True))[:count]


def _match(chunk: Any, cosine: float, with_metadata: bool) -> dict[str, Any]:
    found = {"id": str(chunk.number), "score": cosine, "values": []}
    return {**found, "metadata": _stored(chunk)} if with_metadata else found


def _hit(chunk: Any, cosine: float) -> dict[str, Any]:
    return {"_id": str(chunk.number), "_score": cosine, "fields": _stored(chunk)}


def _document(chunk: Any, cosine: float) -> dict[str, Any]:
    return {"_id": str(chunk.number), "_score": cosine, **_stored(chunk)}


def _stored(chunk: Any) -> dict[str, Any]:
    return {"text": chunk.text, "source": chunk.source, "tags": ["a", "b"]}
