"""Steps made from functions, and spans made by the real SDK, for tests of the pipeline."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from spanwright_processors import Counters, EditableLogRecord, EditableSpan, Phase, StepChain


class FunctionStep:
    """A step that calls ``edit`` on spans and nothing on log records."""

    Settings: ClassVar[type[Any]] = type(None)
    phase: ClassVar[Phase] = Phase.ENRICH

    def __init__(self, edit: Callable[[EditableSpan], object], name: str = "function") -> None:
        self.edit = edit
        self.name = name

    def __call__(self, span: EditableSpan) -> None:
        self.edit(span)


class Shout:
    """Masks by writing every string in capitals, so that a lower-case letter is a leak."""

    Settings: ClassVar[type[Any]] = type(None)
    phase: ClassVar[Phase] = Phase.MASK

    def __call__(self, span: EditableSpan) -> None:
        span.name = span.name.upper()
        span.attributes = shouted(span.attributes)
        for link in span.links:
            link.attributes = shouted(link.attributes)
        for event in span.events:
            event.name, event.attributes = event.name.upper(), shouted(event.attributes)
        if span.status_description:
            span.status_description = span.status_description.upper()

    def log(self, record: EditableLogRecord) -> None:
        record.body = shouted(record.body)
        record.attributes = shouted(record.attributes)


def shouted(value: Any) -> Any:
    if isinstance(value, str):
        return value.upper()
    if isinstance(value, dict):
        return {key: shouted(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, bytes):
        return tuple(shouted(item) for item in value)
    return value


def raises(error: BaseException) -> Callable[[EditableSpan], object]:
    def edit(span: EditableSpan) -> object:
        raise error

    return edit


def chain(*steps: Any) -> StepChain:
    """A chain with counters of its own; plain functions become steps."""
    made = [step if hasattr(step, "phase") else FunctionStep(step) for step in steps]
    return StepChain(made, Counters())


class Keep(SpanProcessor):
    """Keeps ended spans unread, as the queue of a batch processor does."""

    def __init__(self) -> None:
        self.spans: list[ReadableSpan] = []

    def on_end(self, span: ReadableSpan) -> None:
        self.spans.append(span)


class Collect(SpanExporter):
    """Keeps what it is given to export, batch by batch; ``before`` runs first and may wait or raise."""

    def __init__(self, before: Callable[[], object] = lambda: None) -> None:
        self.batches: list[list[ReadableSpan]] = []
        self.before = before
        self.closed = False

    @property
    def names(self) -> list[str]:
        return [span.name for batch in self.batches for span in batch]

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        self.before()
        self.batches.append(list(spans))
        return SpanExportResult.SUCCESS

    def shutdown(self) -> None:
        self.closed = True

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return True


def provider(*processors: SpanProcessor, **options: Any) -> TracerProvider:
    """A provider that does not shut down at exit, with an empty resource."""
    made = TracerProvider(resource=Resource({"service.name": "test"}), shutdown_on_exit=False, **options)
    for processor in processors:
        made.add_span_processor(processor)
    return made


def ended(name: str = "span", attributes: dict[str, Any] | None = None, **options: Any) -> ReadableSpan:
    """One span made and ended by the SDK, as a processor gets it."""
    keep = Keep()
    span = provider(keep).get_tracer("test", "1.0").start_span(name, **options)
    span.set_attributes(attributes or {})
    span.end()
    return keep.spans[0]


def texts(spans: Iterable[ReadableSpan]) -> str:
    """All that an exporter could write of ``spans``."""
    return "\n".join(span.to_json() for span in spans)
