"""Spans that are processed once, off the application's thread, in the order in which they ended."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, ClassVar
from weakref import WeakValueDictionary

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan

from .chain import StepChain
from .counters import Counters
from .fork import watch_forks
from .reentry import Inside
from .sdk import EMPTY_FIELDS, learn_from, processed_fields
from .shared import SharedParts
from .span import EditableSpan
from .step import Phase

#: Ended spans kept for the order of their still open traces, over all traces. Twice the queue of the SDK's
#: batch processor: what it has dropped still counts in the roll-up of its trace.
ORDER_LIMIT = 4096

_LOCK_STRIPES = 64

#: The private fields of a ``ReadableSpan`` that many spans share, and that are edited once for all of them.
_SHARED_FIELDS = ("_resource", "_instrumentation_scope")


class ProcessedSpan(ReadableSpan):
    """An ended span whose content does not exist until it is first read; reading it runs the steps.

    Made on the application's thread, where it costs no more than sharing what holds no content. The first
    reader, normally an exporter's thread, processes it and the spans of its trace that ended before it.
    Copies and pickles are plain ``ReadableSpan`` objects with processed content.
    """

    # Slots, so that neither vars() nor a pickle shows the span as it was.
    __slots__ = ("_learned", "_order", "_previous", "_trace", "_unprocessed")

    def __init__(self, raw: ReadableSpan, order: EndOrder) -> None:
        self._unprocessed: ReadableSpan | None = raw
        self._order = order
        self._learned = False
        self._previous: ProcessedSpan | None = None
        self._trace: _OpenTrace | None = None
        self._context = raw._context
        self._parent = raw._parent
        self._start_time = raw._start_time
        self._end_time = raw._end_time
        self._instrumentation_info = raw._instrumentation_info

    def __getattr__(self, name: str) -> Any:
        """Reached only for what is not there yet: the fields with content."""
        if name in _SHARED_FIELDS:
            return self._order.share(self)[name]
        if name not in EMPTY_FIELDS:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        self._order.process(self)
        # Not there after processing: a step of this very span reads it through an exporter.
        return self.__dict__.get(name, EMPTY_FIELDS[name])

    def __reduce__(self) -> tuple[Callable[..., ReadableSpan], tuple[dict[str, Any]]]:
        self._order.process(self)
        return _plain_span, (dict(self.__dict__),)


def _plain_span(fields: dict[str, Any]) -> ReadableSpan:
    span = ReadableSpan.__new__(ReadableSpan)
    span.__dict__.update(fields)
    return span


class _OpenTrace:
    """The last span of a trace that has no local root yet, and how many are kept behind it.

    ``root`` is a local root of the trace that has ended before them.
    """

    __slots__ = ("held", "last", "root")

    def __init__(self, root: ProcessedSpan | None) -> None:
        self.root = root
        self.last: ProcessedSpan | None = None
        self.held = 0


class EndOrder:
    """Wraps ended spans and runs ``chain`` on each once, those of a trace one at a time in order of ending.

    Every waiting span holds the one of its trace that ended before it, so that processing one first
    processes those. What ends after its local root, while nobody has read that yet, goes before it: so much
    of what outlives a root is still in its totals. What is held here is only the last span of each trace,
    until its local root ends; a trace that no exporter keeps any span of is then freed. Where more than
    ``limit`` spans wait in open traces, the oldest trace is no longer held; its later spans may then be
    processed before its earlier ones.
    """

    def __init__(self, chain: StepChain, limit: int = ORDER_LIMIT) -> None:
        self.chain = chain
        self._shared = SharedParts(chain)
        self._limit = limit
        self._reset()
        watch_forks(self)

    def _reset(self) -> None:
        # Re-entrant: garbage collection or a signal handler may end a span in the middle of any of this.
        self._lock = threading.RLock()
        self._stripes = tuple(threading.RLock() for _ in range(_LOCK_STRIPES))
        self._open: dict[int, _OpenTrace] = {}
        self._closed: WeakValueDictionary[int, ProcessedSpan] = WeakValueDictionary()
        self._held = 0

    def after_fork(self) -> None:
        self._reset()

    def add(self, raw: ReadableSpan) -> ProcessedSpan:
        """``raw``, which has just ended, as a span that is processed when read. About a microsecond."""
        if type(raw) is ProcessedSpan and raw._order.chain is self.chain:
            return raw  # a pipeline of these very steps behind an attached provider
        span = ProcessedSpan(raw, self)
        context = span._context
        if context is None:
            return span
        trace_id, parent = context.trace_id, span._parent
        with self._lock:
            trace = self._open.get(trace_id)
            is_root = parent is None or parent.is_remote
            if trace is None:
                closed = self._closed.get(trace_id)
                if is_root and closed is None:  # alone so far
                    self._closed[trace_id] = span
                    return span
                trace = self._open.setdefault(trace_id, _OpenTrace(closed))
            span._trace = trace
            self._link(trace, span, is_root)
            trace.held += 1
            self._held += 1
            if is_root:
                self._close(trace_id, trace, span)
            elif self._held > self._limit:
                self._give_up_oldest()
        return span

    @staticmethod
    def _link(trace: _OpenTrace, span: ProcessedSpan, is_root: bool) -> None:
        """Have ``span`` wait for those before it, and a root that nobody has read for ``span``."""
        root = trace.root
        if root is not None and not is_root and root._unprocessed is not None:
            span._previous, root._previous = root._previous, span
        else:
            span._previous = root if trace.last is None else trace.last
        trace.last = span

    def _close(self, trace_id: int, trace: _OpenTrace, root: ProcessedSpan) -> None:
        self._release(trace_id, trace)
        self._closed[trace_id] = root

    def _release(self, trace_id: int, trace: _OpenTrace) -> None:
        if self._open.get(trace_id) is trace:
            del self._open[trace_id]
            self._held -= trace.held
            trace.last = trace.root = None  # else trace and span hold each other

    def _give_up_oldest(self) -> None:
        for trace_id, trace in self._open.items():
            self.chain.counters.order_lost(trace.held)
            self._release(trace_id, trace)
            return

    def process(self, span: ProcessedSpan) -> None:
        """Fill in the content of ``span``, after that of the spans of its trace that wait before it."""
        trace_id = span._context.trace_id if span._context else 0
        with Inside(), self._stripes[trace_id % _LOCK_STRIPES]:
            waiting = _waiting(span)
            if self.chain.learns:
                self._learn_from(trace_id, waiting)
            try:
                for earlier in reversed(waiting):
                    self._process_one(earlier)
            finally:
                self._settle(trace_id, waiting)

    def _learn_from(self, trace_id: int, waiting: list[ProcessedSpan]) -> None:
        """Let the steps look at what has ended of the trace, but for the one whose turn it is."""
        with self._lock:
            trace = self._open.get(trace_id)
            ends = (self._closed.get(trace_id), trace.last if trace is not None else None)
        ended = {id(each): each for end in ends if end is not None for each in _waiting(end)}
        ended |= {id(each): each for each in waiting}
        for each in ended.values():
            raw = each._unprocessed
            if raw is not None and each is not waiting[-1] and not each._learned:
                each._learned = True
                learn_from(raw, self.chain)

    def process_open(self, trace_id: int) -> None:
        """Process what has ended of a trace whose local root is open."""
        with self._lock:
            trace = self._open.get(trace_id)
            last = trace.last if trace is not None else None
        if last is not None:
            self.process(last)

    def share(self, span: ProcessedSpan) -> dict[str, Any]:
        """The fields of ``span``, with resource and scope as they are exported."""
        fields = span.__dict__
        raw = span._unprocessed
        if raw is not None:
            resource, scope = raw._resource, raw._instrumentation_scope
            fields.setdefault("_resource", self._shared.resource(resource))
            fields.setdefault("_instrumentation_scope", scope and self._shared.scope(scope, resource))
        return fields

    def _process_one(self, span: ProcessedSpan) -> None:
        self.share(span)
        raw, span._unprocessed, span._previous = span._unprocessed, None, None
        fields = EMPTY_FIELDS
        try:
            if raw is not None:
                fields = processed_fields(raw, self.chain)
        finally:  # an interrupt too leaves a span that can be read
            if raw is not None and fields is EMPTY_FIELDS:
                span.__dict__.setdefault("_kind", raw._kind)
            for name, value in fields.items():
                span.__dict__.setdefault(name, value)  # what a processor has set stays

    def _settle(self, trace_id: int, processed: list[ProcessedSpan]) -> None:
        with self._lock:
            trace = self._open.get(trace_id)
            if trace is None:
                return
            done = sum(span._trace is trace for span in processed if span._unprocessed is None)
            trace.held -= done
            self._held -= done
            if trace.last is not None and trace.last._unprocessed is None:
                self._release(trace_id, trace)


def _waiting(span: ProcessedSpan) -> list[ProcessedSpan]:
    """``span`` and the unprocessed ones before it, latest first."""
    waiting: list[ProcessedSpan] = []
    current: ProcessedSpan | None = span
    while current is not None and current._unprocessed is not None:
        waiting.append(current)
        current = current._previous
    return waiting


class _Probe:
    """The step of the layout check."""

    Settings: ClassVar[type[Any]] = type(None)
    phase: ClassVar[Phase] = Phase.NORMALISE

    def __call__(self, span: EditableSpan) -> None:
        span.name, span.attributes, span.events = "after", {"key": "after"}, []


def check_span_layout() -> bool:
    """True if the installed SDK keeps a span's content in the fields that ``ProcessedSpan`` fills.

    Tried out on one span: no field may give the content away before the step, every property must after it.
    """
    raw = ReadableSpan(
        "before", resource=Resource({}), attributes={"key": "before"}, events=(Event("before", {}, 0),)
    )
    try:
        span = EndOrder(StepChain([_Probe()], Counters())).add(raw)
        unread = {*vars(raw)} - {*vars(span)} == {*EMPTY_FIELDS, *_SHARED_FIELDS}
        return unread and (span.name, dict(span.attributes or {}), span.events) == (
            "after",
            {"key": "after"},
            (),
        )
    except Exception:
        return False
