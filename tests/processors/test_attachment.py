"""Attaching puts the steps before everything a provider has or gets, and takes nothing else from it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import (
    ConcurrentMultiSpanProcessor,
    ReadableSpan,
    Span,
    SpanProcessor,
    TracerProvider,
)
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import Decision, Sampler, SamplingResult
from spanwright_processors import (
    AttachError,
    Pipeline,
    StepChain,
    attach,
    attach_logs,
    attach_new_providers,
)
from spanwright_semconv.guard import content_is_guarded
from support.spans import Collect, Keep, Shout, chain, provider, raises


def span_names(exporter: InMemorySpanExporter) -> list[str]:
    return [span.name for span in exporter.get_finished_spans()]


def test_tracers_spans_and_processors_before_and_after_are_covered() -> None:
    """Whatever was there when the steps came, and whatever comes later by any way, sees processed spans."""
    before, after, smuggled = InMemorySpanExporter(), InMemorySpanExporter(), InMemorySpanExporter()
    made = provider(SimpleSpanProcessor(before))
    early_tracer = made.get_tracer("early")
    open_span = early_tracer.start_span("open")
    attach(made, chain(Shout()))
    made.add_span_processor(SimpleSpanProcessor(after))
    processors = made._active_span_processor
    processors._span_processors = (*processors._span_processors, SimpleSpanProcessor(smuggled))
    open_span.end()
    early_tracer.start_span("early").end()
    made.get_tracer("late").start_span("late").end()
    assert span_names(before) == span_names(after) == span_names(smuggled) == ["OPEN", "EARLY", "LATE"]


def test_each_span_is_processed_once_for_three_exporters() -> None:
    """Three exporters, two of them in threads: the steps run once a span, and all get the same object."""
    seen: list[str] = []
    steps = chain(lambda span: seen.append(span.name), Shout())
    exporters = [Collect(), Collect()]
    third = InMemorySpanExporter()
    made = provider(*(BatchSpanProcessor(exporter) for exporter in exporters), SimpleSpanProcessor(third))
    attach(made, steps)
    tracer = made.get_tracer("t")
    for number in range(200):
        with tracer.start_as_current_span(f"root{number}"):
            tracer.start_span(f"child{number}").end()
    assert made.force_flush()
    made.shutdown()
    expected = [f"{kind}{number}" for number in range(200) for kind in ("child", "root")]
    assert (
        exporters[0].names == exporters[1].names == span_names(third) == [name.upper() for name in expected]
    )
    assert seen == expected
    assert exporters[0].batches[0][0] is third.get_finished_spans()[0]
    assert steps.counters.counts().spans_processed == 400


def test_a_failing_step_neither_raises_nor_leaks() -> None:
    """The application's code runs on, the span is exported marked and empty."""
    exporter = InMemorySpanExporter()
    made = provider(SimpleSpanProcessor(exporter))
    attach(made, chain(raises(RuntimeError("hidden"))))
    with made.get_tracer("t").start_as_current_span("hidden") as span:
        span.set_attribute("k", "hidden")
        span.add_event("hidden", {"k": "hidden"})
    (exported,) = exporter.get_finished_spans()
    assert "hidden" not in exported.to_json()
    assert dict(exported.attributes or {}) == {"spanwright.processing.failed_steps": ("function",)}


class Recorder(SpanProcessor):
    """Notes which hooks are called, in which thread."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, Any]] = []

    def on_start(self, span: Span, parent_context: Any = None) -> None:
        self.calls.append(("start", parent_context))

    def _on_ending(self, span: Span) -> None:
        self.calls.append(("ending", None))

    def on_end(self, span: ReadableSpan) -> None:
        self.calls.append(("end", threading.get_ident()))

    def shutdown(self) -> None:
        self.calls.append(("shutdown", None))

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        self.calls.append(("flush", None))
        return False


def test_all_hooks_and_return_values_are_the_processors_own() -> None:
    """on_start with its context, _on_ending, force_flush and shutdown pass as without us."""
    recorder = Recorder()
    made = provider(recorder)
    attach(made, chain())
    context = trace.set_span_in_context(trace.INVALID_SPAN)
    made.get_tracer("t").start_span("a", context).end()
    assert made.force_flush() is False
    made.shutdown()
    assert [name for name, _ in recorder.calls] == ["start", "ending", "end", "flush", "shutdown"]
    assert recorder.calls[0] == ("start", context)


def test_an_exception_of_a_processor_passes_as_without_us() -> None:
    """What the team's own processor raises is not hidden by us."""

    class Broken(SpanProcessor):
        def on_end(self, span: ReadableSpan) -> None:
            raise LookupError("theirs")

    made = provider(Broken())
    attach(made, chain())
    with pytest.raises(LookupError, match="theirs"):
        made.get_tracer("t").start_span("a").end()


def test_the_concurrent_multi_processor_is_covered() -> None:
    """The SDK's parallel variant hands the same processed span to its pool."""
    exporters = [InMemorySpanExporter(), InMemorySpanExporter()]
    concurrent = ConcurrentMultiSpanProcessor(num_threads=2)
    made = provider(
        *(SimpleSpanProcessor(exporter) for exporter in exporters), active_span_processor=concurrent
    )
    attach(made, chain(Shout()))
    made.get_tracer("t").start_span("a").end()
    assert made.force_flush()
    made.shutdown()
    concurrent._executor.shutdown()
    assert span_names(exporters[0]) == span_names(exporters[1]) == ["A"]


def test_attaching_twice_keeps_the_first() -> None:
    """A second call gives the attachment there is; the steps run once."""
    exporter = InMemorySpanExporter()
    made = provider(SimpleSpanProcessor(exporter))
    first = attach(made, chain(lambda span: span.attributes.update(n=span.attributes.get("n", 0) + 1)))
    assert attach(made, chain(Shout())) is first
    made.get_tracer("t").start_span("a").end()
    (span,) = exporter.get_finished_spans()
    assert (span.name, dict(span.attributes or {})) == ("a", {"n": 1})


def test_the_guard_signal_is_live() -> None:
    """Content counts as guarded only with a masking step, and only while our entrance is the only one."""
    made, unmasked = provider(Keep()), provider(Keep())
    assert not content_is_guarded(made)
    attachment = attach(made, chain(Shout()))
    attach(unmasked, chain())
    assert content_is_guarded(made)
    assert not content_is_guarded(unmasked)
    processors = made._active_span_processor
    made._active_span_processor = type(processors)()
    assert (attachment.active, content_is_guarded(made)) == (False, False)
    made._active_span_processor = processors
    assert content_is_guarded(made)
    attachment.detach()
    assert (attachment.active, content_is_guarded(made)) == (False, False)


def test_detach_restores_the_provider() -> None:
    """After detaching spans pass as they are; those queued before are processed; attaching again works."""
    keep = Keep()
    made = provider(keep)
    attachment = attach(made, chain(Shout()))
    tracer = made.get_tracer("t")
    tracer.start_span("queued").end()
    attachment.detach()
    attachment.detach()
    tracer.start_span("raw").end()
    attach(made, chain(Shout()))
    tracer.start_span("again").end()
    assert [span.name for span in keep.spans] == ["QUEUED", "raw", "AGAIN"]


@pytest.mark.parametrize("foreign", [trace.ProxyTracerProvider(), trace.NoOpTracerProvider(), object()])
def test_a_foreign_provider_is_one_clear_error(foreign: object) -> None:
    """Neither the API's placeholders nor another vendor's class can be attached to; the message says so."""
    with pytest.raises(
        AttachError, match=r"^Cannot attach to the provider: .* is not a provider of the Open"
    ):
        attach(foreign, chain())
    with pytest.raises(AttachError, match="Cannot attach"):
        attach_logs(foreign, chain())


def test_a_pipeline_behind_an_attached_provider_does_not_process_again() -> None:
    """The same chain twice in the way of a span runs once."""
    steps = chain(lambda span: span.attributes.update(n=span.attributes.get("n", 0) + 1))
    exporter = Collect()
    made = provider(Pipeline(steps, [exporter]))
    attach(made, steps)
    made.get_tracer("t").start_span("a").end()
    made.shutdown()
    assert dict(exporter.batches[0][0].attributes or {}) == {"n": 1}


def test_a_recorded_but_unsampled_span_is_not_exported() -> None:
    """The decision of the sampler is the SDK's and stays."""

    class RecordOnly(Sampler):
        def should_sample(self, *args: Any, **kwargs: Any) -> SamplingResult:
            return SamplingResult(Decision.RECORD_ONLY)

        def get_description(self) -> str:
            return "record only"

    exporter = InMemorySpanExporter()
    made = provider(SimpleSpanProcessor(exporter), sampler=RecordOnly())
    attach(made, chain(Shout()))
    made.get_tracer("t").start_span("a").end()
    assert span_names(exporter) == []


@pytest.fixture
def covered() -> Iterator[StepChain]:
    steps = chain(Shout())
    handle = attach_new_providers(steps)
    yield steps
    handle.detach()


def test_providers_built_later_are_covered(covered: StepChain) -> None:
    """With the option on, the provider that the application builds itself is attached as it is built."""
    exporter = InMemorySpanExporter()
    made = provider(SimpleSpanProcessor(exporter))
    made.get_tracer("t").start_span("a").end()
    assert span_names(exporter) == ["A"]
    assert content_is_guarded(made)
    assert content_is_guarded(LoggerProvider(resource=Resource({}), shutdown_on_exit=False))


def test_providers_built_after_the_option_ends_are_not() -> None:
    """Detaching gives the classes back as they were."""
    initialise = TracerProvider.__init__
    handle = attach_new_providers(chain(Shout()))
    assert TracerProvider.__init__ is not initialise
    handle.detach()
    assert TracerProvider.__init__ is initialise
    assert not content_is_guarded(provider())


def test_a_provider_that_cannot_be_attached_is_still_built(
    covered: StepChain, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The application's provider works as without us, and the log says why it is not covered."""
    monkeypatch.setattr("spanwright_processors.attachment.check_span_layout", lambda: False)
    exporter = InMemorySpanExporter()
    made = provider(SimpleSpanProcessor(exporter))
    made.get_tracer("t").start_span("a").end()
    assert span_names(exporter) == ["a"]
    assert "Cannot attach to the tracer provider" in caplog.text


def test_a_span_that_cannot_be_wrapped_goes_nowhere() -> None:
    """What the steps would not see is not exported; it is counted, and the application goes on."""
    keep = Keep()
    made = provider(keep)
    steps = chain()
    attach(made, steps)
    made._active_span_processor.on_end(object())  # type: ignore[arg-type]
    assert keep.spans == []
    assert steps.counters.counts().lost == {"not_wrapped": 1}


def test_attaching_again_covers_a_replaced_multi_processor() -> None:
    """Where other code has put its own in, the old attachment says it is not active and a new one is made."""
    made = provider(Keep())
    steps = chain(Shout())
    first = attach(made, steps)
    keep = Keep()
    made._active_span_processor = type(made._active_span_processor)()
    made.add_span_processor(keep)
    assert not first.active
    second = attach(made, steps)
    assert second is not first
    made.get_tracer("new").start_span("a").end()
    assert [span.name for span in keep.spans] == ["A"]


def test_a_wrapper_around_the_steps_neither_blinds_nor_doubles_them() -> None:
    """Where other code wraps the same method, the signal says no; attaching anew runs the steps once."""
    seen: list[str] = []
    keep = Keep()
    made = provider(keep)
    steps = chain(lambda span: seen.append(span.name), Shout())
    attachment = attach(made, steps)
    processors: Any = made._active_span_processor
    inner = processors.on_end
    processors.on_end = partial(inner)
    assert not content_is_guarded(made)
    attach(made, steps)
    assert content_is_guarded(made)
    made.get_tracer("t").start_span("a").end()
    attachment.detach()
    assert [span.name for span in keep.spans] == ["A"]
    assert seen == ["a"]
