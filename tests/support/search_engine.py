"""A server that speaks as Elasticsearch and OpenSearch do, for their real clients: neither can run here.

It holds the chunks of the retrievers' contract, measures them as the engines document it, and answers in
the form of their documentation; so does it refuse.
"""

from __future__ import annotations

import json
import math
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from support.retrieval_contract import CHUNKS, HELP, Chunk


@dataclass
class Engine:
    """Mappings by index, and what was asked, in order."""

    mappings: dict[str, Any] = field(default_factory=dict)
    asked: list[tuple[str, Any]] = field(default_factory=list)
    #: (cosine, distance) -> score, as the field measures.
    score: Callable[[float, float], float] = lambda cosine, _distance: (1 + cosine) / 2


@contextmanager
def serving(engine: Engine) -> Iterator[int]:
    """The port at which the engine answers."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"engine": engine}))
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    engine: Engine
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        text = self.rfile.read(length).decode()
        lines = [json.loads(line) for line in text.splitlines() if line.strip()] if length else []
        path = self.path.partition("?")[0]
        status, body = self._found(path, lines)
        sent = json.dumps(body).encode()
        self.send_response(status)
        kind = self.headers.get("Accept", "")
        self.send_header("Content-Type", kind if "vnd.elasticsearch" in kind else "application/json")
        self.send_header("X-Elastic-Product", "Elasticsearch")
        self.send_header("Content-Length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    do_GET = do_POST = do_PUT = do_DELETE = _answer  # noqa: N815 - what the base class calls

    def _found(self, path: str, lines: list[Any]) -> tuple[int, Any]:
        engine = self.engine
        index = path.split("/")[1]
        engine.asked.append((path, lines))
        if path.endswith("/_msearch"):
            return 200, {
                "took": 1,
                "responses": [self._searched(*pair) for pair in zip(lines[::2], lines[1::2], strict=True)],
            }
        if path.endswith("/_search"):
            answer = self._searched({"index": index}, lines[0] if lines else {})
            return answer.pop("status"), answer
        if path.endswith("/_mapping") and self.command == "GET":
            return 200, {index: {"mappings": engine.mappings.get(index, {})}}
        if self.command == "PUT":
            engine.mappings[index] = lines[0].get("mappings", lines[0]) if lines else {}
        return 200, {"acknowledged": True, "index": index}

    def _searched(self, header: Mapping[str, Any], body: Mapping[str, Any]) -> dict[str, Any]:
        if header["index"] not in self.engine.mappings:
            reason = {"type": "index_not_found_exception", "reason": f"no such index [{header['index']}]"}
            return {"error": {**reason, "root_cause": [reason]}, "status": 404}
        hits = [_hit(header["index"], chunk, self.engine) for chunk in CHUNKS][: body.get("size", _k(body))]
        total = {"value": len(hits), "relation": "eq"}
        best = hits[0]["_score"] if hits else None
        found = {"total": total, "max_score": best, "hits": hits}
        return {"took": 2, "timed_out": False, "hits": found, "status": 200}


def _k(body: Mapping[str, Any]) -> int:
    return int(body["knn"]["k"]) if isinstance(body.get("knn"), dict) else 10


def _hit(index: str, chunk: Chunk, engine: Engine) -> dict[str, Any]:
    cosine = sum(one * other for one, other in zip(HELP, chunk.vector, strict=True))
    score = engine.score(cosine, math.dist(HELP, chunk.vector))
    source = {"text": chunk.text, "vector": chunk.vector, "metadata": {"source": chunk.source}}
    return {"_index": index, "_id": str(chunk.number), "_score": score, "_source": source}
