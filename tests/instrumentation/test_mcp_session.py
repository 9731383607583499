"""How long sessions last, told by whatever ends them.

Whole sessions over the real SDK stand in ``providers/test_mcp.py``.
"""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from opentelemetry.instrumentation.utils import suppress_instrumentation
from spanwright_instrumentation.mcp_session import enter, leave, run
from support.recording import Recording

CLIENT, SERVER = "mcp.client.session.duration", "mcp.server.session.duration"


class ClientSession:
    """A client's, with its handler of requests."""

    async def on_request(self, *_: Any) -> None: ...


async def done(*_: Any, **__: Any) -> str:
    return "done"


def measured(recording: Recording, name: str) -> list[Any]:
    return [attributes for _, attributes in recording.metric_points(name)]


async def test_of_a_client_and_of_a_server() -> None:
    """Version 2, told apart by whose handler it is; with the protocol agreed on."""
    recording = Recording()
    connection = SimpleNamespace(connection=SimpleNamespace(protocol_version="2026-07-28"))
    handler = SimpleNamespace(__self__=connection)
    assert await run(recording.telemetry, done, None, (ClientSession().on_request,), {}) == "done"
    assert await run(recording.telemetry, done, None, (), {"on_request": handler}) == "done"
    assert measured(recording, CLIENT) == [{}]
    assert measured(recording, SERVER) == [{"mcp.protocol.version": "2026-07-28"}]


@pytest.mark.parametrize(
    ("error", "told"),
    [(ConnectionError(), {"error.type": "ConnectionError"}), (asyncio.CancelledError(), {})],
)
async def test_what_ends_it(error: BaseException, told: Any) -> None:
    """Being cancelled is how it ends anyway; whatever else it is, goes on."""

    async def fail(*_: Any) -> None:
        raise error

    recording = Recording()
    with pytest.raises(type(error)):
        await run(recording.telemetry, fail, None, (None,), {})
    assert measured(recording, SERVER) == [told]


async def test_version_1() -> None:
    """From entering the block to leaving it."""
    recording, session = Recording(), ClientSession()
    await enter(recording.telemetry, done, session, (), {})
    assert await leave(recording.telemetry, done, session, (ValueError, ValueError(), None), {}) == "done"
    assert measured(recording, CLIENT) == [{"error.type": "ValueError"}]


async def test_one_that_was_begun_before_us() -> None:
    """Is not measured; nor is anything while suppressed."""
    recording, session = Recording(), ClientSession()
    await leave(recording.telemetry, done, session, (None, None, None), {})
    with suppress_instrumentation():
        await run(recording.telemetry, done, None, (session.on_request,), {})
    assert measured(recording, CLIENT) == measured(recording, SERVER) == []
