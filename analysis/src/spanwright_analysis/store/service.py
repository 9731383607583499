"""The store as an OTLP service. Needs the extra ``stage`` of the processors, whose servers receive for it."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Iterator
from typing import Any

from spanwright_processors.stage.admin import admin_application
from spanwright_processors.stage.exposition import Metrics
from spanwright_processors.stage.gate import Gate
from spanwright_processors.stage.grpc_server import grpc_server
from spanwright_processors.stage.http_server import HttpServer, otlp_application
from spanwright_processors.stage.tls import ServerTls

from .backend import Store
from .committing import Committer
from .measures import Measures
from .settings import StoreSettings, as_stores

_logger = logging.getLogger(__name__)


class StoreService:
    """Listens from ``start()`` to ``stop()``. Raises ``ValueError`` where a setting cannot be used."""

    def __init__(self, store: Store, settings: StoreSettings) -> None:
        self._store = store
        self._settings = settings
        self._listening = settings.listening()
        if self._listening.grpc is None and self._listening.http is None:
            raise ValueError(
                "Cannot serve the store: it listens nowhere. Set --grpc or --http, or the variables "
                "SPANWRIGHT_STORE_GRPC or SPANWRIGHT_STORE_HTTP."
            )

    async def start(self) -> None:
        """Raises ``ValueError`` where a file or address cannot be used, ``StoreError`` where the store."""
        settings, listening = self._settings, self._listening
        self._metrics = Metrics("spanwright-store")
        self._committer = Committer(
            self._store,
            Measures(),
            settings.commit_ms / 1000,
            settings.max_waiting_bytes,
            settings.retain_every_ms / 1000,
        )
        try:
            self._gate = Gate(listening.bearer_tokens_file)
            tls = ServerTls(listening)
            servers = list(self._http_servers(tls))
            self._grpc = (
                grpc_server(listening.grpc, listening, self._gate, self._committer.export)
                if listening.grpc
                else None
            )
        except ValueError as error:
            raise ValueError(as_stores(str(error))) from error
        await asyncio.to_thread(self._committer.start)
        self._servers = [server for server, _ in servers]
        if self._grpc is not None:
            await self._grpc.start()
        for server, context in servers:
            server.start(context)

    async def stop(self) -> None:
        """Take nothing new, commit and answer what is under way for ``drain_ms`` at most."""
        if not await self._committer.drain(self._settings.drain_ms / 1000):
            _logger.warning("The store ends with requests under way: their senders will send them again.")
        if self._grpc is not None:
            await self._grpc.stop(1.0)
        await asyncio.gather(*(server.stop() for server in self._servers))
        self._store.close()
        await asyncio.to_thread(self._metrics.shutdown)

    def _http_servers(self, tls: ServerTls) -> Iterator[tuple[HttpServer, Any]]:
        listening = self._listening
        if listening.http is not None:
            application = otlp_application(listening, self._gate, self._committer.export)
            yield HttpServer("http", listening.http, application, listening), tls.context
        if listening.admin is not None:
            admin = admin_application(lambda: self._committer.problem, self._metrics_text)
            yield HttpServer("admin", listening.admin, admin, listening), None

    async def _metrics_text(self) -> bytes:
        return self._metrics.text()


async def serve(store: Store, settings: StoreSettings) -> None:
    """Receive until SIGTERM or SIGINT. Raises as ``StoreService`` and its ``start()`` do."""
    service = StoreService(store, settings)
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    await service.start()
    for name in ("grpc", "http"):
        if address := getattr(settings, name):
            _logger.info("Listening for OTLP/%s on %s.", name, address)
    await ended.wait()
    _logger.info("Shutting down.")
    await service.stop()
