"""One exporter's queue: bounded, batched by count and bytes, counting its losses, keeping nobody waiting."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import threading
import time
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.context import _SUPPRESS_INSTRUMENTATION_KEY, get_value
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExportResult
from opentelemetry.trace import SpanContext, TraceFlags
from spanwright_processors import BatchProcessor, BatchSettings, Counters
from support.spans import Collect, ended

SPAN = ended("s")


def batch_processor(exporter: Collect, **limits: Any) -> BatchProcessor:
    return BatchProcessor(exporter, BatchSettings(**limits), Counters())


def lost(processor: BatchProcessor) -> dict[str, int]:
    return processor._counters.counts().lost


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """An exporter that waits on this is let go at the end at the latest."""
    event = threading.Event()
    yield event
    event.set()


def test_flush_exports_all_that_was_accepted_in_order() -> None:
    """Long before the interval, force_flush returns when everything accepted before it is exported."""
    exporter = Collect()
    processor = batch_processor(exporter, interval_s=60)
    for number in range(1300):
        processor.on_end(ended(str(number)))
    assert processor.force_flush()
    assert exporter.names == [str(number) for number in range(1300)]
    assert all(len(batch) <= 512 for batch in exporter.batches)
    processor.shutdown()
    assert exporter.closed


def test_shutdown_exports_all_that_was_accepted() -> None:
    """The rest goes out before the exporter is shut down; what comes later is counted as lost."""
    exporter = Collect()
    processor = batch_processor(exporter, interval_s=60)
    for number in range(100):
        processor.on_end(ended(str(number)))
    processor.shutdown()
    assert exporter.names == [str(number) for number in range(100)]
    processor.on_end(SPAN)
    processor.shutdown()
    assert processor.force_flush() is False
    assert lost(processor) == {"shutdown": 1}


def test_spans_go_after_the_interval_without_being_asked() -> None:
    """A batch that is not full waits for the interval and no longer."""
    exporter = Collect()
    processor = batch_processor(exporter, interval_s=0.02)
    processor.on_end(SPAN)
    deadline = time.monotonic() + 10
    while not exporter.batches and time.monotonic() < deadline:
        time.sleep(0.005)
    assert exporter.names == ["s"]
    processor.shutdown()


def test_a_full_batch_goes_at_once() -> None:
    """As many spans as a batch holds wake the worker before its interval."""
    exporter = Collect()
    processor = batch_processor(exporter, batch_spans=3, interval_s=60)
    for _ in range(4):
        processor.on_end(SPAN)
    deadline = time.monotonic() + 10
    while not exporter.batches and time.monotonic() < deadline:
        time.sleep(0.005)
    assert [len(batch) for batch in exporter.batches] == [3]
    processor.shutdown()


def test_a_full_queue_refuses_new_spans_and_counts_them(gate: threading.Event) -> None:
    """Behind a stuck exporter on_end returns at once, nothing accepted is dropped, every loss is counted."""
    exporter = Collect(before=gate.wait)
    processor = batch_processor(exporter, queue_spans=8, batch_spans=4, interval_s=0.001)
    started = time.monotonic()
    spans = [ended(str(number)) for number in range(100)]
    for span in spans:
        processor.on_end(span)
    assert time.monotonic() - started < 5
    gate.set()
    assert processor.force_flush()
    exported = len(exporter.names)
    assert exporter.names == sorted(exporter.names, key=int)
    assert exporter.names[:4] == ["0", "1", "2", "3"]
    assert lost(processor) == {"queue_full": 100 - exported}
    processor.shutdown()


def test_the_last_eighth_of_the_queue_is_for_local_roots(gate: threading.Event) -> None:
    """Under a burst of child spans there is still room for the spans that carry their traces' sums."""
    exporter = Collect(before=gate.wait)
    processor = batch_processor(exporter, queue_spans=16, batch_spans=16, interval_s=60)
    parent = trace.set_span_in_context(trace.NonRecordingSpan(SpanContext(1, 2, False, TraceFlags(1))))
    for _ in range(20):
        processor.on_end(ended("child", context=parent))
    for _ in range(3):
        processor.on_end(ended("root"))
    gate.set()
    processor.shutdown()
    assert exporter.names == ["child"] * 14 + ["root"] * 2
    assert lost(processor) == {"queue_full": 7}


def test_batches_are_bounded_by_bytes() -> None:
    """No batch is larger than the limit, except a single span that is larger itself and goes alone."""
    exporter = Collect()
    processor = batch_processor(exporter, batch_bytes=2_200, interval_s=60)
    for size in (900, 900, 900, 5_000, 10, 10):
        processor.on_end(ended(str(size), {"text": "x" * size}))
    assert processor.force_flush()
    assert [[span.name for span in batch] for batch in exporter.batches] == [
        ["900", "900"],
        ["900"],
        ["5000"],
        ["10", "10"],
    ]
    processor.shutdown()


def test_flush_and_shutdown_keep_to_their_timeouts(gate: threading.Event) -> None:
    """A hanging exporter costs the timeout and no more; what could not go is counted."""
    exporter = Collect(before=gate.wait)
    processor = batch_processor(exporter, batch_spans=2, shutdown_timeout_s=0.1, interval_s=60)
    for _ in range(5):
        processor.on_end(SPAN)
    started = time.monotonic()
    assert processor.force_flush(50) is False
    processor.shutdown()
    assert time.monotonic() - started < 5
    assert exporter.closed
    assert lost(processor) == {"shutdown": 3}


@pytest.mark.parametrize(
    "failure", [OSError("secret"), SystemExit("secret"), asyncio.CancelledError("secret")]
)
def test_a_failing_exporter_is_counted_said_once_and_tried_again(
    failure: BaseException, caplog: pytest.LogCaptureFixture
) -> None:
    """An exception or a FAILURE loses that batch alone; the log holds no message of the exception."""

    class Failing(Collect):
        def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
            super().export(spans)
            if len(self.batches) == 3:
                return SpanExportResult.FAILURE
            if len(self.batches) < 3:
                raise failure
            return SpanExportResult.SUCCESS

    exporter = Failing()
    processor = batch_processor(exporter, interval_s=60)
    with caplog.at_level(logging.DEBUG):
        for _ in range(4):
            processor.on_end(SPAN)
            assert processor.force_flush()
        processor.shutdown()
    assert len(exporter.batches) == 4
    assert lost(processor) == {"export_failed": 3}
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert type(failure).__name__ in caplog.text
    assert "secret" not in caplog.text


def test_exporting_is_not_instrumented() -> None:
    """While exporting, the context tells instrumentors to leave the exporter's own calls alone."""
    seen: list[object] = []
    exporter = Collect(before=lambda: seen.append(get_value(_SUPPRESS_INSTRUMENTATION_KEY)))
    processor = batch_processor(exporter)
    processor.on_end(SPAN)
    processor.shutdown()
    assert seen == [True]


def test_an_exporter_that_flushes_or_shuts_down_its_own_processor_does_not_hang() -> None:
    """Called from the worker itself, neither waits for the worker."""
    results: list[object] = []

    def call() -> None:
        results.append(processor.force_flush())
        processor.shutdown()

    exporter = Collect(before=call)
    processor = batch_processor(exporter)
    processor.on_end(SPAN)
    deadline = time.monotonic() + 10
    processor.begin_flush()
    while not exporter.batches and time.monotonic() < deadline:
        time.sleep(0.005)
    assert results == [False]
    assert exporter.names == ["s"]


def test_spans_are_sent_though_no_thread_can_be_started(monkeypatch: pytest.MonkeyPatch) -> None:
    """At the end of the interpreter, where threads cannot start, flush and shutdown send on the spot."""

    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread at interpreter shutdown")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    exporter = Collect()
    processor = batch_processor(exporter)
    processor.on_end(SPAN)
    assert processor.force_flush(1000)
    processor.on_end(SPAN)
    processor.shutdown()
    assert exporter.names == ["s", "s"]
    assert exporter.closed


def test_a_span_that_ends_while_the_worker_is_woken_does_not_lock() -> None:
    """Garbage collection may end spans anywhere, in on_end too: nothing on that way holds a plain lock."""
    exporter = Collect()
    processor = batch_processor(exporter, batch_spans=1, interval_s=60)

    class EndsWhenCollected:
        def __init__(self) -> None:
            self.itself = self

        def __del__(self) -> None:
            processor.on_end(SPAN)

    old = gc.get_threshold()
    gc.set_threshold(1)
    try:
        for _ in range(300):
            EndsWhenCollected()
            processor.on_end(SPAN)
    finally:
        gc.set_threshold(*old)
    gc.collect()
    assert processor.force_flush(10_000)
    assert len(exporter.names) == 600
    processor.shutdown()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")
def test_a_forked_child_starts_with_an_empty_queue_and_a_worker_of_its_own() -> None:
    """The parent's spans are the parent's to send; the child's own arrive."""
    exporter = Collect()
    processor = batch_processor(exporter, interval_s=60)
    processor.on_end(ended("parent"))
    child = os.fork()
    if child == 0:
        processor.on_end(ended("child"))
        processor.shutdown()
        os._exit(0 if exporter.names == ["child"] else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    processor.shutdown()
    assert exporter.names == ["parent"]


@pytest.mark.parametrize(
    "limits", [{"queue_spans": 0}, {"interval_s": -1}, {"batch_spans": 9, "queue_spans": 8}]
)
def test_limits_check_themselves(limits: dict[str, Any]) -> None:
    """A limit that makes no sense is refused by name."""
    with pytest.raises(ValueError, match=f"Cannot use {next(iter(limits))}="):
        BatchSettings(**limits)
