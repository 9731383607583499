"""Tools of the real LangChain, as agents run them.

Runs in tests/environments/langgraph_agents and langgraph_oldest.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Annotated, Any

import pytest
from opentelemetry import trace
from opentelemetry.instrumentation.utils import suppress_instrumentation
from opentelemetry.trace import StatusCode
from spanwright_instrumentation import tool as observed
from spanwright_instrumentation.emitter import EMITTER_VARIABLE
from spanwright_instrumentation.providers.langchain import LangChainInstrumentor
from support.recording import Recording, instrumented, recorded_operations

tools: Any = pytest.importorskip("langchain_core.tools")

CALL = {"name": "look_up", "args": {"order": "A-17"}, "id": "call_1", "type": "tool_call"}
EXPECTED = {
    "gen_ai.operation.name": "execute_tool",
    "gen_ai.tool.name": "look_up",
    "gen_ai.tool.type": "function",
    "gen_ai.tool.description": "Look an order up.",
    "gen_ai.tool.call.id": "call_1",
    "gen_ai.tool.call.arguments": '{"order": "A-17"}',
    "gen_ai.tool.call.result": "A-17 is sent",
    "spanwright.tool.arguments.valid": True,
}


@pytest.fixture
def recording() -> Iterator[Recording]:
    with recorded_operations(Recording()) as recording, instrumented(LangChainInstrumentor(), recording):
        yield recording


def look_up(order: str) -> str:
    """Look an order up."""
    return f"{order} is sent"


async def look_up_later(order: str) -> str:
    """Look an order up."""
    await asyncio.sleep(0)
    return look_up(order)


def made(is_async: bool) -> Any:
    if is_async:
        return tools.StructuredTool.from_function(coroutine=look_up_later, name="look_up")
    return tools.tool(look_up)


@pytest.mark.parametrize("is_async", [False, True])
async def test_under_the_model_call_that_asked(recording: Recording, is_async: bool) -> None:
    """By the call's id, although the model's span has ended; arguments exactly as the model wrote them."""
    with trace.use_span(recording.telemetry.tracer.start_span("request"), end_on_exit=True):
        recording.chat(("call_1", "look_up", '{"order": "A-17"}'))
        message = await made(is_async).ainvoke(CALL) if is_async else made(is_async).invoke(CALL)
    assert message.content == "A-17 is sent"
    assert recording.tree() == "request\n  chat gpt-5\n    execute_tool look_up"
    assert recording.attributes("execute_tool look_up") == EXPECTED


def test_called_by_hand(recording: Recording) -> None:
    """Without an id, and what it returns is what it returned before."""
    assert made(False).invoke({"order": "A-17"}) == "A-17 is sent"
    found = recording.attributes("execute_tool look_up")
    assert found["gen_ai.tool.call.arguments"] == '{"order":"A-17"}'
    assert "gen_ai.tool.call.id" not in found


def test_what_a_tool_raises(recording: Recording) -> None:
    """Goes on as it was; the span has its type."""

    @tools.tool  # type: ignore[untyped-decorator]
    def lose(order: str) -> str:
        """Lose it."""
        raise KeyError(order)

    with pytest.raises(KeyError):
        lose.invoke({"order": "A-17"})
    span = recording.span("execute_tool lose")
    assert span.status.status_code is StatusCode.ERROR
    assert (span.attributes or {})["error.type"] == "KeyError"


def test_an_error_told_to_the_model(recording: Recording) -> None:
    """A handled error is a message whose status says so."""

    def lose(order: str) -> str:
        raise tools.ToolException("no such order")

    tool = tools.StructuredTool.from_function(lose, description="Lose it.", handle_tool_error=True)
    assert tool.invoke({**CALL, "name": "lose"}).status == "error"
    found = recording.attributes("execute_tool lose")
    assert (found["error.type"], found["gen_ai.tool.call.result"]) == ("tool_error", "no such order")


def test_what_the_framework_injects_is_no_argument(recording: Recording) -> None:
    """States hold whole conversations."""

    @tools.tool  # type: ignore[untyped-decorator]
    def count(order: str, state: Annotated[dict[str, Any], tools.InjectedToolArg]) -> int:
        """Count."""
        return len(state)

    assert count.invoke({"order": "A-17", "state": {"secret": "x"}}) == 1
    assert recording.attributes("execute_tool count")["gen_ai.tool.call.arguments"] == '{"order":"A-17"}'


def test_a_decorated_function_adds_no_span(recording: Recording) -> None:
    """What it knows goes on the one span."""
    tool = tools.tool(observed(version="2.1")(look_up))
    assert tool.invoke(CALL).content == "A-17 is sent"
    assert recording.attributes("execute_tool look_up")["spanwright.tool.version"] == "2.1"


def test_nothing_while_suppressed(recording: Recording) -> None:
    """As everywhere else."""
    with suppress_instrumentation():
        made(False).invoke(CALL)
    assert recording.spans == []


def test_others_keep_theirs(recording: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a callback handler of another instrumentor is given, unless the setting prefers ours."""
    base: Any = pytest.importorskip("langchain_core.callbacks").BaseCallbackHandler
    handler = type("Tracer", (base,), {"__module__": "openinference.instrumentation.langchain"})()
    made(False).run({"order": "A-17"}, callbacks=[handler])
    assert recording.spans == []
    monkeypatch.setenv(EMITTER_VARIABLE, "spanwright")
    made(False).run({"order": "A-17"}, callbacks=[handler])
    assert len(recording.spans) == 1


def test_another_instrumentor_that_is_on(recording: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its tools are its own."""
    kind = type("LangChainInstrumentor", (), {"_instance": None})
    kind._instance = SimpleNamespace(_is_instrumented_by_opentelemetry=True)  # type: ignore[attr-defined]
    module = SimpleNamespace(LangChainInstrumentor=kind)
    monkeypatch.setitem(__import__("sys").modules, "openinference.instrumentation.langchain", module)
    made(False).invoke(CALL)
    assert recording.spans == []
