"""Spans put together to trees."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st
from spanwright_analysis.trace_tree import Node, build_traces
from spanwright_processors.span import EditableSpan
from support.editable import editable_span


def span(span_id: int, parent: int | None = None, start: int = 0, trace_id: int = 1) -> EditableSpan:
    return editable_span(trace_id=trace_id, span_id=span_id, parent=parent, start_ns=start, end_ns=start + 1)


def shape(node: Node) -> tuple[int, list[object]]:
    return node.span.span_id, [shape(child) for child in node.children]


def test_children_stand_inside_their_parents_by_start() -> None:
    """A child may begin after its parent ended: a tool inside the model call that asked for it."""
    spans = [span(4, 3, start=9), span(2, 1, start=5), span(1), span(3, 1, start=2)]
    (trace,) = build_traces(spans)
    assert [shape(root) for root in trace.roots] == [(1, [(3, [(4, [])]), (2, [])])]
    assert [one.span_id for one in trace.spans()] == [1, 3, 4, 2]


def test_traces_come_oldest_first() -> None:
    """Traces stay apart and are ordered by their earliest span."""
    traces = build_traces([span(1, start=5, trace_id=7), span(2, start=3, trace_id=8)])
    assert [trace.trace_id for trace in traces] == [8, 7]


def test_a_span_without_its_parent_is_a_root() -> None:
    """Where the parent is in another file or was not sampled, the rest of the tree is still shown."""
    (trace,) = build_traces([span(1), span(3, parent=99, start=1)])
    assert [root.span.span_id for root in trace.roots] == [1, 3]


def test_a_span_met_twice_counts_once() -> None:
    """Two exporters may have written to one file."""
    (trace,) = build_traces([span(1), span(2, 1), span(2, 1), span(1)])
    assert len(list(trace.spans())) == 2


@given(
    st.lists(st.tuples(st.integers(1, 12), st.integers(0, 12)), max_size=30),
    st.randoms(use_true_random=False),
)
def test_every_span_is_shown_once(links: list[tuple[int, int]], order: random.Random) -> None:
    """Whatever the parents are (missing, themselves, in circles), no span is lost or doubled."""
    unique = {number: span(number, parent or None, start=number) for number, parent in links}
    spans = list(unique.values())
    order.shuffle(spans)
    shown = [one.span_id for trace in build_traces(spans) for one in trace.spans()]
    assert sorted(shown) == sorted(one.span_id for one in spans)
