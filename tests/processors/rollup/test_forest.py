"""The open traces: passing up, late spans, bounds."""

from __future__ import annotations

from typing import Any

from spanwright_processors.rollup import Forest
from spanwright_processors.rollup.forest import Recent
from spanwright_processors.span import EditableSpan
from support.editable import editable_span


def call(span_id: int, parent: int | None, trace_id: int = 1, **more: Any) -> EditableSpan:
    return editable_span(
        {"gen_ai.operation.name": "chat"}, span_id=span_id, parent=parent, trace_id=trace_id, **more
    )


def forest(max_traces: int = 100, max_spans: int = 1000) -> Forest:
    return Forest(max_traces, max_spans)


def test_figures_pass_to_the_nearest_open_ancestor() -> None:
    """A child of a span that has ended counts for the ancestor that has not, however many have between."""
    open_traces = forest()
    for span in (call(2, 1), call(3, 2), call(4, 3), call(5, 4)):
        assert open_traces.add(span) is None
    totals = open_traces.add(call(1, None))
    assert totals is not None
    assert totals.spans == 5
    assert (len(open_traces), open_traces.held_spans) == (0, 0)


def test_two_local_roots_of_one_trace_stay_apart() -> None:
    """A request that comes back into the process by another service has its own totals."""
    open_traces = forest()
    inner, outer = call(11, 2, remote=True), call(1, None)
    for span in (call(12, 11), call(2, 1)):
        open_traces.add(span)
    sums = [totals.spans for root in (inner, outer) if (totals := open_traces.add(root)) is not None]
    assert sums == [2, 2]


def test_late_spans_are_counted_with_what_is_below_them() -> None:
    """A span that outlives its root changes no total; its own children are counted with it."""
    open_traces = forest()
    sums = [open_traces.add(span) for span in (call(4, 3), call(1, None), call(3, 2), call(2, 1), call(5, 4))]
    assert [totals.spans for totals in sums if totals is not None] == [1]
    assert open_traces.late_spans == 4
    assert (len(open_traces), open_traces.held_spans) == (0, 0)


def test_at_most_max_traces_are_open() -> None:
    """Beyond the bound the oldest trace is given up: its root gets no totals rather than wrong ones."""
    open_traces = forest(max_traces=2)
    for span in (call(2, 1, 1), call(2, 1, 2), call(2, 1, 3), call(3, 1, 1)):
        open_traces.add(span)
    assert open_traces.given_up_traces == 1
    assert [open_traces.add(call(1, None, trace)) is None for trace in (1, 2, 3)] == [True, False, False]


def test_a_trace_without_end_is_given_up() -> None:
    """One root that never ends cannot hold more spans than the bound."""
    open_traces = forest(max_spans=100)
    for span_id in range(2, 1000):
        open_traces.add(call(span_id, 1))
    assert open_traces.given_up_traces == 1
    assert open_traces.held_spans == 0


def test_ten_thousand_traces_open_at_once_end_right() -> None:
    """Interleaved traces up to the bound all get their totals, and nothing is left."""
    open_traces = forest(10_000, 200_000)
    for span_id in (2, 3):
        for trace in range(10_000):
            open_traces.add(call(trace * 10 + span_id, trace * 10 + 1, trace))
    assert len(open_traces) == 10_000
    sums = {totals.spans for t in range(10_000) if (totals := open_traces.add(call(t * 10 + 1, None, t)))}
    assert sums == {3}
    assert (len(open_traces), open_traces.held_spans, open_traces.given_up_traces) == (0, 0, 0)


def test_ids_in_a_circle_end() -> None:
    """Spans that are each other's parents are counted as late and hold nothing."""
    open_traces = forest()
    for span in (call(2, 2), call(3, 4), call(4, 3)):
        open_traces.add(span)
    assert open_traces.late_spans == 3
    assert (len(open_traces), open_traces.held_spans) == (0, 0)


def test_what_is_remembered_is_bounded() -> None:
    """The last numbers are known for sure, those of twice as long ago are not."""
    recent = Recent(size=10)
    for number in range(100):
        recent.add(number)
    assert all(number in recent for number in range(90, 100))
    assert not any(number in recent for number in range(80))
