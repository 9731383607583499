"""The stage as a whole: started, reloaded, drained."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
from collections.abc import Iterator, Mapping
from pathlib import Path
from time import monotonic
from typing import Any

from .admin import admin_application
from .answer import Answer
from .exposition import Metrics, merged
from .gate import Gate
from .grpc_server import grpc_server
from .http_server import HttpServer, otlp_application
from .measures import Measures
from .next_hop import next_hop
from .requests import Requests
from .settings import StageSettings
from .signals import Signal
from .tls import ServerTls
from .workers import Workers, WorkersError

_logger = logging.getLogger(__name__)

#: Files whose change means that the policy has changed.
_CONFIGURATION_VARIABLES = ("SPANWRIGHT_CONFIG_FILE", "OTEL_CONFIG_FILE")


class Stage:
    """Listens from ``start()`` to ``stop()``. ``environ`` names the configuration files to watch.

    Raises ``ValueError`` where a file or address of the settings cannot be used, ``WorkersError`` where the
    steps cannot be started.
    """

    def __init__(self, settings: StageSettings, environ: Mapping[str, str] = os.environ) -> None:
        if not settings.next.endpoint:
            raise ValueError(
                "Cannot start the stage: it is not told where to send. "
                "Set stage.next.endpoint, as in SPANWRIGHT_STAGE_NEXT_ENDPOINT=http://gateway:4317."
            )
        if settings.grpc is None and settings.http is None:
            raise ValueError("Cannot start the stage: it listens nowhere. Set stage.grpc or stage.http.")
        self._settings = settings
        self._files = [Path(environ[key]) for key in _CONFIGURATION_VARIABLES if environ.get(key)]
        self._gate = Gate(settings.bearer_tokens_file)
        self._tls = ServerTls(settings)
        self._is_serving = False
        self._reloading = asyncio.Lock()

    async def start(self) -> None:
        settings = self._settings
        self._metrics = Metrics("spanwright-stage")
        self._next_hop = next_hop(settings.next)
        self._workers = Workers(
            settings.worker_count,
            settings.next.max_request_bytes,
            settings.max_processing_ms / 1000,
            lambda: self._measures.worker_restarted(),  # noqa: PLW0108 - it is made below
        )
        self._requests = Requests(
            self._workers,
            self._next_hop,
            settings.max_waiting_bytes,
            settings.next.timeout_ms / 1000,
            settings.group_wait_ms / 1000,
        )
        self._measures = Measures(lambda: self._requests.taken_bytes, lambda: self._workers.running)
        servers = list(self._http_servers())
        grpc = grpc_server(settings.grpc, settings, self._gate, self._export) if settings.grpc else None
        await self._workers.start()
        self._servers: list[Any] = servers
        self._grpc = grpc
        if grpc is not None:
            await grpc.start()
        for server, tls in servers:
            server.start(tls)
        self._is_serving = True
        self._watch = asyncio.create_task(self._watched())

    async def stop(self) -> None:
        """Take nothing new, answer what is under way for ``drain_ms`` at most, end the workers."""
        self._is_serving = False
        self._watch.cancel()
        seconds = self._settings.drain_ms / 1000
        if not await self._requests.drained(seconds):
            _logger.warning("The stage ends with requests under way: their senders will send them again.")
        if self._grpc is not None:
            await self._grpc.stop(1.0)
        await asyncio.gather(*(server.stop() for server, _ in self._servers))
        await self._workers.end(seconds)
        await self._next_hop.close()
        await asyncio.to_thread(self._metrics.shutdown)

    async def reload(self) -> bool:
        """Read policy, tokens and certificates again. False, and all as before, where they cannot be used."""
        async with self._reloading:
            try:
                await self._workers.start()
                self._gate.reload()
                self._tls.reload()
            except (ValueError, WorkersError) as error:
                _logger.error("Cannot reload the stage, which goes on as before: %s", error)
                self._measures.reloaded(succeeded=False)
                return False
        _logger.info("The stage has read its configuration again.")
        self._measures.reloaded(succeeded=True)
        return True

    def problem(self) -> str | None:
        """Why the stage cannot take requests now."""
        if not self._is_serving:
            return "not serving"
        return None if self._workers.running else "no worker runs"

    async def _export(self, signal_: Signal, transport: str, body: bytes) -> Answer:
        begun = monotonic()
        answer = await self._requests.export(signal_, body)
        self._measures.answered(signal_, transport, answer, monotonic() - begun, len(body))
        return answer

    async def _metrics_text(self) -> bytes:
        texts = await self._workers.metrics()
        return merged({"": self._metrics.text(), **texts})

    def _http_servers(self) -> Iterator[tuple[HttpServer, Any]]:
        settings = self._settings
        if settings.http is not None:
            application = otlp_application(settings, self._gate, self._export)
            yield HttpServer("http", settings.http, application, settings), self._tls.context
        if settings.admin is not None:
            admin = admin_application(self.problem, self._metrics_text)
            yield HttpServer("admin", settings.admin, admin, settings), None

    async def _watched(self) -> None:
        seconds = self._settings.reload_check_ms / 1000
        known = self._stamps()
        while seconds and self._files:
            await asyncio.sleep(seconds)
            now = self._stamps()
            if now != known:
                known = now
                await self.reload()

    def _stamps(self) -> list[tuple[int, int, int] | None]:
        return [_stamp(file) for file in self._files]


def _stamp(file: Path) -> tuple[int, int, int] | None:
    """Tells versions of a file apart, also where a link is turned to another one, as Kubernetes does."""
    with contextlib.suppress(OSError):
        status = file.stat()
        return status.st_mtime_ns, status.st_size, status.st_ino
    return None


async def serve(settings: StageSettings) -> None:
    """Run a stage until SIGTERM or SIGINT; SIGHUP reloads it. Raises as ``Stage`` and its ``start()`` do."""
    stage = Stage(settings)
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    await stage.start()
    loop.add_signal_handler(signal.SIGHUP, lambda: asyncio.ensure_future(stage.reload()))
    for name in ("grpc", "http"):
        address = getattr(settings, name)
        if address is not None:
            _logger.info("Listening for OTLP/%s on %s.", name, address)
    _logger.info("Handing on to %s.", settings.next.endpoint)
    await ended.wait()
    _logger.info("Shutting down.")
    await stage.stop()
