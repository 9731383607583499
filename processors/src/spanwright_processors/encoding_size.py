"""How large a span is in OTLP, without encoding it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from opentelemetry.sdk.trace import ReadableSpan


def encoded_size(span: ReadableSpan) -> int:
    """Bytes of ``span`` in OTLP, estimated to within a few per cent, without encoding it."""
    size = 96 + value_size(span.name) + value_size(span.status.description or "")
    size += value_size(span.attributes or {})
    for event in span.events:
        size += 20 + value_size(event.name) + value_size(event.attributes or {})
    for link in span.links:
        size += 40 + value_size(link.attributes or {})
    return size


def value_size(value: object) -> int:
    """Bytes of an attribute's value, or of a body, in OTLP."""
    if isinstance(value, str):
        return 4 + (len(value) if value.isascii() else len(value.encode("utf-8", "surrogatepass")))
    if isinstance(value, bytes):
        return 4 + len(value)
    if isinstance(value, Mapping):
        return 4 + sum(4 + value_size(key) + value_size(item) for key, item in value.items())
    if isinstance(value, Sequence):
        return 4 + sum(2 + value_size(item) for item in value)
    return 11
