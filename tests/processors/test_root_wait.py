"""Roots that wait for their children."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from opentelemetry import trace
from opentelemetry.sdk.trace import SpanProcessor
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from spanwright_processors import Pipeline, attach
from spanwright_processors.root_wait import MOST_HELD, RootWait, root_wait
from spanwright_processors.steps.roll_up import RollUp, RollUpSettings
from support.spans import Collect, FunctionStep, Keep, chain, ended, provider


class Waiting(SpanProcessor):
    """The SDK's processor that a wait stands in."""

    def __init__(self, wait_s: float = 60.0) -> None:
        self.passed: list[str] = []
        self.wait = RootWait(lambda span: self.passed.append(span.name), wait_s)

    def on_start(self, span: Any, parent_context: Any = None) -> None:
        self.wait.started(span)

    def on_end(self, span: Any) -> None:
        self.wait.ended(span)


def tree(waiting: Waiting, order: str) -> None:
    """A root ``r`` with a child for each other letter, ended in this order."""
    tracer = provider(waiting).get_tracer("t")
    root = tracer.start_span("r")
    inside = trace.set_span_in_context(root)
    spans = {name: tracer.start_span(name, inside) for name in order if name != "r"} | {"r": root}
    for name in order:
        spans[name].end()


def until(true: Callable[[], bool], seconds: float = 5.0) -> bool:
    deadline = time.monotonic() + seconds
    while not true() and time.monotonic() < deadline:
        time.sleep(0.005)
    return true()


def test_a_root_waits_for_its_last_child() -> None:
    """And goes with it, on its thread; a root whose children have ended goes at once."""
    waiting = Waiting()
    tree(waiting, "arbc")
    assert waiting.passed == ["a", "b", "c", "r"]
    assert (waiting.wait._open, len(waiting.wait._held)) == ({}, 0)


def test_the_wait_is_bounded() -> None:
    """A child that never ends costs its root the wait, no more."""
    waiting = Waiting(wait_s=0.02)
    tracer = provider(waiting).get_tracer("t")
    root = tracer.start_span("r")
    child = tracer.start_span("c", trace.set_span_in_context(root))
    root.end()
    assert waiting.passed == []
    assert until(lambda: waiting.passed == ["r"])
    child.end()
    assert waiting.passed == ["r", "c"]
    assert until(lambda: waiting.wait._worker is None)


def test_spans_that_were_begun_before_do_not_hold() -> None:
    """An attachment to open spans: what was not counted is not waited for."""
    waiting = Waiting()
    waiting.on_end(ended("lone"))
    assert waiting.passed == ["lone"]


def test_a_flush_does_not_wait() -> None:
    """All that is held goes before the processors flush."""
    waiting = Waiting()
    tracer = provider(waiting).get_tracer("t")
    root = tracer.start_span("r")
    tracer.start_span("c", trace.set_span_in_context(root))
    root.end()
    waiting.wait.release()
    assert waiting.passed == ["r"]


def test_what_is_held_is_bounded() -> None:
    """Beyond the bound roots go at once."""
    waiting = Waiting()
    tracer = provider(waiting).get_tracer("t")
    for _ in range(MOST_HELD + 3):
        root = tracer.start_span("r")
        tracer.start_span("c", trace.set_span_in_context(root))
        root.end()
    assert len(waiting.passed) == 3
    waiting.wait.after_fork()
    assert (waiting.wait._open, len(waiting.wait._held)) == ({}, 0)


def test_threads_that_start_and_end_spans_at_once_lose_none() -> None:
    """Every span is passed on once, and no root is held for longer than the wait."""
    waiting = Waiting(wait_s=0.05)
    tracer = provider(waiting).get_tracer("t")

    def requests() -> None:
        for _ in range(200):
            root = tracer.start_span("r")
            inside = trace.set_span_in_context(root)
            children = [tracer.start_span("c", inside) for _ in range(2)]
            ending = threading.Thread(target=children[0].end)
            ending.start()
            root.end()
            children[1].end()
            ending.join()

    threads = [threading.Thread(target=requests) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert until(lambda: len(waiting.passed) == 4 * 200 * 3)
    assert (waiting.wait._open, len(waiting.wait._held)) == ({}, 0)


def totals(exporter: Collect) -> dict[str, Any]:
    (root,) = (span for batch in exporter.batches for span in batch if span.parent is None)
    return dict(root.attributes or {})


def outlived(tracer: trace.Tracer) -> None:
    """A root whose model call goes on in another thread."""
    root = tracer.start_span("r")
    call = tracer.start_span("chat m", trace.set_span_in_context(root))
    call.set_attributes({"gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": 5})
    root.end()
    thread = threading.Thread(target=call.end)
    thread.start()
    thread.join()


def test_with_a_simple_processor_a_root_has_the_totals_of_what_outlived_it() -> None:
    """It would be exported before its child otherwise; detached, everything is as it was."""
    exporter = Collect()
    made = provider(SimpleSpanProcessor(exporter))
    processors: Any = made._active_span_processor
    attachment = attach(made, chain(RollUp()))
    outlived(made.get_tracer("t"))
    assert totals(exporter)["spanwright.trace.model_calls"] == 1
    attachment.detach()
    assert not {"on_start", "on_end", "force_flush", "shutdown"} & vars(processors).keys()


def test_without_a_wait_a_root_goes_at_once() -> None:
    """The late call then brings the corrected totals itself."""
    exporter = Collect()
    made = provider(SimpleSpanProcessor(exporter))
    attach(made, chain(RollUp(RollUpSettings(wait_ms=0))))
    outlived(made.get_tracer("t"))
    assert totals(exporter) == {}
    (event,) = exporter.batches[-1][0].events
    assert event.name == "spanwright.trace.corrected"
    assert (event.attributes or {})["spanwright.trace.usage.input_tokens"] == 5


def test_a_pipeline_waits_as_well() -> None:
    """Its flush and its end do not."""
    exporter = Collect()
    pipeline = Pipeline(chain(RollUp()), [exporter])
    made = provider(pipeline)
    outlived(made.get_tracer("t"))
    pending = made.get_tracer("t").start_span("second")
    made.get_tracer("t").start_span("open", trace.set_span_in_context(pending))
    pending.end()
    assert pipeline.force_flush()
    assert exporter.names.count("second") == 1
    pipeline.shutdown()


def test_an_attached_provider_flushes_what_waits() -> None:
    """A script's last flush, and its shutdown, export the roots of what is still open."""
    for flush in ("force_flush", "shutdown"):
        exporter = Collect()
        made = provider(SimpleSpanProcessor(exporter))
        attach(made, chain(RollUp()))
        root = made.get_tracer("t").start_span("r")
        made.get_tracer("t").start_span("open", trace.set_span_in_context(root))
        root.end()
        getattr(made, flush)()
        assert exporter.names == ["r"]


def test_only_a_step_that_asks_for_it_makes_roots_wait() -> None:
    """Other chains leave the start of spans alone."""
    assert root_wait(chain(FunctionStep(lambda span: None)), lambda span: None) is None
    assert root_wait(chain(RollUp(RollUpSettings(wait_ms=0))), lambda span: None) is None
    made = provider(Keep())
    attach(made, chain())
    assert "on_start" not in vars(made._active_span_processor)
