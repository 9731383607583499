"""Builds the spans that tests of steps edit."""

from __future__ import annotations

from typing import Any

from opentelemetry.trace import SpanKind, StatusCode
from spanwright_processors.span import EditableEvent, EditableSpan

START_NS = 1_790_000_000_000_000_000


def editable_span(
    attributes: dict[str, Any] | None = None,
    *,
    name: str = "chat gpt-4o",
    kind: SpanKind = SpanKind.CLIENT,
    trace_id: int = 1,
    span_id: int = 2,
    parent: int | None = None,
    remote: bool | None = False,
    start_ns: int = START_NS,
    end_ns: int | None = None,
    events: list[EditableEvent] | None = None,
    status: StatusCode = StatusCode.UNSET,
    description: str | None = None,
) -> EditableSpan:
    """A span of one second; ``parent`` is the parent's span id, None makes it a root."""
    return EditableSpan(
        name=name,
        kind=kind,
        trace_id=trace_id,
        span_id=span_id,
        parent_span_id=parent,
        parent_is_remote=None if parent is None else remote,
        start_ns=start_ns,
        end_ns=start_ns + 1_000_000_000 if end_ns is None else end_ns,
        attributes=attributes if attributes is not None else {},
        events=events if events is not None else [],
        links=[],
        status_code=status,
        status_description=description,
        resource={},
        scope_name="test",
        scope_version=None,
    )
