"""The Model Context Protocol's SDK: requests as clients send them and as servers take them.

The context travels in ``params._meta`` (traceparent, tracestate, baggage: SEP-414), whatever the transport.
From version 2 the SDK makes spans of its own, and so does FastMCP; they give way to ours unless the setting
says ``mcp=native`` or ``fastmcp=native`` (docs/decisions/0200-spans-of-mcp.md).
"""

from __future__ import annotations

import contextlib
import os
import sys
from typing import Any

import wrapt

from ..instrumentor import LibraryInstrumentor, Method
from ..mcp_client import own_span, send_raw_request, send_request
from ..mcp_connection import over_http, over_pipes
from ..mcp_message import LIBRARY
from ..mcp_server import handle_request, respond, serve, serve_around
from ..mcp_session import enter, leave, run
from ..native import keeps_native

_FASTMCP = "fastmcp"
#: FastMCP's own setting, and the value with which it hands the context on and makes no spans.
_FASTMCP_VARIABLE, _ONLY_CONTEXT = "FASTMCP_TELEMETRY_MODE", "propagation_only"


class MCPInstrumentor(LibraryInstrumentor):
    library = LIBRARY
    covers = (
        "requests as clients send and servers take them, tools above all; over stdio, streamable HTTP, SSE, "
        "one trace through both, sessions; in place of the SDK's own spans"
    )
    methods = (
        Method("mcp.client.stdio", "stdio_client", over_pipes),
        Method("mcp.client.streamable_http", "streamablehttp_client", over_http, is_optional=True),
        Method("mcp.client.streamable_http", "streamable_http_client", over_http, is_optional=True),
        Method("mcp.client.sse", "sse_client", over_http),
        # The names by which the SDK itself knows them, where it was imported before.
        Method("mcp.client.client", "stdio_client", over_pipes, is_optional=True),
        Method("mcp.client.client", "streamable_http_client", over_http, is_optional=True),
        # Version 1
        Method("mcp.shared.session", "BaseSession.send_request", send_request, is_optional=True),
        Method("mcp.shared.session", "RequestResponder.respond", respond, is_optional=True),
        Method("mcp.server.lowlevel.server", "Server._handle_request", handle_request, is_optional=True),
        Method("mcp.shared.session", "BaseSession.__aenter__", enter, is_optional=True),
        Method("mcp.shared.session", "BaseSession.__aexit__", leave, is_optional=True),
        # Version 2
        Method("mcp.shared.jsonrpc_dispatcher", "JSONRPCDispatcher.run", run, is_optional=True),
        Method("mcp.shared.direct_dispatcher", "DirectDispatcher.run", run, is_optional=True),
        Method(
            "mcp.shared.jsonrpc_dispatcher",
            "JSONRPCDispatcher.send_raw_request",
            send_raw_request,
            is_optional=True,
        ),
        Method("mcp.shared.jsonrpc_dispatcher", "otel_span", own_span, is_optional=True),
        Method(
            "mcp.shared.direct_dispatcher",
            "DirectDispatcher.send_raw_request",
            send_raw_request,
            is_optional=True,
        ),
        Method("mcp.server._otel", "OpenTelemetryMiddleware.__call__", serve, is_optional=True),
        Method(
            "fastmcp.server.low_level", "FastMCPServerMiddleware.__call__", serve_around, is_optional=True
        ),
    )

    def _instrument(self, **kwargs: Any) -> None:
        super()._instrument(**kwargs)
        if _FASTMCP in sys.modules:
            _hold_back(sys.modules[_FASTMCP])
        else:
            wrapt.register_post_import_hook(_hold_back, _FASTMCP)


def _hold_back(fastmcp: Any) -> None:
    """FastMCP's spans would stand around and inside ours, unless its own setting was made."""
    if keeps_native(_FASTMCP) or _FASTMCP_VARIABLE in os.environ:
        return
    with contextlib.suppress(Exception):
        if fastmcp.settings.telemetry_mode == "native":
            fastmcp.settings.telemetry_mode = _ONLY_CONTEXT
