"""The open traces: passing up, late spans, bounds."""

from __future__ import annotations

from typing import Any

from spanwright_processors.rollup import Forest, Late, Totals
from spanwright_processors.rollup.forest import Recent
from spanwright_processors.span import EditableSpan
from support.editable import editable_span


def call(span_id: int, parent: int | None, trace_id: int = 1, **more: Any) -> EditableSpan:
    return editable_span(
        {"gen_ai.operation.name": "chat"}, span_id=span_id, parent=parent, trace_id=trace_id, **more
    )


def forest(max_traces: int = 100, max_spans: int = 1000) -> Forest:
    return Forest(max_traces, max_spans)


def finished(found: Totals | Late | None) -> Totals:
    assert isinstance(found, Totals)
    return found


def test_figures_pass_to_the_nearest_open_ancestor() -> None:
    """A child of a span that has ended counts for the ancestor that has not, however many have between."""
    open_traces = forest()
    for span in (call(2, 1), call(3, 2), call(4, 3), call(5, 4)):
        assert open_traces.add(span) is None
    assert finished(open_traces.add(call(1, None))).spans == 5
    assert (len(open_traces), open_traces.held_spans) == (0, 0)


def test_two_local_roots_of_one_trace_stay_apart() -> None:
    """A request that comes back into the process by another service has its own totals."""
    open_traces = forest()
    inner, outer = call(11, 2, remote=True), call(1, None)
    for span in (call(12, 11), call(2, 1)):
        open_traces.add(span)
    assert [finished(open_traces.add(root)).spans for root in (inner, outer)] == [2, 2]


def test_late_spans_are_counted_with_what_is_below_them() -> None:
    """Each brings the root's totals as they are with it; its own children are counted with it."""
    open_traces = forest()
    order = (call(4, 3), call(1, None), call(3, 2), call(2, 1), call(5, 4))
    found = [open_traces.add(span) for span in order]
    late = [one for one in found if isinstance(one, Late)]
    assert [one.root_id for one in late] == [1, 1]
    assert late[-1].totals.spans == 5
    assert late[-1].totals is found[1]
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
    assert {finished(open_traces.add(call(t * 10 + 1, None, t))).spans for t in range(10_000)} == {3}
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
    recent.add(7, 42)
    assert (recent.get(7), recent.get(99), recent.get(8)) == (42, 0, 0)


def test_totals_of_ended_roots_are_remembered_within_a_bound() -> None:
    """What is late for a root that nobody remembers is counted, and corrects nothing."""
    open_traces = forest(10_000, 200_000)
    for trace in range(1, 1_502):
        open_traces.add(call(trace * 10, None, trace))
    assert open_traces.add(call(11, 10, 1)) is None
    assert isinstance(open_traces.add(call(15_001, 15_000, 1_500)), Late)
    assert open_traces.late_spans == 2


def test_a_span_that_does_not_count_passes_on_what_is_below_it() -> None:
    """An unsampled span in the middle of a trace adds nothing of its own."""
    open_traces = forest()
    open_traces.add(call(3, 2))
    open_traces.add(call(2, 1), counts=False)
    assert finished(open_traces.add(call(1, None), counts=False)).spans == 1


def test_what_is_open_can_be_looked_at() -> None:
    """The totals so far of a root that has not ended; None before anything below it has."""
    open_traces = forest()
    assert open_traces.so_far(1, 1) is None
    open_traces.add(call(2, 1))
    totals = open_traces.so_far(1, 1)
    assert totals is not None
    assert totals.spans == 1
