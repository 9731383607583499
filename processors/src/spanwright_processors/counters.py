"""What the pipeline did and lost in this process, for ``spanwright doctor`` and as OpenTelemetry metrics."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache, partial

from opentelemetry.metrics import CallbackOptions, MeterProvider, Observation, get_meter
from spanwright_semconv import metrics

from .fork import watch_forks


@dataclass(frozen=True, slots=True)
class Counts:
    """One reading of the counters. All are totals since the process started, or was forked.

    ``content_dropped`` counts spans and log records whose content a failing step cost; ``out_of_order`` spans
    that could no longer be waited for; ``step_failures`` is by step name; ``values_dropped`` counts values
    that masking could not look at, by reason: ``oversize``, ``timeout``, ``error``, ``not_ready``; ``lost``
    spans and log records, once per exporter, by reason: ``queue_full``, ``export_failed``, ``shutdown``,
    ``not_wrapped``; ``content_lost`` spans and log records whose full text could not be kept, by reason:
    ``queue_full``, ``shutdown``, ``error``. ``engine_failures``: detection engines that could not be loaded.
    """

    spans_processed: int = 0
    logs_processed: int = 0
    content_dropped: int = 0
    out_of_order: int = 0
    step_failures: dict[str, int] = field(default_factory=dict)
    values_dropped: dict[str, int] = field(default_factory=dict)
    lost: dict[str, int] = field(default_factory=dict)
    engine_failures: int = 0
    content_lost: dict[str, int] = field(default_factory=dict)


#: Metric and the field of ``Counts`` that holds its value, or its values by the metric's one attribute.
_METRICS = (
    (metrics.SPANWRIGHT_PROCESSING_SPANS, "spans_processed"),
    (metrics.SPANWRIGHT_PROCESSING_LOGS, "logs_processed"),
    (metrics.SPANWRIGHT_PROCESSING_CONTENT_DROPPED, "content_dropped"),
    (metrics.SPANWRIGHT_PROCESSING_STEP_FAILURES, "step_failures"),
    (metrics.SPANWRIGHT_PROCESSING_VALUES_DROPPED, "values_dropped"),
    (metrics.SPANWRIGHT_PROCESSING_LOST, "lost"),
    (metrics.SPANWRIGHT_PROCESSING_CONTENT_LOST, "content_lost"),
    (metrics.SPANWRIGHT_PROCESSING_ENGINE_FAILURES, "engine_failures"),
)


class Counters:
    """Counts from any thread. Read them with ``counts()``."""

    def __init__(self) -> None:
        self._emitted = False
        self._reset()
        watch_forks(self)

    def _reset(self) -> None:
        # Re-entrant: a garbage collection or signal may end a span while this thread is counting.
        self._lock = threading.RLock()
        self._spans_processed = 0
        self._logs_processed = 0
        self._content_dropped = 0
        self._out_of_order = 0
        self._step_failures: dict[str, int] = {}
        self._values_dropped: dict[str, int] = {}
        self._lost: dict[str, int] = {}
        self._content_lost: dict[str, int] = {}
        self._engine_failures = 0

    def span_processed(self, content_dropped: bool = False) -> None:
        with self._lock:
            self._spans_processed += 1
            self._content_dropped += content_dropped

    def log_processed(self, content_dropped: bool = False) -> None:
        with self._lock:
            self._logs_processed += 1
            self._content_dropped += content_dropped

    def view_failed(self) -> None:
        """A span or record that no view could be opened on: all its content is gone."""
        with self._lock:
            self._content_dropped += 1

    def step_failed(self, step: str) -> None:
        with self._lock:
            self._step_failures[step] = self._step_failures.get(step, 0) + 1

    def values_dropped(self, count: int, reason: str) -> None:
        """``count`` values that masking could not look at, for a reason of ``Counts.values_dropped``."""
        with self._lock:
            self._values_dropped[reason] = self._values_dropped.get(reason, 0) + count

    def lost(self, count: int, reason: str) -> None:
        """``count`` spans or log records that an exporter does not send, for a reason of ``Counts.lost``."""
        with self._lock:
            self._lost[reason] = self._lost.get(reason, 0) + count

    def engine_failed(self) -> None:
        """A detection engine could not be loaded."""
        with self._lock:
            self._engine_failures += 1

    def content_lost(self, reason: str, count: int = 1) -> None:
        """Spans or log records whose full text is not kept, for a reason of ``Counts.content_lost``."""
        with self._lock:
            self._content_lost[reason] = self._content_lost.get(reason, 0) + count

    def order_lost(self, count: int) -> None:
        """``count`` spans are waited for no longer: a later span of their trace may now pass them."""
        with self._lock:
            self._out_of_order += count

    def counts(self) -> Counts:
        with self._lock:
            return Counts(
                self._spans_processed,
                self._logs_processed,
                self._content_dropped,
                self._out_of_order,
                dict(self._step_failures),
                dict(self._values_dropped),
                dict(self._lost),
                self._engine_failures,
                dict(self._content_lost),
            )

    def emit_metrics(self, meter_provider: MeterProvider | None = None) -> None:
        """Offer the counts as observable counters of ``meter_provider`` (the global one), once per object."""
        if self._emitted:
            return
        self._emitted = True
        meter = get_meter("spanwright_processors", meter_provider=meter_provider)
        for metric, field_name in _METRICS:
            observe = partial(self._observe, field_name, *metric.attributes)
            meter.create_observable_counter(metric.name, [observe], metric.unit, metric.description)

    def _observe(self, field_name: str, *keys_and_options: str | CallbackOptions) -> Iterable[Observation]:
        value = getattr(self.counts(), field_name)
        if not isinstance(value, dict):
            return [Observation(value)]
        key = str(keys_and_options[0])
        return [Observation(number, {key: label}) for label, number in value.items()]

    def after_fork(self) -> None:
        self._reset()


@cache
def process_counters() -> Counters:
    """The counters of this process."""
    return Counters()
