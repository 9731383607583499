"""OTLP over gRPC. Requests stay bytes here: only the workers read them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import grpc  # type: ignore[import-untyped]
from google.protobuf.any_pb2 import Any as AnyMessage
from google.rpc.error_details_pb2 import RetryInfo  # type: ignore[import-untyped]
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped]

from .answer import Answer
from .gate import Gate
from .settings import StageSettings
from .signals import Signal

#: Takes a request in: (signal, transport, body).
Export = Callable[[Signal, str, bytes], Awaitable[Answer]]

#: So that the connections of long-lived senders spread again when a stage is added.
_CONNECTION_AGE_MS = 10 * 60 * 1000
_CONNECTION_GRACE_MS = 60 * 1000

_CODES = {code.value[0]: code for code in grpc.StatusCode}


def grpc_server(address: str, settings: StageSettings, gate: Gate, export: Export) -> Any:
    """The server, bound to ``address`` and not started. Raises ``ValueError`` where it cannot be bound."""
    server = grpc.aio.server(
        options=[
            ("grpc.max_receive_message_length", settings.max_request_bytes),
            ("grpc.max_connection_age_ms", _CONNECTION_AGE_MS),
            ("grpc.max_connection_age_grace_ms", _CONNECTION_GRACE_MS),
            ("grpc.max_allowed_incoming_connections", settings.max_connections),
            ("grpc.so_reuseport", 0),
        ]
    )
    server.add_generic_rpc_handlers([_service(signal, gate, export) for signal in Signal])
    try:
        if settings.tls.certificate_file is None:
            server.add_insecure_port(address)
        else:
            server.add_secure_port(address, _credentials(settings))
    except (OSError, RuntimeError) as error:
        raise ValueError(
            f"Cannot listen on stage.grpc={address}: {error}. Stop what listens there, or set another one."
        ) from error
    return server


def _service(signal: Signal, gate: Gate, export: Export) -> Any:
    async def handle(body: bytes, context: Any) -> bytes:
        metadata = dict(context.invocation_metadata() or ())
        if not gate.admits(metadata.get("authorization")):
            await context.abort(grpc.StatusCode.UNAUTHENTICATED, "Show a bearer token that is known here.")
        answer = await export(signal, "grpc", body)
        if not answer.is_accepted:
            context.set_trailing_metadata(_details(answer))
            await context.abort(_CODES[answer.outcome.grpc_code], answer.message)
        return answer.body

    return grpc.method_handlers_generic_handler(
        signal.grpc_service, {"Export": grpc.unary_unary_rpc_method_handler(handle)}
    )


def _details(answer: Answer) -> tuple[tuple[str, bytes], ...]:
    status = status_of(answer)
    return (("grpc-status-details-bin", status.SerializeToString()),)


def status_of(answer: Answer) -> Status:
    """The answer as the message that OTLP puts into errors, with the time to come again if there is one."""
    status = Status(code=answer.outcome.grpc_code, message=answer.message)
    if answer.outcome.is_retryable:
        info = RetryInfo()
        info.retry_delay.FromMilliseconds(round(answer.retry_s * 1000))
        packed = AnyMessage()
        packed.Pack(info)
        status.details.append(packed)
    return status


def _credentials(settings: StageSettings) -> Any:
    """Read at every connection, so that a renewed certificate is used without a restart."""
    tls = settings.tls

    def configuration() -> Any:
        pair = tuple(file.read_bytes() for file in (tls.key_file, tls.certificate_file) if file)
        authorities = tls.client_ca_file.read_bytes() if tls.client_ca_file else None
        return grpc.ssl_server_certificate_configuration([pair], authorities)

    return grpc.dynamic_ssl_server_credentials(
        configuration(),
        configuration,
        require_client_authentication=tls.client_ca_file is not None,
    )
