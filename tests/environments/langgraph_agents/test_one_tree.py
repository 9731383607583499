"""An agent of LangGraph with parallel tools, a sub-agent that calls itself, and an MCP server: one tree."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from spanwright_instrumentation.providers.langchain import LangChainInstrumentor
from spanwright_instrumentation.providers.langgraph import LangGraphInstrumentor
from spanwright_instrumentation.providers.mcp import MCPInstrumentor
from spanwright_instrumentation.providers.openai import OpenAIInstrumentor
from support.mcp_peers import SERVER, listening, told
from support.one_call import http_client
from support.recording import Recording, instrumented, recorded_operations
from support.wire import Answer, Wire

pytest.importorskip("langgraph")
pytest.importorskip("langchain_mcp_adapters")

TREE = """\
invoke_agent supervisor
  chat gpt-4o
    execute_tool look_up
    execute_tool look_up
    execute_tool research
      invoke_agent researcher
        chat gpt-4o
          execute_tool research
            invoke_agent researcher
              chat gpt-4o
                execute_tool track
                  tools/call track
                    tools/call track
                      look up
              chat gpt-4o
        chat gpt-4o
    execute_tool track
      tools/call track
        tools/call track
          look up
  chat gpt-4o"""


def call(call_id: str, name: str, **arguments: Any) -> dict[str, Any]:
    return {
        "id": call_id,
        "type": "function",
        "function": {"name": name, "arguments": json.dumps(arguments)},
    }


#: What the model asks for, by the question; whatever it is told then, it says it.
CALLS = {
    "Where is everything?": [
        call("call_1", "look_up", order="A-1"),
        call("call_2", "look_up", order="B-2"),
        call("call_3", "research", topic="deep", depth=2),
        call("call_4", "track", number=7),
    ],
    "deep 2": [call("call_5", "research", topic="deep", depth=1)],
    "deep 1": [call("call_6", "track", number=8)],
}


class Model(Wire):
    """Asks for the tools of a question, and when it has their answers, it is done."""

    def next_answer(self, request: Any) -> Answer:
        asked = json.loads(request.read())
        messages = asked["messages"]
        last = messages[-1]
        calls = CALLS[last["content"]] if last["role"] == "user" else []
        return self.answer(calls, asked.get("stream", False))

    def answer(self, calls: Sequence[dict[str, Any]], stream: bool) -> Answer:
        reason = "tool_calls" if calls else "stop"
        content = None if calls else "It is all there."
        message = {"role": "assistant", "content": content, **({"tool_calls": calls} if calls else {})}
        usage = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
        told = {"id": "chatcmpl-1", "created": 1764000000, "model": "gpt-4o-2024-08-06"}
        if not stream:
            choice = {"index": 0, "finish_reason": reason, "message": message}
            body = {**told, "object": "chat.completion", "choices": [choice], "usage": usage}
            return Answer([json.dumps(body).encode()], headers={"content-type": "application/json"})
        for at, each in enumerate(calls):
            each["index"] = at
        events: list[dict[str, Any]] = [
            {"choices": [{"index": 0, "delta": message, "finish_reason": None}]},
            {"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]},
            {"choices": [], "usage": usage},
        ]
        sent = [
            f"data: {json.dumps({**told, 'object': 'chat.completion.chunk', **each})}\n\n" for each in events
        ]
        return Answer(
            [each.encode() for each in [*sent, "data: [DONE]\n\n"]],
            headers={"content-type": "text/event-stream"},
        )


@pytest.fixture
def recording() -> Iterator[Recording]:
    kinds = (OpenAIInstrumentor, LangChainInstrumentor, LangGraphInstrumentor, MCPInstrumentor)
    with ExitStack() as stack:
        recording = stack.enter_context(recorded_operations(Recording()))
        for kind in kinds:
            stack.enter_context(instrumented(kind(), recording))
        yield recording


def model() -> Any:
    wire = Model([])
    return import_module("langchain_openai").ChatOpenAI(
        model="gpt-4o",
        api_key="sk-test",
        http_client=http_client(wire, is_async=False),
        http_async_client=http_client(wire, is_async=True),
        stream_usage=True,
    )


def supervisor(track: Any) -> Any:
    """The agent under test, with a tool of the MCP server."""
    create_agent = import_module("langchain.agents").create_agent
    tool = import_module("langchain_core.tools").tool

    @tool  # type: ignore[untyped-decorator]
    async def look_up(order: str) -> str:
        """Look an order up."""
        return f"{order} is on its way"

    @tool  # type: ignore[untyped-decorator]
    async def research(topic: str, depth: int) -> str:
        """Look into a topic, as deep as asked."""
        question = {"messages": [("user", f"{topic} {depth}")]}
        found = await create_agent(model(), [research, track], name="researcher").ainvoke(question)
        return str(found["messages"][-1].content)

    return create_agent(model(), [look_up, research, track], name="supervisor")


def connection(transport: str, spans: Path, stack: ExitStack) -> dict[str, Any]:
    """How the adapters are told of the server, which runs."""
    if transport == "stdio":
        return {"transport": "stdio", "command": sys.executable, "args": [str(SERVER), str(spans), "stdio"]}
    port = stack.enter_context(listening(spans))
    return {"transport": "streamable_http", "url": f"http://127.0.0.1:{port}/mcp"}


@asynccontextmanager
async def agent(transport: str, spans: Path) -> AsyncIterator[Any]:
    client_class = import_module("langchain_mcp_adapters.client").MultiServerMCPClient
    load = import_module("langchain_mcp_adapters.tools").load_mcp_tools
    with ExitStack() as stack:
        client = client_class({"parcels": connection(transport, spans, stack)})
        async with client.session("parcels") as session:
            tools = {each.name: each for each in await load(session)}
            yield supervisor(tools["track"])


async def asked(agent: Any, way: str) -> None:
    question = {"messages": [("user", "Where is everything?")]}
    config = {"configurable": {"thread_id": "thread-1"}}
    if way == "ainvoke":
        await agent.ainvoke(question, config)
    else:
        async for _ in agent.astream(question, config, stream_mode=["updates", "messages"]):
            pass


class Seen:
    """A span of either process."""

    def __init__(self, name: str, own: int, parent: int | None, trace: int, attributes: Any) -> None:
        self.name, self.own, self.parent, self.trace = name, own, parent, trace
        self.attributes: dict[str, Any] = dict(attributes)


def all_spans(recording: Recording, spans: Path) -> list[Seen]:
    here = [
        Seen(
            each.name,
            each.context.span_id,
            each.parent.span_id if each.parent else None,
            each.context.trace_id,
            each.attributes,
        )
        for each in recording.spans
    ]
    there = [
        Seen(each["name"], each["id"], each["parent"], each["trace"], each["attributes"])
        for each in told(spans)
    ]
    return here + there


def tree(spans: Sequence[Seen], root: Seen) -> str:
    """Children by name: parallel ones end in any order. Model calls of one agent come as they were made."""

    def lines(span: Seen, depth: int) -> Iterator[str]:
        yield f"{'  ' * depth}{span.name}"
        below = [each for each in spans if each.parent == span.own]
        for child in sorted(below, key=lambda each: each.name):
            yield from lines(child, depth + 1)

    return "\n".join(lines(root, 0))


@pytest.mark.parametrize("transport", ["stdio", "http"])
@pytest.mark.parametrize("way", ["ainvoke", "astream"])
async def test_one_tree(recording: Recording, tmp_path: Path, transport: str, way: str) -> None:
    """Every span of both processes is in the one tree, below what asked for it."""
    path = tmp_path / "server.jsonl"
    async with agent(transport, path) as supervised:
        await asked(supervised, way)
    spans = all_spans(recording, path)
    (root,) = [each for each in spans if each.name == "invoke_agent supervisor"]
    assert tree(spans, root) == TREE
    inside = [each for each in spans if each.trace == root.trace]
    assert len(inside) == len(TREE.splitlines())
    assert {
        each.attributes.get("gen_ai.conversation.id") for each in inside if each.own not in served(path)
    } == {"thread-1"}
    assert_agents(inside)
    assert_tools(inside)


def served(path: Path) -> set[int]:
    return {each["id"] for each in told(path)}


def assert_agents(spans: Sequence[Seen]) -> None:
    figures = {
        each.attributes["gen_ai.agent.name"]: [
            each.attributes[f"spanwright.agent.{name}"]
            for name in ("steps", "tool_calls", "repeated_tool.calls")
        ]
        for each in spans
        if each.name.startswith("invoke_agent")
    }
    assert figures == {"supervisor": [2, 4, 1], "researcher": [2, 1, 1]}
    root = next(each for each in spans if each.name == "invoke_agent supervisor").attributes
    assert json.loads(root["gen_ai.input.messages"])[0]["parts"][0]["content"] == "Where is everything?"
    assert json.loads(root["gen_ai.output.messages"])[0]["parts"][0]["content"] == "It is all there."


def assert_tools(spans: Sequence[Seen]) -> None:
    tools = [each.attributes for each in spans if each.name.startswith("execute_tool")]
    by_call = {each["gen_ai.tool.call.id"]: each for each in tools}
    assert sorted(by_call) == [f"call_{number}" for number in range(1, 7)]
    assert by_call["call_1"]["gen_ai.tool.call.arguments"] == '{"order": "A-1"}'
    assert by_call["call_1"]["gen_ai.tool.call.result"] == "A-1 is on its way"
    assert by_call["call_1"]["gen_ai.agent.name"] == "supervisor"
    assert by_call["call_6"]["gen_ai.agent.name"] == "researcher"
    assert "parcel 8 is in nowhere" in by_call["call_6"]["gen_ai.tool.call.result"]
