"""Runs in the place of an application, under ``opentelemetry-instrument``, and writes down what it finds
there.

Usage: ``opentelemetry-instrument python -m spanwright_analysis.diagnosis.probe REPORT``. The report is JSON.
Nothing is sent to any exporter of the installation: the sample span goes to one in memory.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import asdict
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from opentelemetry import _logs, trace
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from spanwright_semconv.guard import GUARD_ATTRIBUTE, content_is_guarded

from .sample import described, send_sample

_CAPTURE_VARIABLE = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"
_MODES = ("NO_CONTENT", "SPAN_ONLY", "EVENT_ONLY", "SPAN_AND_EVENT")


def report() -> dict[str, Any]:
    tracer_provider, logger_provider = trace.get_tracer_provider(), _logs.get_logger_provider()
    return {
        "instrumentors": dict(_instrumentors()),
        "signals": {
            "traces": _signal(tracer_provider, "_active_span_processor", "_span_processors"),
            "logs": _signal(logger_provider, "_multi_log_record_processor", "_log_record_processors"),
        },
        "content": _content(tracer_provider),
        "sample": _sample(tracer_provider),
        "counters": _counters(tracer_provider),
    }


def _instrumentors() -> Iterator[tuple[str, dict[str, Any]]]:
    """Of each of our instrumentors, by its library: whether it could be loaded, and whether it is at work."""
    for point in _ours():
        try:
            instrumentor = point.load()()
        except Exception as error:
            yield point.name, {"error": f"{type(error).__name__}: {error}"}
        else:
            yield instrumentor.library, {"active": bool(instrumentor.is_instrumented_by_opentelemetry)}


def _ours() -> list[EntryPoint]:
    points = entry_points(group="opentelemetry_instrumentor")
    return [point for point in points if point.value.startswith("spanwright_instrumentation")]


def _signal(provider: object, multi_processor: str, processors: str) -> dict[str, Any]:
    """A signal's provider and exporters, and whether the steps stand in front of them."""
    attachment = getattr(provider, GUARD_ATTRIBUTE, None)
    found = getattr(getattr(provider, multi_processor, None), processors, ())
    return {
        "provider": _type_name(provider),
        "is_sdk": hasattr(provider, multi_processor),
        "exporters": [_exporter(processor) for processor in found],
        "attached": bool(getattr(attachment, "active", False)),
        "masks": content_is_guarded(provider),
    }


def _exporter(processor: object) -> dict[str, str | None]:
    """The exporter behind a processor, wherever this SDK keeps it; the processor itself where it has none."""
    holders = (processor, getattr(processor, "_batch_processor", None))
    for holder in holders:
        for attribute in ("span_exporter", "_exporter"):
            if (exporter := getattr(holder, attribute, None)) is not None:
                return {"name": _type_name(exporter), "target": _target(exporter)}
    return {"name": _type_name(processor), "target": None}


def _target(exporter: object) -> str | None:
    """Where an exporter sends to, without credentials and query."""
    endpoint = getattr(exporter, "_endpoint", None)
    if not isinstance(endpoint, str):
        return None
    parts = urlsplit(endpoint if "//" in endpoint else f"//{endpoint}")
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}" if parts.scheme else host


def _content(tracer_provider: object) -> str | None:
    """Where our instrumentors put message content, by the official name of the mode; None without one.

    The rule is that of the content policy in spanwright_instrumentation, which is not imported here.
    """
    if not _ours():
        return None
    asked = os.environ.get(_CAPTURE_VARIABLE, "").strip().upper()
    if not asked:
        return "SPAN_ONLY" if content_is_guarded(tracer_provider) else "NO_CONTENT"
    return asked if asked in _MODES else "NO_CONTENT"


def _sample(tracer_provider: Any) -> dict[str, Any] | None:
    """The sample span as an exporter behind the steps gets it; None without a provider of the SDK."""
    multi_processor: Any = getattr(tracer_provider, "_active_span_processor", None)
    if not hasattr(multi_processor, "_span_processors"):
        return None
    memory = InMemorySpanExporter()
    multi_processor._span_processors = (SimpleSpanProcessor(memory),)
    send_sample(tracer_provider.get_tracer("spanwright.doctor"))
    spans = memory.get_finished_spans()
    return dict(described(spans[0])) if spans else None


def _counters(tracer_provider: object) -> dict[str, Any] | None:
    attachment = getattr(tracer_provider, GUARD_ATTRIBUTE, None)
    return asdict(attachment.chain.counters.counts()) if attachment else None


def _type_name(value: object) -> str:
    return f"{type(value).__module__.partition('.')[0]}: {type(value).__qualname__}"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(json.dumps(report()), encoding="utf-8")
    sys.stderr.flush()
    os._exit(0)  # no exporter's shutdown: an endpoint that does not answer would hold the doctor up
