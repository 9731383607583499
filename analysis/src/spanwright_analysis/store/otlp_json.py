"""OTLP's JSON as the protobuf messages it stands for. Needs ``opentelemetry-proto``.

Ids are hexadecimal, 64-bit numbers may be text, enumerations names: OTLP specification, "JSON Protobuf
Encoding". Keys that are not known are passed over, as it demands.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from typing import Any

from opentelemetry.proto.logs.v1.logs_pb2 import LogsData, SeverityNumber
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status, TracesData


def traces_message(data: Mapping[str, Any]) -> TracesData:
    """``data`` has ``resourceSpans``. Raises ``ValueError``, ``TypeError``, ``KeyError`` or
    ``AttributeError`` where it is no OTLP.
    """
    message = TracesData()
    for group in data["resourceSpans"]:
        resource_spans = message.resource_spans.add()
        _put_attributes(resource_spans.resource.attributes, group.get("resource") or {})
        for scoped in group.get("scopeSpans", ()):
            scope_spans = resource_spans.scope_spans.add()
            _put_scope(scope_spans, scoped)
            for span in scoped.get("spans", ()):
                _put_span(scope_spans.spans.add(), span)
    return message


def logs_message(data: Mapping[str, Any]) -> LogsData:
    """``data`` has ``resourceLogs``; raises as ``traces_message`` does."""
    message = LogsData()
    for group in data["resourceLogs"]:
        resource_logs = message.resource_logs.add()
        _put_attributes(resource_logs.resource.attributes, group.get("resource") or {})
        for scoped in group.get("scopeLogs", ()):
            scope_logs = resource_logs.scope_logs.add()
            _put_scope(scope_logs, scoped)
            for record in scoped.get("logRecords", ()):
                _put_record(scope_logs.log_records.add(), record)
    return message


def _put_scope(message: Any, scoped: Mapping[str, Any]) -> None:
    if scope := scoped.get("scope"):
        message.scope.name = scope.get("name") or ""
        message.scope.version = scope.get("version") or ""
        _put_attributes(message.scope.attributes, scope)


def _put_span(message: Span, span: Mapping[str, Any]) -> None:
    message.trace_id = bytes.fromhex(span.get("traceId") or "")
    message.span_id = bytes.fromhex(span.get("spanId") or "")
    message.parent_span_id = bytes.fromhex(span.get("parentSpanId") or "")
    message.trace_state = span.get("traceState") or ""
    message.name = span.get("name") or ""
    message.kind = _number(span.get("kind"), Span.SpanKind)
    message.start_time_unix_nano = int(span.get("startTimeUnixNano") or 0)
    message.end_time_unix_nano = int(span.get("endTimeUnixNano") or 0)
    message.flags = int(span.get("flags") or 0)
    if status := span.get("status"):
        message.status.code = _number(status.get("code"), Status.StatusCode)
        message.status.message = status.get("message") or ""
    _put_attributes(message.attributes, span)
    for event in span.get("events", ()):
        put = message.events.add(
            name=event.get("name") or "", time_unix_nano=int(event.get("timeUnixNano") or 0)
        )
        _put_attributes(put.attributes, event)
    for link in span.get("links", ()):
        linked = message.links.add(
            trace_id=bytes.fromhex(link.get("traceId") or ""), span_id=bytes.fromhex(link.get("spanId") or "")
        )
        _put_attributes(linked.attributes, link)


def _put_record(message: Any, record: Mapping[str, Any]) -> None:
    message.time_unix_nano = int(record.get("timeUnixNano") or 0)
    message.observed_time_unix_nano = int(record.get("observedTimeUnixNano") or 0)
    message.severity_number = _number(record.get("severityNumber"), SeverityNumber)
    message.severity_text = record.get("severityText") or ""
    message.event_name = record.get("eventName") or ""
    message.trace_id = bytes.fromhex(record.get("traceId") or "")
    message.span_id = bytes.fromhex(record.get("spanId") or "")
    message.flags = int(record.get("flags") or 0)
    if record.get("body"):
        _put(message.body, record["body"])
    _put_attributes(message.attributes, record)


def _number(value: Any, enumeration: Any) -> Any:
    return enumeration.Value(value) if isinstance(value, str) else int(value or 0)


def _put_attributes(target: Any, holder: Mapping[str, Any]) -> None:
    _put_pairs(target, holder.get("attributes") or ())


def _put_pairs(target: Any, pairs: Iterable[Mapping[str, Any]]) -> None:
    for pair in pairs:
        put = target.add(key=pair["key"])
        _put(put.value, pair.get("value") or {})


def _put(message: Any, value: Mapping[str, Any]) -> None:
    for kind, given in value.items():
        match kind:
            case "stringValue":
                message.string_value = given
            case "intValue":
                message.int_value = int(given)
            case "doubleValue":
                message.double_value = float(given)
            case "boolValue":
                message.bool_value = given
            case "bytesValue":
                message.bytes_value = base64.b64decode(given)
            case "arrayValue":
                message.array_value.SetInParent()
                for item in given.get("values") or ():
                    _put(message.array_value.values.add(), item)
            case "kvlistValue":
                message.kvlist_value.SetInParent()
                _put_pairs(message.kvlist_value.values, given.get("values") or ())
