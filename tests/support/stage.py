"""The stage under test: requests for it, next hops that answer as told, and a step that ends its worker."""

from __future__ import annotations

import gzip
import socket
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import grpc  # type: ignore[import-untyped]
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from spanwright_processors.stage.answer import ACCEPTED, Answer
from spanwright_processors.stage.signals import Signal

ADDRESS = "jane.doe@example.com"

_FAULTY_STEP = """
import os, time
from dataclasses import dataclass
from spanwright_processors import Phase

@dataclass(frozen=True)
class Settings:
    pass

class Faulty:
    Settings = Settings
    phase = Phase.NORMALISE
    def __init__(self, settings=None):
        pass
    def __call__(self, span):
        if "crash" in span.attributes:
            os._exit(9)
        if "hang" in span.attributes:
            time.sleep(60)
"""


def install_faulty_step(folder: Path) -> None:
    """Put a step ``faulty`` into ``folder``, for PYTHONPATH; some attributes make it end or hang."""
    (folder / "faulty_step.py").write_text(_FAULTY_STEP)
    information = folder / "faulty_step-1.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: faulty-step\nVersion: 1.0\n")
    (information / "entry_points.txt").write_text("[spanwright_step]\nfaulty = faulty_step:Faulty\n")


def free_address() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"


def traces_request(
    *spans: Mapping[str, Any], name: str = "chat gpt-4o", service: str = "bot"
) -> ExportTraceServiceRequest:
    """A request with one span for each mapping of attributes; their trace and span ids are their places."""
    request = ExportTraceServiceRequest()
    resource = request.resource_spans.add()
    resource.resource.attributes.append(KeyValue(key="service.name", value=AnyValue(string_value=service)))
    scope = resource.scope_spans.add()
    scope.scope.name = "tests"
    for place, attributes in enumerate(spans, 1):
        span = scope.spans.add(
            name=name,
            kind=Span.SPAN_KIND_CLIENT,
            trace_id=place.to_bytes(16, "big"),
            span_id=place.to_bytes(8, "big"),
            start_time_unix_nano=place,
            end_time_unix_nano=place + 1,
        )
        for key, value in attributes.items():
            span.attributes.append(KeyValue(key=key, value=AnyValue(string_value=str(value))))
    return request


def logs_request(*bodies: str) -> ExportLogsServiceRequest:
    """A request with one log record for each text."""
    request = ExportLogsServiceRequest()
    scope = request.resource_logs.add().scope_logs.add()
    for body in bodies:
        scope.log_records.add().body.string_value = body
    return request


def sent_spans(*bodies: bytes) -> list[Span]:
    """The spans of serialized requests, in order."""
    return [
        span
        for body in bodies
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]


def texts(span: Span) -> dict[str, str]:
    """The string attributes of a span."""
    return {pair.key: pair.value.string_value for pair in span.attributes if pair.value.string_value}


class ToldNextHop:
    """A next hop in memory that gives the answers it was told, then accepts."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.bodies: list[bytes] = []

    async def send(self, signal: Signal, body: bytes, seconds: float) -> Answer:
        self.bodies.append(body)
        return self.answers.pop(0) if self.answers else ACCEPTED

    async def close(self) -> None:
        pass


class Receiver:
    """A next hop on a real port. ``statuses`` are given in turn, then each request is accepted.

    ``received`` has path, body (decompressed) and headers of each request.
    """

    def __init__(self) -> None:
        self.url = ""
        self.statuses: list[Any] = []
        self.received: list[tuple[str, bytes, dict[str, str]]] = []
        self.arrived = threading.Event()

    def take(self, path: str, body: bytes, headers: Mapping[str, str]) -> Any:
        self.received.append((path, body, {key.lower(): value for key, value in headers.items()}))
        self.arrived.set()
        return self.statuses.pop(0) if self.statuses else None

    @property
    def spans(self) -> list[Span]:
        return sent_spans(*(body for path, body, _ in self.received if path == Signal.TRACES.http_path))


@contextmanager
def http_receiver(port: int = 0) -> Iterator[Receiver]:
    """A ``Receiver`` over HTTP; a status is a number, or one and the text of Retry-After."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            status, *retry_after = receiver.take(self.path, body, dict(self.headers)) or (200,)
            self.send_response(status)
            for value in retry_after:
                self.send_header("Retry-After", value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

    with Server(("127.0.0.1", port), Handler) as server:
        receiver.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield receiver
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def grpc_receiver(credentials: Any = None) -> Iterator[Receiver]:
    """A ``Receiver`` over gRPC; a status is a code, or a code and trailing metadata."""
    receiver = Receiver()
    server = grpc.server(ThreadPoolExecutor(4), options=[("grpc.max_receive_message_length", -1)])

    def service(signal: Signal) -> Any:
        def export(body: bytes, context: Any) -> bytes:
            status = receiver.take(signal.http_path, body, dict(context.invocation_metadata()))
            if status:
                code, *metadata = status
                context.set_trailing_metadata(tuple(metadata))
                context.abort(code, "told to")
            return b""

        return grpc.method_handlers_generic_handler(
            signal.grpc_service, {"Export": grpc.unary_unary_rpc_method_handler(export)}
        )

    server.add_generic_rpc_handlers([service(signal) for signal in Signal])
    if credentials is None:
        receiver.url = f"http://localhost:{server.add_insecure_port('127.0.0.1:0')}"
    else:
        receiver.url = f"https://localhost:{server.add_secure_port('127.0.0.1:0', credentials)}"
    server.start()
    try:
        yield receiver
    finally:
        server.stop(None).wait()
