"""The two signals that go through the stage, and what they are called on the wire."""

from __future__ import annotations

from enum import Enum

from .frame import Kind


class Signal(Enum):
    """Name, the service in gRPC, the path in HTTP, and the frame that has a worker process it."""

    TRACES = ("traces", "opentelemetry.proto.collector.trace.v1.TraceService", "/v1/traces", Kind.TRACES)
    LOGS = ("logs", "opentelemetry.proto.collector.logs.v1.LogsService", "/v1/logs", Kind.LOGS)

    def __init__(self, label: str, grpc_service: str, http_path: str, kind: Kind) -> None:
        self.label = label
        self.grpc_service = grpc_service
        self.http_path = http_path
        self.kind = kind

    @property
    def grpc_method(self) -> str:
        return f"/{self.grpc_service}/Export"
