"""OTLP messages for the store, at times that a test can tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from opentelemetry.proto.logs.v1.logs_pb2 import LogsData
from opentelemetry.proto.trace.v1.trace_pb2 import Span, TracesData
from spanwright_analysis.store.batch import Batch, Reader

#: 2026-11-23 12:00:00 UTC, in seconds: what the clocks of stores under test say.
NOW = 1_795_435_200
DAY = 86_400

ROOT = {
    "gen_ai.operation.name": "invoke_workflow",
    "spanwright.outcome": "success",
    "spanwright.trace.finish_reason": "stop",
    "spanwright.trace.spans": 2,
    "spanwright.pipeline.name": "support-answers",
    "user.hash": "8f3a",
}


def retrieval(score: float, query: str = "how do I reset it?") -> dict[str, Any]:
    """What a retrieval of two chunks has."""
    return {
        "gen_ai.operation.name": "retrieval",
        "gen_ai.retrieval.query.text": query,
        "spanwright.retrieval.score.first": score,
        "spanwright.retrieval.score.second": score - 0.01,
        "gen_ai.retrieval.documents": (
            f'[{{"id":"c1","score":{score},"source_doc_id":"aero/light"}},{{"id":"c2","source_doc_id":"lumen/x"}}]'
        ),
    }


def traces(
    *spans: Mapping[str, Any],
    trace: int = 1,
    at: float = NOW,
    resource: Mapping[str, Any] | None = None,
    events: Sequence[tuple[str, Mapping[str, Any]]] = (),
) -> TracesData:
    """One trace: a span for each mapping of attributes, the first of them the root and owner of ``events``.

    The n-th span has the id n, begins n - 1 ms after ``at`` and takes 5 ms.
    """
    message = TracesData()
    group = message.resource_spans.add()
    put(group.resource.attributes, {"service.name": "bot", **(resource or {})})
    scope = group.scope_spans.add()
    scope.scope.name = "tests"
    for number, attributes in enumerate(spans, 1):
        start = int(at * 1e9) + (number - 1) * 1_000_000
        span = scope.spans.add(
            name=f"span {number}",
            kind=Span.SPAN_KIND_CLIENT,
            trace_id=trace.to_bytes(16, "big"),
            span_id=number.to_bytes(8, "big"),
            parent_span_id=b"" if number == 1 else (1).to_bytes(8, "big"),
            start_time_unix_nano=start,
            end_time_unix_nano=start + 5_000_000,
        )
        put(span.attributes, attributes)
        for name, of_event in events if number == 1 else ():
            put(span.events.add(name=name, time_unix_nano=start + 1000).attributes, of_event)
    return message


def logs(*records: tuple[str, Mapping[str, Any]], trace: int | None = None, at: float = NOW) -> LogsData:
    """A log record for each event name and its attributes."""
    message = LogsData()
    group = message.resource_logs.add()
    put(group.resource.attributes, {"service.name": "judge"})
    scope = group.scope_logs.add()
    for name, attributes in records:
        record = scope.log_records.add(event_name=name, time_unix_nano=int(at * 1e9))
        if trace is not None:
            record.trace_id, record.span_id = trace.to_bytes(16, "big"), (1).to_bytes(8, "big")
        put(record.attributes, attributes)
    return message


def batch(*messages: TracesData | LogsData, first_day: str = "") -> Batch:
    """The rows of messages."""
    reader, whole = Reader(first_day, clock=lambda: NOW), Batch()
    for message in messages:
        whole.add(reader.traces(message) if isinstance(message, TracesData) else reader.logs(message))
    return whole


def put(target: Any, attributes: Mapping[str, Any]) -> None:
    for key, value in attributes.items():
        _put(target.add(key=key).value, value)


def _put(held: Any, value: Any) -> None:
    if isinstance(value, bool):
        held.bool_value = value
    elif isinstance(value, int):
        held.int_value = value
    elif isinstance(value, float):
        held.double_value = value
    elif isinstance(value, str):
        held.string_value = value
    elif isinstance(value, bytes):
        held.bytes_value = value
    elif isinstance(value, Mapping):
        held.kvlist_value.SetInParent()
        put(held.kvlist_value.values, value)
    elif value is not None:
        held.array_value.SetInParent()
        for item in value:
            _put(held.array_value.values.add(), item)
