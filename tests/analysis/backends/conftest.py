"""The whole chain, once: an application's spans and events through a gateway into Prometheus."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import set_span_in_context
from spanwright_analysis.backends.definition import Definition, load
from spanwright_analysis.backends.prometheus import rules
from support.collector import built_collector
from support.collector_path import Gateway
from support.processes import eventually
from support.prometheus import Prometheus, prometheus_tool, running_prometheus
from support.stage import free_address, http_receiver

RESOURCE = {"service.name": "support-bot", "deployment.environment.name": "prod"}
PIPELINE = {
    "spanwright.pipeline.name": "support",
    "spanwright.pipeline.version": "7",
    "spanwright.pipeline.type": "simple_qa",
}
TRACES = 60


@pytest.fixture(scope="session")
def definition() -> Definition:
    return load()


@pytest.fixture(scope="session")
def collector_binary() -> Path:
    return built_collector()


@pytest.fixture(scope="session")
def chain(
    collector_binary: Path, definition: Definition, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Prometheus]:
    """Prometheus with the rules, and what the gateway counted of ``TRACES`` traces sent twice, 3 s apart."""
    prometheus_tool("prometheus")
    folder = tmp_path_factory.mktemp("chain")
    made = rules(definition).replace("interval: 1m", "interval: 1s").replace("interval: 5m", "interval: 1s")
    (folder / "rules.yaml").write_text(made)
    (folder / "stage.yaml").write_text("stage: {http: none, group_wait_ms: 1000}\n")
    with running_prometheus(folder, folder / "rules.yaml") as prometheus, http_receiver() as backend:
        sink = backend.url
        gateway = Gateway(
            collector_binary,
            folder,
            "gateway",
            folder / "stage.yaml",
            free_address(),
            prometheus.otlp,
            EXPORTER="otlp_http/backend",
            BACKEND_URL=sink,
        )
        try:
            for part in gateway.parts:
                part.start()
            for repeat in range(1, 3):
                emit(gateway.grpc, TRACES)
                wanted = float(repeat * TRACES)
                assert eventually(lambda wanted=wanted: traces_known(prometheus) == wanted, 60), [  # type: ignore[misc]
                    part.output[-2000:] for part in gateway.parts
                ]
            yield prometheus
        finally:
            for part in gateway.parts:
                part.kill()


def traces_known(prometheus: Prometheus) -> float:
    return sum(value for _, value in prometheus.query("spanwright_traces_total"))


def emit(endpoint: str, count: int) -> None:
    """Requests of a slow, weak pipeline: every kind of span and event there is a metric for."""
    tracing = TracerProvider(resource=Resource(RESOURCE), shutdown_on_exit=False)
    tracing.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint, insecure=True)))
    logging = LoggerProvider(resource=Resource(RESOURCE), shutdown_on_exit=False)
    logging.add_log_record_processor(
        BatchLogRecordProcessor(OTLPLogExporter(endpoint=endpoint, insecure=True))
    )
    for _ in range(count):
        one_request(tracing)
        logging.get_logger("judge").emit(
            LogRecord(
                event_name="gen_ai.evaluation.result",
                severity_number=SeverityNumber.INFO,
                attributes={
                    "gen_ai.evaluation.name": "groundedness",
                    "gen_ai.evaluation.score.value": 0.5,
                    "spanwright.pipeline.name": "support",
                    "spanwright.pipeline.version": "7",
                },
            )
        )
    tracing.shutdown()
    logging.shutdown()


def one_request(provider: TracerProvider) -> None:
    """3 s: a retrieval of score 0.5, a model call, a failed tool, a guardrail that stepped in, a handoff."""
    tracer, begin = provider.get_tracer("bot"), 1_700_000_000 * 10**9
    root = tracer.start_span("invoke_workflow support", start_time=begin, attributes=PIPELINE)
    inside = set_span_in_context(root)
    call: dict[str, str | int | float] = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.response.model": "gpt-4o",
        "gen_ai.prompt.name": "answer",
        "gen_ai.prompt.version": "3",
        "gen_ai.usage.input_tokens": 1000,
        "gen_ai.usage.cache_read.input_tokens": 250,
        "gen_ai.usage.output_tokens": 100,
        "spanwright.finish_reason": "length",
        "spanwright.time_to_first_token": 0.5,
    }
    children: dict[str, dict[str, str | int | float]] = {
        "retrieval docs": {
            "gen_ai.operation.name": "retrieval",
            "spanwright.retrieval.score.first": 0.5,
            "spanwright.retrieval.score.normalised.first": 0.75,
        },
        "chat gpt-4o": {**call, **PIPELINE},
        "execute_tool search": {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": "search",
            "spanwright.tool.version": "2",
            "error.type": "TimeoutError",
        },
        "guardrail": {
            "spanwright.guardrail.name": "policy",
            "spanwright.guardrail.stage": "output",
            "spanwright.guardrail.action": "modified",
        },
        "handoff": {"spanwright.hitl.reason": "sends_mail", "spanwright.pipeline.name": "support"},
    }
    for name, attributes in children.items():
        span = tracer.start_span(name, inside, start_time=begin, attributes=attributes)
        span.end(begin + 10**9)
    root.end(begin + 3 * 10**9)
