"""What tools' spans say, and that tools stay what they are."""

from __future__ import annotations

import inspect
import pickle
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.instrumentation.utils import suppress_instrumentation
from spanwright_instrumentation.context import context
from spanwright_instrumentation.tool import tool
from spanwright_instrumentation.tool_registry import registry
from spanwright_instrumentation.workflow import agent, workflow
from support.recording import Recording, recorded_operations


@tool(version="2.1")
def lookup_order(order_id: str, verbose: bool = False) -> dict[str, str]:
    """Look an order up.

    In the shop's own database.
    """
    return {"order": order_id, "state": "sent"}


def test_everything_about_a_tool_is_on_its_span(recording: Recording) -> None:
    """Name, type, version, description, id, the model's exact arguments, and the result."""
    with workflow("answer"):
        recording.chat(("c1", "lookup_order", '{ "order_id":"A1" }'))
        lookup_order(order_id="A1")

    assert recording.attributes("execute_tool lookup_order") == {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": "lookup_order",
        "gen_ai.tool.type": "function",
        "gen_ai.tool.description": "Look an order up.",
        "gen_ai.tool.call.id": "c1",
        "gen_ai.tool.call.arguments": '{ "order_id":"A1" }',
        "gen_ai.tool.call.result": '{"order":"A1","state":"sent"}',
        "spanwright.tool.version": "2.1",
        "spanwright.tool.arguments.valid": True,
    }
    points = recording.metric_points("gen_ai.execute_tool.duration")
    assert points == [(1, {"gen_ai.tool.name": "lookup_order", "gen_ai.tool.type": "function"})]


def test_arguments_that_are_not_json_are_kept_and_said_to_be_invalid(recording: Recording) -> None:
    """What a model hallucinated is recorded as it wrote it."""
    with workflow("answer"):
        recording.chat(("c1", "search", '{"query": "x"'), ("c2", "ping", ""))
        with tool("search", call_id="c1"):
            pass
        with tool("ping", call_id="c2"):
            pass

    found = recording.attributes("execute_tool search")
    assert found["gen_ai.tool.call.arguments"] == '{"query": "x"'
    assert found["spanwright.tool.arguments.valid"] is False
    assert "spanwright.tool.arguments.valid" not in recording.attributes("execute_tool ping")


def test_an_error_is_recorded_and_raised_unchanged(recording: Recording) -> None:
    """Status and ``error.type`` say that the tool failed; the application gets its own exception."""
    error = TimeoutError("no answer from 10.0.0.7")

    @tool
    def search(query: str) -> str:
        raise error

    with pytest.raises(TimeoutError) as caught:
        search("x")

    assert caught.value is error
    span = recording.span("execute_tool search")
    assert span.status.status_code is trace.StatusCode.ERROR
    assert recording.attributes("execute_tool search")["error.type"] == "TimeoutError"
    assert recording.metric_points("gen_ai.execute_tool.duration")[0][1]["error.type"] == "TimeoutError"


@pytest.mark.parametrize(("error", "kind"), [("no such order", "tool_error"), (KeyError("A1"), "KeyError")])
def test_an_error_told_to_the_model_is_an_error(
    recording: Recording, error: str | BaseException, kind: str
) -> None:
    """A tool that catches its error and answers with it has failed."""
    with tool("search", call_id="c1") as run:
        run.report_error(error)

    found = recording.attributes("execute_tool search")
    assert found["error.type"] == kind
    assert found.get("gen_ai.tool.call.result") == ("no such order" if isinstance(error, str) else None)


@pytest.mark.parametrize("capture", ["NO_CONTENT", "EVENT_ONLY"])
def test_no_content_without_leave(capture: str) -> None:
    """Arguments, results and what an exception says stay out where content may not go on spans."""

    @tool
    def fails(secret: str) -> str:
        raise ValueError(secret)

    with recorded_operations(Recording(capture)) as recording, workflow("answer"):
        recording.chat(("c1", "lookup_order", '{"order_id": "hidden"}'))
        lookup_order("hidden")
        with pytest.raises(ValueError, match="hidden"):
            fails("hidden")

    assert "hidden" not in "".join(span.to_json() for span in recording.spans)
    assert recording.attributes("execute_tool lookup_order")["gen_ai.tool.call.id"] == "c1"


def test_generators_are_current_only_while_they_run(recording: Recording) -> None:
    """A streaming tool's text is its result; the caller's current span stays the caller's."""

    @tool
    def tell(story: str) -> Iterator[str]:
        for word in story.split():
            recording.chat()
            yield word

    with workflow("answer") as run:
        assert run.invocation is not None
        words = tell("once upon")
        first = next(words)
        assert trace.get_current_span() is run.invocation.span
        assert [first, *words] == ["once", "upon"]

    assert recording.tree() == ("invoke_workflow answer\n  execute_tool tell\n    chat gpt-5\n    chat gpt-5")
    assert recording.attributes("execute_tool tell")["gen_ai.tool.call.result"] == "onceupon"


async def test_async_generators_give_their_items_as_a_list(recording: Recording) -> None:
    """Items other than text become a JSON array; closing early is no error."""

    @tool
    async def pages(count: int) -> AsyncGenerator[object, None]:
        for number in range(count):
            yield {"page": number} if number else "cover"

    assert [item async for item in pages(2)] == ["cover", {"page": 1}]
    left = pages(9)
    await anext(left)
    await left.aclose()

    results = [dict(span.attributes or {})["gen_ai.tool.call.result"] for span in recording.spans]
    assert results == ['["cover",{"page":1}]', "cover"]
    assert all(span.status.status_code is trace.StatusCode.UNSET for span in recording.spans)


async def test_the_context_manager_works_in_both_kinds_of_with(recording: Recording) -> None:
    """``with`` and ``async with`` give the run, whose result is set by hand."""
    with tool("plain", arguments={"day": 1}, description="What day it is.", type="datastore") as run:
        run.result = {"rows": 3}
    async with tool("asynchronous", arguments='{"day":  1}') as run:
        run.result = "three rows"

    plain, asynchronous = (dict(span.attributes or {}) for span in recording.spans)
    assert (plain["gen_ai.tool.call.arguments"], plain["gen_ai.tool.call.result"]) == (
        '{"day":1}',
        '{"rows":3}',
    )
    assert (plain["gen_ai.tool.description"], plain["gen_ai.tool.type"]) == ("What day it is.", "datastore")
    assert asynchronous["gen_ai.tool.call.arguments"] == '{"day":  1}'
    assert asynchronous["gen_ai.tool.call.result"] == "three rows"


def test_a_decorated_function_inside_its_own_with_adds_no_second_span(recording: Recording) -> None:
    """One tool run, one span, which has the id of the one and the version and result of the other."""
    with tool("lookup_order", call_id="c9", arguments='{"order_id":"A1"}'):
        lookup_order(order_id="A1")

    assert recording.tree() == "execute_tool lookup_order"
    found = recording.attributes("execute_tool lookup_order")
    assert found["gen_ai.tool.call.id"] == "c9"
    assert found["spanwright.tool.version"] == "2.1"
    assert found["gen_ai.tool.call.result"] == '{"order":"A1","state":"sent"}'


def test_who_the_request_is_for_and_which_agent_runs(recording: Recording) -> None:
    """Session and agent are on the tool's span, also when its parent is the ended model call."""
    with context(session_id="s-1"), agent("helper"):
        recording.chat(("c1", "lookup_order", "{}"))
        lookup_order("A1")

    found = recording.attributes("execute_tool lookup_order")
    assert (found["session.id"], found["gen_ai.agent.name"]) == ("s-1", "helper")


class Unspeakable:
    """Has no form as JSON and none as text."""

    def __str__(self) -> str:
        raise RuntimeError("no")

    __repr__ = __str__


@dataclass
class Order:
    number: int


def circular() -> list[Any]:
    values: list[Any] = []
    values.append(values)
    return values


@pytest.mark.parametrize(
    ("value", "recorded"),
    [
        (None, "null"),
        ("text", "text"),
        ("\ud83d", "?"),
        ({"order": Order(1)}, '{"order":"Order(number=1)"}'),
        ({(1, 2): 3}, '"{(1, 2): 3}"'),
        (Unspeakable(), '"<Unspeakable>"'),
        ([Unspeakable()], '"<list>"'),
        (circular(), '"[[...]]"'),
    ],
)
def test_any_result_is_recorded_somehow(recording: Recording, value: object, recorded: str) -> None:
    """No value an application returns can break the tool or lose its span."""

    @tool
    def give(argument: object) -> object:
        return argument

    assert give(value) is value
    assert recording.attributes("execute_tool give")["gen_ai.tool.call.result"] == recorded


class Desk:
    @tool
    def file(self, paper: str, **notes: str) -> str:
        return paper

    @tool
    @staticmethod
    def shred(paper: str) -> str:
        return paper


def test_methods_leave_their_object_out(recording: Recording) -> None:
    """``self`` is no argument of the model's; further keywords stand beside the others."""
    Desk().file("a", tone="b")
    Desk.shred("c")

    found = [dict(span.attributes or {})["gen_ai.tool.call.arguments"] for span in recording.spans]
    assert found == ['{"paper":"a","tone":"b"}', '{"paper":"c"}']


def test_arguments_are_recorded_as_they_were(recording: Recording) -> None:
    """What the tool does to its arguments is not seen in them."""

    @tool
    def empty(basket: list[str]) -> None:
        basket.clear()

    empty(["apple"])

    assert recording.attributes("execute_tool empty")["gen_ai.tool.call.arguments"] == '{"basket":["apple"]}'


def test_the_decorated_function_stays_what_it_was() -> None:
    """Signature, name, documentation, kind and pickling are those of the bare function."""
    assert str(inspect.signature(lookup_order)).startswith("(order_id: 'str', verbose: 'bool' = False)")
    assert lookup_order.__name__ == "lookup_order"
    assert pickle.loads(pickle.dumps(lookup_order)) is lookup_order


def test_wrong_arguments_are_the_functions_own_error(recording: Recording) -> None:
    """A call that does not fit the signature raises what it would raise, under a span that says so."""
    with pytest.raises(TypeError, match="missing 1 required positional argument"):
        lookup_order()  # type: ignore[call-arg]

    assert recording.attributes("execute_tool lookup_order")["error.type"] == "TypeError"


def test_suppressed_instrumentation_observes_nothing(recording: Recording) -> None:
    """Where instrumentation is suppressed a tool just runs."""
    with suppress_instrumentation():
        assert lookup_order("A1")["order"] == "A1"
        with tool("search") as run:
            run.result = 1
            run.report_error("no")

    assert recording.spans == []


def test_what_fails_in_observing_does_not_reach_the_tool(
    recording: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever fails in observing, the tool runs and answers."""
    monkeypatch.setattr(recording.telemetry, "tracer", None)
    assert lookup_order("A1")["order"] == "A1"
    monkeypatch.setattr(registry, "claim", None)
    assert lookup_order("A1")["order"] == "A1"
