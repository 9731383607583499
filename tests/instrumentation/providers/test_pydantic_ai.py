"""Agents and function tools of the real Pydantic AI.

Runs in tests/environments/frameworks and pydantic_ai_oldest.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from opentelemetry import context as otel_context
from spanwright_instrumentation.providers.pydantic_ai import PydanticAIInstrumentor
from support.recording import Recording, instrumented, recorded_operations

pydantic_ai: Any = pytest.importorskip("pydantic_ai")
messages: Any = pytest.importorskip("pydantic_ai.messages")
function_model: Any = pytest.importorskip("pydantic_ai.models.function")

AGENT = """\
invoke_agent helper
  chat gpt-5
    execute_tool look_up
    execute_tool look_up
  chat gpt-5"""


@pytest.fixture
def recording() -> Iterator[Recording]:
    with recorded_operations(Recording()) as recording, instrumented(PydanticAIInstrumentor(), recording):
        yield recording


def agent(recording: Recording, orders: str = "AB", **options: Any) -> Any:
    """Asks for a tool for each order, and is done when it has the answers."""

    def answer(history: Any, _info: Any) -> Any:
        if any(part.part_kind in ("tool-return", "retry-prompt") for part in history[-1].parts):
            recording.chat()
            return messages.ModelResponse(parts=[messages.TextPart("It is sent.")])
        calls = [(f"call_{order}", "look_up", json.dumps({"order": order})) for order in orders]
        recording.chat(*calls)
        parts = [messages.ToolCallPart(name, given, call_id) for call_id, name, given in calls]
        return messages.ModelResponse(parts=parts)

    made = pydantic_ai.Agent(function_model.FunctionModel(answer), name="helper", **options)

    @made.tool_plain  # type: ignore[untyped-decorator]
    def look_up(order: str) -> str:
        """Look an order up."""
        if order == "X":
            raise pydantic_ai.ModelRetry("no such order")
        return f"{order} is sent"

    return made


async def test_a_run_is_one_span(recording: Recording) -> None:
    """With its model calls, below each the tools it asked for, in parallel."""
    before = otel_context.get_current()
    result = await agent(recording).run("Where are they?")
    assert result.output == "It is sent."
    assert otel_context.get_current() is before
    assert recording.tree() == AGENT
    found = recording.attributes("invoke_agent helper")
    assert json.loads(found["gen_ai.input.messages"])[0]["parts"][0]["content"] == "Where are they?"
    assert json.loads(found["gen_ai.output.messages"])[0]["parts"][0]["content"] == "It is sent."
    assert (found["spanwright.agent.steps"], found["spanwright.agent.tool_calls"]) == (2, 2)
    ids = {(span.attributes or {}).get("gen_ai.tool.call.id") for span in recording.spans}
    assert {"call_A", "call_B"} < ids


def test_without_a_loop(recording: Recording) -> None:
    """The synchronous way."""
    agent(recording).run_sync("Where are they?")
    assert recording.tree() == AGENT


async def test_step_by_step(recording: Recording) -> None:
    """As the application iterates."""
    async with agent(recording).iter("Where are they?") as run:
        async for _ in run:
            pass
    assert recording.tree() == AGENT


async def test_another_try(recording: Recording) -> None:
    """A tool that asks the model for it has failed."""
    await agent(recording, "X").run("Where is it?")
    found = recording.attributes("execute_tool look_up")
    assert (found["error.type"], found["gen_ai.tool.call.result"]) == ("tool_error", "no such order")


async def test_its_own_tracing_is_kept(recording: Recording) -> None:
    """Where it is switched on, none of ours are made."""
    settings = import_module("pydantic_ai.models.instrumented").InstrumentationSettings(
        tracer_provider=recording.tracer_provider
    )
    try:
        await agent(recording, instrument=settings).run("Where are they?")
    except TypeError:  # newer versions take it for all agents only
        pydantic_ai.Agent.instrument_all(settings)
        try:
            await agent(recording).run("Where are they?")
        finally:
            pydantic_ai.Agent.instrument_all(False)
    scopes = {span.instrumentation_scope.name for span in recording.spans if span.instrumentation_scope}
    assert scopes == {"pydantic-ai", "test"}
    assert len([span for span in recording.spans if "look_up" in span.name]) == 2


async def test_what_an_agent_raises(recording: Recording) -> None:
    """Goes on as it was."""

    def fail(*_: Any) -> Any:
        raise ConnectionError("gone")

    with pytest.raises(ConnectionError):
        await pydantic_ai.Agent(function_model.FunctionModel(fail), name="helper").run("Where?")
    assert recording.attributes("invoke_agent helper")["error.type"] == "ConnectionError"
