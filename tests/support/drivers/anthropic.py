"""Anthropic's SDK, driven through the contract suite."""

from __future__ import annotations

import json
from typing import Any

import anthropic
from anthropic import _base_client
from spanwright_instrumentation.providers.anthropic import AnthropicInstrumentor
from support.wire import Answer, Wire

#: The HTTP library this version of the SDK is made with.
HTTP: Any = vars(_base_client).get("httpx2") or vars(_base_client)["httpx"]

instrumentor = AnthropicInstrumentor
REQUEST: dict[str, Any] = {
    "model": "claude-sonnet-5-5",
    "max_tokens": 64,
    "messages": [{"role": "user", "content": "Say hello"}],
}
#: The first event of a stream tells the input's tokens already.
USAGE_COMES_FIRST = True

_HEAD = {"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-sonnet-5-5-20261001"}
_INPUT = {"input_tokens": 12, "cache_read_input_tokens": 3, "cache_creation_input_tokens": 2}
_USAGE = {**_INPUT, "output_tokens": 5}
_BLOCKS: dict[str, list[dict[str, Any]]] = {
    "text": [{"type": "text", "text": "Hello to you"}],
    "tools": [
        {"type": "tool_use", "id": f"toolu_{at}", "name": "lookup_order", "input": {"order": "A-17"}}
        for at in ("one", "two")
    ],
    # The API has no choices; an answer may have several blocks.
    "choices": [{"type": "text", "text": "Hello"}, {"type": "text", "text": "Good day"}],
}


def client(wire: Wire, *, is_async: bool, max_retries: int, **options: Any) -> Any:
    """A client whose requests go over this wire."""
    kind = anthropic.AsyncAnthropic if is_async else anthropic.Anthropic
    return kind(
        api_key="sk-ant-test", http_client=http_client(wire, is_async), max_retries=max_retries, **options
    )


def http_client(wire: Wire, is_async: bool = False) -> Any:
    """The HTTP library's client over this wire."""
    return getattr(HTTP, "AsyncClient" if is_async else "Client")(transport=wire.transport(HTTP))


def over(*answers: Answer, is_async: bool = False) -> Any:
    """A client whose other end answers so."""
    return client(Wire(answers), is_async=is_async, max_retries=0)


def create(client: Any, *, stream: bool, kind: str, way: str = "plain") -> Any:
    """Make the call; ``way`` is ``plain``, ``raw`` or ``streaming`` (the two kinds of raw response)."""
    messages = client.messages
    methods = {
        "plain": messages,
        "raw": messages.with_raw_response,
        "streaming": messages.with_streaming_response,
    }
    return methods[way].create(**REQUEST, **({"stream": True} if stream else {}))


def answer(kind: str, *, stream: bool) -> Answer:
    """The provider's answer: ``text``, ``tools`` (two calls) or ``choices`` (two blocks)."""
    if stream:
        return streamed(*map(event, events(_BLOCKS[kind], _reason(kind))))
    return whole(_BLOCKS[kind], _reason(kind))


def streamed(*parts: bytes) -> Answer:
    """A streamed answer of these parts."""
    return Answer(parts, headers={"content-type": "text/event-stream", "request-id": "req_1"})


def whole(blocks: list[dict[str, Any]], reason: str, usage: dict[str, Any] = _USAGE) -> Answer:
    """A plain answer."""
    body = {**_HEAD, "content": blocks, "stop_reason": reason, "stop_sequence": None, "usage": usage}
    return Answer(
        (json.dumps(body).encode(),), headers={"content-type": "application/json", "request-id": "req_1"}
    )


def refusal(status: int, *, retry_after_ms: int | None = None) -> Answer:
    """An error answer."""
    body = {"type": "error", "error": {"type": "refused", "message": f"refused with {status}"}}
    headers = {"content-type": "application/json", "request-id": "req_1"}
    if retry_after_ms is not None:
        headers["retry-after-ms"] = str(retry_after_ms)
    return Answer((json.dumps(body).encode(),), status, headers)


def expected_finish_reasons(kind: str) -> tuple[str, ...]:
    """``gen_ai.response.finish_reasons`` of a whole answer."""
    return (_reason(kind),)


def _reason(kind: str) -> str:
    return "tool_use" if kind == "tools" else "end_turn"


def event(data: dict[str, Any]) -> bytes:
    """One event as it comes over the wire."""
    return f"event: {data['type']}\ndata: {json.dumps(data)}\n\n".encode()


#: An event that tells of an error in the middle of a stream.
ERROR_EVENT = event({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}})


def events(blocks: list[dict[str, Any]], reason: str, usage: dict[str, Any] = _USAGE) -> list[dict[str, Any]]:
    """All events of a streamed answer."""
    start: dict[str, Any] = {
        **_HEAD,
        "content": [],
        "stop_reason": None,
        "usage": {**usage, "output_tokens": 1},
    }
    sent: list[dict[str, Any]] = [{"type": "message_start", "message": start}, {"type": "ping"}]
    for index, block in enumerate(blocks):
        begun, deltas = _pieces(block)
        sent.append({"type": "content_block_start", "index": index, "content_block": begun})
        sent += [{"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas]
        sent.append({"type": "content_block_stop", "index": index})
    delta = {"stop_reason": reason, "stop_sequence": None}
    sent.append({"type": "message_delta", "delta": delta, "usage": {"output_tokens": usage["output_tokens"]}})
    return [*sent, {"type": "message_stop"}]


def _pieces(block: dict[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A block as it begins, and what is added to it."""
    if "input" in block:
        text = json.dumps(block["input"])
        pieces = ["", text[:7], text[7:]]
        deltas = [{"type": "input_json_delta", "partial_json": piece} for piece in pieces]
        return {**block, "input": {}}, deltas
    if block["type"] == "thinking":
        deltas = [{"type": "thinking_delta", "thinking": f"{word} "} for word in block["thinking"].split()]
        signature = {"type": "signature_delta", "signature": block.get("signature", "")}
        return {**block, "thinking": "", "signature": ""}, [*deltas, signature]
    if block["type"] != "text":
        return block, []
    deltas = [{"type": "text_delta", "text": f"{word} "} for word in block["text"].split()]
    return {**block, "text": ""}, deltas
