"""What one exporter gets of spans that were processed for all: its own view, in exports of bounded size."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Protocol, runtime_checkable

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from spanwright_semconv.attributes import SPANWRIGHT_CONTENT_TRUNCATED

from .chain import StepChain
from .content import without_content
from .counters import Counters
from .encoding_size import encoded_size
from .sdk import processed_fields
from .span import Attributes
from .step import Phase, Step

_logger = logging.getLogger(__name__)

#: Bytes in one export where no step says otherwise: OTLP receivers refuse 4 MiB by default.
BATCH_BYTES = 3_500_000

#: Where the SDK's span processors, and those made from them, keep their exporter.
_PLACES = ("span_exporter", "_exporter")


@runtime_checkable
class ExporterStep(Protocol):
    """A step that does more to what some exporters get than to what all get."""

    def for_exporter(self, description: str) -> Step | None:
        """The step for the exporter's view; None where it gets what all get."""
        ...

    def may_cut(self, values: Any) -> bool:
        """False only if the step would leave attributes with these values as they are."""
        ...


class BoundedExport:
    """Stands in for an exporter's ``export``: spans in its own view, in parts of ``batch_bytes`` at most.

    A span that is larger than a part, which takes thousands of attributes, keeps what fits of those that
    hold no content. ``batch_bytes`` None: the parts are small enough already.
    """

    def __init__(
        self, exporter: SpanExporter, steps: Iterable[Step], batch_bytes: int | None = BATCH_BYTES
    ) -> None:
        self._exporter = exporter
        self._export: Callable[[Sequence[ReadableSpan]], SpanExportResult] = exporter.export
        self._batch_bytes = batch_bytes
        own = [found for step in steps if (found := _own_step(step, describe(exporter))) is not None]
        self._own = tuple(step for step in own if isinstance(step, ExporterStep))
        self._chain = StepChain(own, Counters())

    @property
    def changes(self) -> bool:
        """Whether the exporter gets anything but what it would get without this."""
        return bool(self._chain.steps) or self._batch_bytes is not None

    def __call__(self, spans: Sequence[ReadableSpan], *args: Any, **kwargs: Any) -> SpanExportResult:
        views: Sequence[ReadableSpan] = spans
        if self._chain.steps:
            views = [self._view(span) for span in spans]
        if self._batch_bytes is None:
            return self._export(views, *args, **kwargs)
        result = SpanExportResult.SUCCESS
        for part in parts(views, self._batch_bytes):
            result = self._export(part, *args, **kwargs)
            if result is not SpanExportResult.SUCCESS:  # the others would wait for the same receiver
                break
        return result

    def _view(self, span: ReadableSpan) -> ReadableSpan:
        if not any(self._may_cut(step, span) for step in self._own):
            return span
        return _with_fields(span, processed_fields(span, self._chain))

    @staticmethod
    def _may_cut(step: ExporterStep, span: ReadableSpan) -> bool:
        maps = [span.attributes or {}, {"": span.status.description or ""}]
        maps += [event.attributes or {} for event in span.events]
        return any(step.may_cut(values) for values in maps)

    def release(self) -> None:
        """Give the exporter its own ``export`` back, unless somebody has replaced this one since."""
        if vars(self._exporter).get("export") is self:
            del self._exporter.__dict__["export"]


def bound_exporter(
    exporter: SpanExporter, steps: Iterable[Step], batch_bytes: int | None = BATCH_BYTES
) -> BoundedExport | None:
    """Have ``exporter`` get its own view in bounded parts; None if it does already, or nothing is to do.

    Its ``export`` is replaced on this one object, which stays what it is for everybody who looks at it.
    """
    if isinstance(getattr(exporter, "export", None), BoundedExport):
        return None
    try:
        bounded = BoundedExport(exporter, steps, batch_bytes)
        if not bounded.changes:
            return None
        exporter.export = bounded  # type: ignore[method-assign]
    except Exception:  # an object without a dictionary: it gets what all get
        _logger.debug("Cannot bound the exports of %s.", type(exporter).__name__, exc_info=True)
        return None
    return bounded


class ExporterBounds:
    """Bounds every exporter behind the span processors of a provider, also of those that are added later."""

    def __init__(self, chain: StepChain) -> None:
        self._steps = chain.steps
        self._seen: object = None
        self._bounded: list[BoundedExport] = []

    def look(self, processors: Any) -> None:
        """Bound what is new among the processors of this multi-processor. 50 ns where nothing is."""
        current = getattr(processors, "_span_processors", None)
        if current is self._seen:
            return
        self._seen = current
        for exporter in _exporters(current or ()):
            bounded = bound_exporter(exporter, self._steps, batch_bytes(self._steps))
            if bounded is not None:
                self._bounded.append(bounded)

    def release(self) -> None:
        """Give all exporters their own ``export`` back."""
        while self._bounded:
            self._bounded.pop().release()


def batch_bytes(steps: Iterable[Step]) -> int:
    """Bytes in one export at most, as the truncating step is set."""
    for step in steps:
        if step.phase is Phase.TRUNCATE:
            return getattr(getattr(step, "settings", None), "batch_bytes", BATCH_BYTES)
    return BATCH_BYTES


def describe(exporter: object) -> str:
    """Module, class and address of an exporter in one text, to be told from others by a part of it."""
    kind = type(exporter)
    address = getattr(exporter, "_endpoint", None) or getattr(exporter, "endpoint", None) or ""
    return f"{kind.__module__}.{kind.__qualname__} {address}".rstrip()


def parts(spans: Sequence[ReadableSpan], most_bytes: int) -> Iterator[Sequence[ReadableSpan]]:
    """``spans`` in their order, in parts of ``most_bytes`` at most; the very sequence if it is one."""
    sizes = [_size(span, most_bytes) for span in spans]
    if sum(sizes) <= most_bytes:
        yield spans
        return
    part: list[ReadableSpan] = []
    size = 0
    for span, bytes_of_span in zip(spans, sizes, strict=True):
        if part and size + bytes_of_span > most_bytes:
            yield part
            part, size = [], 0
        part.append(span if bytes_of_span <= most_bytes else _shrunk(span, most_bytes))
        size += min(bytes_of_span, most_bytes)
    if part:
        yield part


def _size(span: ReadableSpan, otherwise: int) -> int:
    try:
        return encoded_size(span)
    except Exception:  # attributes of a form no exporter expects: the span goes alone
        return otherwise


def _shrunk(span: ReadableSpan, most_bytes: int) -> ReadableSpan:
    """``span`` without events and links, and with so many attributes that hold no content as fit."""
    kept: Attributes = {SPANWRIGHT_CONTENT_TRUNCATED: True}
    room = most_bytes - 10_000
    for key, value in without_content(span.attributes or {}).items():
        room -= len(key) * 4 + len(str(value)) * 4 + 20
        if room < 0:
            break
        kept[key] = value
    return _with_fields(span, {"_attributes": kept, "_events": (), "_links": ()})


def _with_fields(span: ReadableSpan, fields: Any) -> ReadableSpan:
    return ReadableSpan(
        fields.get("_name", span.name),
        span.context,
        span.parent,
        span.resource,
        fields.get("_attributes", span.attributes),
        fields.get("_events", span.events),
        fields.get("_links", span.links),
        span.kind,
        status=fields.get("_status", span.status),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def _own_step(step: Step, description: str) -> Step | None:
    return step.for_exporter(description) if isinstance(step, ExporterStep) else None


def _exporters(processors: Iterable[object]) -> Iterator[SpanExporter]:
    for processor in processors:
        for holder in (processor, getattr(processor, "_batch_processor", None)):
            found = next((one for place in _PLACES if (one := getattr(holder, place, None))), None)
            if found is not None and callable(getattr(found, "export", None)):
                yield found
                break
