"""Agents and function tools of OpenAI's real Agents SDK.

Runs in tests/environments/frameworks and openai_agents_oldest.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from opentelemetry import context as otel_context
from spanwright_instrumentation.providers.openai_agents import OpenAIAgentsInstrumentor
from support.recording import Recording, instrumented, recorded_operations

sdk: Any = pytest.importorskip("agents")

AGENT = """\
invoke_agent Helper
  chat gpt-5
    execute_tool look_up
    execute_tool look_up
  chat gpt-5"""


@pytest.fixture
def recording() -> Iterator[Recording]:
    sdk.set_trace_processors([])
    with recorded_operations(Recording()) as recording, instrumented(OpenAIAgentsInstrumentor(), recording):
        yield recording


@sdk.function_tool  # type: ignore[untyped-decorator]
async def look_up(order: str) -> str:
    """Look an order up."""
    if order == "lost":
        raise KeyError(order)
    return f"{order} is sent"


class Model(sdk.Model):  # type: ignore[misc]
    """Asks for tools, and is done when it has their answers."""

    def __init__(self, recording: Recording, *calls: tuple[str, str, str]) -> None:
        self.recording, self.calls = recording, calls

    async def get_response(self, system_instructions: Any, input: Any, *_: Any, **__: Any) -> Any:
        types = import_module("openai.types.responses")
        if isinstance(input, list) and any(
            isinstance(each, dict) and each.get("type") == "function_call_output" for each in input
        ):
            self.recording.chat()
            text = types.ResponseOutputText(type="output_text", text="It is sent.", annotations=[])
            output: list[Any] = [
                types.ResponseOutputMessage(
                    id="m", type="message", role="assistant", status="completed", content=[text]
                )
            ]
        else:
            self.recording.chat(*self.calls)
            output = [
                types.ResponseFunctionToolCall(
                    type="function_call", call_id=call_id, name=name, arguments=arguments
                )
                for call_id, name, arguments in self.calls
            ]
        return sdk.ModelResponse(output=output, usage=sdk.Usage(), response_id=None)

    async def stream_response(self, *args: Any, **kwargs: Any) -> Any:
        types = import_module("openai.types.responses")
        answer = await self.get_response(*args, **kwargs)
        response = types.Response(
            id="r",
            created_at=0,
            model="gpt-5",
            object="response",
            output=answer.output,
            tool_choice="auto",
            tools=[],
            parallel_tool_calls=True,
        )
        yield types.ResponseCompletedEvent(type="response.completed", response=response, sequence_number=0)


CALLS = (("call_1", "look_up", '{"order": "A"}'), ("call_2", "look_up", '{"order": "B"}'))


def helper(recording: Recording, *calls: tuple[str, str, str]) -> Any:
    model = Model(recording, *(calls or CALLS))
    return sdk.Agent(name="Helper", tools=[look_up], model=model, handoff_description="Helps.")


@pytest.mark.parametrize("stream", [False, True])
async def test_a_run_is_one_span(recording: Recording, stream: bool) -> None:
    """With its model calls, below each the tools it asked for, in parallel."""
    before = otel_context.get_current()
    if stream:
        result = sdk.Runner.run_streamed(helper(recording), "Where are they?")
        assert [event async for event in result.stream_events()]
    else:
        result = await sdk.Runner.run(helper(recording), "Where are they?")
    assert result.final_output == "It is sent."
    assert otel_context.get_current() is before
    assert recording.tree() == AGENT
    found = recording.attributes("invoke_agent Helper")
    assert json.loads(found["gen_ai.input.messages"])[0]["parts"][0]["content"] == "Where are they?"
    assert json.loads(found["gen_ai.output.messages"])[0]["parts"][0]["content"] == "It is sent."
    assert (found["spanwright.agent.steps"], found["spanwright.agent.tool_calls"]) == (2, 2)
    tools = [dict(span.attributes or {}) for span in recording.spans if "tool" in span.name]
    assert sorted((each["gen_ai.tool.call.id"], each["gen_ai.tool.call.arguments"]) for each in tools) == [
        ("call_1", '{"order": "A"}'),
        ("call_2", '{"order": "B"}'),
    ]
    assert {each["gen_ai.tool.call.result"] for each in tools} == {"A is sent", "B is sent"}


def test_without_a_loop(recording: Recording) -> None:
    """The synchronous way."""
    assert sdk.Runner.run_sync(helper(recording), "Where are they?").final_output == "It is sent."
    assert recording.tree() == AGENT


async def test_an_error_told_to_the_model(recording: Recording) -> None:
    """Is the tool's, and the run goes on."""
    await sdk.Runner.run(helper(recording, ("call_1", "look_up", '{"order": "lost"}')), "Where?")
    found = recording.attributes("execute_tool look_up")
    if hasattr(import_module("agents.tool"), "_invoke_function_tool_with_metadata"):
        assert found["error.type"] == "tool_error"
    else:  # older versions do not tell it from an answer
        assert "error" in found["gen_ai.tool.call.result"]


async def test_an_agent_as_a_tool(recording: Recording) -> None:
    """Its run is below the tool that it is."""
    inner = helper(recording, CALLS[0])
    outer = sdk.Agent(
        name="Outer",
        model=Model(recording, ("call_9", "ask_helper", '{"input": "Where?"}')),
        tools=[inner.as_tool("ask_helper", "Ask.")],
    )
    await sdk.Runner.run(outer, "Where?")
    assert recording.tree() == (
        "invoke_agent Outer\n  chat gpt-5\n    execute_tool ask_helper\n      invoke_agent Helper\n"
        "        chat gpt-5\n          execute_tool look_up\n        chat gpt-5\n  chat gpt-5"
    )
