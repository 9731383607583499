"""What connects two peers of the Model Context Protocol, told from where the connection is made."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from spanwright_semconv import attributes

from .telemetry import Telemetry

_ATTRIBUTE = "_spanwright_connection"
_PORTS = {"http": 80, "https": 443}


@dataclass(slots=True)
class Connection:
    """A client's way to its server. ``session_id`` is asked anew: it comes with the first answer."""

    transport: str | None = None
    address: str | None = None
    port: int | None = None
    protocol_version: str | None = None
    session_id: Callable[[], str | None] = lambda: None

    def attributes(self) -> dict[str, Any]:
        return {
            attributes.NETWORK_TRANSPORT: self.transport,
            attributes.NETWORK_PROTOCOL_NAME: "http" if self.transport == "tcp" else None,
            attributes.SERVER_ADDRESS: self.address,
            attributes.SERVER_PORT: self.port,
            attributes.MCP_PROTOCOL_VERSION: self.protocol_version,
            attributes.MCP_SESSION_ID: self.session_id(),
        }


def connection_of(stream: object) -> Connection:
    """The connection that a stream belongs to; an unknown one where nobody has told."""
    for holder in _holders(stream):
        found = getattr(holder, _ATTRIBUTE, None)
        if isinstance(found, Connection):
            return found
    unknown = Connection()
    _note(stream, unknown)
    return unknown


def over_pipes(
    _telemetry: Telemetry, wrapped: Callable[..., Any], _instance: Any, args: Any, kwargs: Any
) -> Any:
    """The client's transport over a child process."""
    return _noted(wrapped(*args, **kwargs), Connection("pipe"))


def over_http(
    _telemetry: Telemetry, wrapped: Callable[..., Any], _instance: Any, args: Any, kwargs: Any
) -> Any:
    """The client's transports over HTTP: streamable, and server-sent events."""
    url = urlsplit(str(args[0] if args else kwargs.get("url", "")))
    connection = Connection("tcp", url.hostname)
    with contextlib.suppress(ValueError):
        connection.port = url.port or _PORTS.get(url.scheme)
    return _noted(wrapped(*args, **kwargs), connection)


class _NotingContextManager(contextlib._AsyncGeneratorContextManager[Any]):
    """The SDK's own context manager; on entering it notes which connection its streams belong to."""

    async def __aenter__(self) -> Any:
        streams = await super().__aenter__()
        connection = connection_of(self)
        with contextlib.suppress(Exception):
            _note(streams[0], connection)
            if len(streams) > 2 and callable(streams[2]):
                connection.session_id = streams[2]
        return streams


def _noted(manager: Any, connection: Connection) -> Any:
    if type(manager) is contextlib._AsyncGeneratorContextManager:
        _note(manager, connection)
        manager.__class__ = _NotingContextManager
    return manager


def _note(stream: object, connection: Connection) -> None:
    for holder in _holders(stream):
        with contextlib.suppress(AttributeError, TypeError):
            setattr(holder, _ATTRIBUTE, connection)
            return


def _holders(stream: object) -> tuple[object, object]:
    """The object itself, and the stream inside one that takes no attributes."""
    return stream, getattr(stream, "_inner", None)
