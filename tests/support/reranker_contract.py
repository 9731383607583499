"""What a reranker's driver offers, and what every reranker is asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

QUERY = "where is my parcel"
DOCUMENTS = ["a parcel is on its way", "letters go by train", "returns are free of charge"]

#: What hosted services answer: position and score, best first.
RANKING = [(2, 0.98), (0, 0.5), (1, 0.1)]


@dataclass
class Opened:
    """A reranker ready to be asked.

    :param rerank: (query, documents) -> its answer, awaitable or not.
    :param order: answer -> (position among the candidates, score), best first.
    :param fail: makes a call that raises.
    """

    model: str
    provider: str
    rerank: Callable[[str, list[str]], Any]
    order: Callable[[Any], list[tuple[int, float]]]
    fail: Callable[[], Any]


@contextmanager
def json_server(answer: Callable[[str, dict[str, Any]], tuple[int, dict[str, Any]]]) -> Iterator[str]:
    """An HTTP server on this machine that answers (path, JSON) with (status, JSON); gives its address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            sent = json.loads(self.rfile.read(int(self.headers["content-length"])))
            status, body = answer(self.path, sent)
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
