"""A server that speaks Weaviate's protocols, gRPC by the client's own messages and REST.

Its clients are the real ones; Weaviate itself does not come as a package.

It holds the chunks of the retrievers' contract and measures them by the cosine's distance.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import UUID

import grpc  # type: ignore[import-untyped]
import pytest
from support.retrieval_contract import CHUNKS, COSINES


@dataclass
class Weaviate:
    """Ports, and what was asked by gRPC."""

    http: int = 0
    grpc: int = 0
    asked: list[Any] = field(default_factory=list)
    #: (cosine) -> distance, as the collection measures.
    distance: Any = None


@contextmanager
def serving(weaviate: Weaviate) -> Iterator[Weaviate]:
    """Both protocols at free ports."""
    server = grpc.server(ThreadPoolExecutor(4))
    _stubs("weaviate_pb2_grpc").add_WeaviateServicer_to_server(_Servicer(weaviate), server)
    weaviate.grpc = server.add_insecure_port("127.0.0.1:0")
    server.start()
    web = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    weaviate.http = web.server_port
    threading.Thread(target=web.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield weaviate
    finally:
        web.shutdown()
        web.server_close()
        server.stop(None)


def _stubs(name: str) -> Any:
    """A module of the protocol, of the generation that the client has chosen for the protobuf installed."""
    chosen = import_module("weaviate.proto.v1")
    for attribute in ("weaviate_pb2_grpc", "search_get_pb2", "base_pb2"):
        if hasattr(chosen, attribute):
            where = getattr(chosen, attribute).__name__.rpartition(".")[0]
            return import_module(f"{where}.{name}")
    folders = sorted(Path(str(chosen.__file__)).parent.glob("v*"), reverse=True)
    return pytest.fail(f"None of the protocols {folders} is in use.")


class _Servicer:
    """``Search`` and the health check; whatever else is asked has an error for an answer."""

    def __init__(self, weaviate: Weaviate) -> None:
        self._weaviate = weaviate

    def __getattr__(self, name: str) -> Any:
        return lambda _request, context: context.abort(grpc.StatusCode.UNIMPLEMENTED, name)

    def Search(self, request: Any, context: grpc.ServicerContext) -> Any:
        self._weaviate.asked.append(request)
        if request.collection != "Help":
            context.abort(grpc.StatusCode.UNKNOWN, f"could not find class {request.collection} in schema")
        messages = _stubs("search_get_pb2")
        reply = messages.SearchReply(took=0.001)
        for chunk, cosine in list(zip(CHUNKS, COSINES, strict=True))[: request.limit or 10]:
            result = reply.results.add()
            result.metadata.id_as_bytes = UUID(int=chunk.number).bytes
            self._measure(result.metadata, request, cosine)
            fields = result.properties.non_ref_props.fields
            fields["text"].text_value = chunk.text
            fields["source"].text_value = chunk.source
            fields["length"].int_value = len(chunk.text)
        return reply

    def _measure(self, metadata: Any, request: Any, cosine: float) -> None:
        distance = self._weaviate.distance or (lambda cosine: 1 - cosine)
        if request.metadata.distance:
            metadata.distance, metadata.distance_present = distance(cosine), True
        if request.metadata.certainty:
            metadata.certainty, metadata.certainty_present = (1 + cosine) / 2, True
        if request.metadata.score:
            metadata.score, metadata.score_present = cosine / 2, True


def described(metric: str) -> dict[str, Any]:
    """A collection as ``/v1/schema`` describes it, as far as its client reads it."""
    return {
        "class": "Help",
        "properties": [],
        "invertedIndexConfig": {
            "bm25": {"b": 0.75, "k1": 1.2},
            "cleanupIntervalSeconds": 60,
            "stopwords": {"preset": "en", "additions": None, "removals": None},
        },
        "multiTenancyConfig": {"enabled": False},
        "replicationConfig": {
            "factor": 1,
            "asyncEnabled": False,
            "deletionStrategy": "NoAutomatedResolution",
        },
        "shardingConfig": {
            "virtualPerPhysical": 128,
            "desiredCount": 1,
            "actualCount": 1,
            "desiredVirtualCount": 128,
            "actualVirtualCount": 128,
            "key": "_id",
            "strategy": "hash",
            "function": "murmur3",
        },
        "vectorizer": "none",
        "vectorIndexType": "hnsw",
        "vectorIndexConfig": {
            "distance": metric,
            "cleanupIntervalSeconds": 300,
            "dynamicEfMin": 100,
            "dynamicEfMax": 500,
            "dynamicEfFactor": 8,
            "efConstruction": 128,
            "ef": -1,
            "flatSearchCutoff": 40000,
            "maxConnections": 32,
            "skip": False,
            "vectorCacheMaxObjects": 1_000_000,
            "filterStrategy": "sweeping",
        },
    }


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    metric = "cosine"

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _answer(self) -> None:
        sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body: Any = {"version": "1.32.0", "modules": {}}
        if self.path.startswith("/v1/schema"):
            if sent:
                given = json.loads(sent)
                type(self).metric = given.get("vectorIndexConfig", {}).get("distance", "cosine")
            body = described(self.metric)
        text = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = do_DELETE = _answer  # noqa: N815 - what the base class calls
