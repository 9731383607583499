"""Odd and rare forms of what requests say of tools; the common ones are in the contract suite."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from spanwright_instrumentation.argument_check import FREE_TEXT
from spanwright_instrumentation.tool_exchange import ToolResult, plain_answer, read_results, read_schemas

ASKED = {"role": "assistant", "content": None}


def result(call_id: str, answer: str = "done") -> dict[str, Any]:
    return {"role": "tool", "tool_call_id": call_id, "content": answer}


def ids(**arguments: Any) -> list[str | None]:
    return [each.call_id for each in read_results(arguments)]


def test_only_what_came_since_the_last_answer() -> None:
    """Results of earlier rounds, which the history repeats, are passed over."""
    messages = [ASKED, result("old"), ASKED, result("a"), result("b"), {"role": "user", "content": "Well?"}]
    assert ids(messages=messages) == ["a", "b"]


def test_an_answer_begun_by_the_application() -> None:
    """The last message may be the beginning of the answer: what stands before it is the latest still."""
    assert ids(messages=[ASKED, result("a"), {"role": "assistant", "content": "{"}]) == ["a"]


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"messages": None},
        {"messages": iter([result("a")])},
        {"messages": [None, 7, "text"]},
        {"input": "text", "contents": "text"},
        {"input": [{"role": "user", "content": "text"}]},
        {"contents": ["text", {"text": "part"}]},
        {"body": b"not read"},
    ],
)
def test_nothing_to_be_read(arguments: dict[str, Any]) -> None:
    """Whatever else is sent is no result, and an iterator is for the SDK alone."""
    assert read_results(arguments) == []


def test_functions_of_old() -> None:
    """Before there were tools, results had the function's name and no id."""
    messages = [ASKED, {"role": "function", "name": "lookup", "content": "done"}]
    assert read_results({"messages": messages}) == [ToolResult(None, "lookup", "done")]


def test_cohere_first_format() -> None:
    """Results beside the messages, with the call in place of an id."""
    sent = [{"call": {"name": "lookup", "parameters": {}}, "outputs": [{"state": "sent"}]}]
    assert read_results({"tool_results": sent}) == [ToolResult(None, "lookup", [{"state": "sent"}])]


def test_items_of_responses_in_any_form() -> None:
    """Models of the SDK and dicts, functions and custom tools."""
    items = [
        SimpleNamespace(type="custom_tool_call_output", call_id="a", output="done"),
        {"type": "function_call_output", "call_id": "b", "output": [{"type": "input_text", "text": "done"}]},
    ]
    assert ids(input=items) == ["a", "b"]


@pytest.mark.parametrize(
    ("answer", "plain"),
    [
        ("done", "done"),
        (None, None),
        ({"state": "sent"}, {"state": "sent"}),
        ([{"type": "text", "text": "a"}, {"type": "text", "text": "b"}], "a\nb"),
        (["a", "b"], "a\nb"),
        ([{"json": {"state": "sent"}}], {"state": "sent"}),
        ([{"state": "sent"}, {"state": "lost"}], [{"state": "sent"}, {"state": "lost"}]),
        ([{"type": "image", "source": {"data": "aGk="}}], {"type": "image"}),
        ([{"image": {"format": "png", "source": {"bytes": b"hi"}}}, {"text": "a"}], [{"type": "image"}, "a"]),
        ([], []),
    ],
)
def test_answers(answer: object, plain: object) -> None:
    """Text in one piece, JSON as it is, and of media the kind, never the bytes."""
    assert plain_answer(answer) == plain


def test_schemas_of_every_format() -> None:
    """By the tool's name; what is described otherwise than by a schema has none."""
    schema = {"type": "object"}
    assert read_schemas(
        {
            "tools": [
                {"type": "function", "function": {"name": "chat", "parameters": schema}},
                {"type": "function", "name": "responses", "parameters": schema},
                {"name": "anthropic", "input_schema": schema},
                {"type": "custom", "name": "claude", "input_schema": schema},
                {"type": "custom", "name": "free", "format": {"type": "grammar"}},
                {"type": "custom", "custom": {"name": "free_too"}},
                {"type": "web_search"},
                {"name": "cohere", "parameter_definitions": {"order": {"type": "str"}}},
                7,
            ],
            "functions": [{"name": "old", "parameters": schema}],
            "toolConfig": {
                "tools": [
                    {"toolSpec": {"name": "bedrock", "inputSchema": {"json": schema}}},
                    {"cachePoint": {}},
                ]
            },
            "config": {
                "tools": [
                    {"functionDeclarations": [{"name": "gemini", "parametersJsonSchema": schema}]},
                    {"google_search": {}},
                    len,
                ]
            },
        }
    ) == {
        **dict.fromkeys(("chat", "responses", "anthropic", "claude", "old", "bedrock", "gemini"), schema),
        "free": FREE_TEXT,
        "free_too": FREE_TEXT,
    }
