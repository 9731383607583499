"""Spans with fixed ids and times, written by the official file exporter."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import Any

from opentelemetry import trace
from opentelemetry.exporter.otlp.json.file import FileSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.trace import Span, SpanKind, Status, StatusCode

#: 2026-11-23 12:00:00 UTC, in nanoseconds.
NOON = 1_795_435_200_000_000_000


class _CountingIds(IdGenerator):
    def __init__(self) -> None:
        self._traces, self._spans = count(0xABC0001), count(0x51)

    def generate_trace_id(self) -> int:
        return next(self._traces) << 96 | 0x1234

    def generate_span_id(self) -> int:
        return next(self._spans) << 32


class SpanFile:
    """An OTLP JSON-lines file to which a test adds spans. Times are milliseconds after noon."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._provider = TracerProvider(
            id_generator=_CountingIds(),
            shutdown_on_exit=False,
            resource=Resource(
                {
                    "service.name": "larkspur-support-bot",
                    "service.version": "1.4.0",
                    "deployment.environment.name": "demo",
                }
            ),
        )
        self._provider.add_span_processor(SimpleSpanProcessor(FileSpanExporter(path)))
        self._tracer = self._provider.get_tracer("spanwright.test", "0.1.0")

    def span(
        self,
        name: str,
        start: float,
        end: float,
        attributes: Mapping[str, Any] | None = None,
        parent: Span | None = None,
        kind: SpanKind = SpanKind.INTERNAL,
        error: str | None = None,
    ) -> Span:
        context = (
            trace.set_span_in_context(parent) if parent else trace.set_span_in_context(trace.INVALID_SPAN)
        )
        span = self._tracer.start_span(name, context, kind, start_time=NOON + round(start * 1e6))
        span.set_attributes(dict(attributes or {}))
        if error is not None:
            span.set_status(Status(StatusCode.ERROR, error))
        span.end(NOON + round(end * 1e6))
        return span

    def close(self) -> None:
        self._provider.shutdown()

    def write(self, text: str) -> None:
        with self.path.open("a", encoding="utf-8") as file:
            file.write(text)


def messages(role: str, *parts: Mapping[str, Any]) -> str:
    """One message of a role as the JSON text of ``gen_ai.input.messages`` or ``gen_ai.output.messages``."""
    return json.dumps([{"role": role, "parts": list(parts)}], ensure_ascii=False)


def text(content: str) -> dict[str, Any]:
    return {"type": "text", "content": content}


def documents(*scores: tuple[float, str]) -> str:
    return json.dumps(
        [{"id": f"{n}", "score": score, "source_doc_id": source} for n, (score, source) in enumerate(scores)]
    )
