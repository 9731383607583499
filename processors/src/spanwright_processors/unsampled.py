"""Spans that no exporter gets, counted all the same: what they did was paid for."""

from __future__ import annotations

import queue
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from opentelemetry.context import Context
from opentelemetry.sdk.trace.sampling import (
    Decision,
    ParentBased,
    Sampler,
    SamplingResult,
    TraceIdRatioBased,
)
from opentelemetry.trace import Link, SpanKind, TraceState

from .background import started
from .chain import StepChain
from .counters import Counters
from .fork import watch_forks

_MOST_WAITING = 2_048


class RecordUnsampled(Sampler):
    """Has ``inner``'s unsampled spans recorded: they go through the steps, and to no exporter.

    Totals and the metrics of cost then cover all traffic, whatever share of it is exported. Recording costs
    what it costs for a sampled span.
    """

    def __init__(self, inner: Sampler) -> None:
        self._inner = inner

    def should_sample(  # noqa: PLR0917  the SDK's signature
        self,
        parent_context: Context | None,
        trace_id: int,
        name: str,
        kind: SpanKind | None = None,
        attributes: Any = None,
        links: Sequence[Link] | None = None,
        trace_state: TraceState | None = None,
    ) -> SamplingResult:
        result = self._inner.should_sample(
            parent_context, trace_id, name, kind, attributes, links, trace_state
        )
        if result.decision is not Decision.DROP:
            return result
        return SamplingResult(Decision.RECORD_ONLY, attributes, result.trace_state)

    def get_description(self) -> str:
        return f"RecordUnsampled{{{self._inner.get_description()}}}"


def record_all(ratio: str | None = None) -> Sampler:
    """``OTEL_TRACES_SAMPLER=spanwright_record_all``: samples as ``parentbased_traceidratio`` does with the
    same ``OTEL_TRACES_SAMPLER_ARG`` (1 by default), and records the rest. A wrong ratio is taken for 1.
    """
    try:
        share = float(ratio) if ratio else 1.0
    except ValueError:
        share = 1.0
    return RecordUnsampled(ParentBased(TraceIdRatioBased(share if 0 <= share <= 1 else 1.0)))


class UnsampledReader:
    """Has ended traces processed that no exporter reads, in a thread of its own.

    At most 2,048 roots wait; beyond, they are not counted in any total, and ``counters`` tell.
    """

    def __init__(self, counters: Counters) -> None:
        self._counters = counters
        self._reset()
        watch_forks(self)

    def _reset(self) -> None:
        self._waiting: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._start_lock = threading.RLock()
        self._worker: threading.Thread | None = None

    def after_fork(self) -> None:
        self._reset()

    def add(self, span: Any) -> None:
        """Have ``span``, which has ended, processed if it is an unsampled local root."""
        context, parent = span._context, span._parent
        if context is None or context.trace_flags & 1 or not (parent is None or parent.is_remote):
            return
        if self._waiting.qsize() >= _MOST_WAITING:
            self._counters.lost(1, "queue_full")
            return
        self._waiting.put(span)
        if self._worker is None:
            self._start()

    def _start(self) -> None:
        with self._start_lock:
            if self._worker is None:
                self._worker = started(self._run, "spanwright-unsampled")

    def _run(self) -> None:
        while True:
            span = self._waiting.get()
            with suppress(Exception):
                span.attributes  # noqa: B018  reading it runs the steps
            del span  # else the last one is kept until the next comes


def unsampled_reader(chain: StepChain) -> UnsampledReader | None:
    """The reader, if a step of ``chain`` counts what is not sampled."""
    counts = any(getattr(step, "counts_unsampled", False) is True for step in chain.steps)
    return UnsampledReader(chain.counters) if counts else None
