"""The span a step sees: one editable view, whether it came from the SDK or from OTLP."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from opentelemetry.trace import SpanKind, StatusCode

#: What an attribute may hold. Values are never changed in place: a step replaces the whole value, so that
#: identity with the source tells what was edited.
AttributeValue: TypeAlias = Any
Attributes: TypeAlias = dict[str, AttributeValue]


@dataclass(slots=True, eq=False)
class EditableEvent:
    name: str
    timestamp_ns: int
    attributes: Attributes


@dataclass(slots=True, eq=False)
class EditableLink:
    trace_id: int
    span_id: int
    attributes: Attributes


@dataclass(slots=True, eq=False)
class EditableSpan:
    """An ended span whose name, kind, attributes, events, links and status a step may change.

    Ids, times, scope and resource are for reading. ``resource`` is shared by many spans.
    ``parent_is_remote`` is None where the source does not say (OTLP without the flag bits).
    Times are nanoseconds since the epoch.
    """

    name: str
    kind: SpanKind
    trace_id: int
    span_id: int
    parent_span_id: int | None
    parent_is_remote: bool | None
    start_ns: int
    end_ns: int
    attributes: Attributes
    events: list[EditableEvent]
    links: list[EditableLink]
    status_code: StatusCode
    status_description: str | None
    resource: Mapping[str, AttributeValue]
    scope_name: str
    scope_version: str | None
    #: False for a span that is recorded and goes to no exporter.
    is_sampled: bool = True
    _decoded: dict[str, tuple[str, Any]] = field(default_factory=dict, repr=False)

    @property
    def operation(self) -> str | None:
        """``gen_ai.operation.name``, or None for a span that is not a GenAI one."""
        return self.attributes.get("gen_ai.operation.name")

    @property
    def is_local_root(self) -> bool:
        """True for a span whose parent is in another process, or that has none.

        Where the source does not say where the parent is, a span that serves a request or takes a message
        from a queue counts as one: its parent is the one who asked.
        """
        if self.parent_span_id is None or self.parent_is_remote is True:
            return True
        return self.parent_is_remote is None and self.kind in (SpanKind.SERVER, SpanKind.CONSUMER)

    def json(self, key: str) -> Any:
        """The decoded JSON of a string attribute, decoded once for all steps; treat it as read-only.

        None when the attribute is absent, no string, no valid JSON, or nested too deep to decode.
        """
        raw = self.attributes.get(key)
        if not isinstance(raw, str):
            return None
        cached = self._decoded.get(key)
        if cached is not None and cached[0] is raw:
            return cached[1]
        try:
            value = json.loads(raw)
        except (ValueError, RecursionError):
            value = None
        self._decoded[key] = (raw, value)
        return value

    def set_json(self, key: str, value: Any) -> None:
        """Write ``value`` as compact JSON text into the attribute ``key``."""
        raw = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        self.attributes[key] = raw
        self._decoded[key] = (raw, value)


@dataclass(slots=True, eq=False)
class EditableLogRecord:
    """A log record (a GenAI event) in the shape steps edit. ``body`` is any OTLP value: text, list, map …"""

    body: AttributeValue
    attributes: Attributes
    event_name: str | None
    trace_id: int
    span_id: int
    resource: Mapping[str, AttributeValue]
