"""FastMCP over the MCP SDK: one span on either side, FastMCP's own held back."""

from __future__ import annotations

from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.trace import SpanKind
from spanwright_instrumentation.providers.mcp import MCPInstrumentor
from support.recording import Recording, instrumented

fastmcp: Any = pytest.importorskip("fastmcp")


async def test_one_span_on_either_side() -> None:
    """The server's own code is under the server's span, that under the client's; nothing is doubled."""
    recording = Recording()
    trace.set_tracer_provider(recording.tracer_provider)
    with instrumented(MCPInstrumentor(), recording):
        server = fastmcp.FastMCP("parcels")

        @server.tool  # type: ignore[untyped-decorator]
        def track(number: int) -> str:
            with trace.get_tracer("application").start_as_current_span("look up"):
                return f"parcel {number}"

        async with fastmcp.Client(server) as client:
            answer = await client.call_tool("track", {"number": 7})
    assert answer.data == "parcel 7"
    call, served = [span for span in recording.spans if span.name == "tools/call track"]
    inner = recording.span("look up")
    assert (call.kind, served.kind) == (SpanKind.CLIENT, SpanKind.SERVER)
    assert call.context
    assert served.context
    assert served.parent
    assert inner.parent
    assert (served.parent.span_id, inner.parent.span_id) == (call.context.span_id, served.context.span_id)
    assert (served.attributes or {})["gen_ai.tool.call.result"] == "parcel 7"
    scopes = {span.instrumentation_scope.name for span in recording.spans if span.instrumentation_scope}
    assert scopes == {"spanwright_instrumentation.providers.mcp", "application"}
