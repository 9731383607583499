"""The root span of a request, agents' runs, and the outcome."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Iterator
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.instrumentation.utils import suppress_instrumentation
from spanwright_instrumentation.context import context
from spanwright_instrumentation.tool import tool
from spanwright_instrumentation.workflow import agent, set_outcome, workflow
from spanwright_semconv.pseudonym import user_hash
from support.recording import Recording, recorded_operations


def test_a_workflow_is_the_root_of_its_request(recording: Recording) -> None:
    """As a decorator it has the function's name; what runs inside is below it."""

    @workflow
    def answer(question: str) -> str:
        recording.chat()
        return question.upper()

    assert answer("why") == "WHY"
    assert recording.tree() == "invoke_workflow answer\n  chat gpt-5"
    span = recording.span("invoke_workflow answer")
    assert (span.parent, span.kind) == (None, trace.SpanKind.INTERNAL)
    assert recording.attributes("invoke_workflow answer") == {
        "gen_ai.operation.name": "invoke_workflow",
        "gen_ai.workflow.name": "answer",
    }
    points = recording.metric_points("gen_ai.invoke_workflow.duration")
    assert points == [(1, {"gen_ai.workflow.name": "answer"})]


def test_below_a_span_of_the_application_it_is_no_root(recording: Recording) -> None:
    """Under a web framework's span a workflow is that one's child."""
    with recording.telemetry.tracer.start_as_current_span("POST /answer"), workflow("answer"):
        pass

    assert recording.tree() == "POST /answer\n  invoke_workflow answer"


def test_session_user_and_pipeline_hold_for_all_inside(recording: Recording) -> None:
    """What the workflow is told is on its span and on every span inside, and on none after it."""
    with workflow(
        "answer",
        session_id="s-1",
        user_id="ada",
        conversation_id="c-1",
        pipeline="support",
        pipeline_version="abc123",
    ):
        recording.chat()
    with workflow("next"):
        pass

    told = {
        "session.id": "s-1",
        "user.hash": user_hash("ada"),
        "gen_ai.conversation.id": "c-1",
        "spanwright.pipeline.name": "support",
        "spanwright.pipeline.version": "abc123",
    }
    assert told.items() <= recording.attributes("invoke_workflow answer").items()
    assert told.items() <= recording.attributes("chat gpt-5").items()
    assert recording.attributes("invoke_workflow next").keys().isdisjoint(told)


def test_a_context_around_it_counts_too(recording: Recording) -> None:
    """An outer ``context`` and the workflow's own settings add up, the inner ones win."""

    @workflow("answer", session_id="inner")
    def answer() -> None: ...

    with context(session_id="outer", pipeline="support"):
        answer()

    found = recording.attributes("invoke_workflow answer")
    assert (found["session.id"], found["spanwright.pipeline.name"]) == ("inner", "support")


def test_messages_set_by_hand(recording: Recording) -> None:
    """Input and output become messages, whether the run succeeds or fails."""
    with workflow("answer") as run:
        run.input = "why"
        run.output = {"because": 1}
    run = workflow("failing").__enter__()
    run.input = "why"
    run.leave()
    run.fail(KeyError())

    found = recording.attributes("invoke_workflow answer")
    asked = '[{"role":"user","parts":[{"type":"text","content":"why"}]}]'
    assert found["gen_ai.input.messages"] == asked
    assert found["gen_ai.output.messages"] == (
        '[{"role":"assistant","parts":[{"type":"text","content":"{\\"because\\":1}"}]}]'
    )
    assert recording.attributes("invoke_workflow failing")["gen_ai.input.messages"] == asked


@pytest.mark.parametrize(
    ("arguments", "asked"),
    [({"question": "why"}, "why"), ({"question": "why", "top": 3}, '{"question":"why","top":3}'), ({}, None)],
)
def test_messages_taken_from_a_function(
    recording: Recording, arguments: dict[str, Any], asked: str | None
) -> None:
    """A function's only text is the question, its result the answer; other arguments come as JSON."""

    @workflow(messages=True)
    def answer(**given: object) -> str:
        return "because"

    answer(**arguments)

    found = recording.attributes("invoke_workflow answer")
    assert ('"content":"because"' in found["gen_ai.output.messages"]) is True
    if asked is None:
        assert "gen_ai.input.messages" not in found
    else:
        assert asked.replace('"', '\\"') in found["gen_ai.input.messages"]


def test_a_streamed_answer_is_one_message(recording: Recording) -> None:
    """The text a generator yields is put together; between its items the caller's context is as it was."""

    @workflow("answer", messages=True)
    def answer(question: str) -> Iterator[str]:
        with context(session_id="s-1"):
            for word in ("be", "cause"):
                recording.chat()
                yield word

    words = answer("why")
    next(words)
    assert not trace.get_current_span().get_span_context().is_valid
    assert list(words) == ["cause"]

    assert recording.tree() == "invoke_workflow answer\n  chat gpt-5\n  chat gpt-5"
    assert '"content":"because"' in recording.attributes("invoke_workflow answer")["gen_ai.output.messages"]
    chats = [dict(span.attributes or {}) for span in recording.spans[1:]]
    assert [chat["session.id"] for chat in chats] == ["s-1", "s-1"]


def test_no_messages_without_leave() -> None:
    """Where content may not be recorded, the workflow is, without its messages."""
    with recorded_operations(Recording("NO_CONTENT")) as recording, workflow("answer") as run:
        run.input = run.output = "hidden"

    assert "hidden" not in recording.span("invoke_workflow answer").to_json()


async def test_requests_side_by_side_stay_apart(recording: Recording) -> None:
    """Concurrent runs of one decorated coroutine are traces of their own, with outcomes of their own."""

    @workflow
    async def answer(outcome: Any) -> None:
        await asyncio.sleep(0)
        recording.chat()
        set_outcome(outcome)
        await asyncio.sleep(0)

    await asyncio.gather(answer("partial"), answer("fallback"))

    roots = [span for span in recording.spans if span.parent is None]
    assert [dict(root.attributes or {})["spanwright.outcome"] for root in roots] == ["partial", "fallback"]
    assert len({span.context.trace_id for span in recording.spans}) == 2


async def test_an_async_generator_and_async_with(recording: Recording) -> None:
    """Both asynchronous forms work as the plain ones do."""

    @workflow
    async def stream() -> AsyncGenerator[str, None]:
        recording.chat()
        yield "a"

    assert [item async for item in stream()] == ["a"]
    async with workflow("by hand"):
        recording.chat()

    assert recording.tree() == ("invoke_workflow stream\n  chat gpt-5\ninvoke_workflow by hand\n  chat gpt-5")


def test_the_outcome_goes_to_the_outermost_operation(recording: Recording) -> None:
    """From however deep, the outcome is that of the whole request; the last one said holds."""

    @tool
    def search() -> None:
        set_outcome("fallback")

    with workflow("answer"):
        set_outcome("partial")
        with workflow("inner"), agent("helper"):
            search()

    outcomes = {span.name: dict(span.attributes or {}).get("spanwright.outcome") for span in recording.spans}
    assert outcomes == {
        "invoke_workflow answer": "fallback",
        "invoke_workflow inner": None,
        "invoke_agent helper": None,
        "execute_tool search": None,
    }


def test_an_outcome_of_nothing_is_harmless(recording: Recording, caplog: pytest.LogCaptureFixture) -> None:
    """Outside of any operation, after its end or in another trace, saying an outcome does nothing."""
    set_outcome("success")
    with workflow("answer"):
        elsewhere = trace.INVALID_SPAN
        with trace.use_span(elsewhere):
            set_outcome("error")
        with caplog.at_level(logging.WARNING):
            set_outcome("good")  # type: ignore[arg-type]
    set_outcome("error")

    assert "Cannot set outcome 'good'" in caplog.text
    assert "spanwright.outcome" not in recording.attributes("invoke_workflow answer")


def test_agents_carry_their_name_to_their_tools(recording: Recording) -> None:
    """Each tool names the innermost agent around it."""

    @tool
    def search() -> None: ...

    @agent("planner", description="Plans.", session_id="s-1")
    def plan() -> None:
        search()
        with agent("searcher"):
            search()

    plan()

    assert recording.tree() == (
        "invoke_agent planner\n  execute_tool search\n  invoke_agent searcher\n    execute_tool search"
    )
    assert recording.attributes("invoke_agent planner") == {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.agent.name": "planner",
        "gen_ai.agent.description": "Plans.",
        "session.id": "s-1",
        "spanwright.agent.steps": 0,
        "spanwright.agent.tool_calls": 1,
        "spanwright.agent.repeated_tool.calls": 1,
    }
    agents = [dict(span.attributes or {})["gen_ai.agent.name"] for span in recording.spans]
    assert agents == ["planner", "planner", "searcher", "searcher"]
    assert recording.metric_points("gen_ai.invoke_agent.duration") == [
        (1, {"gen_ai.agent.name": "searcher"}),
        (1, {"gen_ai.agent.name": "planner"}),
    ]


def test_an_error_is_recorded_and_raised_unchanged(recording: Recording) -> None:
    """A failed request says so on its root, with the application's own exception going on."""
    error = LookupError("x")
    with pytest.raises(LookupError) as caught, workflow("answer"):
        raise error

    assert caught.value is error
    assert recording.span("invoke_workflow answer").status.status_code is trace.StatusCode.ERROR
    assert recording.attributes("invoke_workflow answer")["error.type"] == "LookupError"


def test_suppressed_instrumentation_observes_nothing(recording: Recording) -> None:
    """Where instrumentation is suppressed a workflow just runs."""
    with suppress_instrumentation(), workflow("answer") as run:
        run.input = "x"

    assert recording.spans == []
