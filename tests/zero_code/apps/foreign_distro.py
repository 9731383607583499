"""A distro and configurator as vendors ship them: own provider, exporters registered in their own ways."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.distro import BaseDistro  # type: ignore[attr-defined]
from opentelemetry.sdk._configuration import _BaseConfigurator
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult


class VendorProvider(TracerProvider):
    pass


class VendorProcessor(SpanProcessor):
    """Sends each span by itself, without an exporter that anybody could wrap."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._send = exporter.export

    def on_end(self, span: ReadableSpan) -> None:
        self._send((span,))


class WrappedExporter(SpanExporter):
    """Puts an attribute on every span, as vendors' exporters do."""

    def __init__(self) -> None:
        self._inner = OTLPSpanExporter()

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        copies = [self._copy(span) for span in spans]
        return self._inner.export(copies)

    @staticmethod
    def _copy(span: ReadableSpan) -> ReadableSpan:
        return ReadableSpan(
            name=span.name,
            context=span.context,
            parent=span.parent,
            resource=span.resource,
            attributes={**(span.attributes or {}), "vendor.seen": True},
            events=span.events,
            links=span.links,
            kind=span.kind,
            status=span.status,
            start_time=span.start_time,
            end_time=span.end_time,
            instrumentation_scope=span.instrumentation_scope,
        )

    def shutdown(self) -> None:
        self._inner.shutdown()  # type: ignore[no-untyped-call]


class OpaqueProvider(trace.NoOpTracerProvider):
    """A provider that is not the SDK's at all."""


class Configurator(_BaseConfigurator):
    def _configure(self, **kwargs: Any) -> None:
        if os.environ.get("SPANWRIGHT_TEST_PROVIDER") == "opaque":
            trace.set_tracer_provider(OpaqueProvider())
            return
        provider = VendorProvider()
        provider.add_span_processor(VendorProcessor(OTLPSpanExporter()))
        trace.set_tracer_provider(provider)
        provider.add_span_processor(BatchSpanProcessor(WrappedExporter()))


class Distro(BaseDistro):  # type: ignore[misc]
    def _configure(self, **kwargs: Any) -> None:
        os.environ.setdefault("OTEL_TRACES_EXPORTER", "otlp")
