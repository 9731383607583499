"""Reads spans from OTLP JSON-lines files, as the file exporters of SDK and Collector write them."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from opentelemetry.trace import SpanKind, StatusCode
from spanwright_processors.span import EditableEvent, EditableLink, EditableSpan

#: Bits of a span's ``flags`` that say whether the parent is remote (opentelemetry-proto, SpanFlags).
_HAS_IS_REMOTE, _IS_REMOTE = 0x100, 0x200
_KIND_OFFSET = 1
_STATUS = {0: StatusCode.UNSET, 1: StatusCode.OK, 2: StatusCode.ERROR}


class OtlpFile:
    """The spans of one file, in the file's order, read line by line each time it is iterated.

    Lines that are no OTLP JSON (such as a last line that is still being written) are passed over and counted
    in ``skipped_lines``; lines with logs or metrics are passed over silently. Raises ``OSError`` when the
    file cannot be read.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self.skipped_lines = 0

    def __iter__(self) -> Iterator[EditableSpan]:
        self.skipped_lines = 0
        with self.path.open("rb") as lines:
            for line in lines:
                if line.isspace():
                    continue
                try:
                    spans = list(spans_of(json.loads(line)))
                except (ValueError, TypeError, KeyError, AttributeError):
                    self.skipped_lines += 1
                else:
                    yield from spans


def spans_of(data: Mapping[str, Any]) -> Iterator[EditableSpan]:
    """The spans of one ``TracesData`` message in OTLP's JSON mapping."""
    for resource_spans in data.get("resourceSpans", ()):
        resource = _attributes(resource_spans.get("resource", {}))
        for scope_spans in resource_spans.get("scopeSpans", ()):
            for span in scope_spans.get("spans", ()):
                yield _span(span, resource, scope_spans.get("scope", {}))


def _span(span: Mapping[str, Any], resource: Mapping[str, Any], scope: Mapping[str, Any]) -> EditableSpan:
    parent, status, flags = span.get("parentSpanId"), span.get("status", {}), int(span.get("flags", 0))
    return EditableSpan(
        name=span["name"],
        kind=_kind(span.get("kind", 0)),
        trace_id=int(span["traceId"], 16),
        span_id=int(span["spanId"], 16),
        parent_span_id=int(parent, 16) if parent else None,
        parent_is_remote=bool(flags & _IS_REMOTE) if flags & _HAS_IS_REMOTE else None,
        start_ns=int(span["startTimeUnixNano"]),
        end_ns=int(span["endTimeUnixNano"]),
        attributes=_attributes(span),
        events=[_event(event) for event in span.get("events", ())],
        links=[_link(link) for link in span.get("links", ())],
        status_code=_status(status.get("code", 0)),
        status_description=status.get("message") or None,
        resource=resource,
        scope_name=scope.get("name", ""),
        scope_version=scope.get("version"),
    )


def _event(event: Mapping[str, Any]) -> EditableEvent:
    return EditableEvent(event.get("name", ""), int(event.get("timeUnixNano", 0)), _attributes(event))


def _link(link: Mapping[str, Any]) -> EditableLink:
    return EditableLink(int(link["traceId"], 16), int(link["spanId"], 16), _attributes(link))


def _kind(kind: int | str) -> SpanKind:
    """OTLP counts from 1 (INTERNAL), the API from 0; 0 (unspecified) is taken as INTERNAL."""
    if isinstance(kind, str):
        return SpanKind[kind.removeprefix("SPAN_KIND_").replace("UNSPECIFIED", "INTERNAL")]
    return SpanKind(max(kind - _KIND_OFFSET, 0))


def _status(code: int | str) -> StatusCode:
    return StatusCode[code.removeprefix("STATUS_CODE_")] if isinstance(code, str) else _STATUS[code]


def _attributes(holder: Mapping[str, Any]) -> dict[str, Any]:
    return {item["key"]: _value(item.get("value", {})) for item in holder.get("attributes", ())}


def _value(value: Mapping[str, Any]) -> Any:
    """One ``AnyValue``: arrays become tuples, maps dicts, bytes ``bytes``, and an empty one None."""
    match next(iter(value.items()), (None, None)):
        case ("intValue", number):
            return int(number)
        case ("doubleValue", number):
            return float(number)
        case ("arrayValue", array):
            return tuple(_value(item) for item in array.get("values", ()))
        case ("kvlistValue", pairs):
            return {item["key"]: _value(item.get("value", {})) for item in pairs.get("values", ())}
        case ("bytesValue", encoded):
            return base64.b64decode(encoded)
        case (_, plain):
            return plain
