"""An application, an agent, two gateways with their stages, a backend: real processes, and their mishaps.

Nothing acknowledged is lost, nothing unmasked passes, and a trace arrives whole, with its totals.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc  # type: ignore[import-untyped]
import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.metrics.v1.metrics_pb2 import AGGREGATION_TEMPORALITY_CUMULATIVE
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import SpanKind, set_span_in_context
from spanwright_processors.otlp import decoded
from spanwright_processors.stage.signals import Signal
from support.backend import Backend, application
from support.collector_path import CONFIGURATIONS, CollectorPart, Gateway, Part
from support.processes import eventually
from support.stage import Receiver, free_address, http_receiver

DOWN_SECONDS = 60.0
SPANS_IN_A_TRACE = 4
PLANTED = ("jane.doe@example.com", "4111 1111 1111 1111", "sk-proj-" + "aB3dE6gH9jK2mN5pQ8sT1vW4" * 2)


class WholePath:
    """Agent and gateways."""

    def __init__(self, binary: Path, folder: Path, backend: Backend, metrics: Receiver) -> None:
        config = folder / "stage.yaml"
        config.write_text("stage: {http: none, group_wait_ms: 3000}\n")
        self.gateways = [
            Gateway(binary, folder, f"gateway-{number}", config, backend.address, metrics.url)
            for number in range(2)
        ]
        self.otlp = free_address()
        self.agent = CollectorPart(
            binary,
            "agent.yaml",
            folder,
            "agent",
            OTLP_GRPC=self.otlp,
            OTLP_HTTP=free_address(),
            GATEWAYS="[" + ", ".join(gateway.grpc for gateway in self.gateways) + "]",
        )
        self.parts: list[Part] = [part for gateway in self.gateways for part in gateway.parts] + [self.agent]

    def start(self) -> None:
        for part in self.parts:
            part.start()

    def kill(self) -> None:
        for part in self.parts:
            part.kill()


@pytest.fixture
def metrics() -> Iterator[Receiver]:
    with http_receiver() as receiver:
        yield receiver


@pytest.fixture
def backend() -> Iterator[Backend]:
    backend = Backend()
    yield backend
    backend.stop()


@pytest.fixture
def path(collector_binary: Path, tmp_path: Path, backend: Backend, metrics: Receiver) -> Iterator[WholePath]:
    path = WholePath(collector_binary, tmp_path, backend, metrics)
    try:
        path.start()
        yield path
    finally:
        path.kill()


def emit(provider: TracerProvider, count: int, first: int = 0) -> None:
    """Traces: a root, two priced model calls and a tool call, with personal data in all of them."""
    tracer = provider.get_tracer("shop")
    call: dict[str, str | int] = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.response.model": "gpt-4o",
        "gen_ai.usage.input_tokens": 1000,
        "gen_ai.usage.output_tokens": 100,
    }
    for number in range(first, first + count):
        text = f"{number}: {' and '.join(PLANTED)}"
        root = tracer.start_span("invoke_workflow shop", attributes={"note": text})
        context = set_span_in_context(root)
        for _ in range(2):
            tracer.start_span(
                "chat gpt-4o", context, SpanKind.CLIENT, {**call, "gen_ai.input.messages": text}
            ).end()
        tool = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "search", "query": text}
        tracer.start_span("execute_tool search", context, attributes=tool).end()
        root.end()


def roots(spans: dict[bytes, Span]) -> list[dict[str, Any]]:
    return [decoded(span.attributes) for span in spans.values() if not any(span.parent_span_id)]


def assert_masked(backend: Backend, *others: bytes) -> None:
    everything = b"".join([*backend.bodies, *others])
    for value in PLANTED:
        assert value.encode() not in everything


def test_a_trace_goes_the_whole_path(path: WholePath, backend: Backend, metrics: Receiver) -> None:
    """Over both gateways: masked, priced, rolled up over the trace; and counted for the dashboards."""
    backend.start()
    provider = application(path.otlp)
    emit(provider, 40)
    provider.shutdown()
    assert eventually(lambda: len(backend.spans) >= 40 * SPANS_IN_A_TRACE, 60)
    found = roots(backend.spans)
    assert len(found) == 40
    for root in found:
        assert root["spanwright.trace.model_calls"] == 2
        assert root["spanwright.trace.tool_calls"] == 1
        assert root["spanwright.trace.cost.usd"] == pytest.approx(2 * (1000 * 2.5e-6 + 100 * 1e-5))
        assert root["note"].endswith(": [EMAIL] and [CARD] and [SECRET]")
        assert "redaction.masked.count" not in root
    assert eventually(lambda: cost_told(metrics) == pytest.approx(40 * 2 * 0.0035), 20)
    assert_masked(backend, *(body for _, body, _ in metrics.received))


def test_a_backend_that_takes_only_http(collector_binary: Path, tmp_path: Path, metrics: Receiver) -> None:
    """One variable chooses how the gateway speaks to it; its key goes along."""
    config = tmp_path / "stage.yaml"
    config.write_text("stage: {http: none}\n")
    with http_receiver() as langfuse:
        variables = {
            "EXPORTER": "otlp_http/backend",
            "BACKEND_URL": langfuse.url,
            "BACKEND_HEADERS": "[{name: x-key, value: secret}]",
        }
        gateway = Gateway(collector_binary, tmp_path, "gateway", config, "unused:1", metrics.url, **variables)
        try:
            for part in gateway.parts:
                part.start()
            provider = application(gateway.grpc)
            emit(provider, 3)
            provider.shutdown()
            assert eventually(lambda: len(langfuse.spans) == 3 * SPANS_IN_A_TRACE, 30)
        finally:
            for part in gateway.parts:
                part.kill()
    assert {headers["x-key"] for _, _, headers in langfuse.received} == {"secret"}
    assert PLANTED[0].encode() not in b"".join(body for _, body, _ in langfuse.received)


def cost_told(metrics: Receiver) -> float:
    """The newest total of costs, over all series of both gateways."""
    newest: dict[str, tuple[int, float]] = {}
    for _, body, _ in list(metrics.received):
        for resource in ExportMetricsServiceRequest.FromString(body).resource_metrics:
            for scope in resource.scope_metrics:
                for metric in scope.metrics:
                    if metric.name != "spanwright.call.cost":
                        continue
                    assert metric.sum.aggregation_temporality == AGGREGATION_TEMPORALITY_CUMULATIVE
                    for point in metric.sum.data_points:
                        series = f"{resource.resource} {point.attributes} {point.start_time_unix_nano}"
                        newest[series] = max(
                            newest.get(series, (0, 0.0)), (point.time_unix_nano, point.as_double)
                        )
    return sum(value for _, value in newest.values())


def test_nothing_is_lost_whatever_is_killed(path: WholePath, backend: Backend) -> None:
    """The backend is down for a minute; a stage, a gateway and the agent are killed; hostile bytes come."""
    provider = application(path.otlp)
    begun = time.monotonic()
    emit(provider, 30)
    provider.force_flush()
    first, second = path.gateways

    first.stage.kill()
    emit(provider, 30, 30)
    provider.force_flush()
    first.stage.start()

    second.collector.kill()
    emit(provider, 30, 60)
    provider.force_flush()
    second.collector.start()

    assert not send(path.otlp, b"\xff" * 1000)
    assert not send(first.grpc, b"\xff" * 1000)
    path.agent.kill()
    path.agent.start()
    emit(provider, 30, 90)
    provider.force_flush()

    assert backend.bodies == []
    time.sleep(max(0.0, DOWN_SECONDS - (time.monotonic() - begun)))
    backend.start()
    provider.shutdown()
    assert eventually(lambda: len(backend.spans) >= 120 * SPANS_IN_A_TRACE, 90), len(backend.spans)
    numbers = Counter(int(root["note"].split(":")[0]) for root in roots(backend.spans))
    assert sorted(numbers) == list(range(120))
    assert_masked(backend, *(part.output.encode() for part in path.parts))


def send(address: str, body: bytes) -> bool:
    """Whether it was accepted."""
    with grpc.insecure_channel(address) as channel:
        try:
            channel.unary_unary(Signal.TRACES.grpc_method)(body, timeout=10)
        except grpc.RpcError:
            return False
    return True


def test_the_redaction_is_that_of_the_policy() -> None:
    """``spanwright stage --print-redaction`` was run since the rules changed."""
    import subprocess

    from support.processes import BIN

    printed = subprocess.run(
        [BIN / "spanwright", "stage", "--print-redaction"], capture_output=True, text=True, check=True
    )
    assert (CONFIGURATIONS / "gateway" / "redaction.yaml").read_text() == printed.stdout
