"""Crews, agents and tools of the real CrewAI.

Runs in tests/environments/crewai.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any

import pytest
from opentelemetry import context as otel_context
from spanwright_instrumentation.providers.crewai import CrewAIInstrumentor
from support.recording import Recording, instrumented, recorded_operations

for variable in ("CREWAI_DISABLE_TELEMETRY", "CREWAI_DISABLE_TRACKING", "CREWAI_TESTING"):
    os.environ.setdefault(variable, "true")  # read when it is imported

crewai: Any = pytest.importorskip("crewai")
tools: Any = pytest.importorskip("crewai.tools")

CREW = """\
invoke_workflow helpers
  invoke_agent Helper
    chat gpt-5
      execute_tool look_up
    chat gpt-5"""


@pytest.fixture
def recording(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> Iterator[Recording]:
    monkeypatch.setenv("CREWAI_STORAGE_DIR", str(tmp_path))
    with recorded_operations(Recording()) as recording, instrumented(CrewAIInstrumentor(), recording):
        yield recording


@tools.tool("Look up")  # type: ignore[untyped-decorator]
def look_up(order: str) -> str:
    """Look an order up."""
    if order == "lost":
        raise KeyError(order)
    return f"{order} is sent"


class Model(crewai.BaseLLM):  # type: ignore[misc]
    """Asks for the tool in its text, and is done when it is told the answer."""

    recording: Any = None
    order: str = "A-17"

    def call(self, messages: Any, *_: Any, **__: Any) -> str:
        if "Observation:" in str(messages[-1]["content"]) or any(
            "is sent" in str(each["content"]) for each in messages
        ):
            self.recording.chat()
            return "Thought: I know it.\nFinal Answer: It is sent."
        self.recording.chat((None, "look_up", json.dumps({"order": self.order})))
        return f'Thought: I look.\nAction: look_up\nAction Input: {{"order": "{self.order}"}}\n'

    def supports_function_calling(self) -> bool:
        return False


def crew(recording: Recording) -> Any:
    model = Model(model="gpt-5", recording=recording)
    agent = crewai.Agent(role="Helper", goal="Help.", backstory="Helps.", tools=[look_up], llm=model)
    task = crewai.Task(description="Where is A-17?", expected_output="A place.", agent=agent)
    return crewai.Crew(name="helpers", agents=[agent], tasks=[task])


def test_a_crew_is_one_tree(recording: Recording) -> None:
    """Each agent below the crew, the tool below the model call that asked for it."""
    before = otel_context.get_current()
    result = crew(recording).kickoff(inputs={"place": "Lisbon"})
    assert result.raw == "It is sent."
    assert otel_context.get_current() is before
    assert recording.tree() == CREW
    found = recording.attributes("invoke_agent Helper")
    assert "Where is A-17?" in json.loads(found["gen_ai.input.messages"])[0]["parts"][0]["content"]
    assert json.loads(found["gen_ai.output.messages"])[0]["parts"][0]["content"] == "It is sent."
    assert (found["spanwright.agent.steps"], found["spanwright.agent.tool_calls"]) == (2, 1)
    tool = recording.attributes("execute_tool look_up")
    assert tool["gen_ai.tool.call.arguments"] == '{"order": "A-17"}'
    assert tool["gen_ai.tool.call.result"] == "A-17 is sent"
    assert tool["gen_ai.tool.description"].startswith("Look an order up.")


async def test_in_the_background(recording: Recording) -> None:
    """The same in a thread, and without one."""
    await crew(recording).kickoff_async()
    assert recording.tree() == CREW


def test_a_tool_by_itself(recording: Recording) -> None:
    """As CrewAI runs it for models with tool calls of their own."""
    with recording.telemetry.tracer.start_as_current_span("request"):
        recording.chat(("call_1", "look_up", '{"order": "A-17"}'))
        assert look_up.run(order="A-17") == "A-17 is sent"
    assert recording.tree() == "request\n  chat gpt-5\n    execute_tool look_up"
    assert recording.attributes("execute_tool look_up")["gen_ai.tool.call.id"] == "call_1"


def test_what_a_tool_raises(recording: Recording) -> None:
    """Goes on as it was."""
    with pytest.raises(KeyError):
        look_up.run(order="lost")
    assert recording.attributes("execute_tool look_up")["error.type"] == "KeyError"
