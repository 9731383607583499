"""The steps as one span processor with exporters of its own, for a provider that is not to be attached to."""

from __future__ import annotations

import time
from collections.abc import Iterable

from opentelemetry.context import Context
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor
from opentelemetry.sdk.trace.export import SpanExporter

from .batch import BatchProcessor, BatchSettings
from .chain import StepChain
from .exported_spans import ExportedSpans
from .exporters import bound_exporter
from .guard import EndOrder
from .root_wait import root_wait
from .unsampled import unsampled_reader
from .warm_up import WarmUp


class Pipeline(SpanProcessor):
    """Runs ``chain`` on every ended span once and hands it to all ``exporters``.

    Each exporter has a bounded queue and a thread, so that a slow or failing one holds up no other.
    ``on_end`` never waits and never raises; the steps run on the thread of the exporter that is there first.
    """

    def __init__(
        self,
        chain: StepChain,
        exporters: Iterable[SpanExporter],
        settings: BatchSettings | None = None,
    ) -> None:
        settings = settings if settings is not None else BatchSettings()
        exporters = tuple(exporters)
        self._counters = chain.counters
        self._order = EndOrder(chain)
        self._shutdown_timeout_s = settings.shutdown_timeout_s
        self._batches = tuple(BatchProcessor(exporter, settings, chain.counters) for exporter in exporters)
        for exporter in exporters:
            bound_exporter(exporter, ExportedSpans(), chain.steps, None)  # batches are bounded already
        self._wait = root_wait(chain, self._hand_on)
        self._reader = unsampled_reader(chain)
        self._warm_up = WarmUp(chain)
        chain.emit_metrics()

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:  # noqa: ARG002
        try:
            if self._wait is not None:
                self._wait.started(span)
            if self._warm_up.pending:
                self._warm_up.look(span)
        except Exception:  # the SDK does not guard this
            self._counters.view_failed()

    def on_end(self, span: ReadableSpan) -> None:
        try:
            processed = self._order.add(span)
            if self._reader is not None:
                self._reader.add(processed)
            if self._wait is not None:
                self._wait.ended(processed)
            else:
                self._hand_on(processed)
        except Exception:  # unseen by the steps it must not go on, and the application must not notice
            self._counters.lost(1, "not_wrapped")

    def _hand_on(self, span: ReadableSpan) -> None:
        for batch in self._batches:
            batch.on_end(span)

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Export all that was accepted before this call; False if an exporter took longer."""
        if self._wait is not None:
            self._wait.release()
        deadline = time.monotonic() + timeout_millis / 1e3
        flushes = [(batch, batch.begin_flush()) for batch in self._batches]
        flushed = [batch.end_flush(flush, deadline) for batch, flush in flushes]
        return all(flushed)

    def shutdown(self) -> None:
        """Export all that was accepted, all exporters at once, and shut them down."""
        if self._wait is not None:
            self._wait.release()
        deadline = time.monotonic() + self._shutdown_timeout_s
        for batch in self._batches:
            batch.begin_shutdown()
        for batch in self._batches:
            batch.end_shutdown(deadline)
