"""Fan-out by a real Kafka: a gateway, one pair of Collector and stage for each backend, and their mishaps."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import grpc  # type: ignore[import-untyped]
import pytest
import yaml
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import SpanKind, set_span_in_context
from spanwright_processors.otlp import decoded
from spanwright_processors.stage.signals import Signal
from support.backend import Backend, application
from support.collector_path import CONFIGURATIONS, Export, Gateway, Part
from support.kafka import Kafka, KafkaMissingError, kafka_libraries
from support.processes import eventually
from support.stage import Receiver, free_address, http_receiver, logs_request

#: A minute in the specification; what happens meanwhile is the same after a part of it.
DOWN_SECONDS = 15.0
ARRIVAL_SECONDS = 120.0
#: Kafka is told once a second what has been read; from then on only the Collector has it.
COMMIT_SECONDS = 3.0
SPANS_IN_A_TRACE = 2
PLANTED = "jane.doe@example.com"
LONG = "The parcel of the customer has not arrived yet, says the depot. " * 400
LARGE_TRACE_SPANS = 100


@pytest.fixture(scope="session")
def libraries() -> Path:
    try:
        return kafka_libraries()
    except KafkaMissingError as error:
        pytest.skip(str(error))


@pytest.fixture
def kafka(libraries: Path, tmp_path: Path) -> Iterator[Kafka]:
    kafka = Kafka(libraries, tmp_path)
    try:
        kafka.start()
        yield kafka
    finally:
        kafka.kill()


@pytest.fixture
def running() -> Iterator[Callable[..., None]]:
    """Start parts, and end them with the test."""
    started: list[Part] = []

    def start(*parts: Part) -> None:
        for part in parts:
            started.append(part)
            part.start()

    yield start
    for part in started:
        part.kill()


@pytest.fixture
def gateway(
    collector_binary: Path, kafka: Kafka, tmp_path: Path, running: Callable[..., None]
) -> Iterator[Gateway]:
    """A gateway whose backend is Kafka; its stage leaves what the widest backend behind it keeps."""
    stage = yaml.safe_load((CONFIGURATIONS / "gateway" / "stage.yaml").read_text())["stage"]
    del stage["sampling"], stage["grpc"], stage["next"]["endpoint"]
    config = tmp_path / "stage.yaml"
    config.write_text(yaml.safe_dump({"stage": stage, "truncate": {"profile": "langfuse"}}))
    with http_receiver() as metrics:
        more = {"EXPORTER": "kafka", "KAFKA": f"[{kafka.address}]"}
        gateway = Gateway(collector_binary, tmp_path, "gateway", config, "unused:1", metrics.url, **more)
        running(*gateway.parts)
        yield gateway


@pytest.fixture
def tempo() -> Iterator[Backend]:
    """A backend over gRPC that is down until it is started."""
    backend = Backend()
    yield backend
    backend.stop()


@pytest.fixture
def langfuse() -> Iterator[Receiver]:
    with http_receiver() as receiver:
        yield receiver


def emit(provider: TracerProvider, numbers: range) -> None:
    """Traces of a root and a priced call, with personal data and a value longer than some backends keep."""
    tracer = provider.get_tracer("shop")
    for number in numbers:
        root = tracer.start_span("invoke_workflow shop", attributes={"number": number, "note": LONG})
        call: dict[str, str | int] = {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "openai",
            "gen_ai.response.model": "gpt-4o",
            "gen_ai.usage.input_tokens": 1000,
            "gen_ai.usage.output_tokens": 100,
            "gen_ai.input.messages": json.dumps([{"role": "user", "content": f"{LONG} {PLANTED}"}]),
        }
        tracer.start_span("chat gpt-4o", set_span_in_context(root), SpanKind.CLIENT, call).end()
        root.end()


def roots(spans: list[Span]) -> dict[int, dict[str, Any]]:
    """The attributes of each root, by its number."""
    found = [decoded(span.attributes) for span in spans if not any(span.parent_span_id)]
    return {each["number"]: each for each in found}


def numbers(backend: Backend | Receiver) -> set[int]:
    spans = backend.spans
    return set(roots(list(spans.values()) if isinstance(spans, dict) else spans))


def test_each_backend_gets_all_within_its_limits(
    collector_binary: Path,
    kafka: Kafka,
    gateway: Gateway,
    tempo: Backend,
    langfuse: Receiver,
    tmp_path: Path,
    running: Callable[..., None],
) -> None:
    """Over gRPC and over HTTP with a key; masked, priced and rolled up once, cut and named for each."""
    tempo.start()
    first = Export(
        collector_binary, tmp_path, "tempo", "tempo", kafka.address, ENDPOINT=f"http://{tempo.address}"
    )
    second = Export(
        collector_binary,
        tmp_path,
        "langfuse",
        "langfuse",
        kafka.address,
        ENDPOINT=langfuse.url,
        PROTOCOL="http/protobuf",
        HEADERS="x-key=secret",
    )
    running(*first.parts, *second.parts)
    provider = application(gateway.grpc)
    emit(provider, range(40))
    provider.shutdown()
    assert eventually(lambda: len(numbers(tempo)) == len(numbers(langfuse)) == 40, ARRIVAL_SECONDS)
    for backend, longest in ((list(tempo.spans.values()), 2_000), (langfuse.spans, 64_000)):
        for root in roots(backend).values():
            assert root["spanwright.trace.cost.usd"] == pytest.approx(0.0035)
            assert len(root["note"]) > 0.95 * min(longest, len(LONG))
        for span in backend:
            for value in decoded(span.attributes).values():
                assert not isinstance(value, str) or len(value.encode()) <= longest
            messages = decoded(span.attributes).get("gen_ai.input.messages", "[]")
            assert isinstance(json.loads(messages), list)
    assert roots(langfuse.spans)[0]["note"] == LONG
    own_names = [
        any(key.startswith("langfuse.") for key in decoded(one.attributes)) for one in langfuse.spans
    ]
    assert all(own_names)
    assert b"langfuse." not in b"".join(tempo.bodies)
    assert {headers["x-key"] for _, _, headers in langfuse.received} == {"secret"}
    assert kafka.partitions_used > 1
    # What reads Kafka masks nothing: so this is masked in Kafka, too.
    seen = [*tempo.bodies, *(body for _, body, _ in langfuse.received)]
    assert PLANTED.encode() not in b"".join(seen)


def test_a_backend_that_is_down_holds_up_nobody_and_loses_nothing(
    collector_binary: Path,
    kafka: Kafka,
    gateway: Gateway,
    tempo: Backend,
    langfuse: Receiver,
    tmp_path: Path,
    running: Callable[..., None],
) -> None:
    """Meanwhile its Collector, its stage and the broker are killed, and a message comes that is no OTLP."""
    down = Export(
        collector_binary, tmp_path, "tempo", "tempo", kafka.address, ENDPOINT=f"http://{tempo.address}"
    )
    up = Export(
        collector_binary,
        tmp_path,
        "langfuse",
        "langfuse",
        kafka.address,
        ENDPOINT=langfuse.url,
        PROTOCOL="http/protobuf",
    )
    running(*down.parts, *up.parts)
    begun = time.monotonic()
    provider = application(gateway.grpc)
    emit(provider, range(20))
    provider.force_flush()
    assert eventually(lambda: len(numbers(langfuse)) == 20, ARRIVAL_SECONDS)

    time.sleep(COMMIT_SECONDS)
    down.collector.kill()
    put_junk(collector_binary, kafka, tmp_path, running)
    emit(provider, range(20, 40))
    provider.force_flush()
    down.collector.start()
    down.stage.kill()
    assert eventually(lambda: len(numbers(langfuse)) == 40, ARRIVAL_SECONDS)

    kafka.kill()
    emit(provider, range(40, 60))
    provider.force_flush()
    kafka.start()
    down.stage.start()
    assert eventually(lambda: len(numbers(langfuse)) == 60, ARRIVAL_SECONDS)

    time.sleep(max(0.0, DOWN_SECONDS - (time.monotonic() - begun)))
    assert tempo.bodies == []
    tempo.start()
    provider.shutdown()
    assert eventually(lambda: len(numbers(tempo)) == 60, ARRIVAL_SECONDS), sorted(numbers(tempo))
    assert len(tempo.spans) == 60 * SPANS_IN_A_TRACE
    assert PLANTED.encode() not in b"".join(tempo.bodies)


def put_junk(binary: Path, kafka: Kafka, folder: Path, running: Callable[..., None]) -> None:
    """A message in the traces' topic that is no OTLP, put there by a Collector that was set up wrongly."""
    otlp, health = free_address(), free_address()
    configuration = {
        "receivers": {"otlp": {"protocols": {"grpc": {"endpoint": otlp}}}},
        "exporters": {
            "kafka": {
                "brokers": [kafka.address],
                "logs": {"topic": "spanwright.traces", "encoding": "raw"},
                "sending_queue": {"enabled": False},
            }
        },
        "extensions": {"health_check": {"endpoint": health}},
        "service": {
            "extensions": ["health_check"],
            "telemetry": {"metrics": {"level": "none"}},
            "pipelines": {"logs": {"receivers": ["otlp"], "exporters": ["kafka"]}},
        },
    }
    file = folder / "junk.yaml"
    file.write_text(yaml.safe_dump(configuration))
    running(Part([str(binary), "--config", str(file)], {}, health, folder / "junk.log"))
    with grpc.insecure_channel(otlp) as channel:
        body = logs_request("this is no message of OTLP").SerializeToString()
        channel.unary_unary(Signal.LOGS.grpc_method)(body, timeout=20)


def test_a_trace_larger_than_a_message_of_kafka_arrives(
    collector_binary: Path,
    kafka: Kafka,
    gateway: Gateway,
    langfuse: Receiver,
    tmp_path: Path,
    running: Callable[..., None],
) -> None:
    """Five megabytes in one trace: the stage cuts it into messages that a broker takes by default."""
    export = Export(
        collector_binary,
        tmp_path,
        "langfuse",
        "langfuse",
        kafka.address,
        ENDPOINT=langfuse.url,
        PROTOCOL="http/protobuf",
    )
    running(*export.parts)
    provider = application(gateway.grpc)
    tracer = provider.get_tracer("shop")
    root = tracer.start_span("invoke_workflow shop", attributes={"number": 0})
    for _ in range(LARGE_TRACE_SPANS):
        tracer.start_span("step", set_span_in_context(root), attributes={"note": LONG * 2}).end()
    root.end()
    provider.shutdown()
    assert eventually(
        lambda: len({one.span_id for one in langfuse.spans}) == LARGE_TRACE_SPANS + 1, ARRIVAL_SECONDS
    )
    assert sum(len(body) for _, body, _ in langfuse.received) > 5_000_000
