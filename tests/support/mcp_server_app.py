"""An MCP server in a process of its own: ``python mcp_server_app.py SPANS stdio|PORT [sse]``.

Its spans go to the file SPANS, one JSON object a line, as they end.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from opentelemetry import baggage, trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter, SpanExportResult


class LinesExporter(SpanExporter):
    def __init__(self, file: Path) -> None:
        self._file = file

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        with self._file.open("a") as lines:
            for span in spans:
                assert span.context is not None
                told = {
                    "name": span.name,
                    "kind": span.kind.name,
                    "trace": span.context.trace_id,
                    "id": span.context.span_id,
                    "parent": span.parent.span_id if span.parent else None,
                    "attributes": dict(span.attributes or {}),
                }
                lines.write(json.dumps(told) + "\n")
        return SpanExportResult.SUCCESS


def made() -> Any:
    """A server in the installed version's way."""
    try:
        server = import_module("mcp.server.mcpserver").MCPServer("parcels")
    except ImportError:
        server = import_module("mcp.server.fastmcp").FastMCP("parcels")

    @server.tool()  # type: ignore[untyped-decorator]
    def track(number: int) -> str:
        """Where a parcel is."""
        with trace.get_tracer("application").start_as_current_span("look up"):
            return f"parcel {number} is in {baggage.get_baggage('city') or 'nowhere'}"

    @server.tool()  # type: ignore[untyped-decorator]
    def lose() -> str:
        """Always fails."""
        raise ValueError("it is gone")

    @server.tool()  # type: ignore[untyped-decorator]
    async def wait() -> str:
        """Takes long."""
        await asyncio.sleep(30)
        return "here"

    @server.tool()  # type: ignore[untyped-decorator]
    async def vanish() -> str:
        """Takes the whole server along."""
        os._exit(1)

    return server


def main() -> None:
    provider = TracerProvider(resource=Resource({}), shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(LinesExporter(Path(sys.argv[1]))))
    trace.set_tracer_provider(provider)
    from spanwright_instrumentation.providers.mcp import MCPInstrumentor

    MCPInstrumentor().instrument()
    server = made()
    if sys.argv[2] == "stdio":
        server.run()
        return
    import uvicorn

    app = server.sse_app() if sys.argv[3:] == ["sse"] else server.streamable_http_app()
    uvicorn.run(app, port=int(sys.argv[2]), log_level="warning")


if __name__ == "__main__":
    main()
