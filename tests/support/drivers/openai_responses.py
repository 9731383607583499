"""OpenAI's SDK by its Responses API, driven through the contract suite."""

from __future__ import annotations

import json
from importlib.util import find_spec
from typing import Any

from support.contract import CASES
from support.drivers.openai import client, instrumentor, refusal
from support.wire import Answer

__all__ = ["client", "instrumentor", "refusal"]

REQUEST: dict[str, Any] = {"model": "gpt-4o", "input": "Say hello"}
NOT_APPLICABLE = {"several choices": "a response is one"}
if find_spec("openai.resources.responses") is None:
    NOT_APPLICABLE |= dict.fromkeys((case.name for case in CASES), "the API came with SDK 1.66")

_HEAD = {"id": "resp_1", "object": "response", "created_at": 1731368630, "model": "gpt-4o-2024-08-06"}
_DETAILS = {"input_tokens_details": {"cached_tokens": 4}, "output_tokens_details": {"reasoning_tokens": 0}}
_USAGE = {"input_tokens": 12, "output_tokens": 5, "total_tokens": 17, **_DETAILS}
_TEXT = "Hello to you"


def create(client: Any, *, stream: bool, kind: str, way: str = "plain") -> Any:
    """Make the call; ``way`` is ``plain``, ``raw`` or ``streaming`` (the two kinds of raw response)."""
    methods = {
        "plain": client.responses,
        "raw": client.responses.with_raw_response,
        "streaming": client.responses.with_streaming_response,
    }
    return methods[way].create(**REQUEST, **({"stream": True} if stream else {}))


def answer(kind: str, *, stream: bool) -> Answer:
    """The provider's answer: ``text`` or ``tools`` (two calls)."""
    if stream:
        headers = {"content-type": "text/event-stream", "x-request-id": "req_1"}
        return Answer(tuple(event(each) for each in events(kind)), headers=headers)
    headers = {"content-type": "application/json", "x-request-id": "req_1"}
    return Answer((json.dumps(response(kind)).encode(),), headers=headers)


#: An event that tells of an error in the middle of a stream.
ERROR_EVENT = b'event: error\ndata: {"type": "error", "error": {"message": "the server had an error"}}\n\n'


def expected_finish_reasons(kind: str) -> tuple[str, ...]:
    """``gen_ai.response.finish_reasons`` of a whole answer."""
    return ("tool_calls" if kind == "tools" else "stop",)


def response(kind: str, status: str = "completed", **more: Any) -> dict[str, Any]:
    """A response in the provider's form; without output and usage until it is completed."""
    is_done = status == "completed"
    done: dict[str, Any] = {"output": output(kind) if is_done else [], "usage": _USAGE if is_done else None}
    settings: dict[str, Any] = {"parallel_tool_calls": True, "tool_choice": "auto", "tools": []}
    return {**_HEAD, **settings, "status": status, **done, **more}


def output(kind: str) -> list[dict[str, Any]]:
    if kind == "text":
        said = {"type": "output_text", "text": _TEXT, "annotations": []}
        return [
            {"type": "message", "id": "m1", "status": "completed", "role": "assistant", "content": [said]}
        ]
    call = {"type": "function_call", "name": "lookup_order", "arguments": '{"order": "A-17"}'}
    return [{**call, "id": f"f{at}", "call_id": f"call_{at}", "status": "completed"} for at in ("one", "two")]


def event(data: dict[str, Any]) -> bytes:
    return f"event: {data['type']}\ndata: {json.dumps(data)}\n\n".encode()


def events(kind: str) -> list[dict[str, Any]]:
    """The events of a streamed response: announced, said in pieces, completed."""
    found: list[dict[str, Any]] = [
        {"type": "response.created", "response": response(kind, "in_progress")},
        {"type": "response.in_progress", "response": response(kind, "in_progress")},
    ]
    for at, item in enumerate(output(kind)):
        started: dict[str, Any] = {**item, "status": "in_progress"}
        unsaid: dict[str, Any] = {"arguments": ""} if kind == "tools" else {"content": []}
        started.update(unsaid)
        name = "function_call_arguments" if kind == "tools" else "output_text"
        pieces = str(item.get("arguments", _TEXT))
        place = {"output_index": at, "item_id": item["id"], "content_index": 0, "logprobs": []}
        found.append({"type": "response.output_item.added", "output_index": at, "item": started})
        if kind == "text":
            part = {"type": "output_text", "text": "", "annotations": []}
            found.append({"type": "response.content_part.added", "part": part, **place})
        found += [
            {"type": f"response.{name}.delta", "delta": piece, **place} for piece in (pieces[:5], pieces[5:])
        ]
        found.append({"type": "response.output_item.done", "output_index": at, "item": item})
    found.append({"type": "response.completed", "response": response(kind)})
    return [{**each, "sequence_number": at} for at, each in enumerate(found)]
