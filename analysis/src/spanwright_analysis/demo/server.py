"""A local stand-in for the model provider: its wire format, latencies and token counts, without its models.

Speaks ``POST /v1/chat/completions`` (plain and streamed, tool calls, usage, prompt caching) and
``POST /v1/embeddings`` (float and base64) as OpenAI documents them, on 127.0.0.1 only.
"""

from __future__ import annotations

import base64
import json
import struct
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from threading import Thread
from typing import Any, cast

from . import completion
from .completion import PromptCache
from .embedding import DIMENSIONS, embed

#: Seconds until the first token, for each further token, and for an embeddings request: about what the
#: provider needs.
FIRST_TOKEN, NEXT_TOKEN, EMBEDDING = 0.26, 0.0035, 0.09


class ProviderServer(ThreadingHTTPServer):
    """The server and what it remembers between requests. ``pace`` scales its latencies; 0 answers at once."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, pace: float = 1.0) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.pace = pace
        self.cache = PromptCache()
        self.request_numbers = count(1)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def wait(self, seconds: float) -> None:
        time.sleep(seconds * self.pace)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing to say of a client that has gone: the bot may end with a connection open."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def running_server(pace: float = 1.0) -> Iterator[ProviderServer]:
    """The server in a thread of this process, on a free port, for the length of a ``with`` block."""
    server = ProviderServer(pace)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server_version = "spanwright-demo"

    def do_POST(self) -> None:
        self._started, self._number = time.monotonic(), next(self._provider.request_numbers)
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if not self.headers.get("authorization", "").startswith("Bearer "):
            self._error(401, "invalid_request_error", "You didn't provide an API key.")
            return
        try:
            request = json.loads(body)
        except ValueError:
            self._error(400, "invalid_request_error", "We could not parse the JSON body of your request.")
            return
        match self.path:
            case "/v1/chat/completions":
                self._chat(request)
            case "/v1/embeddings":
                self._embeddings(request)
            case _:
                self._error(404, "invalid_request_error", f"Unknown request URL: POST {self.path}.")

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the demo's terminal belongs to the demo."""

    @property
    def _provider(self) -> ProviderServer:
        return cast(ProviderServer, self.server)

    def _chat(self, request: Mapping[str, Any]) -> None:
        answer = completion.answer(request, self._provider.cache, self._number)
        self._provider.wait(FIRST_TOKEN)
        if request.get("stream"):
            self._stream(answer, bool((request.get("stream_options") or {}).get("include_usage")))
            return
        self._provider.wait(NEXT_TOKEN * answer.output_tokens)
        self._json(200, answer.body())

    def _stream(self, answer: completion.Answer, include_usage: bool) -> None:
        self._start(200, {"content-type": "text/event-stream; charset=utf-8", "transfer-encoding": "chunked"})
        for chunk in answer.chunks(include_usage):
            self._chunk(f"data: {json.dumps(chunk, separators=(',', ':'))}\n\n".encode())
            self._provider.wait(NEXT_TOKEN)
        self._chunk(b"data: [DONE]\n\n")
        self._chunk(b"")

    def _chunk(self, data: bytes) -> None:
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))

    def _embeddings(self, request: Mapping[str, Any]) -> None:
        texts = request["input"] if isinstance(request["input"], list) else [request["input"]]
        vectors = [embed(str(text), request.get("dimensions") or DIMENSIONS) for text in texts]
        tokens = sum(completion.count_tokens(str(text)) for text in texts)
        self._provider.wait(EMBEDDING)
        as_base64 = request.get("encoding_format") == "base64"
        data = [
            {"object": "embedding", "index": index, "embedding": _base64(vector) if as_base64 else vector}
            for index, vector in enumerate(vectors)
        ]
        usage = {"prompt_tokens": tokens, "total_tokens": tokens}
        self._json(200, {"object": "list", "data": data, "model": request["model"], "usage": usage})

    def _error(self, status: int, kind: str, message: str) -> None:
        self._json(status, {"error": {"message": message, "type": kind, "param": None, "code": None}})

    def _json(self, status: int, body: Mapping[str, Any]) -> None:
        data = json.dumps(body).encode()
        self._start(status, {"content-type": "application/json", "content-length": str(len(data))})
        self.wfile.write(data)

    def _start(self, status: int, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        self.send_header("x-request-id", f"req_{self._number:032x}")
        self.send_header("openai-version", "2020-10-01")
        self.send_header("openai-processing-ms", str(round((time.monotonic() - self._started) * 1000)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()


def _base64(vector: list[float]) -> str:
    """Little-endian 32-bit floats, as the provider encodes them."""
    return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()
