"""Spans as one exporter gets them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from opentelemetry.sdk.trace import ReadableSpan
from spanwright_semconv.attributes import SPANWRIGHT_CONTENT_TRUNCATED

from .chain import StepChain
from .content import without_content
from .encoding_size import encoded_size
from .sdk import processed_fields
from .span import Attributes


class ExportedSpans:
    """What ``BoundedExport`` has to know of spans."""

    #: Where the provider's multi-processor keeps its processors.
    processors = "_span_processors"

    def size(self, span: ReadableSpan) -> int:
        """Bytes in OTLP, estimated."""
        return encoded_size(span)

    def maps(self, span: ReadableSpan) -> Iterable[Mapping[str, Any]]:
        """All that may have to be cut."""
        yield span.attributes or {}
        yield {"": span.status.description or ""}
        for event in span.events:
            yield event.attributes or {}

    def view(self, span: ReadableSpan, chain: StepChain) -> ReadableSpan:
        """A copy after the steps of ``chain``."""
        return _with_fields(span, processed_fields(span, chain))

    def shrunk(self, span: ReadableSpan, most_bytes: int) -> ReadableSpan:
        """A copy without events and links, and with so many attributes that hold no content as fit."""
        kept = shrunk_attributes(span.attributes or {}, most_bytes)
        return _with_fields(span, {"_attributes": kept, "_events": (), "_links": ()})


def shrunk_attributes(attributes: Mapping[str, Any], most_bytes: int) -> Attributes:
    """As many of ``attributes`` that hold no content as fit into ``most_bytes`` with room for the rest."""
    kept: Attributes = {SPANWRIGHT_CONTENT_TRUNCATED: True}
    room = most_bytes - 10_000
    for key, value in without_content(attributes).items():
        room -= len(key) * 4 + len(str(value)) * 4 + 20
        if room < 0:
            break
        kept[key] = value
    return kept


def _with_fields(span: ReadableSpan, fields: Mapping[str, Any]) -> ReadableSpan:
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
