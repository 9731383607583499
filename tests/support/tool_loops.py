"""Loops written by hand in every format: the tools offered, and the request that brings their results.

The answers between are the drivers': two calls of ``lookup_order`` with ``{"order": "A-17"}``.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

ARGUMENTS = {"order": "A-17"}
#: What the two runs gave; the second failed.
RESULTS = ("sent on Monday", "no such order")

Request = dict[str, Any]


def schema(kind: str) -> dict[str, Any]:
    """The tool's parameters, with the order number of this type."""
    return {
        "type": "object",
        "properties": {"order": {"type": kind}},
        "required": ["order"],
        "additionalProperties": False,
    }


_QUESTION = {"role": "user", "content": "Where is my order?"}


def _chat(kind: str) -> tuple[Request, Request]:
    tools = [{"type": "function", "function": {"name": "lookup_order", "parameters": schema(kind)}}]
    calls = [
        {
            "id": f"call_{at}",
            "type": "function",
            "function": {"name": "lookup_order", "arguments": json.dumps(ARGUMENTS)},
        }
        for at in ("one", "two")
    ]
    results = [
        {"role": "tool", "tool_call_id": f"call_{at}", "content": result}
        for at, result in zip(("one", "two"), RESULTS, strict=True)
    ]
    asked = {"role": "assistant", "content": "", "tool_calls": calls}
    return {"messages": [_QUESTION], "tools": tools}, {
        "messages": [_QUESTION, asked, *results],
        "tools": tools,
    }


def _responses(kind: str) -> tuple[Request, Request]:
    tools = [{"type": "function", "name": "lookup_order", "parameters": schema(kind)}]
    turns: list[Any] = [_QUESTION]
    for at, result in zip(("one", "two"), RESULTS, strict=True):  # each call before its result
        call = {"type": "function_call", "call_id": f"call_{at}", "name": "lookup_order"}
        turns.append({**call, "arguments": json.dumps(ARGUMENTS)})
        turns.append({"type": "function_call_output", "call_id": f"call_{at}", "output": result})
    return {"input": [_QUESTION], "tools": tools}, {"input": turns, "tools": tools}


def _messages(kind: str) -> tuple[Request, Request]:
    tools = [{"name": "lookup_order", "input_schema": schema(kind)}]
    calls = [
        {"type": "tool_use", "id": f"toolu_{at}", "name": "lookup_order", "input": ARGUMENTS}
        for at in ("one", "two")
    ]
    good, bad = RESULTS
    results = [
        {"type": "tool_result", "tool_use_id": "toolu_one", "content": [{"type": "text", "text": good}]},
        {"type": "tool_result", "tool_use_id": "toolu_two", "content": bad, "is_error": True},
    ]
    said = [_QUESTION, {"role": "assistant", "content": calls}, {"role": "user", "content": results}]
    return {"messages": [_QUESTION], "tools": tools}, {"messages": said, "tools": tools}


def _invoked(kind: str) -> tuple[Request, Request]:
    common = {"anthropic_version": "bedrock-2023-05-31", "max_tokens": 100}
    first, second = _messages(kind)
    return {"body": {**common, **first}}, {"body": {**common, **second}}


def _converse(kind: str) -> tuple[Request, Request]:
    tools = [{"toolSpec": {"name": "lookup_order", "inputSchema": {"json": schema(kind)}}}]
    calls = [
        {"toolUse": {"toolUseId": f"tooluse_{at}", "name": "lookup_order", "input": ARGUMENTS}}
        for at in ("one", "two")
    ]
    good, bad = RESULTS
    results = [
        {"toolResult": {"toolUseId": "tooluse_one", "content": [{"text": good}]}},
        {"toolResult": {"toolUseId": "tooluse_two", "content": [{"text": bad}], "status": "error"}},
    ]
    question = {"role": "user", "content": [{"text": "Where is my order?"}]}
    said = [question, {"role": "assistant", "content": calls}, {"role": "user", "content": results}]
    offered = {"toolConfig": {"tools": tools}}
    return {"messages": [question], **offered}, {"messages": said, **offered}


def _contents(kind: str) -> tuple[Request, Request]:
    parameters = {"type": "OBJECT", "properties": {"order": {"type": kind.upper()}}, "required": ["order"]}
    config = {"tools": [{"function_declarations": [{"name": "lookup_order", "parameters": parameters}]}]}
    question = {"role": "user", "parts": [{"text": "Where is my order?"}]}
    call = {"function_call": {"name": "lookup_order", "args": ARGUMENTS}}
    good, bad = RESULTS
    results = [
        {"function_response": {"name": "lookup_order", "response": {"output": good}}},
        {"function_response": {"name": "lookup_order", "response": {"error": bad}}},
    ]
    said = [question, {"role": "model", "parts": [call, call]}, {"role": "user", "parts": results}]
    return {"contents": [question], "config": config}, {"contents": said, "config": config}


def _interactions(kind: str) -> tuple[Request, Request]:
    tools = [{"type": "function", "name": "lookup_order", "parameters": schema(kind)}]
    good, bad = RESULTS
    results = [
        {"type": "function_result", "name": "lookup_order", "call_id": "call_one", "result": good},
        {
            "type": "function_result",
            "name": "lookup_order",
            "call_id": "call_two",
            "result": bad,
            "is_error": True,
        },
    ]
    again = {"input": results, "tools": tools, "previous_interaction_id": "int_1"}
    return {"input": "Where is my order?", "tools": tools}, again


#: By the driver's name: type of the order number -> the two requests.
LOOPS: dict[str, Callable[[str], tuple[Request, Request]]] = {
    "anthropic": _messages,
    "bedrock": _converse,
    "bedrock_invoke": _invoked,
    "cohere": _chat,
    "google_genai": _contents,
    "google_genai_interactions": _interactions,
    "litellm": _chat,
    "mistral": _chat,
    "openai": _chat,
    "openai_responses": _responses,
}
#: Formats that do not say of a result that it is an error.
WITHOUT_ERRORS = ("cohere", "litellm", "mistral", "openai", "openai_responses")
