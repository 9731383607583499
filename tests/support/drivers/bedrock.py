"""Amazon Bedrock's Converse API over botocore, driven through the contract suite."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from spanwright_instrumentation.providers.bedrock import BedrockInstrumentor
from support.aws_wire import bedrock_client, failed, message
from support.wire import Answer, Wire

instrumentor = BedrockInstrumentor
REQUEST: dict[str, Any] = {
    "model": "eu.amazon.nova-lite-v1:0",
    "messages": [{"role": "user", "content": [{"text": "Say hello"}]}],
}
IS_SYNC_ONLY = True

_NO_MANAGER = "an event stream is no context manager"
_NO_RAW = "botocore has no raw and no streaming responses"
#: Cases that this SDK cannot have.
NOT_APPLICABLE = {
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

_USAGE = {"inputTokens": 12, "outputTokens": 5, "totalTokens": 17}
_BLOCKS: dict[str, list[dict[str, Any]]] = {
    "text": [{"text": "Hello to you"}],
    "tools": [
        {"toolUse": {"toolUseId": f"tooluse_{at}", "name": "lookup_order", "input": {"order": "A-17"}}}
        for at in ("one", "two")
    ],
    # The API has no choices; an answer may have several blocks.
    "choices": [{"text": "Hello"}, {"text": "Good day"}],
}


class Events:
    """The events of a streamed answer, with what botocore lets be done to it."""

    def __init__(self, response: dict[str, Any]) -> None:
        self._stream = response["stream"]
        self._events: Iterator[Any] = iter(self._stream)

    def __iter__(self) -> Iterator[Any]:
        return self._events

    def __next__(self) -> Any:
        return next(self._events)

    def close(self) -> None:
        self._stream.close()


def client(wire: Wire, *, is_async: bool, max_retries: int) -> Any:
    """A client whose requests go over this wire."""
    return bedrock_client(wire, max_retries=max_retries)


def create(client: Any, *, stream: bool, kind: str, way: str = "plain") -> Any:
    """Make the call."""
    request = {"modelId": REQUEST["model"], "messages": REQUEST["messages"]}
    return Events(client.converse_stream(**request)) if stream else client.converse(**request)


def answer(kind: str, *, stream: bool) -> Answer:
    """The provider's answer: ``text``, ``tools`` (two calls) or ``choices`` (two blocks)."""
    return streamed(*events(_BLOCKS[kind], _reason(kind))) if stream else whole(_BLOCKS[kind], _reason(kind))


def whole(blocks: list[dict[str, Any]], reason: str, usage: dict[str, Any] = _USAGE, **more: Any) -> Answer:
    """A plain answer."""
    output = {"message": {"role": "assistant", "content": blocks}}
    body = {"output": output, "stopReason": reason, "usage": usage, "metrics": {"latencyMs": 7}, **more}
    return Answer((json.dumps(body).encode(),), headers=_headers("application/json"))


def streamed(*parts: bytes) -> Answer:
    """A streamed answer of these messages."""
    return Answer(parts, headers=_headers("application/vnd.amazon.eventstream"))


def refusal(status: int, *, retry_after_ms: int | None = None) -> Answer:
    """An error answer."""
    headers = {**_headers("application/json"), "x-amzn-errortype": "RefusedException"}
    return Answer((json.dumps({"message": f"refused with {status}"}).encode(),), status, headers)


def _headers(content_type: str) -> dict[str, str]:
    return {"content-type": content_type, "x-amzn-requestid": "req_1"}


#: An event that tells of an error in the middle of a stream.
ERROR_EVENT = failed("throttlingException", "Too many requests")


def expected_finish_reasons(kind: str) -> tuple[str, ...]:
    """``gen_ai.response.finish_reasons`` of a whole answer."""
    return (_reason(kind),)


def _reason(kind: str) -> str:
    return "tool_use" if kind == "tools" else "end_turn"


def events(blocks: list[dict[str, Any]], reason: str, usage: dict[str, Any] = _USAGE) -> list[bytes]:
    """All messages of a streamed answer."""
    sent = [message({"role": "assistant"}, event_type="messageStart")]
    for index, block in enumerate(blocks):
        at = {"contentBlockIndex": index}
        if "toolUse" in block:
            call = dict(block["toolUse"])
            text = json.dumps(call.pop("input"))
            sent.append(message({**at, "start": {"toolUse": call}}, event_type="contentBlockStart"))
            deltas: list[dict[str, Any]] = [
                {"toolUse": {"input": piece}} for piece in ("", text[:7], text[7:])
            ]
        else:
            deltas = [{"text": f"{word} "} for word in block["text"].split()]
        sent += [message({**at, "delta": delta}, event_type="contentBlockDelta") for delta in deltas]
        sent.append(message(at, event_type="contentBlockStop"))
    sent.append(message({"stopReason": reason}, event_type="messageStop"))
    return [*sent, message({"usage": usage, "metrics": {"latencyMs": 7}}, event_type="metadata")]
