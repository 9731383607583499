"""What the client's side does to a request: a copy carries the context, nothing else changes.

Whole calls over the real SDK stand in ``providers/test_mcp.py``.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from opentelemetry import trace
from spanwright_instrumentation import agent, tool
from spanwright_instrumentation.mcp_client import own_span, send_raw_request, send_request
from support.recording import Recording


class Dispatcher:
    """Keeps what it was asked to send."""

    def __init__(self, result: Any = None, error: Exception | None = None) -> None:
        self.result = result if result is not None else {"content": []}
        self.error = error
        self.sent: list[tuple[Any, ...]] = []

    async def send(self, *args: Any, **kwargs: Any) -> Any:
        self.sent.append((args, kwargs))
        if self.error:
            raise self.error
        return self.result


async def test_the_context_is_added_to_a_copy() -> None:
    """Beside what stands in ``_meta``; the application's own mapping stays as it was."""
    recording, dispatcher = Recording(), Dispatcher()
    params = {"name": "add", "arguments": {"a": 1}, "_meta": {"progressToken": 3}}
    result = await send_raw_request(
        recording.telemetry, dispatcher.send, dispatcher, ("tools/call", params, {"timeout": 1}), {}
    )
    assert result is dispatcher.result
    ((method, sent, options), _) = dispatcher.sent[0]
    span = recording.span("tools/call add")
    assert span.context
    assert (method, options) == ("tools/call", {"timeout": 1})
    assert sent["_meta"]["progressToken"] == 3
    assert f"{span.context.span_id:016x}" in sent["_meta"]["traceparent"]
    assert params == {"name": "add", "arguments": {"a": 1}, "_meta": {"progressToken": 3}}


async def test_named_arguments_and_no_parameters() -> None:
    """However the SDK calls itself."""
    recording, dispatcher = Recording(), Dispatcher()
    await send_raw_request(recording.telemetry, dispatcher.send, dispatcher, (), {"method": "tools/list"})
    ((_, kwargs),) = dispatcher.sent
    assert set(kwargs) == {"method", "params"}
    assert "traceparent" in kwargs["params"]["_meta"]


async def test_the_error_is_the_applications() -> None:
    """The same object, recorded."""
    recording, error = Recording(), ConnectionError("gone")
    dispatcher = Dispatcher(error=error)
    with pytest.raises(ConnectionError) as caught:
        await send_raw_request(recording.telemetry, dispatcher.send, dispatcher, ("ping", None), {})
    assert caught.value is error
    assert recording.attributes("ping")["error.type"] == "ConnectionError"
    assert trace.get_current_span() is trace.INVALID_SPAN


async def test_the_sdks_own_span_gives_way_inside_ours_only() -> None:
    """What it was told of the request's id is kept."""
    recording, dispatcher = Recording(), Dispatcher()
    original = object()

    async def send(*args: Any, **kwargs: Any) -> Any:
        own = own_span(
            recording.telemetry,
            lambda *_, **__: original,
            None,
            ("x",),
            {"attributes": {"jsonrpc.request.id": "9"}},
        )
        assert own is not original
        with own as span:
            span.set_attributes({"error.type": "1"})
            span.set_status(None)
        return await dispatcher.send(*args, **kwargs)

    await send_raw_request(recording.telemetry, send, dispatcher, ("ping", None), {})
    assert recording.attributes("ping") == {"mcp.method.name": "ping", "jsonrpc.request.id": "9"}
    assert own_span(recording.telemetry, lambda *_, **__: original, None, ("x",), {}) is original


async def test_a_tool_within_a_tools_span_is_not_looked_for() -> None:
    """The framework's or decorator's span is what the model asked for."""
    recording, dispatcher = Recording(), Dispatcher()
    recording.chat(("call_1", "add", '{"a": 1}'))
    tracer = recording.tracer_provider.get_tracer("framework")
    with tracer.start_as_current_span(
        "execute_tool add", attributes={"gen_ai.operation.name": "execute_tool"}
    ) as tool:
        await send_raw_request(
            recording.telemetry,
            dispatcher.send,
            dispatcher,
            ("tools/call", {"name": "add", "arguments": {"a": 1}}),
            {},
        )
    span = recording.span("tools/call add")
    assert span.parent
    assert span.parent.span_id == tool.get_span_context().span_id


async def test_arguments_as_the_model_generated_them() -> None:
    """Not as the client writes them, and with the verdict by what the request had offered."""
    recording, dispatcher = Recording(), Dispatcher()
    with recording.telemetry.tracer.start_as_current_span("request"):
        recording.chat(("call_1", "add", '{"a":  1}'), offered={"add": {"required": ["a", "b"]}})
        call = ("tools/call", {"name": "add", "arguments": {"a": 1}})
        await send_raw_request(recording.telemetry, dispatcher.send, dispatcher, call, {})
    found = recording.attributes("tools/call add")
    assert found["gen_ai.tool.call.arguments"] == '{"a":  1}'
    assert found["spanwright.tool.arguments.valid"] is False
    assert found["spanwright.tool.arguments.problems"] == ("required: b",)


class Unreadable:
    """Parameters that raise when they are dumped."""

    name = "add"
    meta = None

    def model_dump(self, **_: Any) -> Any:
        raise ValueError("not to be told")


@pytest.mark.parametrize(
    ("request_", "spans"),
    [(SimpleNamespace(method="tools/call", params=Unreadable()), ["tools/call add"]), ("nothing", [])],
)
async def test_a_request_that_cannot_be_read_goes_out(request_: Any, spans: list[str]) -> None:
    """Version 1: as it is, and its span has what is known."""
    recording, dispatcher = Recording(), Dispatcher()
    result = await send_request(recording.telemetry, dispatcher.send, SimpleNamespace(), (request_,), {})
    assert result is dispatcher.result
    assert dispatcher.sent == [((request_,), {})]
    assert [span.name for span in recording.spans] == spans


async def test_parameters_that_cannot_be_copied_go_out() -> None:
    """Version 2: what the application put into ``_meta`` is its own business."""
    recording, dispatcher, params = Recording(), Dispatcher(), {"_meta": 5}
    await send_raw_request(recording.telemetry, dispatcher.send, dispatcher, ("ping", params), {})
    assert dispatcher.sent == [(("ping", params), {})]


async def test_an_agents_tools_are_counted(recording: Recording) -> None:
    """Where the application asks the server itself; one inside a tool's span is that tool's."""
    dispatcher = Dispatcher()
    asked = ("tools/call", {"name": "add", "arguments": {"a": 1}})
    with agent("adder"):
        for _ in range(2):
            await send_raw_request(recording.telemetry, dispatcher.send, dispatcher, asked, {})
        await send_raw_request(recording.telemetry, dispatcher.send, dispatcher, ("tools/list",), {})
        with tool("add"):
            await send_raw_request(recording.telemetry, dispatcher.send, dispatcher, asked, {})
    found = recording.attributes("invoke_agent adder")
    assert (found["spanwright.agent.tool_calls"], found["spanwright.agent.repeated_tool.calls"]) == (3, 2)
