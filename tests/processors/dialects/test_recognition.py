"""What a span is by the conventions."""

from __future__ import annotations

from typing import Any

import pytest
from opentelemetry.trace import SpanKind, StatusCode
from spanwright_processors.dialects.recognition import complete
from spanwright_processors.dialects.translation import Translation
from spanwright_processors.span import EditableEvent
from support.editable import editable_span

CLIENT, INTERNAL, SERVER = SpanKind.CLIENT, SpanKind.INTERNAL, SpanKind.SERVER


@pytest.mark.parametrize(
    ("operation", "attributes", "kind", "expected"),
    [
        (
            "chat",
            {"gen_ai.provider.name": "openai", "gen_ai.request.model": "m"},
            INTERNAL,
            (CLIENT, "chat m"),
        ),
        ("chat", {"gen_ai.provider.name": "my-llama"}, INTERNAL, (INTERNAL, "chat")),
        ("chat", {"gen_ai.provider.name": "openai"}, SERVER, (SERVER, "chat")),
        ("execute_tool", {"gen_ai.tool.name": "f"}, CLIENT, (INTERNAL, "execute_tool f")),
        ("invoke_agent", {"gen_ai.agent.name": "a"}, INTERNAL, (INTERNAL, "invoke_agent a")),
        ("retrieval", {"gen_ai.data_source.id": "d"}, CLIENT, (CLIENT, "retrieval d")),
        ("rerank_of_tomorrow", {}, SERVER, (SERVER, "x")),
        (None, {}, SERVER, (SERVER, "x")),
        (
            None,
            {"mcp.method.name": "tools/call", "gen_ai.tool.name": "f"},
            SERVER,
            (SERVER, "tools/call f"),
        ),
        (
            "execute_tool",
            {"mcp.method.name": "tools/call", "gen_ai.tool.name": "f"},
            CLIENT,
            (CLIENT, "tools/call f"),
        ),
    ],
)
def test_kind_and_name(
    operation: str | None, attributes: dict[str, Any], kind: SpanKind, expected: Any
) -> None:
    """By operation, provider and what was called; an unknown operation changes nothing."""
    span = editable_span(attributes, name="x", kind=kind)
    if operation is not None and operation.startswith("invoke"):
        span.name = "invoke_agent"
    found = complete(span, Translation(attributes, operation))
    assert found == expected


@pytest.mark.parametrize(
    ("name", "tool"),
    [
        ("get_weather.tool", "get_weather"),
        ("running tool: get_weather", "get_weather"),
        ("execute_tool", "_OTHER"),
    ],
)
def test_what_is_called_by_the_spans_name(name: str, tool: str) -> None:
    """A tool must have a name: its span's, without what that says besides."""
    span = editable_span({}, name=name)
    translation = Translation({}, "execute_tool")
    assert complete(span, translation) == (INTERNAL, f"execute_tool {tool}")


@pytest.mark.parametrize(
    ("attributes", "provider"),
    [
        ({"gen_ai.request.model": "claude-x"}, "anthropic"),
        ({"gen_ai.provider.name": "unknown", "gen_ai.response.model": "gpt-4o"}, "openai"),
        ({"gen_ai.provider.name": "openai.chat"}, "openai"),
        ({"gen_ai.request.model": "my-model"}, "unknown"),
    ],
)
def test_provider(attributes: dict[str, Any], provider: str) -> None:
    """By its name, else by the model's; the conventions ask for one on every call."""
    translation = Translation(attributes, "chat")
    complete(editable_span(attributes), translation)
    assert translation.new["gen_ai.provider.name"] == provider


def test_an_error_has_a_type() -> None:
    """That of the exception recorded last; unknown is said to be."""
    event = EditableEvent("exception", 1, {"exception.type": "ValueError"})
    for events, kind in (([event], "ValueError"), ([], "_OTHER")):
        translation = Translation({}, "chat")
        complete(editable_span({}, status=StatusCode.ERROR, events=events), translation)
        assert translation.new["error.type"] == kind
    translation = Translation({}, None)
    complete(editable_span({}, status=StatusCode.ERROR), translation)
    assert translation.new == {}
