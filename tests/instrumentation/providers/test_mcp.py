"""The Model Context Protocol over the real SDK: one trace through client and server, over each transport."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from opentelemetry import baggage, context, trace
from opentelemetry.instrumentation.utils import suppress_instrumentation
from opentelemetry.trace import SpanKind, StatusCode
from spanwright_instrumentation.emitter import EMITTER_VARIABLE
from spanwright_instrumentation.providers.mcp import MCPInstrumentor
from support.mcp_peers import IS_FIRST, in_memory, listening, over_http, over_sse, over_stdio, told
from support.mcp_server_app import made
from support.recording import Recording, instrumented

CALL = {
    "mcp.method.name": "tools/call",
    "gen_ai.operation.name": "execute_tool",
    "gen_ai.tool.name": "track",
    "gen_ai.tool.call.arguments": '{"number":7}',
}
#: What depends on the version and run, and is looked at by itself.
VARYING = (
    "mcp.protocol.version",
    "jsonrpc.request.id",
    "mcp.session.id",
    "client.port",
    "gen_ai.tool.call.id",
)


@pytest.fixture
def recording() -> Iterator[Recording]:
    with instrumented(MCPInstrumentor(), Recording()) as recording:
        yield recording


def fixed(attributes: Any) -> dict[str, Any]:
    return {key: value for key, value in dict(attributes).items() if key not in VARYING}


async def test_a_tool_call_is_a_span_on_either_side(recording: Recording) -> None:
    """Named by method and tool, with arguments and answer; the server's under the client's."""
    async with in_memory(made()) as peer:
        result = await peer.call("track", number=7)
    assert result.content[0].text == "parcel 7 is in nowhere"
    client, server = [span for span in recording.spans if span.name == "tools/call track"]
    answer = {**CALL, "gen_ai.tool.call.result": "parcel 7 is in nowhere"}
    assert fixed(client.attributes) == fixed(server.attributes) == answer
    assert (client.kind, server.kind) == (SpanKind.CLIENT, SpanKind.SERVER)
    assert client.context
    assert server.parent
    assert server.parent.span_id == client.context.span_id
    assert (client.attributes or {})["mcp.protocol.version"]
    names = {span.name for span in recording.spans} - {"initialize", "server/discover", "tools/list"}
    assert names == {"tools/call track"}


async def test_a_failed_tool_is_an_error_on_either_side(recording: Recording) -> None:
    """``isError`` is no exception: the model is told."""
    async with in_memory(made()) as peer:
        result = await peer.call("lose")
    assert getattr(result, "isError", None) or result.is_error
    for span in recording.spans:
        if span.name == "tools/call lose":
            assert (span.attributes or {})["error.type"] == "tool_error"
            assert span.status.status_code is StatusCode.ERROR


async def test_an_error_of_the_protocol_has_its_code(recording: Recording) -> None:
    """And is raised as without us."""
    async with in_memory(made()) as peer:
        with pytest.raises(Exception, match=r"Unknown prompt|Internal server error"):
            await peer.client.get_prompt("nothing")
    client, server = [span for span in recording.spans if span.name == "prompts/get nothing"]
    found = dict(client.attributes or {})
    assert found["error.type"] == found["rpc.response.status_code"]
    assert int(str(found["error.type"])) <= 0
    assert found["gen_ai.prompt.name"] == "nothing"
    assert server.status.status_code is client.status.status_code is StatusCode.ERROR


async def test_the_span_is_under_the_model_call_that_asked(recording: Recording) -> None:
    """Although that has ended: by tool name and arguments."""
    with trace.use_span(recording.tracer_provider.get_tracer("app").start_span("run")):
        call = recording.chat(("call_1", "track", '{"number": 7}'))
        async with in_memory(made()) as peer:
            await peer.call("track", number=7)
    client = next(span for span in recording.spans if span.name == "tools/call track")
    assert client.parent
    assert client.parent.span_id == call.span_context.span_id
    assert (client.attributes or {})["gen_ai.tool.call.id"] == "call_1"


async def test_one_trace_over_stdio(recording: Recording, tmp_path: Path) -> None:
    """From the agent through the server's own code; baggage reaches it too."""
    spans = tmp_path / "server.jsonl"
    token = context.attach(baggage.set_baggage("city", "Lisbon"))
    try:
        async with over_stdio(spans) as peer:
            result = await peer.call("track", number=7)
    finally:
        context.detach(token)
    assert result.content[0].text == "parcel 7 is in Lisbon"
    client = next(span for span in recording.spans if span.name == "tools/call track")
    assert fixed(client.attributes) == {
        **CALL,
        "gen_ai.tool.call.result": "parcel 7 is in Lisbon",
        "network.transport": "pipe",
    }
    assert_one_trace(client, told(spans))


async def test_one_trace_over_http(recording: Recording, tmp_path: Path) -> None:
    """Streamable HTTP: with the server's address, and the client's on the other side."""
    spans = tmp_path / "server.jsonl"
    with listening(spans) as port:
        async with over_http(port) as peer:
            await peer.call("track", number=7)
        served = told(spans)
    client = next(span for span in recording.spans if span.name == "tools/call track")
    found = fixed(client.attributes)
    assert (found["server.address"], found["server.port"]) == ("localhost", port)
    assert (found["network.transport"], found["network.protocol.name"]) == ("tcp", "http")
    assert_one_trace(client, served)
    server = next(span for span in served if span["name"] == "tools/call track")["attributes"]
    assert server["client.address"] in ("127.0.0.1", "::1")
    assert server["network.transport"] == "tcp"
    if IS_FIRST:
        assert server["mcp.session.id"] == (client.attributes or {})["mcp.session.id"]


async def test_one_trace_over_sse(recording: Recording, tmp_path: Path) -> None:
    """Server-sent events: the older way over HTTP."""
    spans = tmp_path / "server.jsonl"
    with listening(spans, "sse") as port:
        async with over_sse(port) as peer:
            await peer.call("track", number=7)
        served = told(spans)
    client = next(span for span in recording.spans if span.name == "tools/call track")
    found = fixed(client.attributes)
    assert (found["server.address"], found["server.port"]) == ("localhost", port)
    assert (found["network.transport"], found["network.protocol.name"]) == ("tcp", "http")
    assert_one_trace(client, served)


def assert_one_trace(client: Any, served: list[dict[str, Any]]) -> None:
    server = next(span for span in served if span["name"] == "tools/call track")
    inner = next(span for span in served if span["name"] == "look up")
    assert (server["parent"], inner["parent"]) == (client.context.span_id, server["id"])
    assert server["trace"] == inner["trace"] == client.context.trace_id
    assert server["kind"] == "SERVER"


async def test_a_server_that_takes_too_long(recording: Recording, tmp_path: Path) -> None:
    """The SDK's own time-out is no answer of the server's: no status code."""
    async with over_stdio(tmp_path / "server.jsonl") as peer:
        with pytest.raises(Exception, match=r"(?i)timed out"):
            await peer.call("wait", seconds=0.3)
    found = recording.attributes("tools/call wait")
    assert found["error.type"] == "timeout"
    assert "rpc.response.status_code" not in found


async def test_durations_are_measured(recording: Recording) -> None:
    """By method and tool, on either side."""
    async with in_memory(made()) as peer:
        await peer.call("track", number=7)
    for name in ("mcp.client.operation.duration", "mcp.server.operation.duration"):
        tools = [measured.get("gen_ai.tool.name") for _, measured in recording.metric_points(name)]
        assert "track" in tools


async def test_sessions_are_measured(recording: Recording, tmp_path: Path) -> None:
    """How long each lasted, on either side; leaving it is no error."""
    async with in_memory(made()) as peer:
        await peer.call("track", number=7)
    for name in ("mcp.client.session.duration", "mcp.server.session.duration"):
        ((count, measured),) = recording.metric_points(name)
        assert (count, measured.get("error.type")) == (1, None)
    async with over_stdio(tmp_path / "server.jsonl") as peer:
        await peer.call("track", number=7)
    transports = [
        measured.get("network.transport")
        for _, measured in recording.metric_points("mcp.client.session.duration")
    ]
    assert sorted(map(str, transports)) == ["None", "pipe"]


async def test_a_server_that_goes_away(recording: Recording, tmp_path: Path) -> None:
    """In the middle of a call: the SDK's own error, which no peer sent."""
    spans = tmp_path / "server.jsonl"
    with pytest.raises(Exception, match=r"(?i)connection closed|unhandled"):
        async with over_stdio(spans) as peer:
            await peer.call("vanish")
    found = recording.attributes("tools/call vanish")
    assert found["error.type"] == "connection_closed"
    assert "rpc.response.status_code" not in found


async def test_nothing_while_suppressed(recording: Recording) -> None:
    """As everywhere else."""
    with suppress_instrumentation():
        async with in_memory(made()) as peer:
            await peer.call("track", number=7)
    assert recording.spans == []


async def test_the_current_context_stays(recording: Recording) -> None:
    """Also after an error."""
    before = context.get_current()
    async with in_memory(made()) as peer:
        await peer.call("track", number=7)
        await peer.call("lose")
        assert trace.get_current_span() is trace.INVALID_SPAN
    assert context.get_current() == before


@pytest.mark.skipif(IS_FIRST, reason="mcp 1.x makes no spans of its own")
async def test_its_own_spans_can_be_kept(recording: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then none of ours are made."""
    monkeypatch.setenv(EMITTER_VARIABLE, "mcp=native")
    async with in_memory(made()) as peer:
        await peer.call("track", number=7)
    assert recording.spans == []
