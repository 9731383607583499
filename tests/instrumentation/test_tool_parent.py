"""Where tools' spans stand in the tree."""

from __future__ import annotations

import asyncio
import json
import os
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any

import pytest
from spanwright_instrumentation.invocation import Invocation
from spanwright_instrumentation.suppression import is_suppressed
from spanwright_instrumentation.tool import tool
from spanwright_instrumentation.workflow import workflow
from support.recording import Recording


@tool
def lookup_order(order_id: str) -> dict[str, str]:
    return {"order": order_id}


def test_a_tool_hangs_under_the_model_call_that_asked_for_it(recording: Recording) -> None:
    """The model call has ended when the tool runs, and is its parent all the same."""
    with workflow("answer"):
        recording.chat(("c1", "lookup_order", '{"order_id": "A1"}'))
        assert lookup_order(order_id="A1") == {"order": "A1"}
        recording.chat()

    assert recording.tree() == (
        "invoke_workflow answer\n  chat gpt-5\n    execute_tool lookup_order\n  chat gpt-5"
    )


def test_parallel_tools_are_siblings_each_with_its_own_id(recording: Recording) -> None:
    """Calls of one answer, equal ones too, run in threads and get distinct ids under one parent."""
    with workflow("answer"), ThreadPoolExecutor(4) as pool:
        orders = ["A0", "A0", "A1", "A1", "A2", "A2"]
        asked = {f"c{number}": json.dumps({"order_id": order}) for number, order in enumerate(orders)}
        recording.chat(*((call_id, "lookup_order", arguments) for call_id, arguments in asked.items()))
        runs = [pool.submit(copy_context().run, lookup_order, order) for order in orders]
        assert [run.result()["order"] for run in runs] == orders

    assert recording.tree() == "invoke_workflow answer\n  chat gpt-5" + "\n    execute_tool lookup_order" * 6
    tools: list[dict[str, Any]] = [dict(span.attributes or {}) for span in recording.spans[2:]]
    assert {each["gen_ai.tool.call.id"]: each["gen_ai.tool.call.arguments"] for each in tools} == asked
    for each in tools:
        assert json.loads(each["gen_ai.tool.call.result"])["order"] in each["gen_ai.tool.call.arguments"]


async def test_a_model_call_inside_a_tool_nests_under_it(recording: Recording) -> None:
    """Recursion keeps its shape: tool, model call, tool, model call, with concurrent branches apart."""

    @tool
    async def research(topic: str, depth: int) -> str:
        await asyncio.sleep(0)
        if depth:
            recording.chat((f"{topic}-{depth}", "research", json.dumps({"topic": topic, "depth": depth - 1})))
            await research(topic=topic, depth=depth - 1)
        recording.chat()
        return topic

    with workflow("answer"):
        recording.chat(
            ("x", "research", '{"topic": "x", "depth": 1}'), ("y", "research", '{"topic": "y", "depth": 0}')
        )
        await asyncio.gather(research("x", 1), research("y", 0))

    assert recording.tree() == (
        "invoke_workflow answer\n"
        "  chat gpt-5\n"
        "    execute_tool research\n"
        "      chat gpt-5\n"
        "        execute_tool research\n"
        "          chat gpt-5\n"
        "      chat gpt-5\n"
        "    execute_tool research\n"
        "      chat gpt-5"
    )


@pytest.mark.parametrize("where", ["argument", "setting"])
def test_link_mode_puts_the_tool_beside_the_model_call(
    recording: Recording, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    """The alternative: a child of the current span, linked to the model call."""
    if where == "setting":
        monkeypatch.setenv("SPANWRIGHT_TOOL_PARENT", "link")
    with workflow("answer"):
        call = recording.chat(("c1", "search", "{}"))
        with tool("search", call_id="c1", parent="link" if where == "argument" else None):
            pass

    assert recording.tree() == "invoke_workflow answer\n  chat gpt-5\n  execute_tool search"
    (link,) = recording.span("execute_tool search").links
    assert link.context.span_id == call.span_context.span_id


def test_a_tool_nobody_asked_for_hangs_under_the_current_span(recording: Recording) -> None:
    """Without a model call the arguments are those the application passed."""
    with workflow("answer"):
        lookup_order("A1")

    assert recording.tree() == "invoke_workflow answer\n  execute_tool lookup_order"
    found = recording.attributes("execute_tool lookup_order")
    assert found["gen_ai.tool.call.arguments"] == '{"order_id":"A1"}'
    assert found.keys().isdisjoint({"gen_ai.tool.call.id", "spanwright.tool.arguments.valid"})


def test_a_tool_run_where_the_context_is_lost_joins_by_id(recording: Recording) -> None:
    """In a thread without the request's context, the id alone leads to the trace of the model call."""

    def run() -> None:
        with tool("search", call_id="c1"):
            recording.chat()

    with workflow("answer"), ThreadPoolExecutor(1) as pool:
        recording.chat(("c1", "search", "{}"))
        pool.submit(run).result()

    assert recording.tree() == (
        "invoke_workflow answer\n  chat gpt-5\n    execute_tool search\n      chat gpt-5"
    )
    assert len({span.context.trace_id for span in recording.spans}) == 1


def test_a_tool_run_in_another_trace_links_back_to_where_it_ran(recording: Recording) -> None:
    """A worker's own trace is not lost sight of."""
    with workflow("answer"):
        recording.chat(("c1", "search", "{}"))
    with workflow("worker") as worker, tool("search", call_id="c1"):
        pass

    assert worker.invocation is not None
    (link,) = recording.span("execute_tool search").links
    assert link.context == worker.invocation.span_context


@pytest.mark.parametrize("passed", [{"query": "b"}, '{"query": "b"}'])
def test_a_tool_that_takes_all_arguments_as_one_is_recognised(recording: Recording, passed: object) -> None:
    """Handlers that get the arguments whole, parsed or not, claim the call with equal arguments."""

    @tool("search")
    def handler(arguments: object) -> None: ...

    with workflow("answer"):
        recording.chat(("c1", "search", '{"query":"a"}'), ("c2", "search", '{"query":"b"}'))
        handler(passed)

    assert recording.attributes("execute_tool search")["gen_ai.tool.call.id"] == "c2"


def test_a_tool_inside_a_recorded_model_call_records_its_own_model_calls(recording: Recording) -> None:
    """Frameworks that run tools within one observed call do not hide what these call."""
    outer = Invocation(
        recording.telemetry,
        "chat",
        "gateway",
        attributes={"gen_ai.provider.name": "openai", "gen_ai.request.model": "gateway"},
    )
    with outer.current():
        assert is_suppressed("chat")
        with tool("search"):
            assert not is_suppressed("chat")
    outer.stop()

    assert recording.tree() == "chat gateway\n  execute_tool search"


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_tool_run_in_a_forked_worker_finds_its_model_call(recording: Recording) -> None:
    """The registry goes into the child as it was, whole and unlocked."""
    with workflow("answer"):
        recording.chat(("c1", "search", "{}"))
        child = os.fork()
        if child == 0:
            with tool("search", call_id="c1") as run:
                parent = getattr(run.invocation and run.invocation.span, "parent", None)
            os._exit(0 if parent is not None and parent.span_id else 1)

    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
