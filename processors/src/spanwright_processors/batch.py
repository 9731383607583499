"""One exporter's bounded queue and thread: batches by count and bytes, losses counted, no caller waits."""

from __future__ import annotations

import contextlib
import logging
import queue
import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from opentelemetry.context import _SUPPRESS_INSTRUMENTATION_KEY, attach, detach, set_value
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from .background import started
from .counters import Counters, process_counters
from .encoding_size import encoded_size
from .fork import watch_forks

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class BatchSettings:
    """Limits of one exporter's queue. Sizes are estimates of the OTLP encoding, in bytes."""

    #: Spans that may wait. Beyond it the *new* span is refused and counted: what was accepted is not dropped.
    #: The last eighth is for local roots, which carry the sums of their trace.
    queue_spans: int = 2048
    #: Spans in one batch at most.
    batch_spans: int = 512
    #: Bytes in one batch at most; a larger span goes alone. OTLP/gRPC receivers refuse 4 MiB by default.
    batch_bytes: int = 3_500_000
    #: Seconds after which a batch goes that is not full.
    interval_s: float = 5.0
    #: Seconds that shutdown waits for what is queued to be exported.
    shutdown_timeout_s: float = 30.0

    def __post_init__(self) -> None:
        for key in self.__slots__:
            if getattr(self, key) <= 0:
                raise ValueError(f"Cannot use {key}={getattr(self, key)}: it must be greater than 0.")
        if self.batch_spans > self.queue_spans:
            raise ValueError(
                f"Cannot use batch_spans={self.batch_spans}: it must not be greater than "
                f"queue_spans={self.queue_spans}."
            )


class _Flush(threading.Event):
    """Stands in the queue behind the spans that must have been exported before it is set."""


class BatchProcessor(SpanProcessor):
    """Sends spans to ``exporter`` from a thread of its own, started with the first span.

    ``on_end`` never waits and never raises. In a forked child the queue starts empty, as its spans are the
    parent's to send.
    """

    def __init__(
        self,
        exporter: SpanExporter,
        settings: BatchSettings | None = None,
        counters: Counters | None = None,
    ) -> None:
        self._exporter = exporter
        self._settings = settings if settings is not None else BatchSettings()
        self._counters = counters if counters is not None else process_counters()
        self._child_limit = self._settings.queue_spans - self._settings.queue_spans // 8
        self._closed = False
        self._reported = False
        self.after_fork()
        watch_forks(self)

    def after_fork(self) -> None:
        self._queue: deque[ReadableSpan | _Flush] = deque()
        # Re-entrant as events are not: garbage collection may end a span while this thread wakes the worker.
        self._wake: queue.SimpleQueue[bool] = queue.SimpleQueue()
        self._waking = False
        self._start_lock = threading.RLock()
        self._worker: threading.Thread | None = None

    def on_end(self, span: ReadableSpan) -> None:
        context = span.context
        if context is None or not context.trace_flags.sampled:
            return
        if self._closed:
            self._counters.lost(1, "shutdown")
            return
        waiting, parent = len(self._queue), span.parent
        is_root = parent is None or parent.is_remote
        if waiting >= (self._settings.queue_spans if is_root else self._child_limit):
            self._counters.lost(1, "queue_full")
            return
        self._queue.append(span)
        if self._worker is None:
            self._start()
        if waiting + 1 >= self._settings.batch_spans and not self._waking:
            self._waking = True
            self._wake.put(False)

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Export all that was accepted before this call; False if that took longer."""
        return self.end_flush(self.begin_flush(), time.monotonic() + timeout_millis / 1e3)

    def begin_flush(self) -> threading.Event:
        """Ask for all that is queued to be exported. The event is set when it has been."""
        flush = _Flush()
        if self._closed or threading.current_thread() is self._worker:
            return flush
        self._queue.append(flush)
        self._start()
        self._wake.put(True)
        return flush

    def end_flush(self, flush: threading.Event, deadline: float) -> bool:
        """Wait for ``begin_flush``, at most until ``deadline`` of the monotonic clock."""
        if self._closed or threading.current_thread() is self._worker:
            return False
        if self._worker is None:
            self._drain(deadline)  # no thread could be started, as at the end of the interpreter
        if not flush.wait(max(0.0, deadline - time.monotonic())):
            return False
        remaining_ms = int(max(0.0, deadline - time.monotonic()) * 1e3)
        with contextlib.suppress(Exception):
            return self._exporter.force_flush(remaining_ms) is not False
        return False

    def shutdown(self) -> None:
        """Export what was accepted, within the shutdown timeout, and shut the exporter down."""
        self.begin_shutdown()
        self.end_shutdown(time.monotonic() + self._settings.shutdown_timeout_s)

    def begin_shutdown(self) -> None:
        """Accept nothing more and let the worker send the rest."""
        if self._closed:
            return
        if self._queue:
            self._start()
        self._closed = True
        self._wake.put(True)

    def end_shutdown(self, deadline: float) -> None:
        """Wait for ``begin_shutdown``, at most until ``deadline``; what is left then is lost and counted."""
        worker = self._worker
        if worker is not None and worker is not threading.current_thread():
            worker.join(max(0.0, deadline - time.monotonic()))
        elif worker is None:
            self._drain(deadline)
        self._abandon()
        with contextlib.suppress(Exception):
            self._exporter.shutdown()

    def _abandon(self) -> None:
        left, self._queue = self._queue, deque()
        spans = sum(not isinstance(item, _Flush) for item in left.copy())
        if spans:
            self._counters.lost(spans, "shutdown")

    def _start(self) -> None:
        with self._start_lock:
            if (
                self._worker is None
            ):  # still so while the interpreter is ending: shutdown sends what is queued
                self._worker = started(self._run, "SpanwrightBatchProcessor")

    def _run(self) -> None:
        while not self._closed:
            if self._sleep():
                self._drain()
            else:
                self._export_full_batches()
        self._drain()

    def _sleep(self) -> bool:
        """True if all that is queued is to go now, False if only full batches are."""
        try:
            everything = self._wake.get(timeout=self._settings.interval_s)
        except queue.Empty:
            return True
        self._waking = False
        return everything

    def _export_full_batches(self) -> None:
        while len(self._queue) >= self._settings.batch_spans:
            self._export(self._next_batch())

    def _drain(self, deadline: float | None = None) -> None:
        while self._queue and (deadline is None or time.monotonic() < deadline):
            self._export(self._next_batch())

    def _next_batch(self) -> list[ReadableSpan]:
        """The next spans that go together; flushes met at the front are set. Only one thread takes spans."""
        batch: list[ReadableSpan] = []
        waiting, size = self._queue, 0
        while waiting and len(batch) < self._settings.batch_spans:
            item = waiting[0]
            if isinstance(item, _Flush):
                if batch:
                    break
                item.set()
            else:
                size += self._size(item)
                if batch and size > self._settings.batch_bytes:
                    break
                batch.append(item)
            waiting.popleft()
        return batch

    def _size(self, span: ReadableSpan) -> int:
        try:
            return encoded_size(span)
        except Exception:  # attributes of a form no exporter expects: the span goes alone
            return self._settings.batch_bytes

    def _export(self, batch: Sequence[ReadableSpan]) -> None:
        if not batch:
            return
        token = attach(set_value(_SUPPRESS_INSTRUMENTATION_KEY, True))
        try:
            if self._exporter.export(batch) is SpanExportResult.FAILURE:
                self._counters.lost(len(batch), "export_failed")
        except BaseException as error:
            self._counters.lost(len(batch), "export_failed")
            if not isinstance(error, Exception) and threading.current_thread() is not self._worker:
                raise  # the end of the process, at its last flush; the worker has to live on
            self._report(error)
        finally:
            detach(token)

    def _report(self, error: BaseException) -> None:
        if not self._reported:
            self._reported = True
            _logger.warning(
                "Cannot export spans with %s: it raised %s. This is said once, later failures are counted.",
                type(self._exporter).__name__,
                type(error).__name__,
            )
