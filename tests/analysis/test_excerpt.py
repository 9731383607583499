"""The telling part of a span's content."""

from __future__ import annotations

import json
from typing import Any

import pytest
from spanwright_analysis.excerpt import content_lines, error_line, one_line
from spanwright_processors.span import EditableEvent
from support.editable import editable_span

USER = {
    "role": "user",
    "parts": [{"type": "text", "content": "articles"}, {"type": "text", "content": "Why?"}],
}


def lines(attributes: dict[str, Any]) -> list[tuple[str, str]]:
    return list(content_lines(editable_span(attributes)))


def test_the_last_message_in_and_all_that_came_out() -> None:
    """Of a growing conversation the newest message tells; of several parts the last text."""
    history = [{"role": "system", "parts": [{"type": "text", "content": "Be short."}]}, USER]
    answer = [
        {
            "role": "assistant",
            "parts": [{"type": "tool_call", "id": "1", "name": "look", "arguments": {"id": 7}}],
        },
        {"role": "assistant", "parts": [{"type": "text", "content": "Because."}]},
    ]
    assert lines(
        {"gen_ai.input.messages": json.dumps(history), "gen_ai.output.messages": json.dumps(answer)}
    ) == [
        ("user", "Why?"),
        ("calls", 'look({"id": 7})'),
        ("assistant", "Because."),
    ]


def test_tool_results_tools_and_queries() -> None:
    """A tool's answer, arguments, result and a retrieval's query have their labels."""
    result = [
        {"role": "tool", "parts": [{"type": "tool_call_response", "id": "1", "response": {"ok": True}}]}
    ]
    assert lines({"gen_ai.input.messages": json.dumps(result)}) == [("tool said", '{"ok": true}')]
    assert lines({"gen_ai.tool.call.arguments": "{}", "gen_ai.tool.call.result": "fine"}) == [
        ("arguments", "{}"),
        ("result", "fine"),
    ]
    assert lines({"gen_ai.retrieval.query.text": "how?"}) == [("query", "how?")]


@pytest.mark.parametrize(
    "messages",
    ["", "no JSON", "7", "[]", "[1]", '["text"]', '[{"role":"user"}]', '{"a":1}', '[{"parts":[3]}]'],
)
def test_odd_content_shows_nothing(messages: str) -> None:
    """Content in another shape than the conventions' is passed over."""
    assert lines({"gen_ai.input.messages": messages, "gen_ai.output.messages": messages}) == []


def test_parts_without_text_are_named() -> None:
    """An image or a reasoning part is shown by its kind."""
    parts = [{"type": "blob", "modality": "image", "content": "…"}]
    assert lines({"gen_ai.input.messages": json.dumps([{"role": "user", "parts": parts}])}) == [
        ("user", "(blob)")
    ]


def test_error_line_has_type_and_message() -> None:
    """The last exception's message says what went wrong, else the status; nothing is said twice."""
    assert error_line(editable_span({})) is None
    assert error_line(editable_span({"error.type": "TimeoutError"})) == "TimeoutError"
    span = editable_span({"error.type": "ValueError"})
    span.events.append(EditableEvent("exception", 0, {"exception.message": "no\nanswer"}))
    assert error_line(span) == "ValueError: no answer"
    span.events.clear()
    span.status_description = "ValueError"
    assert error_line(span) == "ValueError"


def test_one_line() -> None:
    """Line breaks and runs of blanks become one blank."""
    assert one_line(" a\n\n b\tc ") == "a b c"
