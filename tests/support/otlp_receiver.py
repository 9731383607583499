"""An OTLP/HTTP (protobuf) receiver on a free local port, for tests that export as users do."""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1 import trace_pb2
from opentelemetry.trace import SpanKind, Status, StatusCode


@dataclass(frozen=True)
class ReceivedEvent:
    name: str
    attributes: Mapping[str, Any]


@dataclass(frozen=True)
class ReceivedSpan:
    """A span as it came over the wire, in the shape of the SDK's. Ids are hexadecimal, times nanoseconds.

    ``connection`` is the sender's port, which tells the connections apart that spans came over.
    """

    name: str
    kind: SpanKind
    trace_id: str
    span_id: str
    parent_span_id: str
    start_time: int
    end_time: int
    attributes: Mapping[str, Any]
    events: tuple[ReceivedEvent, ...]
    status: Status
    resource: Mapping[str, Any]
    scope: str
    connection: int


@dataclass(frozen=True)
class ReceivedLog:
    event_name: str
    body: Any
    attributes: Mapping[str, Any]
    trace_id: str
    span_id: str


class OtlpReceiver:
    """What has arrived so far. ``url`` is the value for ``OTEL_EXPORTER_OTLP_ENDPOINT``."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._bodies: list[tuple[str, bytes, int]] = []
        self._arrival = threading.Condition()

    def accept(self, path: str, body: bytes, connection: int) -> None:
        with self._arrival:
            self._bodies.append((path, body, connection))
            self._arrival.notify_all()

    def _received(self, path: str) -> list[tuple[bytes, int]]:
        with self._arrival:
            return [(body, connection) for received, body, connection in self._bodies if received == path]

    @property
    def raw_bytes(self) -> bytes:
        """Every byte of every signal that arrived, decompressed."""
        with self._arrival:
            return b"".join(body for _, body, _ in self._bodies)

    @property
    def spans(self) -> list[ReceivedSpan]:
        return [span for request in self._received("/v1/traces") for span in _spans(*request)]

    @property
    def logs(self) -> list[ReceivedLog]:
        return [log for body, _ in self._received("/v1/logs") for log in _logs(body)]

    def wait_for_spans(self, count: int, seconds: float = 15.0) -> list[ReceivedSpan]:
        """The spans as soon as there are ``count``, or whatever there is when the time is up."""
        deadline = time.monotonic() + seconds
        with self._arrival:
            while len(self.spans) < count and (left := deadline - time.monotonic()) > 0:
                self._arrival.wait(left)
            return self.spans


@contextmanager
def otlp_receiver() -> Iterator[OtlpReceiver]:
    """A receiver that listens until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            receiver.accept(self.path, body, self.client_address[1])
            self.send_response(200)
            self.send_header("Content-Type", "application/x-protobuf")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: Any, client_address: Any) -> None:
            """A client that was killed in the middle of a request is part of some tests."""

    with Server(("127.0.0.1", 0), Handler) as server:
        receiver = OtlpReceiver(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield receiver
        finally:
            server.shutdown()
            thread.join()


def _spans(body: bytes, connection: int) -> Iterator[ReceivedSpan]:
    for resource_spans in ExportTraceServiceRequest.FromString(body).resource_spans:
        resource = _attributes(resource_spans.resource.attributes)
        for scope_spans in resource_spans.scope_spans:
            for span in scope_spans.spans:
                yield _span(span, resource, scope_spans.scope.name, connection)


def _span(span: trace_pb2.Span, resource: Mapping[str, Any], scope: str, connection: int) -> ReceivedSpan:
    return ReceivedSpan(
        name=span.name,
        kind=SpanKind(max(span.kind - 1, 0)),
        trace_id=span.trace_id.hex(),
        span_id=span.span_id.hex(),
        parent_span_id=span.parent_span_id.hex(),
        start_time=span.start_time_unix_nano,
        end_time=span.end_time_unix_nano,
        attributes=_attributes(span.attributes),
        events=tuple(ReceivedEvent(event.name, _attributes(event.attributes)) for event in span.events),
        status=Status(StatusCode(span.status.code), span.status.message or None),
        resource=resource,
        scope=scope,
        connection=connection,
    )


def _logs(body: bytes) -> Iterator[ReceivedLog]:
    for resource_logs in ExportLogsServiceRequest.FromString(body).resource_logs:
        for scope_logs in resource_logs.scope_logs:
            for log in scope_logs.log_records:
                yield ReceivedLog(
                    log.event_name,
                    _value(log.body),
                    _attributes(log.attributes),
                    log.trace_id.hex(),
                    log.span_id.hex(),
                )


def _attributes(pairs: Sequence[KeyValue]) -> dict[str, Any]:
    return {pair.key: _value(pair.value) for pair in pairs}


def _value(value: AnyValue) -> Any:
    which = value.WhichOneof("value")
    if which == "array_value":
        return [_value(item) for item in value.array_value.values]
    if which == "kvlist_value":
        return _attributes(value.kvlist_value.values)
    return getattr(value, which) if which else None
