"""The editable view over OTLP protobuf spans and log records, and whole requests through the steps.

Needs ``opentelemetry-proto`` (the extra ``otlp``). Messages are edited in place: what no step changed stays
as it was, byte for byte, unknown fields included.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, MutableSequence, Sequence
from typing import Any

from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from opentelemetry.trace import SpanKind, StatusCode

from .chain import StepChain
from .content import FAILED_STEPS, NEUTRAL_SPAN_NAME, safe_severity_text
from .sdk import VIEW, encodable, unchanged
from .shared import edited_scope
from .span import Attributes, EditableEvent, EditableLink, EditableLogRecord, EditableSpan
from .step import Place

#: ``Span.flags`` and ``Link.flags``: whether "the parent is remote" is known, and whether it is.
_HAS_IS_REMOTE, _IS_REMOTE = 0x100, 0x200

_KINDS = {
    Span.SPAN_KIND_SERVER: SpanKind.SERVER,
    Span.SPAN_KIND_CLIENT: SpanKind.CLIENT,
    Span.SPAN_KIND_PRODUCER: SpanKind.PRODUCER,
    Span.SPAN_KIND_CONSUMER: SpanKind.CONSUMER,
}
_KINDS_WRITTEN = {kind: number for number, kind in _KINDS.items()} | {
    SpanKind.INTERNAL: Span.SPAN_KIND_INTERNAL
}


def process_traces(request: Any, chain: StepChain) -> None:
    """Run ``chain`` on every span of ``request``, in the order in which they ended, and edit them in place.

    Local roots come after all others, so that what has outlived its root and is here with it counts: all of
    a trace's spans, where the Collector's groupbytrace has put them together. ``request`` is an
    ``ExportTraceServiceRequest``, a ``TracesData`` or a ``ResourceSpans`` list's owner: anything with
    ``resource_spans``. A span that cannot be read or written loses its content, no other does.
    """
    found = [
        (span, resource, group.scope)
        for resource, groups in _resources(request.resource_spans, "scope_spans", chain)
        for group in groups
        for span in group.spans
    ]
    found.sort(key=lambda entry: (_is_local_root(entry[0]), entry[0].end_time_unix_nano))
    views: list[SpanView | None] = [None] * len(found)
    if chain.learns and len(found) > 1:
        views = [_opened(span, resource, scope) for span, resource, scope in found]
        for view in views:
            if view is not None:
                chain.learn(view.span)
    for (span, resource, scope), view in zip(found, views, strict=True):
        process_span(span, resource, scope, chain, view)


def process_span(
    span: Span, resource: Mapping[str, Any], scope: Any, chain: StepChain, view: SpanView | None = None
) -> None:
    """Run ``chain`` on one span of the scope ``scope`` (name, version). Raises no ``Exception``."""
    try:
        view = SpanView(span, resource, scope) if view is None else view
        chain.process(view.span)
        view.write()
    except Exception:
        chain.counters.view_failed()
        _empty_span(span)


def _opened(span: Span, resource: Mapping[str, Any], scope: Any) -> SpanView | None:
    try:
        return SpanView(span, resource, scope)
    except Exception:  # told when its turn comes
        return None


def process_logs(request: Any, chain: StepChain) -> None:
    """Run ``chain`` on every log record of ``request`` (anything with ``resource_logs``), in place."""
    for resource, groups in _resources(request.resource_logs, "scope_logs", chain):
        for group in groups:
            for record in group.log_records:
                process_log_record(record, resource, chain)


def process_log_record(record: LogRecord, resource: Mapping[str, Any], chain: StepChain) -> None:
    """Run ``chain`` on one log record. Raises no ``Exception``."""
    try:
        view = LogView(record, resource)
        chain.process_log(view.record)
        view.write()
    except Exception:
        chain.counters.view_failed()
        for name in ("body", "event_name", "severity_text"):
            record.ClearField(name)
        _rewrite(record.attributes, {FAILED_STEPS: (VIEW,)})


class SpanView:
    """``span`` is to be edited; ``write()`` puts into the message what has changed."""

    def __init__(self, message: Span, resource: Mapping[str, Any], scope: Any) -> None:
        self._message = message
        self._attributes = decoded(message.attributes)
        self._event_attributes = [decoded(event.attributes) for event in message.events]
        self._link_attributes = [decoded(link.attributes) for link in message.links]
        parent_id = int.from_bytes(message.parent_span_id, "big") or None
        self.span = EditableSpan(
            name=message.name,
            kind=_KINDS.get(message.kind, SpanKind.INTERNAL),
            trace_id=int.from_bytes(message.trace_id, "big"),
            span_id=int.from_bytes(message.span_id, "big"),
            parent_span_id=parent_id,
            parent_is_remote=None if parent_id is None else _is_remote(message.flags),
            start_ns=message.start_time_unix_nano,
            end_ns=message.end_time_unix_nano,
            attributes=dict(self._attributes),
            events=[
                EditableEvent(event.name, event.time_unix_nano, dict(attributes))
                for event, attributes in zip(message.events, self._event_attributes, strict=True)
            ],
            links=[
                EditableLink(
                    int.from_bytes(link.trace_id, "big"),
                    int.from_bytes(link.span_id, "big"),
                    dict(attributes),
                )
                for link, attributes in zip(message.links, self._link_attributes, strict=True)
            ],
            status_code=_status_code(message.status.code),
            status_description=message.status.message or None,
            resource=resource,
            scope_name=scope.name,
            scope_version=scope.version or None,
        )
        self._kind = self.span.kind
        self._status = (self.span.status_code, self.span.status_description)
        self._events = tuple(self.span.events)
        self._links = tuple(self.span.links)

    def write(self) -> None:
        message, span = self._message, self.span
        if span.name != message.name:
            message.name = encodable(span.name)
        if span.kind is not self._kind:
            message.kind = _KINDS_WRITTEN[span.kind]
        _write_attributes(message.attributes, span.attributes, self._attributes)
        _write_items(message.events, span.events, self._events, self._event_attributes, _write_event)
        _write_items(message.links, span.links, self._links, self._link_attributes, _write_link)
        if (span.status_code, span.status_description) != self._status:
            description = span.status_description if span.status_code is StatusCode.ERROR else None
            status: Any = message.status
            status.code, status.message = span.status_code.value, encodable(description or "")


class LogView:
    """``record`` is to be edited; ``write()`` puts into the message what has changed."""

    def __init__(self, message: LogRecord, resource: Mapping[str, Any]) -> None:
        self._message = message
        self._attributes = decoded(message.attributes)
        self._body = _value(message.body)
        self.record = EditableLogRecord(
            body=self._body,
            attributes=dict(self._attributes),
            event_name=message.event_name or None,
            trace_id=int.from_bytes(message.trace_id, "big"),
            span_id=int.from_bytes(message.span_id, "big"),
            resource=resource,
        )

    def write(self) -> None:
        _write_attributes(self._message.attributes, self.record.attributes, self._attributes)
        if self.record.body is not self._body:
            self._message.body.CopyFrom(_any_value(self.record.body))
        event_name = encodable(self.record.event_name or "")
        if event_name != self._message.event_name:
            self._message.event_name = event_name
        if safe_severity_text(self._message.severity_text) is None:
            self._message.ClearField("severity_text")


def decoded(pairs: MutableSequence[KeyValue]) -> Attributes:
    """Attributes as the SDK holds them: arrays are tuples, maps dicts, a value of no kind None.

    Where a key occurs twice the last one counts, and the others are taken out of ``pairs``: what no step
    can see must not go out.
    """
    attributes = {pair.key: _value(pair.value) for pair in pairs}
    if len(attributes) != len(pairs):
        _rewrite(pairs, attributes)
    return attributes


def _value(value: AnyValue) -> Any:
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return tuple(_value(item) for item in value.array_value.values)
    if kind == "kvlist_value":
        return decoded(value.kvlist_value.values)
    if kind is None or kind == "string_value_strindex":  # the latter is for profiles only
        return None
    return getattr(value, kind)


def _any_value(value: Any) -> AnyValue:
    """``value`` as the SDK's OTLP exporter encodes it. Raises for what OTLP cannot hold."""
    if value is None:
        return AnyValue()
    if isinstance(value, bool):
        return AnyValue(bool_value=value)
    if isinstance(value, str):
        return AnyValue(string_value=value)
    if isinstance(value, int):
        return AnyValue(int_value=value)
    if isinstance(value, float):
        return AnyValue(double_value=value)
    if isinstance(value, bytes):
        return AnyValue(bytes_value=value)
    encoded = AnyValue()
    if isinstance(value, Mapping):
        encoded.kvlist_value.SetInParent()
        for key, item in value.items():
            encoded.kvlist_value.values.add(key=key, value=_any_value(item))
        return encoded
    if isinstance(value, Sequence):
        encoded.array_value.SetInParent()
        encoded.array_value.values.extend(_any_value(item) for item in value)
        return encoded
    return AnyValue(string_value=str(value))


def _encodable(value: Any) -> AnyValue | None:
    """None for what OTLP cannot hold (an integer over 64 bits, half a surrogate): such an attribute goes."""
    try:
        return _any_value(value)
    except (ValueError, TypeError):
        return None


def _write_attributes(pairs: MutableSequence[KeyValue], new: Attributes, old: Attributes) -> None:
    if unchanged(new, old):
        return
    for index in range(len(pairs) - 1, -1, -1):
        pair = pairs[index]
        if pair.key in new and new[pair.key] is old[pair.key]:
            continue
        value = _encodable(new[pair.key]) if pair.key in new else None
        if value is None:
            del pairs[index]
        else:
            pair.value.CopyFrom(value)
    _append(pairs, {key: value for key, value in new.items() if key not in old})


def _rewrite(pairs: MutableSequence[KeyValue], attributes: Mapping[str, Any]) -> None:
    del pairs[:]
    _append(pairs, attributes)


def _append(pairs: MutableSequence[KeyValue], attributes: Mapping[str, Any]) -> None:
    for key, value in attributes.items():
        encoded = _encodable(value)
        if encoded is not None:
            pairs.append(KeyValue(key=key, value=encoded))


def _write_items(
    messages: MutableSequence[Any],
    new: Sequence[Any],
    old: Sequence[Any],
    old_attributes: Sequence[Attributes],
    write: Callable[[Any, Any, Attributes], None],
) -> None:
    """Write events or links back; ``new`` may hold those of ``old`` in any order, fewer, and others."""
    if [id(item) for item in new] == [id(item) for item in old]:
        for message, item, attributes in zip(messages, new, old_attributes, strict=True):
            write(message, item, attributes)
        return
    places = {id(item): place for place, item in enumerate(old)}
    edited = []
    for item in new:
        place = places.get(id(item))
        message = Span.Event() if isinstance(item, EditableEvent) else Span.Link()
        if place is not None:
            message.CopyFrom(messages[place])
        write(message, item, old_attributes[place] if place is not None else {})
        edited.append(message)
    del messages[:]
    messages.extend(edited)


def _write_event(message: Span.Event, event: EditableEvent, old: Attributes) -> None:
    if event.name != message.name:
        message.name = encodable(event.name)
    if event.timestamp_ns != message.time_unix_nano:
        message.time_unix_nano = event.timestamp_ns
    _write_attributes(message.attributes, event.attributes, old)


def _write_link(message: Span.Link, link: EditableLink, old: Attributes) -> None:
    if not message.trace_id:
        message.trace_id = link.trace_id.to_bytes(16, "big")
        message.span_id = link.span_id.to_bytes(8, "big")
        message.flags = _HAS_IS_REMOTE
    _write_attributes(message.attributes, link.attributes, old)


def _empty_span(message: Span) -> None:
    message.name = NEUTRAL_SPAN_NAME
    message.status.message = ""
    del message.events[:]
    del message.links[:]
    _rewrite(message.attributes, {FAILED_STEPS: (VIEW,)})


def _resources(items: Iterable[Any], groups: str, chain: StepChain) -> Iterable[tuple[Attributes, Any]]:
    """Each resource as it was, for the steps to read, with its groups; resource and scopes are edited."""
    for item in items:
        resource = decoded(item.resource.attributes)
        edited = chain.process_attributes(resource, Place.RESOURCE, resource)
        _write_attributes(item.resource.attributes, edited, resource)
        for group in getattr(item, groups):
            _edit_scope(group.scope, resource, chain)
        yield resource, getattr(item, groups)


def _edit_scope(scope: Any, resource: Attributes, chain: StepChain) -> None:
    attributes = decoded(scope.attributes)
    name, version, edited = edited_scope(chain, scope.name, scope.version, attributes, resource)
    if (name, version or "") != (scope.name, scope.version):
        scope.name, scope.version = name, version or ""
    _write_attributes(scope.attributes, edited, attributes)


def _is_remote(flags: int) -> bool | None:
    return bool(flags & _IS_REMOTE) if flags & _HAS_IS_REMOTE else None


def _is_local_root(span: Span) -> bool:
    """As ``EditableSpan.is_local_root``, before there is a view."""
    remote = _is_remote(span.flags)
    served = span.kind in (Span.SPAN_KIND_SERVER, Span.SPAN_KIND_CONSUMER)
    return not any(span.parent_span_id) or remote is True or (remote is None and served)


def _status_code(code: int) -> StatusCode:
    return StatusCode(code) if code in (0, 1, 2) else StatusCode.UNSET
