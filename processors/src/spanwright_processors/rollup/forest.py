"""The open traces: which span passes its figures up to which, with bounded memory."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable
from typing import NamedTuple

from opentelemetry.trace import SpanKind

from ..span import EditableSpan
from .remote import RemoteTotals
from .tool_chain import NO_CHAIN
from .totals import Totals

#: Ids of finished spans and of given-up traces that are remembered, to know what comes too late.
_REMEMBERED = 20_000
#: Roots whose totals are kept after their end, some 2 kB each, for what ends after them: so many to twice.
_MOST_ROOTS = 500

#: Threads whose last span is waited for. One that ends spans and dies leaves its last one behind.
_MAX_UNREAD = 64


class Recent:
    """The last ``size`` to twice ``size`` numbers that were added, each with a number of its own."""

    def __init__(self, size: int = _REMEMBERED) -> None:
        self._size = size
        self._new: dict[int, int] = {}
        self._old: dict[int, int] = {}

    def __contains__(self, number: int) -> bool:
        return number in self._new or number in self._old

    def get(self, number: int) -> int:
        """What was added with ``number``; 0 where it is not known."""
        found = self._new.get(number)
        return self._old.get(number, 0) if found is None else found

    def add(self, number: int, value: int = 0) -> None:
        if len(self._new) >= self._size:
            self._new, self._old = {}, self._new
        self._new[number] = value


class Late(NamedTuple):
    """The totals of a root that had ended already, now with what has ended after it."""

    root_id: int
    totals: Totals


class _Trace:
    """``parents``: span -> parent, of the spans that ended. ``open``: figures that wait for a span's end."""

    __slots__ = ("open", "parents")

    def __init__(self) -> None:
        self.parents: dict[int, int] = {}
        self.open: dict[int, Totals] = {}


class _Unread:
    """Spans whose masking is still to come when they are folded: their personal-data flag is read later.

    That is when the same thread, or the same trace, comes with the next span: by then the steps are through.
    """

    def __init__(self) -> None:
        self._by_thread: dict[int, tuple[EditableSpan, Totals]] = {}

    def read(self, trace_id: int) -> None:
        by_thread = self._by_thread
        mine = by_thread.pop(threading.get_ident(), None)
        if mine is not None:
            mine[1].read_findings(mine[0])
        if by_thread:
            for thread in [key for key, (span, _) in by_thread.items() if span.trace_id == trace_id]:
                span, totals = by_thread.pop(thread)
                totals.read_findings(span)

    def add(self, span: EditableSpan, totals: Totals) -> None:
        if len(self._by_thread) >= _MAX_UNREAD:
            left_span, left = self._by_thread.pop(next(iter(self._by_thread)))
            left.read_findings(left_span)
        self._by_thread[threading.get_ident()] = (span, totals)


class Forest:
    """Folds ended spans into the totals of their local roots. Not safe for several threads at once.

    Spans of a trace may come in any order, the local root after the others; what comes after it nevertheless
    is added to the root's totals, as long as these are remembered. At most ``max_traces`` traces and
    ``max_spans`` ended spans are held; beyond, the oldest open trace is given up: its root gets no totals
    rather than wrong ones.
    """

    def __init__(self, max_traces: int, max_spans: int, accepts_remote: bool = False) -> None:
        self._accepts_remote = accepts_remote
        self._max_traces = max_traces
        self._max_spans = max_spans
        self._traces: OrderedDict[int, _Trace] = OrderedDict()
        self._held_spans = 0
        self._finished = Recent()
        self._given_up = Recent()
        self._roots: dict[int, Totals] = {}
        self._earlier_roots: dict[int, Totals] = {}
        self._unread = _Unread()
        #: Spans that ended after their local root, with what they had collected from below.
        self.late_spans = 0
        self.given_up_traces = 0

    def __len__(self) -> int:
        """Open traces."""
        return len(self._traces)

    @property
    def held_spans(self) -> int:
        """Ended spans whose ids are held."""
        return self._held_spans

    def add(self, span: EditableSpan, counts: bool = True) -> Totals | Late | None:
        """Fold ``span`` in. The totals of its tree if it is a local root, unless its trace was given up.

        ``Late`` where its root has ended before it, and the root's totals are still known. A span that does
        not count passes on what is below it, and nothing of its own.
        """
        self._unread.read(span.trace_id)
        if span.trace_id in self._given_up:
            return None
        trace = self._traces.get(span.trace_id)
        if span.is_local_root:
            return self._finish(trace, span, counts)
        if trace is None:
            trace = self._begin(span.trace_id)
        return self._pass_up(trace, span, counts)

    def so_far(self, trace_id: int, root_id: int) -> Totals | None:
        """What the open root ``root_id`` has collected; None if nothing below it has ended."""
        trace = self._traces.get(trace_id)
        return trace.open.get(root_id) if trace is not None else None

    def _begin(self, trace_id: int) -> _Trace:
        if len(self._traces) >= self._max_traces:
            self._give_up_oldest()
        trace = self._traces[trace_id] = _Trace()
        return trace

    def _pass_up(self, trace: _Trace, span: EditableSpan, counts: bool) -> Late | None:
        span_id = span.span_id
        collected = trace.open.pop(span_id, None)
        trace.parents[span_id] = span.parent_span_id or 0
        self._held_spans += 1
        ancestor = self._open_ancestor(trace, span_id)
        if ancestor is None:
            return self._add_late(trace, span, collected, counts)
        if collected is not None:
            collected.close(span)
        totals = trace.open.get(ancestor)
        chain = NO_CHAIN if totals is None else totals.tool_chain
        if totals is None:
            totals = trace.open[ancestor] = collected if collected is not None else Totals()
        elif collected is not None:
            totals.merge(collected)
        totals.ids.append(span_id)
        if counts:
            self._add_figures(totals, span)
            self._unread.add(span, totals)
        if ancestor != span.parent_span_id:  # its parent, a model's answer, had ended before it began
            totals.tool_chain = chain
        while self._held_spans > self._max_spans:
            self._give_up_oldest()
        return None

    def _open_ancestor(self, trace: _Trace, span_id: int) -> int | None:
        """The nearest ancestor that has not ended; None if its root has, or if ids go in a circle."""
        parents = trace.parents
        ancestor = parents[span_id]
        if ancestor in parents:
            for _ in parents:
                ancestor = parents[ancestor]
                if ancestor not in parents:
                    break
            else:
                return None
        return None if ancestor in self._finished else ancestor

    def _add_figures(self, totals: Totals, span: EditableSpan, is_root: bool = False) -> None:
        totals.add(span, is_root)
        if self._accepts_remote and span.kind is SpanKind.CLIENT:
            returned = RemoteTotals.of(span.attributes)
            if returned is not None:
                totals.add_remote(returned)

    def _finish(self, trace: _Trace | None, root: EditableSpan, counts: bool) -> Totals:
        totals = trace.open.pop(root.span_id, None) if trace is not None else None
        if totals is None:
            totals = Totals()
        totals.close(root)
        if counts:
            self._add_figures(totals, root, is_root=True)
            totals.read_findings(root)
        self._finished.add(root.span_id, root.span_id)
        if trace is not None:
            self._forget(root.trace_id, trace, totals.span_ids(), root.span_id)
        self._remember(root.span_id, totals)
        return totals

    def _add_late(
        self, trace: _Trace, span: EditableSpan, collected: Totals | None, counts: bool
    ) -> Late | None:
        self.late_spans += 1
        ids, parent = [span.span_id], span.parent_span_id or 0
        if collected is not None:
            self.late_spans += collected.spans
            ids += collected.span_ids()
        root_id = self._finished.get(parent)
        self._forget(span.trace_id, trace, ids, root_id)
        totals = self._roots.get(root_id) or self._earlier_roots.get(root_id)
        if totals is None:
            return None
        if collected is not None:
            collected.close(span)
            collected.ids.clear()
            totals.merge(collected)
        if counts:
            self._add_figures(totals, span)
        return Late(root_id, totals)

    def _remember(self, root_id: int, totals: Totals) -> None:
        totals.ids = []
        if len(self._roots) >= _MOST_ROOTS:
            self._roots, self._earlier_roots = {}, self._roots
        self._roots[root_id] = totals

    def _forget(self, trace_id: int, trace: _Trace, ids: Iterable[int], root_id: int) -> None:
        for span_id in ids:
            if trace.parents.pop(span_id, None) is not None:
                self._held_spans -= 1
            self._finished.add(span_id, root_id)
        if not trace.parents and not trace.open:
            del self._traces[trace_id]

    def _give_up_oldest(self) -> None:
        trace_id, trace = self._traces.popitem(last=False)
        self._held_spans -= len(trace.parents)
        self._given_up.add(trace_id)
        self.given_up_traces += 1
