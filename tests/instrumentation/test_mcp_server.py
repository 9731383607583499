"""What the server's side does: a span under the client's, and the answer goes out as it was.

Whole calls over the real SDK stand in ``providers/test_mcp.py``.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from opentelemetry import trace
from spanwright_instrumentation.mcp_server import handle_request, respond, serve
from support.recording import Recording

TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def message(**given: Any) -> Any:
    """A request as version 2 hands it to middleware."""
    fields = {
        "method": "tools/call",
        "params": {"name": "add", "arguments": {"a": 1}},
        "meta": {"traceparent": TRACEPARENT},
        "request_id": 5,
        "request": None,
        "protocol_version": "2026-07-28",
    }
    return SimpleNamespace(**{**fields, **given})


async def never(*_: Any) -> Any:
    raise AssertionError("the SDK's own middleware must not run")


async def test_under_the_clients_span() -> None:
    """The handler runs with the server's span current; its answer is handed on."""
    recording, answer = Recording(), {"content": [{"type": "text", "text": "1"}]}
    seen = []

    async def handler(ctx: Any) -> Any:
        seen.append(trace.get_current_span().get_span_context().span_id)
        return answer

    assert await serve(recording.telemetry, never, None, (message(), handler), {}) is answer
    span = recording.span("tools/call add")
    assert span.context
    assert span.parent
    assert (f"{span.context.trace_id:032x}", f"{span.parent.span_id:016x}") == (
        TRACEPARENT[3:35],
        TRACEPARENT[36:52],
    )
    assert seen == [span.context.span_id]
    assert trace.get_current_span() is trace.INVALID_SPAN


@pytest.mark.parametrize("meta", [None, {}, {"traceparent": "nonsense"}, {"traceparent": 7}])
async def test_without_a_context_it_is_a_root(meta: Any) -> None:
    """A client without tracing, or one that sends what is none."""
    recording = Recording()

    async def handler(ctx: Any) -> Any:
        return {}

    await serve(recording.telemetry, never, None, (message(meta=meta), handler), {})
    assert recording.span("tools/call add").parent is None


async def test_the_handlers_error_goes_on_its_way() -> None:
    """With its code where it has one."""
    recording = Recording()
    error = RuntimeError("no")
    error.error = SimpleNamespace(code=-32602)  # type: ignore[attr-defined]

    async def handler(ctx: Any) -> Any:
        raise error

    with pytest.raises(RuntimeError) as caught:
        await serve(recording.telemetry, never, None, (message(), handler), {})
    assert caught.value is error
    assert recording.attributes("tools/call add")["rpc.response.status_code"] == "-32602"


async def test_a_notification_has_no_span() -> None:
    """Nobody waits for it."""
    recording = Recording()

    async def handler(ctx: Any) -> str:
        return "done"

    assert await serve(recording.telemetry, never, None, (message(request_id=None), handler), {}) == "done"
    assert recording.spans == []


async def test_what_is_answered_outside_a_request_of_ours() -> None:
    """Goes out as it is."""
    sent: list[Any] = []

    async def send(response: Any) -> None:
        sent.append(response)

    await respond(Recording().telemetry, send, None, ("answer",), {})
    assert sent == ["answer"]


async def test_a_request_that_cannot_be_read_is_handled() -> None:
    """Version 1: whatever reading its parameters raises."""

    class Unreadable:
        name = "add"

        def model_dump(self, **_: Any) -> Any:
            raise ValueError("not to be told")

    async def handler(*_: Any, **__: Any) -> str:
        return "done"

    recording = Recording()
    taken = SimpleNamespace(request_id=5, message_metadata=None)
    request = SimpleNamespace(method="tools/call", params=Unreadable())
    for args in ((taken, request), (taken, "nothing"), ("nothing", request)):
        assert await handle_request(recording.telemetry, handler, None, args, {}) == "done"
    assert [span.name for span in recording.spans] == ["tools/call add"]
