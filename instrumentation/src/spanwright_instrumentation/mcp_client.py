"""Requests of the Model Context Protocol as the client sends them, in both shapes of its SDK.

Version 1 sends models of requests through ``BaseSession.send_request``, version 2 methods and mappings
through a dispatcher.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from functools import partial
from typing import Any

from opentelemetry.context import Context, get_current
from opentelemetry.propagate import inject
from opentelemetry.trace import get_current_span
from spanwright_semconv import attributes
from spanwright_semconv.enums import McpMethod, Operation

from .agent_figures import count_tool
from .argument_check import check_attributes
from .invocation import Invocation
from .mcp_connection import connection_of
from .mcp_message import (
    CLIENT,
    META,
    end,
    fail,
    is_unobserved,
    params_of,
    read_arguments,
    read_message,
    span_name,
)
from .telemetry import Telemetry
from .tool import argument_forms, placed, places_by_link
from .tool_registry import ToolCall, registry
from .withheld import withheld

logger = logging.getLogger(__name__)

_INITIALIZE = McpMethod.INITIALIZE.value

#: The client's span that is being made around the SDK's own.
_around: ContextVar[Invocation | None] = ContextVar("spanwright-mcp-client", default=None)


async def send_request(
    telemetry: Telemetry, wrapped: Callable[..., Any], session: Any, args: tuple[Any, ...], kwargs: Any
) -> Any:
    """``BaseSession.send_request(request, …)``."""
    request = args[0] if args else kwargs.get("request")
    if is_unobserved():
        return await wrapped(*args, **kwargs)
    message = getattr(request, "root", request)
    stream = getattr(session, "_read_stream", session)
    invocation = _begin(telemetry, lambda: (message.method, params_of(message)), stream)
    if invocation is None:
        return await wrapped(*args, **kwargs)
    try:
        with invocation.attach():
            invocation.attributes[attributes.JSONRPC_REQUEST_ID] = str(getattr(session, "_request_id", ""))
            sent = _carrying(request, message)
            result = await (
                wrapped(sent, *args[1:], **kwargs) if args else wrapped(**{**kwargs, "request": sent})
            )
    except BaseException as error:
        fail(error, invocation, is_own=True)
        raise
    if message.method == _INITIALIZE:
        connection_of(stream).protocol_version = str(getattr(result, "protocolVersion", "")) or None
    end(message.method, result, invocation)
    return result


def _carrying(request: Any, message: Any) -> Any:
    """A copy of the request that carries the current context; the request itself if it cannot be copied."""
    try:
        carrier: dict[str, Any] = {}
        inject(carrier)
        if not carrier:
            return request
        kind = type(message.params) if message.params else _params_class(type(message))
        params = message.params or kind()
        meta_class = kind.Meta
        meta = meta_class(**{**(params.meta.model_dump(exclude_none=True) if params.meta else {}), **carrier})
        copied = message.model_copy(update={"params": params.model_copy(update={"meta": meta})})
        return copied if request is message else request.model_copy(update={"root": copied})
    except Exception:
        logger.debug("Cannot put the context into an MCP request.", exc_info=withheld())
        return request


def _params_class(message_class: Any) -> Any:
    """Of a request whose parameters may be left out."""
    hint = message_class.model_fields["params"].annotation
    return next(one for one in getattr(hint, "__args__", (hint,)) if hasattr(one, "Meta"))


async def send_raw_request(
    telemetry: Telemetry, wrapped: Callable[..., Any], dispatcher: Any, args: tuple[Any, ...], kwargs: Any
) -> Any:
    """``Dispatcher.send_raw_request(method, params, …)``, which makes a span of the SDK's own, or none."""
    method = args[0] if args else kwargs.get("method")
    params = args[1] if len(args) > 1 else kwargs.get("params")
    if is_unobserved():
        return await wrapped(*args, **kwargs)
    stream = getattr(dispatcher, "_read_stream", dispatcher)
    invocation = _begin(telemetry, lambda: (str(method), params or {}), stream)
    if invocation is None:
        return await wrapped(*args, **kwargs)
    token = _around.set(invocation)
    try:
        with invocation.attach():
            if len(args) > 1:
                args = (args[0], _with_context(params), *args[2:])
            else:
                kwargs = {**kwargs, "params": _with_context(params)}
            result = await wrapped(*args, **kwargs)
    except BaseException as error:
        fail(error, invocation, is_own=True)
        raise
    finally:
        with contextlib.suppress(ValueError):
            _around.reset(token)
    if method == _INITIALIZE and isinstance(result, Mapping):
        connection_of(stream).protocol_version = result.get("protocolVersion")
    end(str(method), result, invocation)
    return result


def own_span(
    _telemetry: Telemetry, wrapped: Callable[..., Any], _instance: Any, args: Any, kwargs: Any
) -> Any:
    """``otel_span(name, …)``, where the SDK begins a span of its own: none inside ours."""
    invocation = _around.get()
    return wrapped(*args, **kwargs) if invocation is None else _giving_way(invocation, kwargs)


@contextlib.contextmanager
def _giving_way(invocation: Invocation, options: Mapping[str, Any]) -> Iterator[_Told]:
    told = _Told(invocation)
    told.set_attributes(options.get("attributes") or {})
    yield told


class _Told:
    """Takes what the SDK tells its own span: the request's id is known there only."""

    def __init__(self, invocation: Invocation) -> None:
        self._invocation = invocation

    def set_attributes(self, given: Mapping[str, Any]) -> None:
        key = attributes.JSONRPC_REQUEST_ID
        if key in given:
            self._invocation.attributes[key] = given[key]

    def set_status(self, *_: Any) -> None:
        """Told by the error that is raised."""


def _begin(
    telemetry: Telemetry, read: Callable[[], tuple[str, Mapping[str, Any]]], stream: object
) -> Invocation | None:
    """The client's span, a child of the model call that asked for the tool; None if it cannot be.

    :param read: gives the method and its parameters, and may raise.
    """
    try:
        method, params = read()
        found = read_message(method, params)
        current = get_current()
        known = None
        if method == McpMethod.TOOLS_CALL.value and not _is_tool(current):
            known = registry.claim(
                str(params.get("name")),
                trace_id=get_current_span(current).get_span_context().trace_id,
                call_id=None,
                arguments=lambda: argument_forms(params.get("arguments") or {}),
            )
            found[attributes.GEN_AI_TOOL_CALL_ID] = known.call_id if known else None
            count_tool(current, str(params.get("name")), lambda: params.get("arguments"))
        parent, links = placed(known, current, link=places_by_link(None))
        invocation = Invocation(
            telemetry,
            CLIENT,
            name=span_name(method, params),
            attributes={**connection_of(stream).attributes(), **found},
            parent=parent,
            links=links,
        )
        read_arguments(method, params, invocation)
        if known is not None:
            _read_generated(known, invocation)
    except Exception:
        logger.debug("Cannot begin an MCP span.", exc_info=withheld())
        return None
    return invocation


def _read_generated(known: ToolCall, invocation: Invocation) -> None:
    """The arguments exactly as the model generated them, and whether they fit what it was offered."""
    invocation.later = partial(check_attributes, known.arguments, known.schema)
    if invocation.records_content and known.arguments is not None:
        invocation.content[attributes.GEN_AI_TOOL_CALL_ARGUMENTS] = known.arguments


def _is_tool(current: Context) -> bool:
    """Whether a tool's span is current, whoever made it: that is what the model asked for, then."""
    told = getattr(get_current_span(current), "attributes", None) or {}
    return told.get(attributes.GEN_AI_OPERATION_NAME) == Operation.EXECUTE_TOOL.value


def _with_context(params: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """A copy of ``params`` whose ``_meta`` carries the current context, beside what stands there; ``params``
    itself if it cannot be copied."""
    try:
        carried = dict(params or {})
        meta = dict(carried.get(META) or {})
        inject(meta)
    except Exception:
        logger.debug("Cannot put the context into an MCP request.", exc_info=withheld())
        return params
    if meta:
        carried[META] = meta
    return carried
