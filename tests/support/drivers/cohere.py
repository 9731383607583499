"""Cohere's SDK, driven through the contract suite."""

from __future__ import annotations

import inspect
import json
from typing import Any

import cohere
import httpx
from cohere.core.http_client import HttpClient
from spanwright_instrumentation.providers.cohere import CohereInstrumentor
from support.wire import Answer, Wire

instrumentor = CohereInstrumentor
REQUEST: dict[str, Any] = {
    "model": "command-a-03-2025",
    "messages": [{"role": "user", "content": "Say hello"}],
}

_UNREAD = "a stream is a generator: nothing is sent before its first step"
_NO_MANAGER = "a stream is a generator, which is no context manager"
_RAW = "the SDK's raw responses are of another kind, and tested with the provider"
_NO_RETRY = "the SDK repeats no request for a stream"
#: Cases that this SDK cannot have.
NOT_APPLICABLE = {
    "stream: 429, retries used up": _NO_RETRY,
    "stream: 429, then success": _NO_RETRY,
    "error event": "the SDK passes over events it does not know; an answer's end tells of failures",
    "async-stream: half read and kept": "the SDK's generators mind in which order the event loop closes them",
    "closed unread": _UNREAD,
    "dropped unread": _UNREAD,
    "with": _NO_MANAGER,
    "with, left early": _NO_MANAGER,
    "exception in with": _NO_MANAGER,
    "raw response": _RAW,
    "raw response, tool calls": _RAW,
    "raw response by lines": _RAW,
    "streaming response by lines": _RAW,
    "streaming response parsed": _RAW,
    "streaming response read": _RAW,
    "streaming response unread": _RAW,
    "raw response refused": _RAW,
    "raw response reset": _RAW,
}

_USAGE = {
    "billed_units": {"input_tokens": 12.0, "output_tokens": 5.0},
    "tokens": {"input_tokens": 80.0, "output_tokens": 7.0},
    "cached_tokens": 4.0,
}
CALLS = [
    {
        "id": f"call_{at}",
        "type": "function",
        "function": {"name": "lookup_order", "arguments": '{"order": "A-17"}'},
    }
    for at in ("one", "two")
]
_MESSAGES: dict[str, dict[str, Any]] = {
    "text": {"content": [{"type": "text", "text": "Hello to you"}]},
    "tools": {"tool_plan": "I look it up.", "tool_calls": CALLS},
    # The API has no choices; an answer may have several blocks.
    "choices": {"content": [{"type": "text", "text": "Hello"}, {"type": "text", "text": "Good day"}]},
}


#: What a request counts itself as when it is sent first: older versions of the SDK begin with 2.
_FIRST: int = inspect.signature(HttpClient.request).parameters["retries"].default


class Client:
    """A client, and how often it may repeat a request, which versions of the SDK take in different places."""

    def __init__(self, made: Any, max_retries: int) -> None:
        self.made = made
        self.options = {"request_options": {"max_retries": max_retries + _FIRST}}


def client(wire: Wire, *, is_async: bool = False, max_retries: int = 0) -> Client:
    """A client whose requests go over this wire."""
    transport = wire.transport(httpx)
    if is_async:
        http: Any = httpx.AsyncClient(transport=transport)
        return Client(cohere.AsyncClientV2(api_key="test", httpx_client=http), max_retries)
    return Client(
        cohere.ClientV2(api_key="test", httpx_client=httpx.Client(transport=transport)), max_retries
    )


def create(client: Client, *, stream: bool, kind: str, way: str = "plain") -> Any:
    """Make the call."""
    method = client.made.chat_stream if stream else client.made.chat
    return method(**REQUEST, **client.options)


def answer(kind: str, *, stream: bool) -> Answer:
    """The provider's answer: ``text``, ``tools`` (two calls) or ``choices`` (two blocks)."""
    if stream:
        return streamed(*events(kind))
    message = {"role": "assistant", **_MESSAGES[kind]}
    return whole({"id": "c-1", "finish_reason": _reason(kind), "message": message, "usage": _USAGE})


def whole(body: dict[str, Any], status: int = 200, **headers: str) -> Answer:
    """A plain answer."""
    sent = {"content-type": "application/json", "x-debug-trace-id": "req_1", **headers}
    return Answer((json.dumps(body).encode(),), status, sent)


def streamed(*sent: dict[str, Any]) -> Answer:
    """A streamed answer."""
    lines = [f"event: {each['type']}\ndata: {json.dumps(each)}\n\n".encode() for each in sent]
    return Answer(tuple(lines), headers={"content-type": "text/event-stream", "x-debug-trace-id": "req_1"})


def refusal(status: int, *, retry_after_ms: int | None = None) -> Answer:
    """An error answer."""
    headers = {} if retry_after_ms is None else {"retry-after-ms": str(retry_after_ms)}
    return whole({"id": "c-1", "message": f"refused with {status}"}, status, **headers)


ERROR_EVENT = b""


def expected_finish_reasons(kind: str) -> tuple[str, ...]:
    """``gen_ai.response.finish_reasons`` of a whole answer."""
    return (_reason(kind),)


def _reason(kind: str) -> str:
    return "TOOL_CALL" if kind == "tools" else "COMPLETE"


def events(kind: str) -> list[dict[str, Any]]:
    message = _MESSAGES[kind]
    sent: list[dict[str, Any]] = [event("message-start", message={"role": "assistant", "content": []})]
    sent[0]["id"] = "c-1"
    if "tool_plan" in message:
        sent += [event("tool-plan-delta", message={"tool_plan": message["tool_plan"]})]
    for at, block in enumerate(message.get("content", ())):
        sent.append(event("content-start", at, message={"content": {"type": "text", "text": ""}}))
        for word in block["text"].split():
            sent.append(event("content-delta", at, message={"content": {"text": f"{word} "}}))
        sent.append({"type": "content-end", "index": at})
    for at, call in enumerate(message.get("tool_calls", ())):
        begun = {**call, "function": {**call["function"], "arguments": ""}}
        pieces = {"function": {"arguments": call["function"]["arguments"]}}
        sent.append(event("tool-call-start", at, message={"tool_calls": begun}))
        sent.append(event("tool-call-delta", at, message={"tool_calls": pieces}))
        sent.append({"type": "tool-call-end", "index": at})
    return [*sent, event("message-end", finish_reason=_reason(kind), usage=_USAGE)]


def event(kind: str, index: int | None = None, **delta: Any) -> dict[str, Any]:
    return {"type": kind, **({} if index is None else {"index": index}), "delta": delta}
