"""How long sessions of the Model Context Protocol last, on either side, in both shapes of its SDK."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from typing import Any

from spanwright_semconv import attributes, metrics

from .instruments import dimensions
from .invocation import error_type
from .mcp_connection import connection_of
from .mcp_message import is_unobserved
from .telemetry import Telemetry
from .withheld import withheld

logger = logging.getLogger(__name__)

_BEGUN = "_spanwright_begun"
_CLIENT = "ClientSession"

#: How a session ends that was not cut off: its user leaves the block.
_ORDINARY = (asyncio.CancelledError, GeneratorExit, KeyboardInterrupt)


async def enter(
    _telemetry: Telemetry, wrapped: Callable[..., Any], session: Any, args: Any, kwargs: Any
) -> Any:
    """Version 1: ``BaseSession.__aenter__``, on either side."""
    entered = await wrapped(*args, **kwargs)
    with contextlib.suppress(Exception):
        setattr(session, _BEGUN, time.perf_counter())
    return entered


async def leave(
    telemetry: Telemetry, wrapped: Callable[..., Any], session: Any, args: Any, kwargs: Any
) -> Any:
    """Version 1: ``BaseSession.__aexit__(type, error, traceback)``."""
    begun = getattr(session, _BEGUN, None)
    try:
        return await wrapped(*args, **kwargs)
    finally:
        if begun is not None:
            error = args[1] if len(args) > 1 else None
            _record(telemetry, session, getattr(session, "_read_stream", session), begun, error)


async def run(
    telemetry: Telemetry, wrapped: Callable[..., Any], dispatcher: Any, args: Any, kwargs: Any
) -> Any:
    """Version 2: ``Dispatcher.run(on_request, …)``, which lasts as long as the connection."""
    handler = args[0] if args else kwargs.get("on_request")
    owner, stream = getattr(handler, "__self__", None), getattr(dispatcher, "_read_stream", dispatcher)
    begun, error = time.perf_counter(), None
    try:
        return await wrapped(*args, **kwargs)
    except BaseException as raised:
        error = raised
        raise
    finally:
        _record(telemetry, owner, stream, begun, error)


def _record(telemetry: Telemetry, owner: Any, stream: Any, begun: float, error: BaseException | None) -> None:
    try:
        if is_unobserved():
            return
        is_client = any(kind.__name__ == _CLIENT for kind in type(owner).__mro__)
        definition = metrics.MCP_CLIENT_SESSION_DURATION if is_client else metrics.MCP_SERVER_SESSION_DURATION
        told: dict[str, Any] = connection_of(stream).attributes() if is_client else {}
        if not is_client:
            told[attributes.MCP_PROTOCOL_VERSION] = _served_version(owner)
        if error is not None and not isinstance(error, _ORDINARY):
            told[attributes.ERROR_TYPE] = error_type(error)
        telemetry.instruments.record(definition, time.perf_counter() - begun, dimensions(definition, told))
    except Exception:
        logger.debug("Cannot record an MCP session.", exc_info=withheld())


def _served_version(owner: Any) -> str | None:
    """What was agreed on, as the server's session (1) or connection (2) knows it."""
    asked = getattr(getattr(owner, "client_params", None), "protocolVersion", None)
    found = asked or getattr(getattr(owner, "connection", None), "protocol_version", None)
    return None if found is None else str(found)
