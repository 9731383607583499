"""What an agent's run counts."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any

import pytest
from spanwright_instrumentation import agent_figures
from spanwright_instrumentation.agent_figures import AgentFigures
from spanwright_instrumentation.tool import tool
from spanwright_instrumentation.workflow import agent, workflow
from support.recording import Recording

KEYS = ("steps", "tool_calls", "repeated_tool.calls", "repeated_tool.name")


def figures(recording: Recording, name: str) -> list[Any]:
    found = recording.attributes(f"invoke_agent {name}")
    return [found.get(f"spanwright.agent.{key}") for key in KEYS]


@tool
def look_up(order: str) -> str:
    return order


def test_steps_and_tools(recording: Recording) -> None:
    """Answers of models are steps; the same tool with the same arguments is a repetition."""
    with agent("support"):
        recording.chat()
        for order in ("A", "B", "A", "A"):
            look_up(order)
        recording.chat()
    assert figures(recording, "support") == [2, 4, 3, "look_up"]
    for name, count in (("inference_calls", 1), ("tool_calls", 1)):
        points = recording.metric_points(f"gen_ai.invoke_agent.{name}")
        assert points == [(count, {"gen_ai.agent.name": "support"})]


def test_a_failed_call_is_no_step(recording: Recording) -> None:
    """As in the figures of the whole trace."""
    with agent("support"):
        call = recording.chat
        with pytest.raises(KeyError):
            raise KeyError
        call()
        failing(recording)
    assert figures(recording, "support")[0] == 1


def failing(recording: Recording) -> None:
    from spanwright_instrumentation.invocation import Invocation

    attributes = {"gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-5"}
    Invocation(recording.telemetry, "chat", "gpt-5", attributes=attributes).fail(TimeoutError())


def test_what_a_tool_does_is_not_the_agents_step(recording: Recording) -> None:
    """Nor what a sub-agent does: that is told on its own span."""

    @tool
    def delegate() -> None:
        recording.chat()
        with agent("helper"):
            recording.chat()
            look_up("A")

    with agent("support"):
        recording.chat()
        delegate()
    assert figures(recording, "support") == [1, 1, 1, None]
    assert figures(recording, "helper") == [1, 1, 1, None]


def test_without_an_agent_nothing_is_counted(recording: Recording) -> None:
    """A workflow has the trace's figures."""
    with workflow("answer"):
        look_up("A")
    assert not [key for key in recording.attributes("invoke_workflow answer") if "agent" in key]


def test_arguments_are_compared_as_values(recording: Recording) -> None:
    """Whatever their order; text that is no JSON is compared as text; nothing is too odd."""
    found = AgentFigures(recording.telemetry.instruments)
    for arguments in ('{"a":1,"b":2}', {"b": 2, "a": 1}, '{"b": 2, "a": 1}', "no json", None, "", object()):
        found.called("look_up", arguments)
    told: dict[str, Any] = {}
    found.finish(told)
    assert told["spanwright.agent.repeated_tool.calls"] == 3
    assert told["spanwright.agent.tool_calls"] == 7


def test_memory_is_bounded(recording: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond that many different calls, new ones are only counted."""
    monkeypatch.setattr(agent_figures, "MAX_DIFFERENT_CALLS", 2)
    found = AgentFigures(recording.telemetry.instruments)
    for arguments in ("1", "2", "3", "3", "3", "2"):
        found.called("look_up", arguments)
    told: dict[str, Any] = {}
    found.finish(told)
    assert (told["spanwright.agent.tool_calls"], told["spanwright.agent.repeated_tool.calls"]) == (6, 2)


def test_counted_in_whichever_thread(recording: Recording) -> None:
    """Frameworks run tools in threads, with a copy of the context."""
    with agent("support"), ThreadPoolExecutor(4) as threads:
        runs = [threads.submit(copy_context().run, look_up, str(number % 10)) for number in range(200)]
        assert len([run.result() for run in runs]) == 200
    assert figures(recording, "support") == [0, 200, 20, "look_up"]


def test_arguments_that_cannot_be_read(recording: Recording) -> None:
    """Do not reach the application."""

    class Odd:
        def __repr__(self) -> str:
            raise ValueError

        __str__ = __repr__

    with agent("support"):
        assert look_up(Odd())  # type: ignore[arg-type]
    assert figures(recording, "support")[1] == 1
