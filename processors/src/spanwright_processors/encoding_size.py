"""How large a span is in OTLP, without encoding it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from opentelemetry.sdk.trace import ReadableSpan


def encoded_size(span: ReadableSpan) -> int:
    """Bytes of ``span`` in OTLP, estimated to within a few per cent, without encoding it."""
    size = 96 + _value_size(span.name) + _value_size(span.status.description or "")
    size += _value_size(span.attributes or {})
    for event in span.events:
        size += 20 + _value_size(event.name) + _value_size(event.attributes or {})
    for link in span.links:
        size += 40 + _value_size(link.attributes or {})
    return size


def _value_size(value: object) -> int:
    if isinstance(value, str):
        return 4 + (len(value) if value.isascii() else len(value.encode("utf-8", "surrogatepass")))
    if isinstance(value, bytes):
        return 4 + len(value)
    if isinstance(value, Mapping):
        return 4 + sum(4 + _value_size(key) + _value_size(item) for key, item in value.items())
    if isinstance(value, Sequence):
        return 4 + sum(2 + _value_size(item) for item in value)
    return 11
