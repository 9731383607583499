"""The format of Google's Interactions API."""

from __future__ import annotations

import json
from typing import Any

import pytest
from spanwright_instrumentation.interactions import (
    InteractionStream,
    add_usage,
    read_input,
    read_interaction,
    read_tools,
)
from spanwright_instrumentation.translation import parse_fields

HELLO = {"type": "text", "content": "Hello"}
TEXT = {"type": "text", "text": "Hello"}


def fields(value: Any) -> Any:
    """As a raw response is read."""
    return parse_fields(json.dumps(value))


@pytest.mark.parametrize(
    "sent",
    [
        "Hello",
        TEXT,
        [TEXT],
        [{"type": "user_input", "content": [TEXT]}],
        [{"type": "user_input", "content": "Hello"}],
    ],
)
def test_shapes_of_input(sent: Any) -> None:
    """One text is one message of the user's, however it is given."""
    assert read_input(sent) == [{"role": "user", "parts": [HELLO]}]


def test_steps_of_a_conversation() -> None:
    """Each step is a message of whose it is, media told by what they are and how large."""
    steps = [
        {
            "type": "user_input",
            "content": [TEXT, {"type": "image", "data": "AAAA", "mime_type": "image/png"}],
        },
        {"type": "thought", "summary": [{"type": "text", "text": "Hm."}]},
        {"type": "function_call", "id": "c1", "name": "look_up", "arguments": {"order": 1}},
        {"type": "function_result", "call_id": "c1", "name": "look_up", "result": "lost"},
        {"type": "google_search_call", "id": "s1", "arguments": {"queries": ["order"]}},
        {"type": "google_search_result", "call_id": "s1", "result": [{"url": "https://a.example"}]},
        {"type": "model_output", "content": [{"type": "video", "uri": "gs://b/v", "mime_type": "video/mp4"}]},
    ]
    messages = read_input(steps)
    assert [message["role"] for message in messages] == [
        "user",
        "assistant",
        "assistant",
        "tool",
        "assistant",
        "assistant",
        "assistant",
    ]
    image = {"type": "blob", "modality": "image", "content": "", "mime_type": "image/png", "bytes": 3}
    search = {"type": "google_search", "arguments": {"queries": ["order"]}}
    result = {"type": "google_search", "result": [{"url": "https://a.example"}]}
    assert [part for message in messages for part in message["parts"]] == [
        HELLO,
        image,
        {"type": "reasoning", "content": "Hm."},
        {"type": "tool_call", "name": "look_up", "arguments": {"order": 1}, "id": "c1"},
        {"type": "tool_call_response", "response": "lost", "id": "c1", "name": "look_up"},
        {"type": "server_tool_call", "name": "google_search", "server_tool_call": search, "id": "s1"},
        {"type": "server_tool_call_response", "server_tool_call_response": result, "id": "s1"},
        {"type": "uri", "modality": "video", "uri": "gs://b/v", "mime_type": "video/mp4"},
    ]


def test_tools() -> None:
    """Functions with what they take, and the provider's own tools by their type."""
    assert read_tools([{"type": "function", "name": "f", "parameters": {}}, {"type": "google_search"}]) == [
        {"type": "function", "name": "f", "parameters": {}},
        {"type": "google_search", "name": "google_search"},
    ]


def test_usage_of_several_requests_is_added() -> None:
    """What continued an answer is billed as well; totals hold tools' prompts and thoughts."""
    usage = {
        "total_input_tokens": 10,
        "total_tool_use_tokens": 2,
        "total_output_tokens": 5,
        "total_thought_tokens": 3,
        "total_cached_tokens": 4,
        "input_tokens_by_modality": [{"modality": "text", "tokens": 10}, {"modality": "video", "tokens": 1}],
    }
    found: dict[str, Any] = {}
    add_usage(found, usage)
    add_usage(found, usage)
    add_usage(found, None)
    assert found == {
        "gen_ai.usage.input_tokens": 24,
        "gen_ai.usage.output_tokens": 16,
        "gen_ai.usage.reasoning.output_tokens": 6,
        "gen_ai.usage.cache_read.input_tokens": 8,
        "gen_ai.usage.text.input_tokens": 20,
    }


CALL = {"type": "function_call", "id": "c1", "name": "look_up", "arguments": {"order": 1}}


@pytest.mark.parametrize(
    ("status", "steps", "meaning"),
    [
        ("completed", [], "stop"),
        ("completed", [CALL], "tool_calls"),
        ("requires_action", [CALL], "tool_calls"),
        ("incomplete", [], "length"),
        ("cancelled", [], "cancelled"),
    ],
)
def test_status_in_place_of_a_finish_reason(status: str, steps: list[Any], meaning: str) -> None:
    """The provider's status is kept, beside what it means."""
    response = read_interaction({}, fields({"id": "i1", "status": status, "steps": steps}), True)
    assert response.attributes["gen_ai.response.finish_reasons"] == [status]
    assert response.attributes["spanwright.finish_reason"] == meaning
    assert response.error_type is None


def test_failed() -> None:
    """A failure that the answer tells of is one, also without an exception."""
    failed = {"status": "failed", "errors": [{"code": "quota", "message": "no more"}]}
    response = read_interaction({}, fields(failed), True)
    assert response.error_type == "quota"
    assert response.attributes["spanwright.finish_reason"] == "error"


def test_work_in_the_background_has_no_reason_yet() -> None:
    """What has only begun ended for no reason."""
    response = read_interaction({}, fields({"id": "i1", "status": "in_progress"}), True)
    assert "gen_ai.response.finish_reasons" not in response.attributes


def test_stream() -> None:
    """Thoughts, text and a function's arguments in pieces give the parts of the plain answer."""
    state = InteractionStream(True)
    delta = "step.delta"
    events: list[dict[str, Any]] = [
        {"event_type": "interaction.created", "interaction": {"id": "i1", "model": "gemini-3"}},
        {"event_type": "step.start", "index": 0, "step": {"type": "thought"}},
        {
            "event_type": delta,
            "index": 0,
            "delta": {"type": "thought_summary", "content": {"type": "text", "text": "Hm."}},
        },
        {"event_type": delta, "index": 0, "delta": {"type": "thought_signature", "signature": "c2ln"}},
        {"event_type": "step.start", "index": 1, "step": {"type": "model_output"}},
        {"event_type": delta, "index": 1, "delta": {"type": "text", "text": "Hel"}},
        {"event_type": delta, "index": 1, "delta": {"type": "text", "text": "lo"}},
        {"event_type": "step.start", "index": 2, "step": {**CALL, "arguments": {}}},
        {"event_type": delta, "index": 2, "delta": {"type": "arguments_delta", "arguments": '{"order"'}},
        {"event_type": delta, "index": 2, "delta": {"type": "arguments_delta", "arguments": ": 1}"}},
        {
            "event_type": "interaction.completed",
            "interaction": {"id": "i1", "status": "requires_action", "usage": {"total_input_tokens": 7}},
        },
    ]
    has_content = [state.observe(fields(event)) for event in events]
    assert has_content == [False, False, True, False, False, True, True, True, True, True, False]
    response = state.response(broken=False)
    assert response.attributes == {
        "gen_ai.response.id": "i1",
        "gen_ai.response.model": "gemini-3",
        "gen_ai.usage.input_tokens": 7,
        "gen_ai.response.finish_reasons": ["requires_action"],
        "spanwright.finish_reason": "tool_calls",
    }
    assert response.tool_calls == [("c1", "look_up", '{"order": 1}')]
    (message,) = response.content["gen_ai.output.messages"]
    assert message["parts"] == [
        {"type": "reasoning", "content": "Hm."},
        HELLO,
        {"type": "tool_call", "name": "look_up", "arguments": '{"order": 1}', "id": "c1"},
    ]


def test_error_event() -> None:
    """The SDK hands an error event on and raises nothing: the answer is an error all the same."""
    state = InteractionStream(False)
    state.observe(fields({"event_type": "error", "error": {"code": "internal", "message": "it broke"}}))
    response = state.response(broken=False)
    assert response.error_type == "internal"
    assert response.attributes["gen_ai.response.finish_reasons"] == ["error"]
