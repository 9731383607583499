"""OpenAI's SDK, driven through the contract suite."""

from __future__ import annotations

import json
from typing import Any

import openai
from openai import _base_client
from spanwright_instrumentation.providers.openai import OpenAIInstrumentor
from support.wire import Answer, Wire

#: The HTTP library this version of the SDK is made with.
HTTP: Any = vars(_base_client).get("httpx2") or vars(_base_client)["httpx"]

instrumentor = OpenAIInstrumentor
REQUEST: dict[str, Any] = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Say hello"}]}

_HEAD = {"id": "chatcmpl-1", "created": 1731368630, "model": "gpt-4o-2024-08-06"}
_USAGE = {"prompt_tokens": 12, "completion_tokens": 5, "total_tokens": 17}
_CALL = {"name": "lookup_order", "arguments": '{"order": "A-17"}'}
_MESSAGES: dict[str, list[dict[str, Any]]] = {
    "text": [{"role": "assistant", "content": "Hello to you"}],
    "tools": [
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {"id": f"call_{at}", "type": "function", "function": _CALL} for at in ("one", "two")
            ],
        }
    ],
    "choices": [{"role": "assistant", "content": "Hello"}, {"role": "assistant", "content": "Good day"}],
}


def client(wire: Wire, *, is_async: bool, max_retries: int) -> Any:
    """A client whose requests go over this wire."""
    kind, http_kind = (openai.AsyncOpenAI, "AsyncClient") if is_async else (openai.OpenAI, "Client")
    http_client = getattr(HTTP, http_kind)(transport=wire.transport(HTTP))
    return kind(api_key="sk-test", http_client=http_client, max_retries=max_retries)


def create(client: Any, *, stream: bool, kind: str, way: str = "plain") -> Any:
    """Make the call; ``way`` is ``plain``, ``raw`` or ``streaming`` (the two kinds of raw response)."""
    completions = client.chat.completions
    methods = {
        "plain": completions,
        "raw": completions.with_raw_response,
        "streaming": completions.with_streaming_response,
    }
    extra = {"stream": True} if stream else {}
    return methods[way].create(**REQUEST, **extra, **({"n": 2} if kind == "choices" else {}))


def answer(kind: str, *, stream: bool) -> Answer:
    """The provider's answer: ``text``, ``tools`` (two calls) or ``choices`` (two of them)."""
    if stream:
        return Answer(
            (*(_event(chunk) for chunk in _chunks(kind)), b"data: [DONE]\n\n"),
            headers={"content-type": "text/event-stream", "x-request-id": "req_1"},
        )
    body = {**_HEAD, "object": "chat.completion", "usage": _USAGE, "choices": []}
    body["choices"] = [
        {"index": at, "message": message, "finish_reason": _reason(kind)}
        for at, message in enumerate(_MESSAGES[kind])
    ]
    return Answer(
        (json.dumps(body).encode(),), headers={"content-type": "application/json", "x-request-id": "req_1"}
    )


def refusal(status: int, *, retry_after_ms: int | None = None) -> Answer:
    """An error answer."""
    body = {"error": {"message": f"refused with {status}", "type": "error", "code": None, "param": None}}
    headers = {"content-type": "application/json", "x-request-id": "req_1"}
    if retry_after_ms is not None:
        headers["retry-after-ms"] = str(retry_after_ms)
    return Answer((json.dumps(body).encode(),), status, headers)


#: An event that tells of an error in the middle of a stream.
ERROR_EVENT = b'data: {"error": {"message": "the server had an error", "type": "server_error"}}\n\n'


def expected_finish_reasons(kind: str) -> tuple[str, ...]:
    """``gen_ai.response.finish_reasons`` of a whole answer."""
    return (_reason(kind),) * len(_MESSAGES[kind])


def _reason(kind: str) -> str:
    return "tool_calls" if kind == "tools" else "stop"


def _event(chunk: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps({**_HEAD, "object": "chat.completion.chunk", **chunk}).encode() + b"\n\n"


def _chunks(kind: str) -> list[dict[str, Any]]:
    chunks: list[dict[str, Any]] = []
    for at, message in enumerate(_MESSAGES[kind]):
        deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
        deltas += [{"content": f"{word} "} for word in (message["content"] or "").split()]
        for index, call in enumerate(message.get("tool_calls", ())):
            function = call["function"]
            deltas.append(
                {"tool_calls": [{**call, "index": index, "function": {**function, "arguments": ""}}]}
            )
            deltas.append(
                {"tool_calls": [{"index": index, "function": {"arguments": function["arguments"]}}]}
            )
        chunks += [{"choices": [{"index": at, "delta": delta, "finish_reason": None}]} for delta in deltas]
        chunks.append({"choices": [{"index": at, "delta": {}, "finish_reason": _reason(kind)}]})
    return [*chunks, {"choices": [], "usage": _USAGE}]
