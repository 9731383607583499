"""What instrumentors record, kept in memory and shown as trees."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import Any
from unittest.mock import patch

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import HistogramDataPoint, InMemoryMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind
from spanwright_instrumentation.content import CAPTURE_VARIABLE
from spanwright_instrumentation.instrumentor import LibraryInstrumentor
from spanwright_instrumentation.invocation import Invocation
from spanwright_instrumentation.telemetry import Telemetry
from spanwright_semconv import violations

#: JSON attributes of a model call, compared as what they mean.
_DECODED = (
    "gen_ai.input.messages",
    "gen_ai.output.messages",
    "gen_ai.system_instructions",
    "gen_ai.tool.definitions",
)
#: Attributes that measure time, the earlier first.
TIMES = ("gen_ai.response.time_to_first_chunk", "spanwright.time_to_first_token")


class Recording:
    """Providers of its own, and what arrived there."""

    def __init__(self, capture: str = "SPAN_ONLY") -> None:
        self.tracer_provider = TracerProvider(resource=Resource({}), shutdown_on_exit=False)
        self._exporter = InMemorySpanExporter()
        self.tracer_provider.add_span_processor(SimpleSpanProcessor(self._exporter))
        self._reader = InMemoryMetricReader()
        self.meter_provider = MeterProvider([self._reader], resource=Resource({}), shutdown_on_exit=False)
        self.environment = {CAPTURE_VARIABLE: capture}
        with patch.dict("os.environ", self.environment):
            self.telemetry = Telemetry(
                "test", tracer_provider=self.tracer_provider, meter_provider=self.meter_provider
            )

    @property
    def spans(self) -> list[ReadableSpan]:
        """Ended spans, in the order in which they started; each of ours keeps to the conventions."""
        spans = sorted(self._exporter.get_finished_spans(), key=lambda span: span.start_time or 0)
        ours = [
            span for span in spans if "gen_ai.operation.name" in (span.attributes or {}) and _is_ours(span)
        ]
        assert {span.name: found for span in ours if (found := violations(span))} == {}
        return spans

    def span(self, name: str) -> ReadableSpan:
        """The only span of that name."""
        (found,) = [span for span in self.spans if span.name == name]
        return found

    def attributes(self, name: str) -> dict[str, Any]:
        """Attributes of the only span of that name."""
        return dict(self.span(name).attributes or {})

    def call_attributes(self, at: int = 0) -> dict[str, Any]:
        """All attributes of a model call's span, JSON decoded and times checked and left out; spans of tools
        that were inferred do not count."""
        span = [each for each in self.spans if "spanwright.tool.inferred" not in (each.attributes or {})][at]
        assert span.kind is SpanKind.CLIENT
        found: dict[str, Any] = dict(span.attributes or {})
        times = [found.pop(name) for name in TIMES if name in found]
        assert all(isinstance(time, float) and 0 < time < 60 for time in times)
        assert times == sorted(times)
        return {key: json.loads(value) if key in _DECODED else value for key, value in found.items()}

    def tree(self) -> str:
        """All spans by name, each below its parent."""
        spans = self.spans
        known = {span.context.span_id for span in spans}
        roots = [span for span in spans if span.parent is None or span.parent.span_id not in known]
        return "\n".join(line for root in roots for line in _lines(root, spans))

    def metric_points(self, name: str) -> list[tuple[int, dict[str, Any]]]:
        """Count and attributes of each point of a histogram."""
        data = self._reader.get_metrics_data()
        return [
            (point.count, dict(point.attributes or {}))
            for resource in (data.resource_metrics if data else [])
            for scope in resource.scope_metrics
            for metric in scope.metrics
            if metric.name == name
            for point in metric.data.data_points
            if isinstance(point, HistogramDataPoint)
        ]

    def chat(
        self, *tool_calls: tuple[str | None, str, str | None], offered: dict[str, Any] | None = None
    ) -> Invocation:
        """A model call that is over, whose answer asks for these tools, offered with these schemas."""
        call = Invocation(
            self.telemetry,
            "chat",
            "gpt-5",
            attributes={"gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-5"},
        )
        call.tool_calls = tool_calls
        call.tool_schemas = lambda: offered or {}
        call.stop()
        return call


@contextmanager
def recorded_operations(recording: Recording) -> Iterator[Recording]:
    """Tools, workflows and agents go to this recording."""
    modules = [import_module(f"spanwright_instrumentation.{name}") for name in ("tool", "workflow")]
    with (
        patch.object(modules[0], "own_telemetry", lambda: recording.telemetry),
        patch.object(modules[1], "own_telemetry", lambda: recording.telemetry),
    ):
        yield recording


@contextmanager
def instrumented(instrumentor: LibraryInstrumentor, recording: Recording) -> Iterator[Recording]:
    """A library is patched and recorded here."""
    with patch.dict("os.environ", recording.environment):
        instrumentor.instrument(
            tracer_provider=recording.tracer_provider, meter_provider=recording.meter_provider
        )
    try:
        yield recording
    finally:
        instrumentor.uninstrument()


def recorded_by(instrumentor: type[LibraryInstrumentor]) -> Any:
    """A fixture: a recording of this library, for the time of a test."""

    @pytest.fixture
    def recording() -> Iterator[Recording]:
        with instrumented(instrumentor(), Recording()) as recording:
            yield recording

    return recording


def documents(attributes: dict[str, Any]) -> list[dict[str, Any]]:
    """What a retrieval span says came back."""
    listed: list[dict[str, Any]] = json.loads(attributes["gen_ai.retrieval.documents"])
    return listed


def _is_ours(span: ReadableSpan) -> bool:
    scope = span.instrumentation_scope
    return scope is not None and scope.name.startswith(("spanwright", "test"))


def _lines(span: ReadableSpan, spans: Sequence[ReadableSpan], depth: int = 0) -> Iterator[str]:
    yield f"{'  ' * depth}{span.name}"
    for child in spans:
        if child.parent is not None and child.parent.span_id == span.context.span_id:
            yield from _lines(child, spans, depth + 1)
