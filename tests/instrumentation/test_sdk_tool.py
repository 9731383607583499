"""Tools that an SDK runs itself."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from opentelemetry.trace import StatusCode
from spanwright_instrumentation import tool
from spanwright_instrumentation.sdk_tool import Asked, AsyncSdkTools, SdkTools
from spanwright_instrumentation.tool_registry import latest_trace, registry
from support.recording import Recording


class InvocationError(Exception):
    """What this SDK makes of a tool's exception."""


def look_up(order: str) -> dict[str, str]:
    """Look an order up.

    In the books.
    """
    if order == "lost":
        raise KeyError(order)
    return {"order": order, "state": "sent"}


def run(function: Callable[..., Any], arguments: dict[str, Any]) -> Any:
    """The SDK's method that runs a tool."""
    try:
        return function(**arguments)
    except Exception as error:
        raise InvocationError(str(error)) from error


async def run_async(function: Callable[..., Any], arguments: dict[str, Any]) -> Any:
    return run(function, arguments)


def read(_owner: Any, args: tuple[Any, ...], _kwargs: Mapping[str, Any]) -> Asked:
    function, arguments = args
    return Asked(function.__name__, arguments, function)


def attributes(recording: Recording) -> dict[str, Any]:
    (span,) = [span for span in recording.spans if span.name.startswith("execute_tool")]
    return dict(span.attributes or {})


EXPECTED = {
    "gen_ai.operation.name": "execute_tool",
    "gen_ai.tool.name": "look_up",
    "gen_ai.tool.type": "function",
    "gen_ai.tool.description": "Look an order up.",
    "gen_ai.tool.call.arguments": '{"order":"A-17"}',
    "gen_ai.tool.call.result": '{"order":"A-17","state":"sent"}',
    "spanwright.tool.arguments.valid": True,
}


def test_tool_under_the_model_call_that_asked(recording: Recording) -> None:
    """The span is the model call's child, also where the application has no span of its own."""
    call = recording.chat((None, "look_up", '{"order":"A-17"}'))
    SdkTools(read)(recording.telemetry, run, None, (look_up, {"order": "A-17"}), {})
    assert recording.tree() == "chat gpt-5\n  execute_tool look_up"
    assert attributes(recording) == EXPECTED
    assert recording.span("execute_tool look_up").context.trace_id == call.span_context.trace_id


async def test_asynchronous(recording: Recording) -> None:
    """The same where the SDK awaits its tools."""
    recording.chat((None, "look_up", '{"order":"A-17"}'))
    await AsyncSdkTools(read)(recording.telemetry, run_async, None, (look_up, {"order": "A-17"}), {})
    assert recording.tree() == "chat gpt-5\n  execute_tool look_up"
    assert attributes(recording) == EXPECTED


def test_the_tools_own_exception(recording: Recording) -> None:
    """The span has the tool's exception, the application the one that the SDK makes of it."""
    with pytest.raises(InvocationError):
        SdkTools(read)(recording.telemetry, run, None, (look_up, {"order": "lost"}), {})
    span = recording.span("execute_tool look_up")
    assert span.status.status_code is StatusCode.ERROR
    assert attributes(recording)["error.type"] == "KeyError"


def test_decorated_tool_is_one_span(recording: Recording) -> None:
    """A function that the application has decorated adds what it knows, and no second span."""
    decorated = tool(version="2.1")(look_up)
    SdkTools(read)(recording.telemetry, run, None, (decorated, {"order": "A-17"}), {})
    found = attributes(recording)
    assert found["spanwright.tool.version"] == "2.1"
    assert json.loads(found["gen_ai.tool.call.result"])["state"] == "sent"


def test_what_others_record_is_claimed(recording: Recording) -> None:
    """So that no span is inferred for it when its result comes back."""

    def read_recorded(_owner: Any, args: tuple[Any, ...], _kwargs: Mapping[str, Any]) -> Asked:
        return Asked("look_up", args[1], is_recorded=True)

    recording.chat((None, "look_up", '{"order":"A-17"}'))
    SdkTools(read_recorded)(recording.telemetry, run, None, (look_up, {"order": "A-17"}), {})
    assert recording.tree() == "chat gpt-5"
    assert registry.claim("look_up", trace_id=latest_trace()) is None


@pytest.mark.parametrize("found", [None, ZeroDivisionError()])
def test_what_cannot_be_read_runs_all_the_same(recording: Recording, found: Any) -> None:
    """Without a span."""

    def unreadable(*_: Any) -> Any:
        if found:
            raise found

    answer = SdkTools(unreadable)(recording.telemetry, run, None, (look_up, {"order": "A"}), {})
    assert answer == {"order": "A", "state": "sent"}
    assert recording.spans == []
