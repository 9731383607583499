"""OTLP over HTTP with protobuf, as an ASGI application, and the server that runs such applications."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import zlib
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from typing import Any

import uvicorn

from .answer import Answer, Outcome
from .gate import Gate
from .grpc_server import Export, status_of
from .settings import StageSettings, split_address
from .signals import Signal

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

PROTOBUF = "application/x-protobuf"
#: A sender that takes longer over one request is cut off.
_READ_SECONDS = 30.0
_KEEP_ALIVE_SECONDS = 75
_PATHS = {signal.http_path: signal for signal in Signal}


class TooLargeError(Exception):
    """A body, decompressed, is larger than is taken."""


class UnreadableError(Exception):
    """A body is not compressed as its header says."""


def otlp_application(settings: StageSettings, gate: Gate, export: Export) -> Application:
    """Answers ``POST /v1/traces`` and ``/v1/logs``."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        signal = _PATHS.get(scope["path"])
        refusal = _refusal(scope, signal, headers, gate)
        if refusal or signal is None:
            status, message, more = refusal or (404, "", {})
            await reply(send, status, message.encode(), "text/plain", more)
            return
        try:
            async with asyncio.timeout(_READ_SECONDS):
                body = await _body(receive, headers, settings.max_request_bytes)
        except TooLargeError:
            given = Answer(Outcome.TOO_LARGE, f"A request may have {settings.max_request_bytes} bytes.")
        except UnreadableError:
            given = Answer(Outcome.INVALID, "The body is not compressed as its header says.")
        except (TimeoutError, ConnectionError):
            return
        else:
            given = await export(signal, "http", body)
        await _reply(send, given)

    return answer


def _refusal(
    scope: Scope, signal: Signal | None, headers: dict[bytes, bytes], gate: Gate
) -> tuple[int, str, dict[str, str]] | None:
    if signal is None:
        return 404, "There are /v1/traces and /v1/logs.", {}
    if scope["method"] != "POST":
        return 405, "Send it with POST.", {"Allow": "POST"}
    if not gate.admits(headers.get(b"authorization")):
        return 401, "Show a bearer token that is known here.", {"WWW-Authenticate": "Bearer"}
    if headers.get(b"content-type", b"").partition(b";")[0].strip().lower() != PROTOBUF.encode():
        return 415, f"Send OTLP as {PROTOBUF}.", {}
    if headers.get(b"content-encoding", b"identity").lower() not in (b"identity", b"gzip"):
        return 415, "Compress with gzip or not at all.", {}
    return None


async def _body(receive: Receive, headers: dict[bytes, bytes], limit: int) -> bytes:
    """The whole body, decompressed piece by piece so that a small one cannot grow beyond ``limit``."""
    is_compressed = headers.get(b"content-encoding", b"").lower() == b"gzip"
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16) if is_compressed else None
    pieces: list[bytes] = []
    size = 0
    is_more = True
    while is_more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionError
        piece = message.get("body", b"")
        if unpacker is not None:
            try:
                piece = unpacker.decompress(piece, limit + 1 - size)
            except zlib.error as error:
                raise UnreadableError from error
        size += len(piece)
        if size > limit:
            raise TooLargeError
        pieces.append(piece)
        is_more = message.get("more_body", False)
    if unpacker is not None and (not unpacker.eof or unpacker.unused_data):
        raise UnreadableError
    return b"".join(pieces)


async def _reply(send: Send, answer: Answer) -> None:
    body = answer.body if answer.is_accepted else status_of(answer).SerializeToString()
    headers = {"Retry-After": str(max(1, round(answer.retry_s)))} if answer.outcome.is_retryable else {}
    await reply(send, answer.outcome.http_status, body, PROTOBUF, headers)


async def reply(
    send: Send, status: int, body: bytes, content_type: str, more: dict[str, str] | None = None
) -> None:
    """A whole response."""
    headers = {"Content-Type": content_type, "Content-Length": str(len(body)), **(more or {})}
    pairs = [(key.lower().encode(), value.encode()) for key, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": pairs})
    await send({"type": "http.response.body", "body": body})


class HttpServer:
    """One ASGI application on one address. ``name`` is the setting that an error is about."""

    def __init__(self, name: str, address: str, application: Application, settings: StageSettings) -> None:
        host, port = split_address(address) or ("", 0)
        config = uvicorn.Config(
            application,
            host=host,
            port=port,
            lifespan="off",
            access_log=False,
            log_level="warning",
            server_header=False,
            proxy_headers=False,
            ws="none",
            limit_concurrency=settings.max_connections,
            timeout_keep_alive=_KEEP_ALIVE_SECONDS,
            h11_max_incomplete_event_size=64 * 1024,
        )
        self._server = _Server(config)
        try:
            self._socket = _bound(host, port)
        except OSError as error:
            raise ValueError(
                f"Cannot listen on stage.{name}={address}: {error.strerror}. "
                "Stop what listens there, or set another address."
            ) from error
        self._task: asyncio.Task[None] | None = None

    def start(self, tls: ssl.SSLContext | None = None) -> None:
        self._server.config.load()
        self._server.config.ssl = tls
        self._task = asyncio.create_task(self._server.serve([self._socket]))

    async def stop(self) -> None:
        """No new connections; what is under way is answered."""
        self._server.should_exit = True
        if self._task is not None:
            await self._task


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """The stage handles signals itself, for all its servers."""
        yield


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except BaseException:
        listener.close()
        raise
    return listener
