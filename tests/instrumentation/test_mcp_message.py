"""Requests and results of the Model Context Protocol, as spans have them."""

from __future__ import annotations

from typing import Any

import pytest
from spanwright_instrumentation.invocation import Invocation
from spanwright_instrumentation.mcp_message import (
    CLIENT,
    end,
    fail,
    is_unobserved,
    read_arguments,
    read_error,
    read_message,
    read_result,
    span_name,
)
from support.recording import Recording

CALL = "tools/call"


def begun(recording: Recording) -> Invocation:
    return Invocation(recording.telemetry, CLIENT, name="tools/call x", attributes={"mcp.method.name": CALL})


@pytest.mark.parametrize(
    ("method", "params", "name", "attributes"),
    [
        ("tools/list", {}, "tools/list", {}),
        (
            "tools/call",
            {"name": "add", "arguments": {}},
            "tools/call add",
            {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "add"},
        ),
        ("prompts/get", {"name": "greet"}, "prompts/get greet", {"gen_ai.prompt.name": "greet"}),
        (
            "resources/read",
            {"uri": "file:///a"},
            "resources/read",
            {"mcp.resource.uri": "file:///a"},
        ),
        (
            "ping",
            {"_meta": {"io.modelcontextprotocol/protocolVersion": "2026-07-28"}},
            "ping",
            {"mcp.protocol.version": "2026-07-28"},
        ),
        (
            "tools/call",
            {"name": 7},
            "tools/call",
            {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": None},
        ),
    ],
)
def test_what_a_request_tells(
    method: str, params: dict[str, Any], name: str, attributes: dict[str, Any]
) -> None:
    """Tool and prompt in the name; URIs only as an attribute, since there are too many."""
    assert span_name(method, params) == name
    assert read_message(method, params) == {"mcp.method.name": method, **attributes}


@pytest.mark.parametrize(
    ("result", "recorded"),
    [
        ({"content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}, "a\nb"),
        (
            {"content": [{"type": "image", "mimeType": "image/png", "data": "iVBORw0KGgo="}]},
            '[{"type":"image","mimeType":"image/png","data":"12 characters of base64"}]',
        ),
        (
            {"content": [{"type": "resource", "resource": {"uri": "file:///a", "blob": "AAAA"}}]},
            '[{"type":"resource","resource":{"uri":"file:///a","blob":"4 characters of base64"}}]',
        ),
        ({"content": [], "structuredContent": {"sum": 3}}, '{"sum":3}'),
        ({"structuredContent": {"sum": 3}}, '{"sum":3}'),
    ],
)
def test_what_a_tool_answered(result: dict[str, Any], recorded: str) -> None:
    """Text as text; other parts without their bytes."""
    recording = Recording()
    invocation = begun(recording)
    end(CALL, result, invocation)
    assert recording.attributes("tools/call x")["gen_ai.tool.call.result"] == recorded
    assert "blob" not in result or result["blob"] == "AAAA"


def test_content_only_where_the_policy_says_so() -> None:
    """Neither arguments nor answers otherwise; that a tool failed is no content."""
    recording = Recording(capture="NO_CONTENT")
    invocation = begun(recording)
    read_arguments(CALL, {"arguments": {"a": 1}}, invocation)
    end(CALL, {"isError": True, "content": [{"type": "text", "text": "secret"}]}, invocation)
    assert recording.attributes("tools/call x") == {"mcp.method.name": CALL, "error.type": "tool_error"}


def test_a_result_that_only_looks_like_an_error() -> None:
    """Other methods' results, and values that are not true."""
    recording = Recording()
    invocation = begun(recording)
    read_result("resources/read", {"isError": True}, invocation)
    read_result(CALL, {"isError": False, "content": []}, invocation)
    assert "error.type" not in invocation.attributes
    invocation.stop()


@pytest.mark.parametrize(
    ("code", "is_own", "expected"),
    [
        (-32602, True, {"error.type": "-32602", "rpc.response.status_code": "-32602"}),
        (408, True, {"error.type": "timeout"}),
        (-32001, True, {"error.type": "timeout"}),
        (-32000, True, {"error.type": "connection_closed"}),
        (-32000, False, {"error.type": "-32000", "rpc.response.status_code": "-32000"}),
    ],
)
def test_codes(code: int, is_own: bool, expected: dict[str, str]) -> None:
    """One that no peer sent is no status of a response."""
    recording = Recording()
    invocation = begun(recording)
    read_error(code, invocation, is_own=is_own)
    assert invocation.attributes == {"mcp.method.name": CALL, **expected}
    invocation.stop()


def test_an_exception_without_a_code() -> None:
    """Has its own name."""
    recording = Recording()
    fail(ValueError("secret"), begun(recording), is_own=True)
    assert recording.attributes("tools/call x")["error.type"] == "ValueError"


def test_observed_unless_told_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the setting for the library."""
    assert not is_unobserved()
    monkeypatch.setenv("SPANWRIGHT_INSTRUMENTATION_EMITTER", "mcp=native")
    assert is_unobserved()
