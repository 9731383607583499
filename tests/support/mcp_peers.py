"""Clients of MCP servers, in the installed version's way, over each transport."""

from __future__ import annotations

import json
import socket
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

from support.processes import started

IS_FIRST = version("mcp").startswith("1.")
SERVER = Path(__file__).with_name("mcp_server_app.py")


class Peer:
    """A client that is connected."""

    def __init__(self, client: Any) -> None:
        self.client = client

    async def call(self, tool: str, seconds: float = 20.0, **arguments: Any) -> Any:
        limit = timedelta(seconds=seconds) if IS_FIRST else seconds
        return await self.client.call_tool(tool, arguments, read_timeout_seconds=limit)


@asynccontextmanager
async def in_memory(server: Any) -> AsyncIterator[Peer]:
    """Without a transport."""
    if IS_FIRST:
        connect = import_module("mcp.shared.memory").create_connected_server_and_client_session
        async with connect(server._mcp_server) as session:
            yield Peer(session)
    else:
        async with import_module("mcp").Client(server) as client:
            yield Peer(client)


@asynccontextmanager
async def over_stdio(spans: Path) -> AsyncIterator[Peer]:
    """A server that the client starts; its spans go to the file."""
    parameters = import_module("mcp").StdioServerParameters(
        command=sys.executable, args=[str(SERVER), str(spans), "stdio"]
    )
    if IS_FIRST:
        connect = import_module("mcp.client.stdio").stdio_client
        async with connect(parameters) as (reader, writer), _session(reader, writer) as peer:
            yield peer
    else:
        async with import_module("mcp").Client(parameters) as client:
            yield Peer(client)


@asynccontextmanager
async def over_http(port: int) -> AsyncIterator[Peer]:
    """A server that listens already."""
    url = f"http://localhost:{port}/mcp"
    if IS_FIRST:
        module = import_module("mcp.client.streamable_http")
        connect = getattr(module, "streamable_http_client", None) or module.streamablehttp_client
        async with connect(url) as (reader, writer, _), _session(reader, writer) as peer:
            yield peer
    else:
        async with import_module("mcp").Client(url) as client:
            yield Peer(client)


@asynccontextmanager
async def over_sse(port: int) -> AsyncIterator[Peer]:
    """The same over server-sent events, the older of the two."""
    connect = import_module("mcp.client.sse").sse_client
    async with connect(f"http://localhost:{port}/sse") as (reader, writer), _session(reader, writer) as peer:
        yield peer


@asynccontextmanager
async def _session(reader: Any, writer: Any) -> AsyncIterator[Peer]:
    async with import_module("mcp").ClientSession(reader, writer) as session:
        await session.initialize()
        yield Peer(session)


@contextmanager
def listening(spans: Path, *transport: str) -> Iterator[int]:
    """The server in a process of its own, over ``sse`` or streamable HTTP; the port where it listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, str(SERVER), str(spans), str(port), *transport]
    with started(command, {}, spans.parent, spans.with_suffix(".log")) as process:
        deadline = time.monotonic() + 20
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                assert time.monotonic() < deadline, process.output
                time.sleep(0.05)
        yield port


def told(spans: Path) -> list[dict[str, Any]]:
    """The server's spans as they ended."""
    return [json.loads(line) for line in spans.read_text().splitlines()] if spans.exists() else []
