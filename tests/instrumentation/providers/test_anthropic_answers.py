"""Anthropic's SDK: what answers hold besides plain text, how they fail, and what is no call."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import anthropic
import pytest
from opentelemetry.trace import StatusCode
from spanwright_instrumentation.providers.anthropic import AnthropicInstrumentor
from spanwright_instrumentation.tool_registry import registry
from support.drivers.anthropic import ERROR_EVENT, REQUEST, event, events, over, streamed, whole
from support.recording import Recording, instrumented
from support.wire import Answer


@pytest.fixture
def recording() -> Iterator[Recording]:
    with instrumented(AnthropicInstrumentor(), Recording()) as recording:
        yield recording


def test_streamed_tools_and_thinking(recording: Recording) -> None:
    """Blocks that come in pieces are whole in the answer; the arguments are remembered as generated."""
    blocks: list[dict[str, Any]] = [
        {"type": "thinking", "thinking": "Two orders.", "signature": "c2lnbmVk"},
        {"type": "text", "text": "Looking"},
        {"type": "tool_use", "id": "toolu_1", "name": "lookup_order", "input": {"order": "A-17"}},
        {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "A-17"}},
    ]
    list(over(streamed(*map(event, events(blocks, "tool_use")))).messages.create(**REQUEST, stream=True))
    call = {"type": "tool_call", "id": "toolu_1", "name": "lookup_order", "arguments": {"order": "A-17"}}
    search = {"type": "web_search", "arguments": {"query": "A-17"}}
    assert recording.call_attributes()["gen_ai.output.messages"] == [
        {
            "role": "assistant",
            "parts": [
                {"type": "reasoning", "content": "Two orders. "},
                {"type": "text", "content": "Looking "},
                call,
                {
                    "type": "server_tool_call",
                    "id": "srvtoolu_1",
                    "name": "web_search",
                    "server_tool_call": search,
                },
            ],
            "finish_reason": "tool_use",
        }
    ]
    known = registry.claim("lookup_order", call_id="toolu_1")
    assert known is not None
    assert known.arguments == '{"order": "A-17"}'
    assert registry.claim("web_search", call_id="srvtoolu_1") is None


def test_cached_tokens(recording: Recording) -> None:
    """Input is the sum of what was read, written and neither, with the two lives of what was written."""
    counted = {
        "input_tokens": 10,
        "cache_read_input_tokens": 100,
        "cache_creation_input_tokens": 30,
        "cache_creation": {"ephemeral_5m_input_tokens": 20, "ephemeral_1h_input_tokens": 10},
        "output_tokens": 7,
        "output_tokens_details": {"thinking_tokens": 4},
        "service_tier": "priority",
        "speed": "fast",
    }
    blocks = [{"type": "text", "text": "Hi"}]
    sent = events(blocks, "end_turn", counted)
    sent[-2]["usage"]["output_tokens_details"] = counted["output_tokens_details"]
    over(whole(blocks, "end_turn", counted)).messages.create(**REQUEST)
    list(over(streamed(*map(event, sent))).messages.create(**REQUEST, stream=True))
    expected = {
        "gen_ai.usage.input_tokens": 140,
        "gen_ai.usage.output_tokens": 7,
        "gen_ai.usage.cache_read.input_tokens": 100,
        "gen_ai.usage.cache_write.input_tokens": 30,
        "gen_ai.usage.reasoning.output_tokens": 4,
        "spanwright.usage.cache_write_5m.input_tokens": 20,
        "spanwright.usage.cache_write_1h.input_tokens": 10,
        "spanwright.response.service_tier": "priority",
        "spanwright.response.speed": "fast",
    }
    for at in (0, 1):
        assert {
            key: value for key, value in recording.call_attributes(at).items() if key in expected
        } == expected


def test_error_event(recording: Recording) -> None:
    """An error in the stream's middle fails the call, with what had come by then and no made-up status."""
    beginning = [event(each) for each in events([{"type": "text", "text": "Hello to you"}], "end_turn")][:4]
    for read in ("stream", "lines"):
        messages = over(streamed(*beginning, ERROR_EVENT)).messages
        if read == "stream":
            with pytest.raises(anthropic.APIStatusError):
                list(messages.create(**REQUEST, stream=True))
            continue
        with messages.with_streaming_response.create(**REQUEST, stream=True) as response:
            list(response.iter_lines())
    raised, told = recording.spans
    assert (raised.status.status_code, told.status.status_code) == (StatusCode.ERROR, StatusCode.ERROR)
    assert "HTTP status" not in (raised.status.description or "")
    assert (told.attributes or {})["error.type"] == "overloaded_error"
    for at in (0, 1):
        found = recording.call_attributes(at)
        assert found["spanwright.finish_reason"] == "error"
        assert found["gen_ai.usage.input_tokens"] == 17
        assert "gen_ai.usage.output_tokens" not in found
        assert found["gen_ai.output.messages"] == [
            {"role": "assistant", "parts": [{"type": "text", "content": "Hello "}], "finish_reason": "error"}
        ]


def test_what_is_no_message_is_no_call(recording: Recording) -> None:
    """Counting tokens, listing models and making batches call no model."""
    counted = Answer((b'{"input_tokens": 3}',), headers={"content-type": "application/json"})
    over(counted).beta.messages.count_tokens(model="claude-sonnet-5-5", messages=REQUEST["messages"])
    listed = Answer((b'{"data": [], "has_more": false}',), headers={"content-type": "application/json"})
    list(over(listed).beta.messages.batches.list())
    assert recording.spans == []
