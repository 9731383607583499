"""The calls of the open traces, and which of them a span repeats."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable

from ..span import EditableSpan
from .call import Call

#: Traces kept after their local root has ended, for what outlives it.
_CLOSED_TRACES = 1024
#: Calls of one trace that a span is compared with, the latest first. Bounds the time a long run's spans take.
_COMPARED = 256
#: Steps from a span up to its ancestors. No tree of spans is deeper; ids may go in a circle.
_MAX_DEPTH = 1024


#: What is called inside these is called for their own sake, not for that of a call around them.
_OWN_ERRANDS = frozenset(("execute_tool", "invoke_agent", "invoke_workflow"))


class _Trace:
    """``parents``: span -> parent, of the spans that came; 0 where nothing above it is of the same errand.

    ``calls``: those that count, by span.
    """

    __slots__ = ("calls", "parents")

    def __init__(self) -> None:
        self.parents: dict[int, int] = {}
        self.calls: dict[int, Call] = {}


class OpenCalls:
    """Finds for each span of a model call the one that counts it. Not safe for several threads at once.

    At most ``max_traces`` traces and ``max_spans`` ended spans are held; beyond, the oldest trace is given
    up.
    """

    def __init__(self, max_traces: int, max_spans: int) -> None:
        self._max_traces = max_traces
        self._max_spans = max_spans
        self._open: OrderedDict[int, _Trace] = OrderedDict()
        self._closed: OrderedDict[int, _Trace] = OrderedDict()
        self.held_spans = 0
        self.given_up_traces = 0

    def __len__(self) -> int:
        """Traces held, those included whose local root has ended."""
        return len(self._open) + len(self._closed)

    def add(self, span: EditableSpan, call: Call | None) -> Call | None:
        """Take note of an ended span; ``call`` is what it tells of one. The call it repeats, if any."""
        trace = self._trace(span.trace_id)
        if span.span_id not in trace.parents:
            self.held_spans += 1
        operation = span.operation
        is_errand = isinstance(operation, str) and operation in _OWN_ERRANDS
        trace.parents[span.span_id] = 0 if is_errand else span.parent_span_id or 0
        counting = _counting(trace, call) if call is not None else None
        if call is not None and counting is None:
            _count(trace, call)
        elif call is not None and counting is not None:
            counting.claimed |= call.claimed
        if span.is_local_root:
            self._close(span.trace_id, trace)
        while self.held_spans > self._max_spans:
            self._give_up()
        return counting

    def _trace(self, trace_id: int) -> _Trace:
        trace = self._open.get(trace_id) or self._closed.get(trace_id)
        if trace is None:
            if len(self._open) >= self._max_traces:
                self._give_up_open()
            trace = self._open[trace_id] = _Trace()
        return trace

    def _close(self, trace_id: int, trace: _Trace) -> None:
        if self._open.pop(trace_id, None) is None:
            return
        if not trace.calls:
            self._forget(trace)
            return
        self._closed[trace_id] = trace
        if len(self._closed) > _CLOSED_TRACES:
            self._forget(self._closed.popitem(last=False)[1])

    def _give_up(self) -> None:
        """The oldest trace goes: one whose root has ended before one that is open."""
        if self._closed:
            self._forget(self._closed.popitem(last=False)[1])
        else:
            self._give_up_open()

    def _give_up_open(self) -> None:
        self._forget(self._open.popitem(last=False)[1])
        self.given_up_traces += 1

    def _forget(self, trace: _Trace) -> None:
        self.held_spans -= len(trace.parents)


def _count(trace: _Trace, call: Call) -> None:
    """``call`` counts from now on, instead of the one inside it that told of it without its tokens."""
    call.told_by = _without_tokens(trace, call)
    if call.told_by is not None:
        call.claimed |= trace.calls.pop(call.told_by.span_id).claimed
    trace.calls[call.span_id] = call


def _without_tokens(trace: _Trace, call: Call) -> Call | None:
    """The last call inside ``call`` that was answered, where only ``call`` tells what it used."""
    if call.tokens is None:
        return None
    inside = [
        each
        for each in list(trace.calls.values())[-_COMPARED:]
        if each.tokens is None
        and not each.failed
        and each.kind == call.kind
        and call.contains(each)
        and call.may_be_model_of(each)
        and not call.has_other_id_than(each)
        and _leads_to(trace, each.span_id, call.span_id)
    ]
    return inside[-1] if inside else None


def _counting(trace: _Trace, call: Call) -> Call | None:
    """The call that ``call`` repeats, None if it is one of its own."""
    others = [each for each in list(trace.calls.values())[-_COMPARED:] if each.kind == call.kind]
    if not others:
        return None
    inside = [each for each in others if call.contains(each) and _leads_to(trace, each.span_id, call.span_id)]
    if inside:
        return _wrapped(call, inside)
    around = [each for each in others if each.contains(call) and _leads_to(trace, call.span_id, each.span_id)]
    for other in around:
        if _is_part(call, other):
            return other
    return _beside(call, [each for each in others if each not in around])


def _wrapped(call: Call, inside: list[Call]) -> Call | None:
    """Of the calls inside ``call``, the one it repeats: it was made around it."""
    for other in inside:
        if call.has_id_of(other):
            return other
    if call.tokens is None:
        return _last(inside)
    told = [other for other in inside if other.tokens is not None]
    for other in told:
        if call.has_tokens_of(other) and not call.has_other_id_than(other):
            return other
    if not told:
        return None
    if call.tokens == _sum(told):
        return told[-1]
    like = [other for other in told if call.may_be_model_of(other) and not call.has_other_id_than(other)]
    return like[-1] if like else None


def _is_part(call: Call, around: Call) -> bool:
    """True if ``call``, which came late, is told of by the span around it."""
    if call.has_id_of(around) or call.tokens is None:
        return True
    if around.tokens is None or call.has_other_id_than(around) or not call.may_be_model_of(around):
        return False
    return call.tokens[0] <= around.tokens[0] and call.tokens[1] <= around.tokens[1]


def _beside(call: Call, others: Iterable[Call]) -> Call | None:
    """The call that another instrumentation tells of beside: by its response, or by all that is known."""
    for other in others:
        if call.claimed & other.claimed:  # one scope tells of a call once
            continue
        if call.tokens is not None and other.tokens is None:
            continue
        if call.is_near(other) and call.has_id_of(other):
            return other
        if _looks_like(call, other):
            return other
    return None


def _looks_like(call: Call, other: Call) -> bool:
    """True if time, tokens and model are those of the other one, and its response may be."""
    if call.has_other_id_than(other) or not call.is_at_the_time_of(other):
        return False
    return bool(call.tokens and call.tokens[0]) and call.has_tokens_of(other) and call.may_be_model_of(other)


def _last(calls: list[Call]) -> Call:
    """The last one that was answered, else the last one."""
    answered = [each for each in calls if not each.failed]
    return (answered or calls)[-1]


def _sum(calls: list[Call]) -> tuple[int, int]:
    sent = sum(each.tokens[0] for each in calls if each.tokens is not None)
    return sent, sum(each.tokens[1] for each in calls if each.tokens is not None)


def _leads_to(trace: _Trace, span_id: int, ancestor: int) -> bool:
    """True if ``ancestor`` is above ``span_id``, as far as the spans between have come."""
    for _ in range(_MAX_DEPTH):
        parent = trace.parents.get(span_id)
        if parent is None:
            return False
        if parent == ancestor:
            return True
        span_id = parent
    return False
