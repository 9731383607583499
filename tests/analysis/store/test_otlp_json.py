"""OTLP's JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict
from spanwright_analysis.store.otlp_json import logs_message, traces_message
from support.otlp_traces import ROOT, logs, traces


def as_otlp(message: Any) -> dict[str, Any]:
    """Protobuf's own JSON, with the ids that OTLP writes in hexadecimal."""
    import base64

    def walk(value: Any) -> Any:
        if isinstance(value, list):
            return [walk(item) for item in value]
        if isinstance(value, dict):
            return {
                key: base64.b64decode(item).hex()
                if key in ("traceId", "spanId", "parentSpanId")
                else walk(item)
                for key, item in value.items()
            }
        return value

    made: dict[str, Any] = walk(MessageToDict(message))
    return made


def test_traces_come_back_as_they_were() -> None:
    """Every field of a span, in the JSON that protobuf's own library writes."""
    message = traces({**ROOT, "d": 1.5, "b": True, "y": b"\x01\x02", "l": ["a", 1], "m": {"k": {"n": 2**60}}},
                     {}, events=[("e", {"x": "y"})])  # fmt: skip
    span: Any = message.resource_spans[0].scope_spans[0].spans[0]
    span.status.code, span.status.message, span.flags, span.trace_state = 2, "failed", 0x101, "a=b"
    span.links.add(trace_id=b"\x01" * 16, span_id=b"\x02" * 8)
    message.resource_spans[0].scope_spans[0].scope.version = "1.2"
    assert traces_message(json.loads(json.dumps(as_otlp(message)))) == message


def test_logs_come_back_as_they_were() -> None:
    """Bodies and event names too."""
    message = logs(("gen_ai.evaluation.result", {"score": 0.5}), trace=7)
    record: Any = message.resource_logs[0].scope_logs[0].log_records[0]
    record.body.string_value, record.severity_number, record.observed_time_unix_nano = "text", 9, 5
    assert logs_message(json.loads(json.dumps(as_otlp(message)))) == message


def test_what_is_unknown_is_passed_over() -> None:
    """As the specification of OTLP demands."""
    data = {"resourceSpans": [{"new": 1, "scopeSpans": [{"spans": [{"name": "n", "kind": 3, "newer": {}}]}]}]}
    assert traces_message(data).resource_spans[0].scope_spans[0].spans[0].name == "n"


@pytest.mark.parametrize(
    "span", [{"traceId": "xyz"}, {"startTimeUnixNano": "soon"}, {"attributes": [{}]}, {"kind": "NO"}]
)
def test_what_is_no_otlp_is_told(span: dict[str, Any]) -> None:
    """By an error of a kind that a reader of files expects."""
    with pytest.raises((ValueError, TypeError, KeyError, AttributeError)):
        traces_message({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]})
