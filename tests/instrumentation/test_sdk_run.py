"""Agents and workflows that a framework runs."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from opentelemetry import trace
from spanwright_instrumentation import sdk_run
from spanwright_instrumentation.decorator import observed_generator, observed_plain
from spanwright_instrumentation.sdk_run import Ran, SdkRuns, observed_task
from support.recording import Recording


class Framework:
    """Streams, and runs by streaming to itself."""

    def __init__(self, recording: Recording, is_agent: bool = True) -> None:
        self.recording, self.is_agent = recording, is_agent

    def run(self, question: str) -> str:
        return "".join(self.observed("stream", observed_generator, question))

    def stream(self, question: str) -> Iterator[str]:
        self.recording.chat()
        yield question.upper()
        if question == "twice":
            yield self.observed("run", observed_plain, "once more")

    def observed(self, method: str, form: Any, question: str, read: Any = None) -> Any:
        runs = SdkRuns(read or reading, form, lambda answer: answer, calls_another=method == "run")
        return runs(self.recording.telemetry, getattr(self, method), self, (question,), {})


def reading(owner: Framework, args: tuple[Any, ...], _kwargs: Any) -> Ran:
    return Ran("helper", owner.is_agent, lambda: args[0], "Helps.", "c-1")


def test_one_span_with_what_was_asked_and_answered(recording: Recording) -> None:
    """The method that another one of the same object calls is the same run."""
    assert Framework(recording).observed("run", observed_plain, "why") == "WHY"
    assert recording.tree() == "invoke_agent helper\n  chat gpt-5"
    found = recording.attributes("invoke_agent helper")
    texts = [json.loads(found[f"gen_ai.{side}.messages"])[0]["parts"] for side in ("input", "output")]
    assert [parts[0]["content"] for parts in texts] == ["why", "WHY"]
    assert found["gen_ai.agent.description"] == "Helps."
    assert found["gen_ai.conversation.id"] == recording.attributes("chat gpt-5")["gen_ai.conversation.id"]


def test_a_run_within_a_run_is_another(recording: Recording) -> None:
    """Once the first is under way."""
    Framework(recording).observed("run", observed_plain, "twice")
    assert recording.tree() == ("invoke_agent helper\n  chat gpt-5\n  invoke_agent helper\n    chat gpt-5")


def test_a_workflow(recording: Recording) -> None:
    """Where no agent runs; nothing is current while the consumer has its turn."""
    for _ in Framework(recording, is_agent=False).observed("stream", observed_generator, "why"):
        assert trace.get_current_span() is trace.INVALID_SPAN
    assert recording.tree() == "invoke_workflow helper\n  chat gpt-5"


@pytest.mark.parametrize("found", [None, ZeroDivisionError()])
def test_what_is_not_observed_runs_all_the_same(recording: Recording, found: Any) -> None:
    """Because others record it, or because it cannot be read."""

    def read(*_: Any) -> Any:
        if found:
            raise found

    framework = Framework(recording)
    assert list(framework.observed("stream", observed_generator, "why", read)) == ["WHY"]
    assert recording.tree() == "chat gpt-5"


def test_an_answer_that_cannot_be_read(recording: Recording) -> None:
    """Is left out."""
    runs = SdkRuns(reading, observed_plain, lambda answer: answer.nothing)
    assert runs(recording.telemetry, lambda _: 5, Framework(recording), ("why",), {}) == 5
    assert "gen_ai.output.messages" not in recording.attributes("invoke_agent helper")
    assert sdk_run.SdkRun().records_content is False


async def test_a_run_in_the_background(recording: Recording) -> None:
    """Ends with the task that its handle has, however that ends."""

    async def work(how: str) -> str:
        await asyncio.sleep(0)
        recording.chat()
        if how == "fails":
            raise ValueError
        return how

    for how in ("succeeds", "fails", "is cancelled"):
        runs = SdkRuns(reading, observed_task, lambda answer: answer)
        begin = lambda how: SimpleNamespace(_result_task=asyncio.create_task(work(how)))  # noqa: E731
        handle = runs(recording.telemetry, begin, Framework(recording), (how,), {})
        assert trace.get_current_span() is trace.INVALID_SPAN
        if how == "is cancelled":
            handle._result_task.cancel()
        await asyncio.wait([handle._result_task])
        await asyncio.sleep(0)
        if how == "fails":
            assert isinstance(handle._result_task.exception(), ValueError)
    found = [span.attributes or {} for span in recording.spans if span.name.startswith("invoke_agent")]
    assert [each.get("error.type") for each in found] == [
        None,
        "ValueError",
        "asyncio.exceptions.CancelledError",
    ]
    assert recording.tree().startswith("invoke_agent helper\n  chat gpt-5\ninvoke_agent helper\n  chat gpt-5")


def test_a_background_that_cannot_be_seen(recording: Recording) -> None:
    """Ends at once; one that cannot begin ends with its error."""
    runs = SdkRuns(reading, observed_task, lambda answer: answer)
    runs(recording.telemetry, lambda _: "handle", Framework(recording), ("why",), {})
    with pytest.raises(ZeroDivisionError):
        runs(recording.telemetry, lambda _: 1 // 0, Framework(recording), ("why",), {})
    found = [(span.attributes or {}).get("error.type") for span in recording.spans]
    assert found == [None, "ZeroDivisionError"]
