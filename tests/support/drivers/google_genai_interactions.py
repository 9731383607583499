"""The Interactions API of Google's GenAI SDK, driven through the contract suite."""

from __future__ import annotations

import json
from typing import Any

import httpx
from google import genai
from google.genai import types
from spanwright_instrumentation.providers.google_genai import GoogleGenAIInstrumentor
from support.contract import CASES
from support.drivers.google_genai import VERSION
from support.wire import Answer, Wire

instrumentor = GoogleGenAIInstrumentor
REQUEST: dict[str, Any] = {"model": "gemini-2.5-flash", "input": "Say hello"}

_ONE = "an interaction has one answer"
#: Cases that this SDK cannot have.
NOT_APPLICABLE = {
    "several choices": _ONE,
    "error event": "the SDK gives the event to the application and raises nothing",
}
if VERSION < (3, 0):
    NOT_APPLICABLE |= dict.fromkeys((case.name for case in CASES), "the API was not settled before SDK 3")

_HEAD = {
    "id": "int_1",
    "object": "interaction",
    "model": "gemini-2.5-flash",
    "created": "2026-11-23T10:00:00Z",
}
_USAGE = {"total_input_tokens": 12, "total_output_tokens": 5, "total_tokens": 17}
_TEXT = {"type": "model_output", "content": [{"type": "text", "text": "Hello to you"}]}
_CALLS = [
    {"type": "function_call", "id": f"call_{at}", "name": "lookup_order", "arguments": {"order": "A-17"}}
    for at in ("one", "two")
]
_STEPS: dict[str, list[dict[str, Any]]] = {"text": [_TEXT], "tools": _CALLS}


def client(wire: Wire, *, is_async: bool, max_retries: int) -> Any:
    """A client whose requests go over this wire."""
    transport = {"transport": wire.transport(httpx)}
    retries = types.HttpRetryOptions(attempts=max_retries + 1, initial_delay=0.001, max_delay=0.002, jitter=0)
    made = genai.Client(
        api_key="test",
        http_options=types.HttpOptions(
            client_args=transport, async_client_args=transport, retry_options=retries
        ),
    )
    return _Interactions(made, is_async=is_async)


class _Interactions:
    """The resource, with the client that would close its connections when it goes."""

    def __init__(self, made: genai.Client, *, is_async: bool) -> None:
        self._made = made
        self.interactions: Any = made.aio.interactions if is_async else made.interactions


def create(client: Any, *, stream: bool, kind: str, way: str = "plain") -> Any:
    """Make the call; ``way`` is ``plain``, ``raw`` or ``streaming`` (the two kinds of raw response)."""
    resource = client.interactions
    if way != "plain":
        resource = getattr(resource, f"with_{way}_response")
    return resource.create(**REQUEST, **({"stream": True} if stream else {}))


def answer(kind: str, *, stream: bool) -> Answer:
    """The provider's answer: ``text`` or ``tools`` (two calls)."""
    headers = {"content-type": "text/event-stream" if stream else "application/json", "x-request-id": "req_1"}
    if stream:
        return Answer((*map(_event, _events(kind)), b"data: [DONE]\n\n"), headers=headers)
    body = {**_HEAD, "status": _status(kind), "steps": _STEPS[kind], "usage": _USAGE}
    return Answer((json.dumps(body).encode(),), headers=headers)


def refusal(status: int, *, retry_after_ms: int | None = None) -> Answer:
    """An error answer."""
    body = {"error": {"code": "refused", "message": f"refused with {status}"}}
    return Answer((json.dumps(body).encode(),), status, {"content-type": "application/json"})


ERROR_EVENT = b'data: {"event_type": "error", "error": {"code": "internal", "message": "it broke"}}\n\n'


def expected_finish_reasons(kind: str) -> tuple[str, ...]:
    """``gen_ai.response.finish_reasons`` of a whole answer: its status."""
    return (_status(kind),)


def _status(kind: str) -> str:
    return "requires_action" if kind == "tools" else "completed"


def _event(event: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(event).encode() + b"\n\n"


def _events(kind: str) -> list[dict[str, Any]]:
    started = {**_HEAD, "status": "in_progress"}
    events: list[dict[str, Any]] = [{"event_type": "interaction.created", "interaction": started}]
    for index, step in enumerate(_STEPS[kind]):
        is_call = step["type"] == "function_call"
        start = {**step, "arguments": {}} if is_call else {"type": step["type"]}
        deltas = (
            [{"type": "arguments_delta", "arguments": json.dumps(step["arguments"])}]
            if is_call
            else [{"type": "text", "text": f"{word} "} for word in ("Hello", "to", "you")]
        )
        events.append({"event_type": "step.start", "index": index, "step": start})
        events += [{"event_type": "step.delta", "index": index, "delta": delta} for delta in deltas]
        events.append({"event_type": "step.stop", "index": index})
    ended = {**_HEAD, "status": _status(kind), "usage": _USAGE}
    return [*events, {"event_type": "interaction.completed", "interaction": ended}]
