"""Graphs of the real LangGraph: agents, workflows, sub-graphs; in every way they are run.

Runs in tests/environments/langgraph_agents and langgraph_oldest. A whole agent over a model and MCP stands in
tests/environments/langgraph_agents/test_one_tree.py.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Annotated, Any, TypedDict

import pytest
from opentelemetry import context as otel_context
from opentelemetry.trace import StatusCode
from spanwright_instrumentation.context import context
from spanwright_instrumentation.providers.langchain import LangChainInstrumentor
from spanwright_instrumentation.providers.langgraph import LangGraphInstrumentor
from support.recording import Recording, instrumented, recorded_operations

graphs: Any = pytest.importorskip("langgraph.graph")
prebuilt: Any = pytest.importorskip("langgraph.prebuilt")
messages: Any = pytest.importorskip("langchain_core.messages")
tools: Any = pytest.importorskip("langchain_core.tools")

ASKED = {"messages": [("user", "Where is A-17?")]}


class State(TypedDict):
    """A conversation."""

    messages: Annotated[list[Any], graphs.add_messages]


@pytest.fixture
def recording() -> Iterator[Recording]:
    with (
        recorded_operations(Recording()) as recording,
        instrumented(LangChainInstrumentor(), recording),
        instrumented(LangGraphInstrumentor(), recording),
    ):
        yield recording


@tools.tool  # type: ignore[untyped-decorator]
def look_up(order: str) -> str:
    """Look an order up."""
    return f"{order} is sent"


def agent(recording: Recording, turns: int = 1, name: str | None = "support") -> Any:
    """A model that asks for the same tool so often, and then answers."""

    def model(state: State) -> State:
        asked = sum(isinstance(each, messages.ToolMessage) for each in state["messages"])
        if asked == turns:
            recording.chat()
            return {"messages": [messages.AIMessage("It is sent.")]}
        recording.chat((f"call_{asked}", "look_up", '{"order": "A-17"}'))
        call = {"name": "look_up", "args": {"order": "A-17"}, "id": f"call_{asked}"}
        return {"messages": [messages.AIMessage("", tool_calls=[call])]}

    graph = graphs.StateGraph(State)
    graph.add_node("model", model)
    graph.add_node("tools", prebuilt.ToolNode([look_up]))
    graph.add_edge(graphs.START, "model")
    graph.add_conditional_edges("model", prebuilt.tools_condition)
    graph.add_edge("tools", "model")
    return graph.compile(name=name) if name else graph.compile()


def chain(name: str, **nodes: Any) -> Any:
    """A graph of these nodes, one after the other."""
    graph = graphs.StateGraph(State)
    before = graphs.START
    for each, node in nodes.items():
        graph.add_node(each, node)
        graph.add_edge(before, each)
        before = each
    return graph.compile(name=name)


AGENT = """\
invoke_agent support
  chat gpt-5
    execute_tool look_up
  chat gpt-5"""


async def run(graph: Any, way: str) -> None:
    before = otel_context.get_current()
    if way == "invoke":
        graph.invoke(ASKED)
    elif way == "ainvoke":
        await graph.ainvoke(ASKED)
    elif way == "stream":
        for _ in graph.stream(ASKED):
            assert otel_context.get_current() is before
    elif way == "astream":
        async for _ in graph.astream(ASKED, stream_mode="values"):
            assert otel_context.get_current() is before
    elif way == "batch":
        graph.batch([ASKED])
    else:
        await graph.abatch([ASKED])
    assert otel_context.get_current() is before


@pytest.mark.parametrize("way", ["invoke", "ainvoke", "stream", "astream", "batch", "abatch"])
async def test_an_agent_is_one_span(recording: Recording, way: str) -> None:
    """However it is run; with what it was asked and answered, and what it did."""
    await run(agent(recording), way)
    assert recording.tree() == AGENT
    found = recording.attributes("invoke_agent support")
    asked, answered = (json.loads(found.pop(f"gen_ai.{side}.messages")) for side in ("input", "output"))
    assert asked[0]["parts"][0]["content"] == "Where is A-17?"
    assert answered[0]["parts"][0]["content"] == "It is sent."
    assert found == {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.agent.name": "support",
        "spanwright.agent.steps": 2,
        "spanwright.agent.tool_calls": 1,
        "spanwright.agent.repeated_tool.calls": 1,
    }


def test_a_loop_shows(recording: Recording) -> None:
    """The same tool with the same arguments, again and again; the limit of steps is the graph's error."""
    with pytest.raises(Exception, match="limit of 6"):
        agent(recording, turns=50).invoke(ASKED, {"recursion_limit": 6})
    span = recording.span("invoke_agent support")
    found = dict(span.attributes or {})
    assert span.status.status_code is StatusCode.ERROR
    assert found["error.type"] == "langgraph.errors.GraphRecursionError"
    assert [found[f"spanwright.agent.repeated_tool.{key}"] for key in ("calls", "name")] == [3, "look_up"]
    assert found["spanwright.agent.steps"] == 3


def test_a_graph_without_tools_is_a_workflow(recording: Recording) -> None:
    """And an agent in one of its nodes is below it, with the node's name where it has none."""
    graph = chain("answering", plain=lambda _: {"messages": []}, helper=agent(recording, 0, None))
    graph.invoke(ASKED)
    assert recording.tree() == "invoke_workflow answering\n  invoke_agent helper\n    chat gpt-5"


def test_a_graph_that_runs_itself(recording: Recording) -> None:
    """Each run is a span, below the one it was begun in."""

    def again(state: State) -> State:
        if len(state["messages"]) < 3:
            graph.invoke({"messages": [*state["messages"], ("user", "again")]})
        return {"messages": []}

    graph = chain("nested", again=again)
    graph.invoke(ASKED)
    assert recording.tree() == (
        "invoke_workflow nested\n  invoke_workflow nested\n    invoke_workflow nested"
    )


def test_the_thread_is_the_conversation(recording: Recording) -> None:
    """On every span inside, unless the application says another."""
    config = {"configurable": {"thread_id": "t-1"}}
    agent(recording).invoke(ASKED, config)
    with context(conversation_id="c-1"):
        agent(recording).invoke(ASKED, config)
    said = [(span.attributes or {})["gen_ai.conversation.id"] for span in recording.spans]
    assert said == ["t-1"] * 4 + ["c-1"] * 4


def test_waiting_for_a_person_is_no_error(recording: Recording) -> None:
    """A run that is interrupted in a sub-graph goes on in another one."""
    types = pytest.importorskip("langgraph.types")
    memory = pytest.importorskip("langgraph.checkpoint.memory")

    def confirm(_state: State) -> State:
        return {"messages": [("user", types.interrupt("Send it?"))]}

    inner = chain("inner", confirm=confirm)
    graph = graphs.StateGraph(State)
    graph.add_node("inner", inner)
    graph.add_edge(graphs.START, "inner")
    outer = graph.compile(name="outer", checkpointer=memory.InMemorySaver())
    config = {"configurable": {"thread_id": "t-1"}}
    outer.invoke(ASKED, config)
    outer.invoke(types.Command(resume="yes"), config)
    assert [span.name for span in recording.spans] == ["invoke_workflow outer", "invoke_workflow inner"] * 2
    assert {span.status.status_code for span in recording.spans} == {StatusCode.UNSET}


def test_a_stream_that_is_left(recording: Recording) -> None:
    """Ends its span with it; that is no error."""
    stream = agent(recording).stream(ASKED)
    next(stream)
    stream.close()
    assert recording.span("invoke_agent support").status.status_code is StatusCode.UNSET


def test_errors_go_on(recording: Recording) -> None:
    """As they were raised."""

    def fail(_state: State) -> State:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        chain("failing", fail=fail).invoke(ASKED)
    assert recording.attributes("invoke_workflow failing")["error.type"] == "ValueError"
