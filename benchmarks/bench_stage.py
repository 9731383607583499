"""The stage beside a stock Collector that redacts by the same patterns: spans for a second of CPU.

Same requests (100 spans, four in a trace, two texts of 1.9 kB in a span, each with an address), same receiver
behind both. The Collector redacts by regular expressions and does nothing else; the stage runs all steps.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import grpc  # type: ignore[import-untyped]
import yaml
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from spanwright_processors.masking.settings import MaskSettings
from spanwright_processors.stage.second_line import redaction_processor
from spanwright_processors.stage.signals import Signal

from .measure import Row
from .texts import ordinary

_ROOT = Path(__file__).resolve().parents[1]
_SPANS = 100
_TEXT_BYTES = 1900
_SENDERS = 4
_TICKS = os.sysconf("SC_CLK_TCK")


def rows(quick: bool) -> list[Row]:
    count = 10 if quick else 100
    bodies = [_body(number) for number in range(count + 4)]
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder, _sink() as sink:
        built = subprocess.run(
            [_ROOT / "collector-config" / "build.sh"], capture_output=True, text=True, check=False
        )
        if built.returncode == 0:
            with _collector(built.stdout.strip(), Path(folder), sink) as (address, process):
                found["stock Collector, regular expressions"] = _rate(address, process, bodies)
        with _stage(sink) as (address, process):
            found["stage, all steps"] = _rate(address, process, bodies)
    baseline = next(iter(found), "")
    return [
        Row(
            "stage",
            name,
            rate,
            "spans/s a core",
            baseline if name != baseline else "",
            rate / found[baseline] if name != baseline else None,
        )
        for name, rate in found.items()
    ]


def _body(number: int) -> bytes:
    """One request; its texts are its own, as an address in each of them."""
    random = Random(number)
    request = ExportTraceServiceRequest()
    resource = request.resource_spans.add()
    resource.resource.attributes.add(key="service.name").value.string_value = "shop"
    scope = resource.scope_spans.add()
    for place in range(_SPANS):
        root = place - place % 4
        span = scope.spans.add(
            name="chat gpt-4o" if place % 4 else "invoke_workflow shop",
            kind=Span.SPAN_KIND_CLIENT if place % 4 else Span.SPAN_KIND_INTERNAL,
            trace_id=(number * _SPANS + root + 1).to_bytes(16, "big"),
            span_id=(place + 1).to_bytes(8, "big"),
            parent_span_id=(root + 1).to_bytes(8, "big") if place % 4 else b"",
            start_time_unix_nano=1_760_000_000_000_000_000 + place,
            end_time_unix_nano=1_760_000_001_000_000_000 + place,
        )
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
        for key, value in values.items() if place % 4 else ():
            kind = "int_value" if isinstance(value, int) else "string_value"
            setattr(span.attributes.add(key=key).value, kind, value)
    return request.SerializeToString()


def _rate(address: str, process: subprocess.Popen[bytes], bodies: list[bytes]) -> float:
    """Spans for a second of CPU, user and system, of the process and its children."""
    with grpc.insecure_channel(address) as channel, ThreadPoolExecutor(_SENDERS) as senders:
        send = channel.unary_unary(Signal.TRACES.grpc_method)
        for body in bodies[:4]:
            send(body, timeout=60, wait_for_ready=True)
        before = _cpu_seconds(process.pid)
        list(senders.map(lambda body: send(body, timeout=120), bodies[4:]))
        return (len(bodies) - 4) * _SPANS / (_cpu_seconds(process.pid) - before)


def _cpu_seconds(pid: int) -> float:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    times = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return sum(map(int, times)) / _TICKS + sum(_cpu_seconds(int(child)) for child in children)


@contextmanager
def _sink() -> Iterator[str]:
    """Accepts everything."""
    handler = grpc.method_handlers_generic_handler(
        Signal.TRACES.grpc_service,
        {"Export": grpc.unary_unary_rpc_method_handler(lambda _body, _context: b"")},
    )
    server = grpc.server(ThreadPoolExecutor(2), [handler], options=[("grpc.max_receive_message_length", -1)])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield f"127.0.0.1:{port}"
    server.stop(None).wait()


@contextmanager
def _collector(binary: str, folder: Path, sink: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    address, health = _free(), _free()
    configuration = {
        "receivers": {"otlp": {"protocols": {"grpc": {"endpoint": address, "max_recv_msg_size_mib": 20}}}},
        "processors": {"redaction": redaction_processor(MaskSettings())},
        "exporters": {
            "otlp_grpc": {"endpoint": sink, "tls": {"insecure": True}, "sending_queue": {"enabled": False}}
        },
        "extensions": {"health_check": {"endpoint": health}},
        "service": {
            "extensions": ["health_check"],
            "telemetry": {"metrics": {"level": "none"}},
            "pipelines": {
                "traces": {"receivers": ["otlp"], "processors": ["redaction"], "exporters": ["otlp_grpc"]}
            },
        },
    }
    file = folder / "collector.yaml"
    file.write_text(yaml.safe_dump(configuration))
    with _running([binary, "--config", str(file)], {}, f"http://{health}/") as process:
        yield address, process


@contextmanager
def _stage(sink: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    address, admin = _free(), _free()
    environment = {
        "SPANWRIGHT_STAGE_GRPC": address,
        "SPANWRIGHT_STAGE_HTTP": "none",
        "SPANWRIGHT_STAGE_ADMIN": admin,
        "SPANWRIGHT_STAGE_NEXT_ENDPOINT": f"http://{sink}",
    }
    command = [str(Path(sys.executable).with_name("spanwright")), "stage", "--quiet"]
    with _running(command, environment, f"http://{admin}/readyz") as process:
        yield address, process


@contextmanager
def _running(
    command: list[str], environment: dict[str, str], health: str
) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command, env=os.environ | environment, stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            try:
                urllib.request.urlopen(health, timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield process
    finally:
        process.terminate()
        process.wait()


def _free() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"
