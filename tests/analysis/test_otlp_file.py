"""Reading spans back from OTLP JSON-lines files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.exporter.otlp.json.file import FileSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.trace import Link, SpanKind, StatusCode
from spanwright_analysis.otlp_file import OtlpFile, spans_of
from support.span_file import NOON, SpanFile

COLLECTOR_LINE = {
    "resourceSpans": [
        {
            "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "shop"}}]},
            "scopeSpans": [
                {
                    "scope": {},
                    "spans": [
                        {
                            "traceId": "5b8efff798038103d269b633813fc60c",
                            "spanId": "eee19b7ec3c1b174",
                            "parentSpanId": "",
                            "flags": 0x301,
                            "name": "GET /",
                            "kind": "SPAN_KIND_SERVER",
                            "startTimeUnixNano": "1544712660000000000",
                            "endTimeUnixNano": 1544712661000000000,
                            "attributes": [
                                {"key": "count", "value": {"intValue": 9007199254740993}},
                                {
                                    "key": "map",
                                    "value": {
                                        "kvlistValue": {
                                            "values": [{"key": "a", "value": {"boolValue": True}}]
                                        }
                                    },
                                },
                                {"key": "nothing", "value": {}},
                                {"key": "bytes", "value": {"bytesValue": "AAEC"}},
                                {"key": "list", "value": {"arrayValue": {}}},
                            ],
                            "status": {"code": "STATUS_CODE_ERROR"},
                        }
                    ],
                }
            ],
        }
    ]
}


def test_reads_back_what_the_official_exporter_wrote(span_file: SpanFile) -> None:
    """Names, ids, kinds, times, attributes, status and resource survive the way through the file."""
    root = span_file.span("root", 0, 10, {"big": 2**53 + 1, "share": 0.25, "yes": True, "list": ("a", "b")})
    span_file.span("child", 1, 2.5, parent=root, kind=SpanKind.CLIENT, error="boom")
    first, second = OtlpFile(span_file.path)

    assert (first.name, first.kind, first.parent_span_id) == ("root", SpanKind.INTERNAL, None)
    assert first.attributes == {"big": 2**53 + 1, "share": 0.25, "yes": True, "list": ("a", "b")}
    assert (first.start_ns, first.end_ns) == (NOON, NOON + 10_000_000)
    assert first.trace_id == root.get_span_context().trace_id
    assert second.parent_span_id == first.span_id
    assert (second.kind, second.status_code) == (SpanKind.CLIENT, StatusCode.ERROR)
    assert second.status_description == "boom"
    assert second.resource["service.name"] == "larkspur-support-bot"
    assert (second.scope_name, second.scope_version) == ("spanwright.test", "0.1.0")


def test_reads_events_and_links(tmp_path: Path) -> None:
    """Events with their attributes and links with their ids are there."""
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(FileSpanExporter(tmp_path / "t.jsonl")))
    tracer = provider.get_tracer("test")
    other = tracer.start_span("other")
    span = tracer.start_span("span", links=[Link(other.get_span_context(), {"why": "retry"})])
    span.add_event("said", {"word": "ü"}, timestamp=NOON)
    span.end()
    provider.shutdown()

    (read,) = OtlpFile(tmp_path / "t.jsonl")
    assert [(event.name, event.timestamp_ns, event.attributes) for event in read.events] == [
        ("said", NOON, {"word": "ü"})
    ]
    assert [(link.span_id, link.attributes) for link in read.links] == [
        (other.get_span_context().span_id, {"why": "retry"})
    ]


def test_reads_what_other_writers_may_write() -> None:
    """Enum names, 64-bit integers as numbers, empty parents, maps, bytes and empty values are understood."""
    (span,) = spans_of(COLLECTOR_LINE)
    assert (span.kind, span.status_code, span.parent_span_id) == (SpanKind.SERVER, StatusCode.ERROR, None)
    assert span.parent_is_remote is True
    assert span.end_ns - span.start_ns == 1_000_000_000
    assert span.attributes == {
        "count": 9007199254740993,
        "map": {"a": True},
        "nothing": None,
        "bytes": b"\x00\x01\x02",
        "list": (),
    }


@pytest.mark.parametrize(
    "broken",
    [
        '{"resourceSpans":[{"resource":',
        "not JSON",
        "[1]",
        '{"resourceSpans":[{"scopeSpans":[{"spans":[{}]}]}]}',
        "7",
    ],
)
def test_passes_over_broken_lines(span_file: SpanFile, broken: str) -> None:
    """A line that is cut or foreign costs that line only, and is counted."""
    span_file.span("before", 0, 1)
    span_file.write(broken + "\n")
    span_file.span("after", 1, 2)
    file = OtlpFile(span_file.path)
    assert [span.name for span in file] == ["before", "after"]
    assert file.skipped_lines == 1


def test_other_signals_are_no_fault(span_file: SpanFile) -> None:
    """Lines with logs or metrics, and blank ones, are passed over without being counted."""
    span_file.write('\n{"resourceLogs":[]}\n{"resourceMetrics":[]}\n')
    file = OtlpFile(span_file.path)
    assert (list(file), file.skipped_lines) == ([], 0)


def test_reads_line_by_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first span is there before the second line has been read."""
    line = json.dumps(COLLECTOR_LINE) + "\n"
    (tmp_path / "t.jsonl").write_text(line * 3)
    decoded: list[bytes] = []
    loads = json.loads

    def counting(text: bytes) -> Any:
        decoded.append(text)
        return loads(text)

    monkeypatch.setattr("spanwright_analysis.otlp_file.json.loads", counting)
    next(iter(OtlpFile(tmp_path / "t.jsonl")))
    assert len(decoded) == 1
