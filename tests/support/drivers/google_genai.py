"""Google's GenAI SDK, driven through the contract suite."""

from __future__ import annotations

import json
from typing import Any

import httpx
from google import genai
from google.genai import types
from spanwright_instrumentation.providers.google_genai import GoogleGenAIInstrumentor
from support.wire import Answer, Wire

instrumentor = GoogleGenAIInstrumentor
REQUEST: dict[str, Any] = {"model": "gemini-2.5-flash", "contents": "Say hello"}

_UNREAD = "a stream is a generator: nothing is sent before its first step"
_NO_MANAGER = "a stream is a generator, which is no context manager"
_NO_RAW = "the SDK has no raw and no streaming responses"
#: Cases that this SDK cannot have.
NOT_APPLICABLE = {
    "closed unread": _UNREAD,
    "dropped unread": _UNREAD,
    "with": _NO_MANAGER,
    "with, left early": _NO_MANAGER,
    "exception in with": _NO_MANAGER,
    "raw response": _NO_RAW,
    "raw response, tool calls": _NO_RAW,
    "raw response by lines": _NO_RAW,
    "streaming response by lines": _NO_RAW,
    "streaming response parsed": _NO_RAW,
    "streaming response read": _NO_RAW,
    "streaming response unread": _NO_RAW,
    "raw response refused": _NO_RAW,
    "raw response reset": _NO_RAW,
}
VERSION = tuple(int(number) for number in genai.__version__.split(".")[:2])
if VERSION < (1, 55):
    NOT_APPLICABLE["error event"] = "the SDK takes it for an empty chunk"

_HEAD = {"modelVersion": "gemini-2.5-flash", "responseId": "resp-1"}
_USAGE = {"promptTokenCount": 12, "candidatesTokenCount": 5, "totalTokenCount": 17}
_CALL = {"functionCall": {"name": "lookup_order", "args": {"order": "A-17"}}}
_PARTS: dict[str, list[list[dict[str, Any]]]] = {
    "text": [[{"text": "Hello "}, {"text": "to "}, {"text": "you"}]],
    "tools": [[_CALL, _CALL]],
    "choices": [[{"text": "Hello"}], [{"text": "Good day"}]],
}


def client(wire: Wire, *, is_async: bool, max_retries: int) -> Any:
    """A client whose requests go over this wire."""
    transport = {"transport": wire.transport(httpx)}
    retries = types.HttpRetryOptions(attempts=max_retries + 1, initial_delay=0.001, max_delay=0.002, jitter=0)
    made = genai.Client(
        api_key="test",
        http_options=types.HttpOptions(
            client_args=transport, async_client_args=transport, retry_options=retries if max_retries else None
        ),
    )
    return _Async(made) if is_async else made


class _Async:
    """The asynchronous side, with the client that would close its connections when it goes."""

    def __init__(self, made: genai.Client) -> None:
        self._made = made
        self.models = made.aio.models


def create(client: Any, *, stream: bool, kind: str, way: str = "plain") -> Any:
    """Make the call."""
    config = {"config": {"candidate_count": 2}} if kind == "choices" else {}
    models = client.models
    return (models.generate_content_stream if stream else models.generate_content)(**REQUEST, **config)


def answer(kind: str, *, stream: bool) -> Answer:
    """The provider's answer: ``text``, ``tools`` (two calls) or ``choices`` (two candidates)."""
    headers = {"content-type": "text/event-stream" if stream else "application/json"}
    if stream:
        return Answer(tuple(_event(chunk) for chunk in _chunks(kind)), headers=headers)
    candidates = [_candidate(at, parts, ends=True) for at, parts in enumerate(_PARTS[kind])]
    body = {**_HEAD, "candidates": candidates, "usageMetadata": _USAGE}
    return Answer((json.dumps(body).encode(),), headers=headers)


def refusal(status: int, *, retry_after_ms: int | None = None) -> Answer:
    """An error answer."""
    body = {"error": {"code": status, "message": f"refused with {status}", "status": "REFUSED"}}
    return Answer((json.dumps(body).encode(),), status, {"content-type": "application/json"})


#: An event that tells of an error in the middle of a stream.
ERROR_EVENT = b'data: {"error": {"code": 500, "message": "the server broke", "status": "INTERNAL"}}\r\n\r\n'


def expected_finish_reasons(kind: str) -> tuple[str, ...]:
    """``gen_ai.response.finish_reasons`` of a whole answer."""
    return ("STOP",) * len(_PARTS[kind])


def _candidate(at: int, parts: list[dict[str, Any]], *, ends: bool) -> dict[str, Any]:
    candidate = {"index": at, "content": {"role": "model", "parts": parts}}
    return {**candidate, "finishReason": "STOP"} if ends else candidate


def _event(chunk: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps({**_HEAD, **chunk}).encode() + b"\r\n\r\n"


def _chunks(kind: str) -> list[dict[str, Any]]:
    chunks: list[dict[str, Any]] = [
        {"candidates": [_candidate(at, [part], ends=False)]}
        for at, parts in enumerate(_PARTS[kind])
        for part in parts
    ]
    ends = [_candidate(at, [{"text": ""}], ends=True) for at in range(len(_PARTS[kind]))]
    return [*chunks, {"candidates": ends, "usageMetadata": _USAGE}]
