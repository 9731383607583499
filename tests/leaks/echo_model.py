"""A model that says what it was told, in the wire format of chat completions; streams in small bits."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

#: Characters in a chunk: fewer than any value has, so that each comes in several.
CHUNK = 3


def start() -> str:
    """Start it on a free port of this host; its base URL. It ends with the process."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}/v1"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with suppress(ConnectionError):
            self._answer(request)

    def _answer(self, request: dict[str, Any]) -> None:
        if self.path.endswith("/embeddings"):
            self._send(200, _embeddings(request))
            return
        said = request["messages"][-1]["content"]
        if "refuse" in request["model"]:
            error = {"message": f"Cannot answer: {said}", "type": "invalid_request_error", "code": said}
            self._send(400, {"error": error})
        elif request.get("stream"):
            self._stream(said, "tools" in request, breaks="break" in request["model"])
        else:
            self._send(200, _completion(said, "tools" in request))

    def _send(self, status: int, body: dict[str, Any]) -> None:
        payload = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    def _stream(self, said: str, as_tool_call: bool, breaks: bool) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        for chunk in _chunks(said, as_tool_call):
            self.wfile.write(b"data: " + json.dumps(chunk).encode() + b"\n\n")
        if breaks:
            error = {"error": {"message": f"Broke at: {said}", "type": "server_error"}}
            self.wfile.write(b"data: " + json.dumps(error).encode() + b"\n\n")
        self.wfile.write(b"data: [DONE]\n\n")
        self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        pass


_ENVELOPE = {"id": "chatcmpl-echo", "created": 1_700_000_000, "model": "gpt-4o-mini-2024-07-18"}
_USAGE = {"prompt_tokens": 5, "completion_tokens": 5, "total_tokens": 10}


def _call(arguments: str) -> dict[str, Any]:
    return {"id": "call_1", "type": "function", "function": {"name": "note", "arguments": arguments}}


def _completion(said: str, as_tool_call: bool) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": said}
    if as_tool_call:
        message = {"role": "assistant", "content": None, "tool_calls": [_call(json.dumps({"text": said}))]}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return {**_ENVELOPE, "object": "chat.completion", "choices": [choice], "usage": _USAGE}


def _chunks(said: str, as_tool_call: bool) -> Iterator[dict[str, Any]]:
    text = json.dumps({"text": said}) if as_tool_call else said
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": None if as_tool_call else ""}]
    if as_tool_call:
        deltas.append({"tool_calls": [{"index": 0, **_call("")}]})
    for start_of_bit in range(0, len(text), CHUNK):
        bit = text[start_of_bit : start_of_bit + CHUNK]
        deltas.append(
            {"tool_calls": [{"index": 0, "function": {"arguments": bit}}]}
            if as_tool_call
            else {"content": bit}
        )
    for delta in deltas:
        choice = {"index": 0, "delta": delta, "finish_reason": None}
        yield {**_ENVELOPE, "object": "chat.completion.chunk", "choices": [choice]}
    last = {"index": 0, "delta": {}, "finish_reason": "stop"}
    yield {**_ENVELOPE, "object": "chat.completion.chunk", "choices": [last], "usage": _USAGE}


def _embeddings(request: dict[str, Any]) -> dict[str, Any]:
    texts = request["input"] if isinstance(request["input"], list) else [request["input"]]
    data = [
        {"object": "embedding", "index": at, "embedding": [len(text) % 7 / 7, 0.5, at / 9]}
        for at, text in enumerate(texts)
    ]
    usage = {"prompt_tokens": 5, "total_tokens": 5}
    return {"object": "list", "model": "text-embedding-3-small", "data": data, "usage": usage}
