"""Streams know the connection they belong to, and context managers stay what they are."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
from spanwright_instrumentation.mcp_connection import connection_of, over_http, over_pipes
from spanwright_instrumentation.telemetry import Telemetry


class Stream:
    pass


class Closed:
    """A stream that takes no attributes, around one that does."""

    __slots__ = ("_inner",)

    def __init__(self) -> None:
        self._inner = Stream()


def transport(*streams: Any) -> Any:
    @contextlib.asynccontextmanager
    async def connect(*_: Any, **__: Any) -> AsyncIterator[tuple[Any, ...]]:
        yield streams

    return connect


@pytest.mark.parametrize("stream", [Stream(), Closed()])
async def test_http(stream: Any) -> None:
    """Address and port of the URL; the session's id once there is one."""
    made = over_http(
        Telemetry("t"), transport(stream, Stream(), lambda: "session-1"), None, ("https://h.example/mcp",), {}
    )
    assert isinstance(made, contextlib._AsyncGeneratorContextManager)
    async with made as streams:
        assert streams[0] is stream
        assert connection_of(stream).attributes() == {
            "network.transport": "tcp",
            "network.protocol.name": "http",
            "server.address": "h.example",
            "server.port": 443,
            "mcp.protocol.version": None,
            "mcp.session.id": "session-1",
        }


async def test_pipes() -> None:
    """A child process has no address."""
    stream = Stream()
    async with over_pipes(Telemetry("t"), transport(stream, Stream()), None, (), {}):
        found = connection_of(stream).attributes()
    assert {key: value for key, value in found.items() if value is not None} == {"network.transport": "pipe"}


async def test_a_transport_of_another_kind_is_left_alone() -> None:
    """Whatever a later version returns reaches the application as it is."""
    own = object()
    assert over_http(Telemetry("t"), lambda *_: own, None, ("not a url:x",), {}) is own


async def test_an_error_within_goes_on_its_way() -> None:
    """As through the SDK's own context manager."""
    with pytest.raises(KeyError):
        async with over_pipes(Telemetry("t"), transport(Stream(), Stream()), None, (), {}):
            raise KeyError


def test_an_unknown_stream_has_an_unknown_connection() -> None:
    """Which remembers what is learnt of it later."""
    stream = Stream()
    connection_of(stream).protocol_version = "2026-07-28"
    assert connection_of(stream).attributes()["mcp.protocol.version"] == "2026-07-28"
    assert connection_of(object()).transport is None
