"""Tools, agents and workflows of the real LlamaIndex.

Runs in tests/environments/llama_index and llama_index_oldest.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from opentelemetry import context as otel_context
from opentelemetry.trace import StatusCode
from spanwright_instrumentation import tool as observed
from spanwright_instrumentation.providers.llama_index import LlamaIndexInstrumentor
from support.recording import Recording, instrumented, recorded_operations

core: Any = pytest.importorskip("llama_index.core")
tools: Any = pytest.importorskip("llama_index.core.tools")
agents: Any = pytest.importorskip("llama_index.core.agent.workflow")
workflow: Any = pytest.importorskip("llama_index.core.workflow")
llms: Any = pytest.importorskip("llama_index.core.llms")
function_calling: Any = pytest.importorskip("llama_index.core.llms.function_calling")


@pytest.fixture
def recording() -> Iterator[Recording]:
    with recorded_operations(Recording()) as recording, instrumented(LlamaIndexInstrumentor(), recording):
        yield recording


def look_up(order: str) -> str:
    """Look an order up."""
    if order == "lost":
        raise KeyError(order)
    return f"{order} is sent"


async def look_up_later(order: str) -> str:
    """Look an order up."""
    await asyncio.sleep(0)
    return look_up(order)


def made(function: Any = look_up, **options: Any) -> Any:
    return tools.FunctionTool.from_defaults(function, name="look_up", **options)


@pytest.mark.parametrize("is_async", [False, True])
async def test_a_tool(recording: Recording, is_async: bool) -> None:
    """Under the model call that asked, by name and arguments."""
    with recording.telemetry.tracer.start_as_current_span("request"):
        recording.chat(("call_1", "look_up", '{"order": "A-17"}'), ("call_2", "look_up", '{"order": "B"}'))
        answer = await made().acall(order="A-17") if is_async else made().call("A-17")
    assert answer.raw_output == "A-17 is sent"
    assert recording.tree() == "request\n  chat gpt-5\n    execute_tool look_up"
    found = recording.attributes("execute_tool look_up")
    assert "Look an order up." in found.pop("gen_ai.tool.description")
    assert found == {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": "look_up",
        "gen_ai.tool.type": "function",
        "gen_ai.tool.call.id": "call_1",
        "gen_ai.tool.call.arguments": '{"order": "A-17"}',
        "gen_ai.tool.call.result": "A-17 is sent",
        "spanwright.tool.arguments.valid": True,
    }


def test_what_a_tool_raises(recording: Recording) -> None:
    """Goes on as it was."""
    with pytest.raises(KeyError):
        made()(order="lost")
    assert recording.attributes("execute_tool look_up")["error.type"] == "KeyError"


async def test_a_decorated_function_adds_no_span(recording: Recording) -> None:
    """What it knows goes on the one span."""
    await made(observed("look_up", version="2.1")(look_up_later)).acall(order="A-17")
    (span,) = recording.spans
    assert (span.attributes or {}).get("spanwright.tool.version") == "2.1"


class Model(function_calling.FunctionCallingLLM):  # type: ignore[misc]
    """Asks for two tools at once, and is done when it has their answers."""

    recording: Any = None

    @property
    def metadata(self) -> Any:
        return llms.LLMMetadata(is_function_calling_model=True)

    def _prepare_chat_with_tools(self, tools: Any, **options: Any) -> dict[str, Any]:
        history = options.get("chat_history") or []
        return {"messages": [*history, options["user_msg"]] if options.get("user_msg") else history}

    async def achat_with_tools(self, tools: Any, **options: Any) -> Any:
        return await self.achat(**self._prepare_chat_with_tools(tools, **options))

    async def achat(self, messages: Any, **_: Any) -> Any:
        if any(each.role == "tool" for each in messages):
            self.recording.chat()
            return llms.ChatResponse(message=llms.ChatMessage(role="assistant", content="It is sent."))
        self.recording.chat(("call_1", "look_up", '{"order": "A"}'), ("call_2", "look_up", '{"order": "B"}'))
        return llms.ChatResponse(message=llms.ChatMessage(role="assistant", content=""), raw="tools")

    def get_tool_calls_from_response(self, response: Any, **_: Any) -> Any:
        asked = enumerate("AB", start=1) if response.raw == "tools" else ()
        return [
            tools.ToolSelection(tool_id=f"call_{at}", tool_name="look_up", tool_kwargs={"order": order})
            for at, order in asked
        ]

    async def astream_chat_with_tools(self, tools: Any, **options: Any) -> Any:
        answer = await self.achat_with_tools(tools, **options)

        async def stream() -> Any:
            yield answer

        return stream()

    def chat(self, messages: Any, **_: Any) -> Any: ...
    def complete(self, prompt: str, formatted: bool = False, **_: Any) -> Any: ...
    async def acomplete(self, prompt: str, formatted: bool = False, **_: Any) -> Any: ...
    def stream_chat(self, messages: Any, **_: Any) -> Any: ...
    def stream_complete(self, prompt: str, formatted: bool = False, **_: Any) -> Any: ...
    async def astream_chat(self, messages: Any, **_: Any) -> Any: ...
    async def astream_complete(self, prompt: str, formatted: bool = False, **_: Any) -> Any: ...


@pytest.mark.parametrize("function", [look_up, look_up_later])
async def test_an_agent(recording: Recording, function: Any) -> None:
    """Its model calls and parallel tools are below it; with what it was asked and answered."""
    before = otel_context.get_current()
    agent = agents.FunctionAgent(
        name="support", description="Helps.", tools=[made(function)], llm=Model(recording=recording)
    )
    answer = await agent.run("Where are they?")
    assert str(answer) == "It is sent."
    assert otel_context.get_current() is before
    assert recording.tree() == (
        "invoke_agent support\n  chat gpt-5\n    execute_tool look_up\n    execute_tool look_up\n  chat gpt-5"
    )
    ids = [(span.attributes or {}).get("gen_ai.tool.call.id") for span in recording.spans]
    assert sorted(each for each in ids if isinstance(each, str)) == ["call_1", "call_2"]
    found = recording.attributes("invoke_agent support")
    assert json.loads(found["gen_ai.input.messages"])[0]["parts"][0]["content"] == "Where are they?"
    assert json.loads(found["gen_ai.output.messages"])[0]["parts"][0]["content"] == "It is sent."
    assert (found["spanwright.agent.steps"], found["spanwright.agent.tool_calls"]) == (2, 2)
    assert found["gen_ai.agent.description"] == "Helps."


class Answering(workflow.Workflow):  # type: ignore[misc]
    """One step."""

    @workflow.step  # type: ignore[untyped-decorator]
    async def answer(self, event: workflow.StartEvent) -> workflow.StopEvent:
        if event.get("question") == "fail":
            raise ValueError("no")
        return workflow.StopEvent(result=event.get("question").upper())


async def test_a_workflow(recording: Recording) -> None:
    """By the name of its class, while it runs in the background."""
    assert await Answering().run(question="why") == "WHY"
    found = recording.attributes("invoke_workflow Answering")
    assert json.loads(found["gen_ai.output.messages"])[0]["parts"][0]["content"] == "WHY"
    assert found["gen_ai.workflow.name"] == "Answering"


async def test_a_workflow_that_fails(recording: Recording) -> None:
    """Raises what it raised before."""
    with pytest.raises(Exception, match="no"):
        await Answering().run(question="fail")
    assert recording.span("invoke_workflow Answering").status.status_code is StatusCode.ERROR


async def test_others_keep_theirs(recording: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another instrumentor of LlamaIndex that is on."""
    module = ModuleType("openinference.instrumentation.llama_index")
    kind = type("LlamaIndexInstrumentor", (), {})
    kind._instance = SimpleNamespace(_is_instrumented_by_opentelemetry=True)  # type: ignore[attr-defined]
    module.LlamaIndexInstrumentor = kind  # type: ignore[attr-defined]
    monkeypatch.setitem(__import__("sys").modules, module.__name__, module)
    made().call(order="A")
    await Answering().run(question="why")
    assert recording.spans == []
