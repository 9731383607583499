"""The two ends of the whole path: an application without anything of ours in it, and a backend."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc  # type: ignore[import-untyped]
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from spanwright_processors.stage.signals import Signal
from support.stage import free_address, sent_spans


class Backend:
    """The last receiver, on one address, up and down as told; ``bodies`` are what it has acknowledged."""

    def __init__(self) -> None:
        self.address = free_address()
        self.bodies: list[bytes] = []
        self._server: Any = None

    def start(self) -> None:
        def export(body: bytes, _context: Any) -> bytes:
            self.bodies.append(body)
            return b""

        handler = grpc.method_handlers_generic_handler(
            Signal.TRACES.grpc_service, {"Export": grpc.unary_unary_rpc_method_handler(export)}
        )
        self._server = grpc.server(
            ThreadPoolExecutor(4), [handler], options=[("grpc.max_receive_message_length", -1)]
        )
        self._server.add_insecure_port(self.address)
        self._server.start()

    def stop(self) -> None:
        if self._server is not None:
            self._server.stop(None).wait()

    @property
    def spans(self) -> dict[bytes, Span]:
        """Each span once, by its id."""
        return {span.span_id: span for span in sent_spans(*self.bodies)}


def application(endpoint: str) -> TracerProvider:
    """An application without anything of ours in it."""
    provider = TracerProvider(resource=Resource({"service.name": "shop"}), shutdown_on_exit=False)
    exporter = OTLPSpanExporter(endpoint=endpoint, insecure=True)
    provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=50))
    return provider
