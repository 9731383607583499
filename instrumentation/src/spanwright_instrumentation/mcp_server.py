"""Requests of the Model Context Protocol as the server takes them, in both shapes of its SDK."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from typing import Any, NamedTuple

from opentelemetry.context import Context, get_current
from opentelemetry.propagate import extract
from opentelemetry.trace import SpanKind, get_current_span
from spanwright_semconv import attributes

from .invocation import Invocation
from .mcp_message import (
    META,
    SERVER,
    end,
    fail,
    is_unobserved,
    params_of,
    read_arguments,
    read_error,
    read_message,
    read_result,
    span_name,
)
from .telemetry import Telemetry
from .withheld import withheld

logger = logging.getLogger(__name__)

#: The server's span that a response belongs to, in SDKs that send it out of sight.
_answering: ContextVar[tuple[str, Invocation] | None] = ContextVar("spanwright-mcp-server", default=None)


async def handle_request(
    telemetry: Telemetry, wrapped: Callable[..., Any], _server: Any, args: tuple[Any, ...], kwargs: Any
) -> Any:
    """``Server._handle_request(message, req, session, …)``: the answer is given to ``message.respond``."""
    message = args[0] if args else kwargs.get("message")
    request = args[1] if len(args) > 1 else kwargs.get("req")
    if is_unobserved():
        return await wrapped(*args, **kwargs)
    invocation = _begin(telemetry, lambda: _first(message, request))
    if invocation is None:
        return await wrapped(*args, **kwargs)
    token = _answering.set((getattr(request, "method", ""), invocation))
    try:
        with invocation.attach():
            result = await wrapped(*args, **kwargs)
    except BaseException as error:
        fail(error, invocation, is_own=False)
        raise
    finally:
        with contextlib.suppress(ValueError):
            _answering.reset(token)
    invocation.stop()
    return result


async def respond(
    _telemetry: Telemetry, wrapped: Callable[..., Any], _responder: Any, args: tuple[Any, ...], kwargs: Any
) -> Any:
    """``RequestResponder.respond(response)``: a result, or a JSON-RPC error."""
    answering = _answering.get()
    if answering is not None:
        method, invocation = answering
        try:
            response = args[0] if args else kwargs["response"]
            response = getattr(response, "root", response)
            code = getattr(response, "code", None)
            if code is not None and hasattr(response, "message"):
                read_error(code, invocation, is_own=False)
            else:
                read_result(method, response, invocation)
        except Exception:
            logger.debug("Cannot read an MCP response.", exc_info=withheld())
    return await wrapped(*args, **kwargs)


class _Taken(NamedTuple):
    """A request as the server takes it, in either version."""

    method: str
    params: Mapping[str, Any]
    request_id: object
    #: Starlette's request, where the message came by HTTP.
    http_request: Any
    protocol_version: str | None

    def attributes(self) -> dict[str, Any]:
        found = read_message(self.method, self.params)
        found[attributes.JSONRPC_REQUEST_ID] = str(self.request_id)
        found[attributes.MCP_PROTOCOL_VERSION] = self.protocol_version
        if self.http_request is not None:
            found[attributes.NETWORK_TRANSPORT] = "tcp"
            found[attributes.NETWORK_PROTOCOL_NAME] = "http"
            found[attributes.CLIENT_ADDRESS], found[attributes.CLIENT_PORT] = _client_of(self.http_request)
            found[attributes.MCP_SESSION_ID] = self.http_request.headers.get("mcp-session-id")
        return found


def _first(message: Any, request: Any) -> _Taken:
    session = getattr(message, "_session", None)
    return _Taken(
        request.method,
        params_of(request),
        message.request_id,
        getattr(message.message_metadata, "request_context", None),
        getattr(getattr(session, "client_params", None), "protocolVersion", None),
    )


def _second(ctx: Any) -> _Taken:
    params = {**(ctx.params or {}), **({META: ctx.meta} if ctx.meta else {})}
    return _Taken(ctx.method, params, ctx.request_id, ctx.request, ctx.protocol_version)


def _begin(telemetry: Telemetry, read: Callable[[], _Taken]) -> Invocation | None:
    """The server's span, a child of the client's wherever that is; None if it cannot be.

    :param read: may raise.
    """
    try:
        taken = read()
        invocation = Invocation(
            telemetry,
            SERVER,
            name=span_name(taken.method, taken.params),
            kind=SpanKind.SERVER,
            attributes=taken.attributes(),
            parent=_carried(taken.params),
        )
        read_arguments(taken.method, taken.params, invocation)
    except Exception:
        logger.debug("Cannot begin an MCP span.", exc_info=withheld())
        return None
    return invocation


def _carried(params: Mapping[str, Any]) -> Context | None:
    """The context in ``_meta``, on top of the current one; None without a trace in it."""
    meta = params.get(META)
    if not isinstance(meta, Mapping):
        return None
    context = extract(
        {str(key): value for key, value in meta.items() if isinstance(value, str)}, get_current()
    )
    return context if get_current_span(context).get_span_context().is_valid else None


async def serve(
    telemetry: Telemetry, wrapped: Callable[..., Any], _middleware: Any, args: tuple[Any, ...], kwargs: Any
) -> Any:
    """``OpenTelemetryMiddleware.__call__(ctx, call_next)``, in the place of the SDK's own span."""
    ctx, call_next = (*args, *kwargs.values())[:2]
    if is_unobserved():
        return await wrapped(*args, **kwargs)
    return await _served(telemetry, ctx, lambda: call_next(ctx))


async def serve_around(
    telemetry: Telemetry, wrapped: Callable[..., Any], _middleware: Any, args: tuple[Any, ...], kwargs: Any
) -> Any:
    """The same around middleware that does more than trace: FastMCP's, in that one's place."""
    if is_unobserved():
        return await wrapped(*args, **kwargs)
    return await _served(telemetry, (*args, *kwargs.values())[0], lambda: wrapped(*args, **kwargs))


async def _served(telemetry: Telemetry, ctx: Any, handle: Callable[[], Awaitable[Any]]) -> Any:
    if getattr(ctx, "request_id", None) is None:  # a notification
        return await handle()
    invocation = _begin(telemetry, lambda: _second(ctx))
    if invocation is None:
        return await handle()
    try:
        with invocation.attach():
            result = await handle()
    except BaseException as error:
        fail(error, invocation, is_own=False)
        raise
    end(str(ctx.method), result, invocation)
    return result


def _client_of(http_request: Any) -> tuple[str | None, int | None]:
    client = getattr(http_request, "client", None)
    return getattr(client, "host", None), getattr(client, "port", None)
