"""collector-config/dev.yaml in the real Collector: what goes in comes out, whole."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter as GrpcSpanExporter
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter as HttpSpanExporter
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import SimpleLogRecordProcessor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, Status, StatusCode
from spanwright_analysis.otlp_file import OtlpFile
from spanwright_processors.sdk import SpanView
from support.collector import Collector

#: All files of the folder that configure a Collector.
CONFIGURATIONS = sorted(
    path.name
    for path in Path(__file__).parents[2].glob("collector-config/*.yaml")
    if "\nservice:\n" in path.read_text()
)
RESOURCE = {"service.name": "collector-test", "deployment.environment.name": "test"}


def exporter_to(collector: Collector, protocol: str) -> SpanExporter:
    if protocol == "grpc":
        return GrpcSpanExporter(endpoint=collector.grpc, insecure=True)
    return HttpSpanExporter(endpoint=f"http://{collector.http}/v1/traces")


def emit_spans(exporter: SpanExporter) -> tuple[ReadableSpan, ...]:
    """A small trace with every kind of attribute, an event, a link and an error; what the SDK handed out."""
    kept = InMemorySpanExporter()
    provider = TracerProvider(resource=Resource(RESOURCE), shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    provider.add_span_processor(SimpleSpanProcessor(kept))
    tracer = provider.get_tracer("collector-test", "1.2.3")
    with tracer.start_as_current_span("invoke_workflow support-bot") as root:
        root.set_attributes({"spanwright.outcome": "success", "spanwright.trace.cost.usd": 0.0125})
        with tracer.start_as_current_span(
            "chat gpt-4o-mini",
            kind=SpanKind.CLIENT,
            attributes={
                "gen_ai.operation.name": "chat",
                "gen_ai.response.finish_reasons": ("stop", "length"),
                "gen_ai.usage.input_tokens": 2**40,
                "gen_ai.request.stream": True,
                "gen_ai.input.messages": json.dumps(
                    [{"role": "user", "content": "Zoë asks: „ça va?“ \U0001f600"}]
                ),
            },
        ) as call:
            call.add_event("chunk", {"index": 3})
            call.add_link(root.get_span_context(), {"kind": "asked by"})
        with tracer.start_as_current_span("execute_tool lookup") as tool:
            tool.set_status(Status(StatusCode.ERROR, "order not found"))
    provider.shutdown()
    return kept.get_finished_spans()


def comparable(span: Any) -> dict[str, Any]:
    """A view's fields without its cache; sequences alike, whoever read them."""
    fields = asdict(span) | {"kind": span.kind, "resource": dict(span.resource)}
    del fields["_decoded"], fields["parent_is_remote"]
    return json.loads(json.dumps(fields, default=str, sort_keys=True))  # type: ignore[no-any-return]


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_configuration_is_valid(collector_binary: Path, name: str) -> None:
    """Every configuration here is one that the built Collector accepts."""
    folder = Path(__file__).parents[2] / "collector-config"
    checked = subprocess.run(
        [collector_binary, "validate", "--config", folder / name],
        env=os.environ | {"COLLECTOR_CONFIG_FOLDER": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize("protocol", ["http", "grpc"])
def test_spans_arrive_whole(start_collector: Callable[[str], Collector], protocol: str) -> None:
    """Every span sent is in the file once, equal in every field."""
    collector = start_collector("dev.yaml")
    sent = emit_spans(exporter_to(collector, protocol))
    collector.stop()
    by_id = {span.span_id: span for span in OtlpFile(collector.traces)}
    expected = [comparable(SpanView(span).span) for span in sent]
    assert len(expected) == 3
    assert [comparable(by_id[span.context.span_id]) for span in sent if span.context] == expected
    assert len(list(OtlpFile(collector.traces))) == len(sent)


def test_log_records_arrive(start_collector: Callable[[str], Collector]) -> None:
    """A GenAI event sent as a log record is in the logs file with its name, body and attributes."""
    collector = start_collector("dev.yaml")
    provider = LoggerProvider(resource=Resource(RESOURCE), shutdown_on_exit=False)
    exporter = OTLPLogExporter(endpoint=f"http://{collector.http}/v1/logs")
    provider.add_log_record_processor(SimpleLogRecordProcessor(exporter))
    provider.get_logger("collector-test").emit(
        event_name="gen_ai.evaluation.result",
        attributes={"gen_ai.evaluation.name": "groundedness"},
        body="0.8",
    )
    provider.shutdown()
    collector.stop()
    [line] = collector.logs.read_text().splitlines()
    [record] = json.loads(line)["resourceLogs"][0]["scopeLogs"][0]["logRecords"]
    assert record["eventName"] == "gen_ai.evaluation.result"
    assert record["body"] == {"stringValue": "0.8"}
    assert record["attributes"] == [
        {"key": "gen_ai.evaluation.name", "value": {"stringValue": "groundedness"}}
    ]


def test_the_demos_spans_arrive_whole(start_collector: Callable[[str], Collector], tmp_path: Path) -> None:
    """What the demo exports to the Collector is what it writes to its own file, span by span."""
    collector = start_collector("dev.yaml")
    ran = subprocess.run(
        [Path(sys.executable).parent / "spanwright", "demo", "--local", "--folder", tmp_path / "demo"],
        env=os.environ | {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://{collector.grpc}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    collector.stop()
    written = {span.span_id: comparable(span) for span in OtlpFile(tmp_path / "demo" / "traces.jsonl")}
    arrived = {span.span_id: comparable(span) for span in OtlpFile(collector.traces)}
    assert len(written) > 10
    assert arrived == written
