"""A tool that a framework runs has one span, whoever records the framework."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest
from spanwright_instrumentation.emitter import EMITTER_VARIABLE
from spanwright_instrumentation.framework import is_recorded_by_others
from spanwright_instrumentation.tool_registry import latest_trace, registry
from support.one_call import loaded
from support.recording import Recording, instrumented

_OFFICIAL = "opentelemetry.instrumentation."
_OPENINFERENCE = "openinference.instrumentation."
_OURS = "spanwright_instrumentation.providers."

CASES = (
    ("langchain", f"{_OFFICIAL}langchain:LangchainInstrumentor"),
    ("langchain", f"{_OFFICIAL}genai.langchain:LangChainInstrumentor"),
    ("langchain", f"{_OPENINFERENCE}langchain:LangChainInstrumentor"),
    ("openai-agents", f"{_OFFICIAL}openai_agents:OpenAIAgentsInstrumentor"),
    ("openai-agents", f"{_OFFICIAL}genai.openai_agents:OpenAIAgentsInstrumentor"),
    ("openai-agents", f"{_OPENINFERENCE}openai_agents:OpenAIAgentsInstrumentor"),
)


def played(other: str, recording: Recording, run: Callable[[], Any]) -> None:
    """While another instrumentor is on, after a model has asked for the tool."""
    theirs = loaded(other)()
    theirs.instrument(tracer_provider=recording.tracer_provider, skip_dep_check=True)
    ours = loaded(f"{_OURS}langchain:LangChainInstrumentor")()
    try:
        with instrumented(ours, recording), recording.telemetry.tracer.start_as_current_span("request"):
            recording.chat(("call_1", "look_up", '{"order": "A-17"}'))
            run()
            assert registry.claim("look_up", trace_id=latest_trace()) is None
    finally:
        theirs.uninstrument()


def called() -> None:
    @import_module("langchain_core.tools").tool  # type: ignore[untyped-decorator]
    def look_up(order: str) -> str:
        """Look an order up."""
        return f"{order} is sent"

    message = look_up.invoke(
        {"name": "look_up", "args": {"order": "A-17"}, "id": "call_1", "type": "tool_call"}
    )
    assert message.content == "A-17 is sent"


def tools(recording: Recording) -> list[str]:
    scopes = [each.instrumentation_scope for each in recording.spans if "look_up" in each.name]
    return [each.name if each else "" for each in scopes]


@pytest.mark.parametrize("other", [other for framework, other in CASES if framework == "langchain"])
def test_theirs_is_kept(other: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ours is made only where the setting prefers it; the call counts as answered."""
    recording = Recording()
    played(other, recording, called)
    found = tools(recording)
    assert [each for each in found if each.startswith(_OURS)] == []
    assert len(found) <= 1
    recording = Recording()
    monkeypatch.setenv(EMITTER_VARIABLE, "spanwright")
    played(other, recording, called)
    assert f"{_OURS}langchain" in tools(recording)


@pytest.mark.parametrize(("framework", "other"), CASES)
def test_who_is_on_is_known(framework: str, other: str) -> None:
    """From the moment it is switched on until it is switched off."""
    theirs = loaded(other)()
    assert not is_recorded_by_others(framework)
    theirs.instrument(tracer_provider=Recording().tracer_provider, skip_dep_check=True)
    try:
        assert is_recorded_by_others(framework)
    finally:
        theirs.uninstrument()
        if framework == "openai-agents":  # one of them leaves its processor behind
            import_module("agents").set_trace_processors([])
    assert not is_recorded_by_others(framework)
