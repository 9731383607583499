"""The Messages format, as applications write it, as SDK models have it, and as raw JSON."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from anthropic.types.beta import BetaMessage
from spanwright_instrumentation.anthropic_messages import (
    MessageStream,
    read_content,
    read_prompt,
    read_response,
)
from spanwright_instrumentation.translation import Request, parse_fields
from spanwright_semconv.prompt import system_prompt_sha256

DATA = base64.b64encode(b"x" * 30).decode()


def parts(*blocks: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The parts of a message of these blocks."""
    content = read_content({"messages": [{"role": "user", "content": list(blocks)}]})
    (message,) = content["gen_ai.input.messages"]
    assert message["role"] == "user"
    found: list[dict[str, Any]] = message["parts"]
    return found


def source(**fields: str) -> dict[str, str]:
    return fields


@pytest.mark.parametrize(
    ("block", "part"),
    [
        (
            {"type": "image", "source": source(type="base64", media_type="image/png", data=DATA)},
            {"type": "blob", "modality": "image", "mime_type": "image/png", "content": "", "bytes": 30},
        ),
        (
            {"type": "image", "source": source(type="url", url="https://example.com/a.png")},
            {"type": "uri", "modality": "image", "uri": "https://example.com/a.png"},
        ),
        (
            {"type": "document", "source": source(type="file", file_id="file_1")},
            {"type": "file", "modality": "document", "file_id": "file_1"},
        ),
        (
            {"type": "document", "title": "T", "source": source(type="text", data="plain")},
            {"type": "document", "content": "plain", "title": "T"},
        ),
        (
            {"type": "document", "source": source(type="content", content="plain")},
            {"type": "document", "content": [{"type": "text", "content": "plain"}]},
        ),
        ({"type": "image", "source": source(type="new")}, {"type": "image"}),
        (
            {"type": "container_upload", "file_id": "file_1"},
            {"type": "file", "modality": "document", "file_id": "file_1"},
        ),
        (
            {
                "type": "search_result",
                "source": "doc-1",
                "title": "T",
                "content": [{"type": "text", "text": "a"}],
            },
            {
                "type": "search_result",
                "content": [{"type": "text", "content": "a"}],
                "title": "T",
                "source": "doc-1",
            },
        ),
        (
            {"type": "thinking", "thinking": "hm", "signature": "c2ln"},
            {"type": "reasoning", "content": "hm"},
        ),
        ({"type": "redacted_thinking", "data": DATA}, {"type": "redacted_thinking"}),
        (
            {"type": "tool_use", "id": "t", "name": "f", "input": {"a": 1}},
            {"type": "tool_call", "id": "t", "name": "f", "arguments": {"a": 1}},
        ),
        (
            {"type": "tool_result", "tool_use_id": "t", "content": "42"},
            {"type": "tool_call_response", "id": "t", "response": "42"},
        ),
        (
            {
                "type": "tool_result",
                "tool_use_id": "t",
                "is_error": True,
                "content": [
                    {"type": "text", "text": "no"},
                    {"type": "image", "source": source(type="base64", media_type="image/png", data=DATA)},
                ],
            },
            {
                "type": "tool_call_response",
                "id": "t",
                "is_error": True,
                "response": [
                    {"type": "text", "content": "no"},
                    {
                        "type": "blob",
                        "modality": "image",
                        "mime_type": "image/png",
                        "content": "",
                        "bytes": 30,
                    },
                ],
            },
        ),
        (
            {"type": "mcp_tool_use", "id": "m", "name": "f", "server_name": "crm", "input": {}},
            {
                "type": "server_tool_call",
                "id": "m",
                "name": "f",
                "server_tool_call": {"type": "mcp_tool_use", "arguments": {}, "server_name": "crm"},
            },
        ),
        (
            {
                "type": "web_search_tool_result",
                "tool_use_id": "s",
                "content": [{"type": "web_search_result", "url": "u", "encrypted_content": DATA}],
            },
            {
                "type": "server_tool_call_response",
                "id": "s",
                "server_tool_call_response": {
                    "type": "web_search_tool_result",
                    "content": [{"type": "web_search_result", "url": "u"}],
                },
            },
        ),
        (
            {
                "type": "web_fetch_tool_result",
                "tool_use_id": "s",
                "content": {"source": source(type="base64", media_type="application/pdf", data=DATA)},
            },
            {
                "type": "server_tool_call_response",
                "id": "s",
                "server_tool_call_response": {
                    "type": "web_fetch_tool_result",
                    "content": {"source": {"type": "base64", "media_type": "application/pdf"}},
                },
            },
        ),
        ({"type": "compaction", "content": "so far"}, {"type": "compaction", "content": "so far"}),
        ({"type": "of_tomorrow", "secret": "x"}, {"type": "of_tomorrow"}),
    ],
    ids=lambda value: str(value["type"]),
)
def test_part(block: dict[str, Any], part: dict[str, Any]) -> None:
    """Every kind of block has its part; bytes, signatures and what is encrypted are in none."""
    assert parts(block) == [part]
    assert DATA not in json.dumps(parts(block))


def test_request_content() -> None:
    """System prompt, messages and tools, the content of a message being text or blocks."""
    content = read_content(
        {
            "system": [{"type": "text", "text": "Be brief."}, {"type": "text", "text": "Be kind."}],
            "messages": [{"role": "user", "content": "Hi"}],
            "tools": [
                {"type": "custom", "name": "f", "input_schema": {"type": "object"}},
                {"type": "web_search_20250305", "name": "web_search"},
            ],
        }
    )
    assert content == {
        "gen_ai.system_instructions": [
            {"type": "text", "content": "Be brief."},
            {"type": "text", "content": "Be kind."},
        ],
        "gen_ai.input.messages": [{"role": "user", "parts": [{"type": "text", "content": "Hi"}]}],
        "gen_ai.tool.definitions": [
            {"type": "function", "name": "f", "parameters": {"type": "object"}},
            {"type": "web_search_20250305", "name": "web_search"},
        ],
    }
    assert {*read_content({"messages": iter([{"role": "user", "content": "once"}])}).values()} == {None}


@pytest.mark.parametrize(
    ("system", "texts"),
    [
        ("Be brief.", ["Be brief."]),
        ([{"type": "text", "text": "a"}, {"type": "text", "text": "b"}], ["a", "b"]),
        (None, None),
    ],
)
def test_hash_of_the_system_prompt(system: Any, texts: list[str] | None) -> None:
    """The hash is that of the system's texts, given as text or as blocks."""
    request = Request("chat", "anthropic", "m")
    read_prompt(request, {"system": system, "messages": []})
    assert request.attributes.get("spanwright.system_prompt.sha256") == (
        system_prompt_sha256(texts) if texts else None
    )


@pytest.mark.parametrize(
    ("block", "modality"),
    [
        ({"type": "text", "text": "a"}, "text"),
        ({"type": "document", "source": source(type="text", data="a")}, "text"),
        ({"type": "image", "source": source(type="url", url="u")}, "unknown"),
        (
            {"type": "tool_result", "content": [{"type": "image", "source": source(type="base64")}]},
            "unknown",
        ),
    ],
)
def test_modality(block: dict[str, Any], modality: str) -> None:
    """Tokens are of text where nothing but text is sent, also by tools; else nobody knows which."""
    request = Request("chat", "anthropic", "m")
    read_prompt(request, {"messages": [{"role": "user", "content": [block]}]})
    assert request.modality == modality


def test_output_wanted() -> None:
    """The effort is as sent; a format means JSON, given in either place."""
    wanted: list[dict[str, Any]] = [
        {"output_config": {"effort": "low", "format": {"type": "json_schema"}}},
        {"output_format": {}},
    ]
    for sent in wanted:
        request = Request("chat", "anthropic", "m")
        read_prompt(request, sent)
        assert request.attributes["gen_ai.output.type"] == "json"
        assert request.attributes.get("gen_ai.request.reasoning.level") in ("low", None)


MESSAGE: dict[str, Any] = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "claude-x",
    "content": [
        {"type": "text", "text": "Hi"},
        {"type": "tool_use", "id": "t", "name": "f", "input": {"a": 1}},
    ],
    "stop_reason": "tool_use",
    "stop_sequence": None,
    "usage": {
        "input_tokens": 10,
        "output_tokens": 5,
        "cache_read_input_tokens": 2,
        "cache_creation_input_tokens": None,
        "iterations": [
            {
                "type": "compaction",
                "input_tokens": 100,
                "output_tokens": 20,
                "cache_read_input_tokens": 3,
                "cache_creation_input_tokens": 0,
            },
            {
                "type": "message",
                "input_tokens": 10,
                "output_tokens": 5,
                "cache_read_input_tokens": 2,
                "cache_creation_input_tokens": 0,
            },
        ],
    },
}


@pytest.mark.parametrize(
    "form",
    [
        dict,
        lambda message: BetaMessage.construct(**message),
        lambda message: parse_fields(json.dumps(message)),
    ],
    ids=["dict", "model", "fields"],
)
def test_response(form: Callable[[dict[str, Any]], Any]) -> None:
    """An answer reads the same in every form; compactions of the conversation are billed with it."""
    response = read_response({}, form(MESSAGE), True)
    assert {key: value for key, value in response.attributes.items() if value is not None} == {
        "gen_ai.response.id": "msg_1",
        "gen_ai.response.model": "claude-x",
        "gen_ai.response.finish_reasons": ["tool_use"],
        "gen_ai.usage.input_tokens": 115,
        "gen_ai.usage.output_tokens": 25,
        "gen_ai.usage.cache_read.input_tokens": 5,
        "gen_ai.usage.cache_write.input_tokens": 0,
    }
    assert response.content["gen_ai.output.messages"][0]["parts"] == [
        {"type": "text", "content": "Hi"},
        {"type": "tool_call", "id": "t", "name": "f", "arguments": {"a": 1}},
    ]
    assert response.tool_calls == [("t", "f", '{"a":1}')]
    assert read_response({}, form(MESSAGE), False).content == {}


def test_no_usage_no_tokens() -> None:
    """An answer without usage leaves no token attributes."""
    response = read_response({}, {**MESSAGE, "usage": None}, False)
    assert not [key for key in response.attributes if "usage" in key]


def observed(*events: dict[str, Any], captures_content: bool = True) -> tuple[MessageStream, list[bool]]:
    state = MessageStream(captures_content)
    return state, [state.observe(parse_fields(json.dumps(event))) for event in events]


START = {
    "type": "message_start",
    "message": {**MESSAGE, "content": [], "usage": {"input_tokens": 9, "output_tokens": 1}},
}


def test_stream_tells_content_from_the_rest() -> None:
    """Texts, thinking, arguments and the start of a tool's call are content; signatures are not."""
    deltas = [
        {"type": "text_delta", "text": "a"},
        {"type": "text_delta", "text": ""},
        {"type": "thinking_delta", "thinking": "b"},
        {"type": "signature_delta", "signature": "c"},
        {"type": "citations_delta", "citation": {}},
    ]
    _, seen = observed(
        START,
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        *({"type": "content_block_delta", "index": 0, "delta": delta} for delta in deltas),
        {
            "type": "content_block_start",
            "index": 1,
            "content_block": {"type": "tool_use", "id": "t", "name": "f"},
        },
    )
    assert seen == [False, False, True, False, True, False, False, True]


def test_arguments_that_broke_off_stay_text() -> None:
    """What is no JSON yet is recorded as it came; its tokens are unknown until the stream tells."""
    start = {"type": "tool_use", "id": "t", "name": "f", "input": {}}
    delta = {"type": "input_json_delta", "partial_json": '{"a'}
    state, _ = observed(
        START,
        {"type": "content_block_start", "index": 0, "content_block": start},
        {"type": "content_block_delta", "index": 0, "delta": delta},
    )
    response = state.response(broken=True)
    (message,) = response.content["gen_ai.output.messages"]
    assert message["parts"] == [{"type": "tool_call", "id": "t", "name": "f", "arguments": '{"a'}]
    assert message["finish_reason"] == "error"
    assert response.attributes["gen_ai.usage.input_tokens"] == 9
    assert response.attributes["gen_ai.usage.output_tokens"] is None
    assert response.tool_calls == [("t", "f", '{"a')]


def test_compacted_stream() -> None:
    """A compaction comes as a block of its own."""
    state, _ = observed(
        START,
        {"type": "content_block_start", "index": 0, "content_block": {"type": "compaction", "content": ""}},
        {
            "type": "content_block_delta",
            "index": 0,
            "delta": {"type": "compaction_delta", "content": "so far"},
        },
    )
    (message,) = state.response(broken=False).content["gen_ai.output.messages"]
    assert message["parts"] == [{"type": "compaction", "content": "so far"}]


def test_nothing_is_kept_where_content_is_not_captured() -> None:
    """Without capture the stream's texts are not gathered, arguments are, for the spans of tools."""
    state, _ = observed(
        START,
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "a"}},
        captures_content=False,
    )
    assert state.response(broken=False).content == {}
    assert state._blocks[0].pieces == [""]
