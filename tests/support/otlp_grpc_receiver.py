"""The receiver of ``otlp_receiver`` over gRPC, the protocol ``opentelemetry-instrument`` uses unless told."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import grpc  # type: ignore[import-untyped]
from support.otlp_receiver import OtlpReceiver

_PATHS = {
    "opentelemetry.proto.collector.trace.v1.TraceService": "/v1/traces",
    "opentelemetry.proto.collector.logs.v1.LogsService": "/v1/logs",
}


@contextmanager
def otlp_grpc_receiver() -> Iterator[OtlpReceiver]:
    """A receiver that listens until the block ends."""
    server = grpc.server(ThreadPoolExecutor(4))
    receiver = OtlpReceiver(f"http://127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}")

    def service(name: str, path: str) -> Any:
        def export(body: bytes, context: Any) -> bytes:
            receiver.accept(path, body, int(context.peer().rpartition(":")[2]))
            return b""

        return grpc.method_handlers_generic_handler(
            name, {"Export": grpc.unary_unary_rpc_method_handler(export)}
        )

    server.add_generic_rpc_handlers(tuple(service(name, path) for name, path in _PATHS.items()))
    server.start()
    try:
        yield receiver
    finally:
        server.stop(None).wait()
