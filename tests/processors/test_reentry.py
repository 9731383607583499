"""What ends inside our own code is let in afterwards, so that no two threads wait for each other's locks."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExportResult
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags
from spanwright_processors import EditableSpan, attach, attach_logs
from spanwright_processors.reentry import Inside, one_by_one
from support.spans import Collect, FunctionStep, Shout, chain


def in_trace(trace_id: int) -> Any:
    remote = SpanContext(trace_id, 1, is_remote=True, trace_flags=TraceFlags(1))
    return trace.set_span_in_context(NonRecordingSpan(remote))


class ReadAtOnce(Collect):
    """Reads while it exports, as real exporters do."""

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        assert all(span.name for span in spans)
        return super().export(spans)


def finished(*calls: Callable[[], None]) -> bool:
    """True if all calls return, each on a thread of its own."""
    threads = [threading.Thread(target=call, daemon=True) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    return not any(thread.is_alive() for thread in threads)


def test_two_threads_that_end_spans_inside_a_step_do_not_wait_for_each_other() -> None:
    """Each is in one trace's steps and ends a span of the other trace, which is exported at once."""
    meet = threading.Barrier(2, timeout=5)
    provider, exporter = TracerProvider(shutdown_on_exit=False), ReadAtOnce()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracer = provider.get_tracer("t")

    def end_another(span: EditableSpan) -> None:
        if span.name == "outer":
            meet.wait()
            tracer.start_span("inner", in_trace(3 - span.trace_id)).end()

    attach(provider, chain(end_another, Shout()))
    assert finished(
        lambda: tracer.start_span("outer", in_trace(1)).end(),
        lambda: tracer.start_span("outer", in_trace(2)).end(),
    )
    assert sorted(exporter.names) == ["INNER", "INNER", "OUTER", "OUTER"]


def test_records_emitted_inside_a_step_wait_likewise() -> None:
    """A step that writes to a log whose records go through the same steps neither hangs nor loses them."""
    exporter = InMemoryLogRecordExporter()  # type: ignore[no-untyped-call]
    logs = LoggerProvider(shutdown_on_exit=False)
    logs.add_log_record_processor(SimpleLogRecordProcessor(exporter))
    provider, spans = TracerProvider(shutdown_on_exit=False), ReadAtOnce()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    steps = chain(lambda span: logs.get_logger("step").emit(body=f"saw {span.name}"), Shout())
    attach(provider, steps)
    attach_logs(logs, steps)
    assert finished(lambda: provider.get_tracer("t").start_span("a").end())
    assert [record.log_record.body for record in exporter.get_finished_logs()] == ["SAW A"]
    assert spans.names == ["A"]


def test_items_are_let_in_once_and_in_order() -> None:
    """After the outermost block, what came first goes first; nothing comes twice."""
    let_in: list[str] = []
    accept = one_by_one(str.upper, let_in.append, lambda: None)
    with Inside():
        accept("a")
        with Inside():
            accept("b")
        assert let_in == []
    accept("c")
    assert let_in == ["A", "B", "C"]


def test_what_ends_while_an_item_is_wrapped_follows_it_at_once() -> None:
    """Neither is lost, whatever a processor makes of one of them."""
    let_in: list[str] = []

    def wrap(item: str) -> str:
        if item == "first":
            accept("nested")
            accept("raises")
            accept("last")
        return item

    def forward(item: str) -> None:
        if item == "raises":
            raise ValueError(item)
        let_in.append(item)

    accept = one_by_one(wrap, forward, lambda: None)
    accept("first")
    assert sorted(let_in) == ["first", "last", "nested"]
    with pytest.raises(ValueError, match="raises"):
        accept("raises")


@pytest.mark.parametrize("error", [ValueError(), KeyboardInterrupt()])
def test_a_failure_leaves_the_thread_outside(error: BaseException) -> None:
    """The next item is let in at once; an item that cannot be wrapped is counted and goes nowhere."""
    let_in: list[str] = []
    lost: list[bool] = []

    def wrap(item: str) -> str:
        if item == "bad":
            raise error
        return item

    accept = one_by_one(wrap, let_in.append, lambda: lost.append(True))
    if isinstance(error, Exception):
        accept("bad")
    else:
        with pytest.raises(KeyboardInterrupt):
            accept("bad")
    accept("good")
    assert let_in == ["good"]
    assert len(lost) == isinstance(error, Exception)


def test_threads_do_not_hold_up_each_other() -> None:
    """Being inside is a matter of one thread."""
    let_in: list[str] = []
    accept = one_by_one(str.upper, let_in.append, lambda: None)
    with Inside():
        assert finished(lambda: accept("a"))
        assert let_in == ["A"]


def test_a_step_that_ends_a_span_for_each_span_ends() -> None:
    """Such a step is a mistake; the application goes on all the same."""
    provider, exporter = TracerProvider(shutdown_on_exit=False), ReadAtOnce()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracer = provider.get_tracer("t")
    attach(provider, chain(FunctionStep(lambda _: tracer.start_span("again").end())))
    assert finished(lambda: tracer.start_span("first").end())
