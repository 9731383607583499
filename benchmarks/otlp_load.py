"""Requests as a service sends them, who takes them in at the end, and what processes worked meanwhile."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import grpc  # type: ignore[import-untyped]
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from spanwright_processors.stage.signals import Signal

from .texts import ordinary

#: Spans of one request; four are a trace.
SPANS = 100
_TEXT_BYTES = 1900
_SENDERS = 4
_TICKS = os.sysconf("SC_CLK_TCK")


def request(number: int) -> bytes:
    """One request; its texts are its own, as an address in each of them."""
    random = Random(number)
    made = ExportTraceServiceRequest()
    resource = made.resource_spans.add()
    resource.resource.attributes.add(key="service.name").value.string_value = "shop"
    scope = resource.scope_spans.add()
    for place in range(SPANS):
        root = place - place % 4
        span = scope.spans.add(
            name="chat gpt-4o" if place % 4 else "invoke_workflow shop",
            kind=Span.SPAN_KIND_CLIENT if place % 4 else Span.SPAN_KIND_INTERNAL,
            trace_id=(number * SPANS + root + 1).to_bytes(16, "big"),
            span_id=(place + 1).to_bytes(8, "big"),
            parent_span_id=(root + 1).to_bytes(8, "big") if place % 4 else b"",
            start_time_unix_nano=1_760_000_000_000_000_000 + place,
            end_time_unix_nano=1_760_000_001_000_000_000 + place,
        )
        for key, value in _call(random).items() if place % 4 else ():
            kind = "int_value" if isinstance(value, int) else "string_value"
            setattr(span.attributes.add(key=key).value, kind, value)
    return made.SerializeToString()


def _call(random: Random) -> dict[str, Any]:
    values: dict[str, Any] = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.response.model": "gpt-4o",
        "gen_ai.usage.input_tokens": 480,
        "gen_ai.usage.output_tokens": 120,
    }
    for key, role in (("gen_ai.input.messages", "user"), ("gen_ai.output.messages", "assistant")):
        text = f"{ordinary(random, _TEXT_BYTES)} Write to j{random.randrange(10**9)}@mail.example.com."
        values[key] = json.dumps([{"role": role, "parts": [{"type": "text", "content": text}]}])
    return values


def send(address: str, bodies: list[bytes], seconds: float = 120) -> None:
    """All of them, a few at a time; each is accepted within ``seconds`` or raises."""
    with grpc.insecure_channel(address) as channel, ThreadPoolExecutor(_SENDERS) as senders:
        export = channel.unary_unary(Signal.TRACES.grpc_method)
        list(senders.map(lambda body: export(body, timeout=seconds, wait_for_ready=True), bodies))


def cpu_seconds(pid: int) -> float:
    """User and system time of a process and its children, so far."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    times = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return sum(map(int, times)) / _TICKS + sum(cpu_seconds(int(child)) for child in children)


class Sink:
    """Accepts everything; ``spans`` counts what came."""

    def __init__(self) -> None:
        self.address = ""
        self.spans = 0

    def take(self, body: bytes, _context: Any) -> bytes:
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            self.spans += sum(len(scope.spans) for scope in resource.scope_spans)
        return b""


@contextmanager
def sink() -> Iterator[Sink]:
    """A receiver of OTLP over gRPC on loopback."""
    made = Sink()
    handler = grpc.method_handlers_generic_handler(
        Signal.TRACES.grpc_service, {"Export": grpc.unary_unary_rpc_method_handler(made.take)}
    )
    server = grpc.server(ThreadPoolExecutor(1), [handler], options=[("grpc.max_receive_message_length", -1)])
    made.address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    yield made
    server.stop(None).wait()
