"""The calls of open traces: what is remembered, and for how long."""

from __future__ import annotations

from spanwright_processors.counting import Call, OpenCalls
from spanwright_processors.span import EditableSpan
from support.editable import editable_span


def call(span_id: int, trace_id: int = 1, scope: str = "sdk", parent: int | None = 1) -> EditableSpan:
    attributes = {"gen_ai.operation.name": "chat", "gen_ai.response.id": "r"}
    span = editable_span(attributes, span_id=span_id, trace_id=trace_id, parent=parent)
    span.scope_name = scope
    return span


def add(calls: OpenCalls, span: EditableSpan) -> int | None:
    """The id of the span that the given one repeats."""
    repeated = calls.add(span, Call(span) if span.operation else None)
    return repeated.span_id if repeated is not None else None


def test_a_trace_without_calls_is_forgotten_with_its_root() -> None:
    """Most traces of most applications hold no model call."""
    calls = OpenCalls(10, 100)
    add(calls, editable_span({}, span_id=2, parent=1))
    assert (len(calls), calls.held_spans) == (1, 1)
    add(calls, editable_span({}, span_id=1))
    assert (len(calls), calls.held_spans) == (0, 0)


def test_calls_are_remembered_after_the_root() -> None:
    """What outlives its root is still compared; closed traces go first where room is needed."""
    calls = OpenCalls(10, 4)
    add(calls, call(2))
    add(calls, editable_span({}, span_id=1))
    assert add(calls, call(3, scope="late")) == 2
    add(calls, call(2, trace_id=2))
    assert calls.given_up_traces == 0
    add(calls, call(4, trace_id=2, scope="x"))
    assert add(calls, call(5, scope="later")) is None
    assert calls.given_up_traces == 0


def test_the_oldest_open_trace_is_given_up() -> None:
    """Where too many traces are open; counted."""
    calls = OpenCalls(2, 100)
    for trace_id in (1, 2, 3):
        add(calls, call(2, trace_id=trace_id))
    assert (len(calls), calls.given_up_traces) == (2, 1)
    assert add(calls, call(3, trace_id=1, scope="x")) is None
    assert add(calls, call(3, trace_id=3, scope="x")) == 2


def test_ids_in_a_circle_end() -> None:
    """Broken parents do not hang the exporter."""
    calls = OpenCalls(10, 100)
    add(calls, editable_span({}, span_id=5, parent=6))
    add(calls, editable_span({}, span_id=6, parent=5))
    add(calls, call(2, parent=5))
    assert add(calls, call(7, scope="x", parent=2)) == 2
