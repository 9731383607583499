"""Who gets the processed requests: one OTLP receiver, over gRPC or HTTP."""

from __future__ import annotations

import gzip
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import grpc  # type: ignore[import-untyped]
import httpx
from google.rpc.error_details_pb2 import RetryInfo  # type: ignore[import-untyped]
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped]

from .answer import Answer, Outcome, from_grpc, from_http
from .settings import NextHopSettings
from .signals import Signal

_UNLIMITED = -1


class NextHop(Protocol):
    """Sends one serialized request and tells how the receiver answered; no network failure is raised."""

    async def send(self, signal: Signal, body: bytes, seconds: float) -> Answer: ...

    async def close(self) -> None: ...


def next_hop(settings: NextHopSettings) -> NextHop:
    """A client for the settings' protocol; raises ``ValueError`` where a file of theirs cannot be read."""
    try:
        return GrpcNextHop(settings) if settings.protocol == "grpc" else HttpNextHop(settings)
    except OSError as error:
        raise ValueError(
            f"Cannot use a file of stage.next: {error}. Name a PEM file that can be read."
        ) from error


class GrpcNextHop:
    def __init__(self, settings: NextHopSettings) -> None:
        target = settings.endpoint.partition("://")[2].rstrip("/")
        compression = (
            grpc.Compression.Gzip if settings.compression == "gzip" else grpc.Compression.NoCompression
        )
        options = [("grpc.max_send_message_length", _UNLIMITED)]
        if settings.is_tls:
            credentials = grpc.ssl_channel_credentials(
                _read(settings.ca_file), _read(settings.key_file), _read(settings.certificate_file)
            )
            self._channel = grpc.aio.secure_channel(target, credentials, options, compression)
        else:
            self._channel = grpc.aio.insecure_channel(target, options, compression)
        self._calls = {signal: self._channel.unary_unary(signal.grpc_method) for signal in Signal}
        self._headers = _Headers(settings)

    async def send(self, signal: Signal, body: bytes, seconds: float) -> Answer:
        metadata = [(key.lower(), value) for key, value in self._headers.now().items()]
        try:
            response = await self._calls[signal](body, timeout=seconds, metadata=metadata)
        except grpc.aio.AioRpcError as error:
            code: Any = error.code()
            return from_grpc(code.value[0], code.name, _retry_seconds(error))
        return Answer(Outcome.ACCEPTED, body=response)

    async def close(self) -> None:
        await self._channel.close()


class HttpNextHop:
    def __init__(self, settings: NextHopSettings) -> None:
        verify: ssl.SSLContext | bool = True
        if settings.is_tls and (settings.ca_file or settings.certificate_file):
            verify = ssl.create_default_context(cafile=settings.ca_file)
            if settings.certificate_file and settings.key_file:
                verify.load_cert_chain(settings.certificate_file, settings.key_file)
        self._client = httpx.AsyncClient(verify=verify, trust_env=False, follow_redirects=False)
        self._base = settings.endpoint.rstrip("/")
        self._is_compressed = settings.compression == "gzip"
        self._headers = _Headers(settings)

    async def send(self, signal: Signal, body: bytes, seconds: float) -> Answer:
        headers = {"Content-Type": "application/x-protobuf", **self._headers.now()}
        if self._is_compressed:
            body, headers["Content-Encoding"] = gzip.compress(body, 1), "gzip"
        try:
            response = await self._client.post(
                self._base + signal.http_path, content=body, headers=headers, timeout=seconds
            )
        except httpx.HTTPError as error:
            message = f"The next hop did not accept the request: {type(error).__name__}."
            return Answer(Outcome.UNAVAILABLE, message)
        if response.is_success:
            return Answer(Outcome.ACCEPTED, body=response.content)
        return from_http(response.status_code, _seconds(response.headers.get("Retry-After", "")))

    async def close(self) -> None:
        await self._client.aclose()


class _Headers:
    """The headers of each request; the token is read anew when its file has changed."""

    def __init__(self, settings: NextHopSettings) -> None:
        self._fixed = settings.headers
        self._file = settings.bearer_token_file
        self._token = ""
        self._stamp = 0
        self.now()

    def now(self) -> Mapping[str, str]:
        if self._file is None:
            return self._fixed
        stamp = self._file.stat().st_mtime_ns
        if stamp != self._stamp:
            self._token, self._stamp = self._file.read_text().strip(), stamp
        return {**self._fixed, "Authorization": f"Bearer {self._token}"}


def _read(file: Path | None) -> bytes | None:
    return file.read_bytes() if file else None


def _retry_seconds(error: Any) -> float | None:
    """The delay that a gRPC status carries, or None."""
    for key, value in error.trailing_metadata() or ():
        if key == "grpc-status-details-bin":
            for detail in Status.FromString(value).details:
                info = RetryInfo()
                if detail.Unpack(info):
                    return float(info.retry_delay.ToNanoseconds()) / 1e9
    return None


def _seconds(text: str) -> float | None:
    return float(text) if text.isascii() and text.isdigit() else None
