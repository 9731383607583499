"""Stored rows as the spans they were."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from opentelemetry.trace import SpanKind, StatusCode
from spanwright_processors.span import EditableEvent, EditableSpan

from .backend import Store
from .columns import SPANS

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def spans_of(store: Store, trace: str) -> list[EditableSpan]:
    """The spans of the traces whose id begins with ``trace``, with all their attributes and events.

    Times are exact to the microsecond. An empty beginning finds nothing.
    """
    beginning = trace.lower()
    if not beginning or not set(beginning) <= set("0123456789abcdef"):
        return []
    bounds = {"first": beginning, "last": beginning + "g"}
    columns = ", ".join(f"s.{column.name}" for column in SPANS)
    found = store.run(
        f"SELECT {columns}, r.attributes AS resource FROM spans AS s"
        " LEFT JOIN resources AS r ON r.resource_id = s.resource_id"
        " WHERE s.trace_id >= $first AND s.trace_id < $last ORDER BY s.started, s.span_id",
        bounds,
    )
    events = store.run(
        "SELECT trace_id, span_id, name, started, attributes, body FROM events"
        " WHERE trace_id >= $first AND trace_id < $last AND source = 'span' ORDER BY started",
        bounds,
    )
    by_span: dict[tuple[str, str], list[EditableEvent]] = {}
    for trace_id, span_id, name, started, attributes, _ in events.rows:
        event = EditableEvent(name, _nanoseconds(started), _json(attributes) or {})
        by_span.setdefault((trace_id, span_id), []).append(event)
    rows = {(row[0], row[1]): dict(zip(found.columns, row, strict=True)) for row in found.rows}
    return [_span(row, by_span.get(key, [])) for key, row in rows.items()]


def _span(row: dict[str, Any], events: list[EditableEvent]) -> EditableSpan:
    start = _nanoseconds(row["started"])
    parent = row["parent_span_id"]
    return EditableSpan(
        name=row["name"] or "",
        kind=SpanKind[(row["kind"] or "internal").upper()],
        trace_id=int(row["trace_id"], 16),
        span_id=int(row["span_id"], 16),
        parent_span_id=int(parent, 16) if parent else None,
        parent_is_remote=None,
        start_ns=start,
        end_ns=start + round((row["duration_ms"] or 0.0) * 1e6),
        attributes=_attributes(row),
        events=events,
        links=[],
        status_code=StatusCode.ERROR if row["failed"] else StatusCode.UNSET,
        status_description=row["status_message"],
        resource=_json(row["resource"]) or {},
        scope_name=row["scope"] or "",
        scope_version=None,
    )


def _attributes(row: dict[str, Any]) -> dict[str, Any]:
    own = {
        column.attribute: row[column.name]
        for column in SPANS
        if column.attribute and row[column.name] is not None
    }
    documents = own.get("gen_ai.retrieval.documents")
    if documents is not None and not isinstance(documents, str):
        own["gen_ai.retrieval.documents"] = json.dumps(documents, ensure_ascii=False)
    return {**own, **{key: _tuples(value) for key, value in (_json(row["attributes"]) or {}).items()}}


def _tuples(value: Any) -> Any:
    """Arrays as spans have them."""
    if isinstance(value, list):
        return tuple(map(_tuples, value))
    return {key: _tuples(item) for key, item in value.items()} if isinstance(value, dict) else value


def _json(value: Any) -> Any:
    """PostgreSQL's driver gives values, DuckDB text."""
    return json.loads(value) if isinstance(value, str) else value


def _nanoseconds(moment: datetime) -> int:
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (aware - _EPOCH) // _MICROSECOND * 1000
