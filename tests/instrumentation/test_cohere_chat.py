"""Cohere's chat formats: events into an answer, counts as billed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from spanwright_instrumentation.cohere_chat import (
    ChatStream,
    FirstChatStream,
    read_answer,
    read_first_answer,
    read_usage,
)
from spanwright_instrumentation.translation import Response, parse_fields

BILLED = {"billed_units": {"input_tokens": 3.0, "output_tokens": 2.0}}


def fields(**values: Any) -> Any:
    return parse_fields(json.dumps(values))


def streamed(*events: Any, broken: bool = False, captures_content: bool = True) -> Response:
    state = ChatStream(captures_content)
    for each in events:
        state.observe(each)
    return state.response(broken=broken)


def delta(kind: str, index: int | None = None, **message: Any) -> Any:
    return fields(type=kind, index=index, delta={"message": message})


START = fields(type="message-start", id="c-1", delta={})


@pytest.mark.parametrize(
    ("usage", "counted"),
    [
        ({**BILLED, "tokens": {"input_tokens": 80.0, "output_tokens": 9.0}}, (3, 2)),
        ({"tokens": {"input_tokens": 80.0, "output_tokens": 9.0}}, (80, 9)),
        ({}, (None, None)),
        (None, (None, None)),
    ],
)
def test_tokens_as_billed(usage: Any, counted: tuple[int | None, int | None]) -> None:
    """Billed ones where they are told, used ones else, and none where none are told."""
    found: dict[str, Any] = {}
    read_usage(found, usage)
    assert (found["gen_ai.usage.input_tokens"], found["gen_ai.usage.output_tokens"]) == counted


@pytest.mark.parametrize(
    ("reason", "same", "error"),
    [
        ("COMPLETE", "stop", None),
        ("STOP_SEQUENCE", "stop", None),
        ("MAX_TOKENS", "length", None),
        ("TOOL_CALL", "tool_calls", None),
        ("ERROR_TOXIC", "content_filter", None),
        ("ERROR", "error", "ERROR"),
        ("TIMEOUT", "error", "TIMEOUT"),
        ("NOVEL", "NOVEL", None),
    ],
)
def test_reasons(reason: str, same: str, error: str | None) -> None:
    """The provider's own word is kept; failures that no exception tells of are failures."""
    answer = fields(id="c-1", finish_reason=reason, message={"role": "assistant"}, usage=BILLED)
    read = read_answer({}, answer, False)
    assert read.attributes["gen_ai.response.finish_reasons"] == [reason]
    assert (read.attributes["spanwright.finish_reason"], read.error_type) == (same, error)


def test_only_content_is_content() -> None:
    """Text, thoughts, plans and calls are; roles, ends and citations are not; nor are unknown events."""
    state = ChatStream(False)
    assert not state.observe(START)
    assert not state.observe(delta("content-start", 0, content={"type": "text", "text": ""}))
    assert state.observe(delta("content-delta", 0, content={"text": "Hi"}))
    assert state.observe(delta("content-delta", 0, content={"thinking": "hm"}))
    assert state.observe(delta("tool-plan-delta", tool_plan="look"))
    assert state.observe(delta("tool-call-start", 0, tool_calls={"id": "a", "function": {"name": "f"}}))
    assert not state.observe(fields(type="content-end", index=0))
    assert not state.observe(fields(type="citation-start", index=0, delta={}))
    assert not state.observe(fields(type="brand-new"))


def test_streamed_calls_and_thoughts() -> None:
    """Arguments come in pieces, each with its call's index; what nobody began is passed over."""
    answered = streamed(
        START,
        delta("content-delta", 0, content={"thinking": "hm"}),
        delta("tool-call-start", 0, tool_calls={"id": "a", "function": {"name": "f", "arguments": ""}}),
        delta("tool-call-start", 1, tool_calls={"id": "b", "function": {"name": "g", "arguments": "{"}}),
        delta("tool-call-delta", 1, tool_calls={"function": {"arguments": "}"}}),
        delta("tool-call-delta", 0, tool_calls={"function": {"arguments": "[]"}}),
        delta("tool-call-delta", 7, tool_calls={"function": {"arguments": "lost"}}),
        fields(type="message-end", delta={"finish_reason": "TOOL_CALL", "usage": BILLED}),
    )
    assert answered.tool_calls == [("a", "f", "[]"), ("b", "g", "{}")]
    (said,) = answered.content["gen_ai.output.messages"]
    assert [part["type"] for part in said["parts"]] == ["reasoning", "tool_call", "tool_call"]


def test_broken_streams() -> None:
    """What came is kept, the reason is an error, and nothing is counted."""
    answered = streamed(START, delta("content-delta", 0, content={"text": "Hel"}), broken=True)
    assert answered.attributes["gen_ai.response.finish_reasons"] == ["error"]
    assert answered.attributes["gen_ai.usage.input_tokens"] is None
    assert answered.content["gen_ai.output.messages"][0]["parts"] == [{"type": "text", "content": "Hel"}]
    assert streamed(START, captures_content=False).content == {}


@pytest.mark.parametrize("told_before", [False, True])
def test_first_format(told_before: bool) -> None:
    """Text comes once though the last event repeats it, and so do calls, told before or not."""
    calls = [{"name": "f", "parameters": {"a": 1}}]
    answer = {"text": "Hi", "response_id": "r-1", "tool_calls": calls, "meta": BILLED}
    state = FirstChatStream(True)
    state.observe(fields(event_type="stream-start", generation_id="g-1"))
    state.observe(fields(event_type="text-generation", text="Hi"))
    if told_before:
        state.observe(fields(event_type="tool-calls-generation", tool_calls=calls))
    state.observe(fields(event_type="stream-end", finish_reason="COMPLETE", response=answer))
    read = state.response(broken=False)
    whole = read_first_answer({}, fields(**answer, finish_reason="COMPLETE"), True)
    assert read.attributes == whole.attributes
    assert read.tool_calls == whole.tool_calls == [(None, "f", '{"a":1}')]
    assert read.content == whole.content
