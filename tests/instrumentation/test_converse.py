"""The Converse format: what is sent and answered becomes parts, without the bytes of media."""

from __future__ import annotations

from typing import Any

import pytest
from spanwright_instrumentation.converse import read_content, read_prompt, read_response
from spanwright_instrumentation.translation import Request

PICTURE = {"image": {"format": "png", "source": {"bytes": b"\x89PNG" * 25}}}
FILM = {"video": {"format": "mp4", "source": {"s3Location": {"uri": "s3://bucket/film.mp4"}}}}
REPORT = {"document": {"format": "pdf", "name": "Report", "source": {"bytes": b"%PDF"}}}
NOTE = {"document": {"format": "txt", "name": "Note", "source": {"text": "as text"}}}


def parts(*blocks: dict[str, Any]) -> Any:
    content = read_content({"messages": [{"role": "user", "content": [*blocks]}]})
    return content["gen_ai.input.messages"][0]["parts"]


@pytest.mark.parametrize(
    ("block", "part"),
    [
        (
            PICTURE,
            {"type": "blob", "modality": "image", "content": "", "mime_type": "image/png", "bytes": 100},
        ),
        (FILM, {"type": "uri", "modality": "video", "uri": "s3://bucket/film.mp4", "mime_type": "video/mp4"}),
        (
            REPORT,
            {
                "type": "blob",
                "modality": "document",
                "content": "",
                "mime_type": "application/pdf",
                "bytes": 4,
                "title": "Report",
            },
        ),
        (NOTE, {"type": "document", "content": "as text", "title": "Note"}),
        (
            {"reasoningContent": {"reasoningText": {"text": "Think.", "signature": "c2ln"}}},
            {"type": "reasoning", "content": "Think."},
        ),
        ({"reasoningContent": {"redactedContent": b"?"}}, {"type": "redacted_reasoning"}),
        (
            {"toolResult": {"toolUseId": "t1", "content": [{"text": "no"}], "status": "error"}},
            {
                "type": "tool_call_response",
                "response": [{"type": "text", "content": "no"}],
                "id": "t1",
                "is_error": True,
            },
        ),
        (
            {
                "toolUse": {
                    "toolUseId": "t1",
                    "name": "search",
                    "input": {"q": "x"},
                    "type": "server_tool_use",
                }
            },
            {
                "type": "server_tool_call",
                "name": "search",
                "server_tool_call": {"type": "search", "arguments": {"q": "x"}},
                "id": "t1",
            },
        ),
        ({"guardContent": {"text": {"text": "look"}}}, {"type": "guard_content", "content": "look"}),
        (
            {"citationsContent": {"content": [{"text": "so "}, {"text": "it says"}], "citations": []}},
            {"type": "text", "content": "so it says"},
        ),
        (
            {"searchResult": {"source": "kb", "title": "T", "content": [{"text": "found"}]}},
            {
                "type": "search_result",
                "content": [{"type": "text", "content": "found"}],
                "title": "T",
                "source": "kb",
            },
        ),
        ({"cachePoint": {"type": "default"}}, {"type": "cache_point"}),
        ({"hologram": {}}, {"type": "hologram"}),
    ],
)
def test_parts(block: dict[str, Any], part: dict[str, Any]) -> None:
    """Each kind of block has its part."""
    assert parts(block) == [part]


@pytest.mark.parametrize(("blocks", "modality"), [([{"text": "Hi"}, NOTE], "text"), ([PICTURE], "unknown")])
def test_modality(blocks: list[dict[str, Any]], modality: str) -> None:
    """Tokens are text's only where nothing else was sent."""
    request = Request("chat", "aws.bedrock", "model")
    read_prompt(request, {"messages": [{"role": "user", "content": blocks}]})
    assert request.modality == modality


def test_no_usage() -> None:
    """An answer without usage has no token attributes."""
    response = read_response({}, {"stopReason": "end_turn"}, True)
    assert not [name for name in response.attributes if "usage" in name]


def test_tools() -> None:
    """Cache points among the tools are none; the service's own tools are named."""
    tools = [{"toolSpec": {"name": "a"}}, {"cachePoint": {}}, {"systemTool": {"name": "nova_grounding"}}]
    content = read_content({"toolConfig": {"tools": tools}})
    assert content["gen_ai.tool.definitions"] == [
        {"type": "function", "name": "a"},
        {"type": "system_tool", "name": "nova_grounding"},
    ]


def test_output_type() -> None:
    """An answer wanted as JSON is recorded as such, the effort as sent."""
    request = Request("chat", "aws.bedrock", "model")
    read_prompt(request, {"outputConfig": {"textFormat": {"type": "json_schema"}, "effort": "high"}})
    assert request.attributes["gen_ai.output.type"] == "json"
    assert request.attributes["gen_ai.request.reasoning.level"] == "high"
