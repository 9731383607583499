"""Spans of tools that nobody opened: when there is one, where it hangs, and when there is none."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from spanwright_instrumentation.inferred_tool import INFER_VARIABLE, infer_tools
from spanwright_instrumentation.tool import PARENT_VARIABLE, tool
from spanwright_instrumentation.tool_registry import registry
from spanwright_instrumentation.workflow import agent
from support.recording import Recording, recorded_operations

INFERRED = "spanwright.tool.inferred"


def told(*ids: str, content: Any = "done") -> dict[str, Any]:
    """A request that brings the results of these calls."""
    return {"messages": [{"role": "tool", "tool_call_id": each, "content": content} for each in ids]}


def tools(recording: Recording) -> list[dict[str, Any]]:
    spans = [span for span in recording.spans if span.name.startswith("execute_tool")]
    return [dict(span.attributes or {}) for span in spans]


def test_once(recording: Recording) -> None:
    """The history repeats a result in every further request; its tool ran once."""
    recording.chat(("call_a", "lookup", "{}"))
    for _ in range(3):
        infer_tools(recording.telemetry, told("call_a"))
    assert [each[INFERRED] for each in tools(recording)] == [True]


def test_no_content_without_leave() -> None:
    """Neither arguments nor results are recorded where content is not; the verdict is."""
    with recorded_operations(Recording("NO_CONTENT")) as recording:
        recording.chat(("call_a", "lookup", '{"secret": 1'))
        infer_tools(recording.telemetry, told("call_a", content="secret"))
        (span,) = [span for span in recording.spans if span.name == "execute_tool lookup"]
        assert "secret" not in span.to_json()
        assert tools(recording)[0]["spanwright.tool.arguments.problems"] == ("json",)


def test_arguments_exactly_as_generated(recording: Recording) -> None:
    """Not as they would be if parsed and written anew."""
    recording.chat(("call_a", "lookup", '{"id":  7,}'))
    infer_tools(recording.telemetry, told("call_a"))
    assert tools(recording)[0]["gen_ai.tool.call.arguments"] == '{"id":  7,}'


def test_switched_off(recording: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    """For who has tools in other processes that record themselves."""
    monkeypatch.setenv(INFER_VARIABLE, "false")
    recording.chat(("call_a", "lookup", "{}"))
    infer_tools(recording.telemetry, told("call_a"))
    assert tools(recording) == []


def test_linked(recording: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    """In ``link`` mode it stands beside the model call, as any tool."""
    monkeypatch.setenv(PARENT_VARIABLE, "link")
    with recording.telemetry.tracer.start_as_current_span("request") as root:
        asked = recording.chat(("call_a", "lookup", "{}"))
        infer_tools(recording.telemetry, told("call_a"))
    span = recording.span("execute_tool lookup")
    assert span.parent is not None
    assert span.parent.span_id == root.get_span_context().span_id
    assert [link.context for link in span.links] == [asked.span_context]


def test_in_another_trace(recording: Recording) -> None:
    """A person looked at the call in between: it joins the model's trace and links to where it was told."""
    with recording.telemetry.tracer.start_as_current_span("first request"):
        asked = recording.chat(("call_9f8e7d", "lookup", "{}"))
    with recording.telemetry.tracer.start_as_current_span("second request") as second:
        infer_tools(recording.telemetry, told("call_9f8e7d"))
    span = recording.span("execute_tool lookup")
    assert span.parent is not None
    assert span.parent.span_id == asked.span_context.span_id
    assert [link.context for link in span.links] == [second.get_span_context()]


def test_counted_ids_mean_their_own_trace(recording: Recording) -> None:
    """``call_0`` of another trace is another call."""
    with recording.telemetry.tracer.start_as_current_span("given up"):
        recording.chat(("call_0", "lookup", "{}"))
    with recording.telemetry.tracer.start_as_current_span("another"):
        infer_tools(recording.telemetry, told("call_0"))
    assert tools(recording) == []


def test_beside_a_run_that_nobody_could_match(recording: Recording) -> None:
    """The tool has its own span, wherever that hangs: in a thread without context, by other arguments."""

    @tool
    def lookup(number: str) -> str:
        return number

    with recording.telemetry.tracer.start_as_current_span("request"):
        recording.chat(("call_a", "lookup", '{"id": 1}'), ("call_b", "lookup", '{"id": 2}'))
        for number in "one", "two":
            thread = threading.Thread(target=lookup, args=(number,))
            thread.start()
            thread.join()
        infer_tools(recording.telemetry, told("call_a", "call_b"))
    assert [each.get(INFERRED) for each in tools(recording)] == [None, None]


def test_each_call_by_itself(recording: Recording) -> None:
    """Of two parallel tools one has a span of its own."""

    @tool
    def lookup(id: int) -> int:
        return id

    with recording.telemetry.tracer.start_as_current_span("request"):
        recording.chat(("call_a", "lookup", '{"id": 1}'), ("call_b", "weigh", '{"id": 2}'))
        lookup(1)
        infer_tools(recording.telemetry, told("call_a", "call_b"))
    assert {each["gen_ai.tool.call.id"]: each.get(INFERRED) for each in tools(recording)} == {
        "call_a": None,
        "call_b": True,
    }


def test_inside_an_agent(recording: Recording) -> None:
    """The tool carries the agent's name and counts as one of its calls."""
    with agent("clerk"):
        recording.chat(("call_a", "lookup", "{}"))
        infer_tools(recording.telemetry, told("call_a"))
    assert tools(recording)[0]["gen_ai.agent.name"] == "clerk"
    assert recording.attributes("invoke_agent clerk")["spanwright.agent.tool_calls"] == 1


class Unreadable:
    """What an application may pass for messages."""

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError(name)


@pytest.mark.parametrize("is_list", [True, False])
def test_never_raises(recording: Recording, is_list: bool) -> None:
    """Whatever the application passes, its call is made."""
    messages = [Unreadable()] if is_list else Unreadable()
    recording.chat(("call_a", "lookup", "{}"))
    infer_tools(recording.telemetry, {"messages": messages, "contents": messages, "input": messages})
    assert registry.has_pending
