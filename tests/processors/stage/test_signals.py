"""Names of the signals on the wire."""

from __future__ import annotations

from opentelemetry.proto.collector.logs.v1 import logs_service_pb2
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2
from spanwright_processors.stage.signals import Signal


def test_services_are_those_of_the_protocol() -> None:
    """As the protocol's own descriptors name them."""
    described = {
        Signal.TRACES: trace_service_pb2.DESCRIPTOR.services_by_name["TraceService"],
        Signal.LOGS: logs_service_pb2.DESCRIPTOR.services_by_name["LogsService"],
    }
    for signal, service in described.items():
        assert signal.grpc_service == service.full_name
        assert signal.grpc_method == f"/{service.full_name}/{service.methods[0].name}"
