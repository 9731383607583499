"""Calls of a real SDK that a cost ceiling keeps from being made."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from openai import AsyncOpenAI, OpenAI
from opentelemetry import context
from opentelemetry.trace import StatusCode
from spanwright_instrumentation.invocation import Invocation
from spanwright_instrumentation.providers.openai import OpenAIInstrumentor
from spanwright_processors.spending import CostCeilingExceeded, guard
from spanwright_processors.spending.desk import DESK
from spanwright_semconv import event_violations, spending
from support.counted_by_length import by_length
from support.recording import Recording, instrumented
from support.wire import Answer, Wire

__all__ = ["by_length"]

ANSWER = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1764000000,
    "model": "gpt-4o-2024-08-06",
    "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Hi"}}],
    "usage": {"prompt_tokens": 10_000, "completion_tokens": 500, "total_tokens": 10_500},
}
#: By the default bound 100,000 tokens: 0.25 dollars, and a cent for the answer.
REQUEST: Any = {
    "model": "gpt-4o",
    "messages": [{"role": "user", "content": "x" * 200_000}],
    "max_tokens": 1_000,
}


@pytest.fixture
def recording() -> Iterator[Recording]:
    asked = spending.check
    with instrumented(OpenAIInstrumentor(), Recording("NO_CONTENT")) as recording:
        yield recording
    spending.set_check(asked)
    DESK.ledger.after_fork()
    DESK.exceeded.clear()


def wire() -> Wire:
    return Wire([Answer([json.dumps(ANSWER).encode()], headers={"content-type": "application/json"})])


def client(answers: Wire) -> OpenAI:
    return OpenAI(api_key="k", http_client=httpx2.Client(transport=answers.transport(httpx2)))


def refused(recording: Recording) -> dict[str, Any]:
    """The event on the span of the call that was not made, which is the only one."""
    span = recording.span("chat gpt-4o")
    assert span.status.status_code is StatusCode.ERROR
    assert str((span.attributes or {})["error.type"]).endswith("CostCeilingExceeded")
    (event,) = (event for event in span.events if event.name == spending.EXCEEDED_EVENT)
    found = dict(event.attributes or {})
    assert event_violations(event.name, found) == []
    return found


@pytest.mark.parametrize("stream", [False, True])
def test_the_request_is_not_sent(recording: Recording, stream: bool) -> None:
    """The application gets the exception where it made the call; the span tells, also without content."""
    answers = wire()
    with guard(max_usd=0.2), pytest.raises(CostCeilingExceeded, match="it may cost"):
        client(answers).chat.completions.create(**REQUEST, stream=stream)
    assert answers.requests == []
    event = refused(recording)
    assert event["spanwright.cost_guard.expected.usd"] == pytest.approx(0.26, abs=0.001)
    assert event["spanwright.cost_guard.action"] == "rejected"


async def test_an_async_request_is_not_sent(recording: Recording) -> None:
    """Nor does Python complain of a coroutine that nobody awaited."""
    answers = wire()
    http = httpx2.AsyncClient(transport=answers.transport(httpx2))
    async with AsyncOpenAI(api_key="k", http_client=http) as openai:
        with guard(max_usd=0.2), pytest.raises(CostCeilingExceeded):
            await openai.chat.completions.create(**REQUEST)
    assert answers.requests == []
    refused(recording)


def test_calls_are_settled_at_what_they_cost(recording: Recording) -> None:
    """10,000 input and 500 output tokens: 0.03 dollars, so that the next one fits."""
    openai = client(wire())
    with guard(total_usd=0.3) as block:
        openai.chat.completions.create(**REQUEST)
        assert block.spent_usd == pytest.approx(0.03)
        openai.chat.completions.create(**REQUEST)
        assert block.spent_usd == pytest.approx(0.06)
        with pytest.raises(CostCeilingExceeded):
            openai.chat.completions.create(**REQUEST)
    assert len(recording.spans) == 3


def test_log_only_sends_the_request(recording: Recording, caplog: pytest.LogCaptureFixture) -> None:
    """The span has the event, and the answer's usage."""
    with guard(max_usd=0.2, action="log"):
        assert client(wire()).chat.completions.create(**REQUEST).choices[0].message.content == "Hi"
    span = recording.span("chat gpt-4o")
    assert span.status.status_code is not StatusCode.ERROR
    assert [event.name for event in span.events] == [spending.EXCEEDED_EVENT]
    assert "x" * 100 not in caplog.text


@pytest.mark.parametrize("key", ["suppress_instrumentation", "opentelemetry.genai.client.inference.context"])
def test_a_call_that_another_instrumentor_records_is_held_too(recording: Recording, key: str) -> None:
    """Whoever makes the span: the span that is current then tells."""
    answers = wire()
    tracer = recording.tracer_provider.get_tracer("framework")
    with tracer.start_as_current_span("run"):
        token = context.attach(context.set_value(key, object()))
        try:
            with guard(max_usd=0.2), pytest.raises(CostCeilingExceeded):
                client(answers).chat.completions.create(**REQUEST)
        finally:
            context.detach(token)
    assert answers.requests == []
    (run,) = recording.spans
    assert spending.EXCEEDED_EVENT in [event.name for event in run.events]


def test_a_call_inside_one_of_ours_is_asked_for_once(recording: Recording) -> None:
    """A gateway over an SDK makes one call of two."""
    answers = wire()
    with guard(total_usd=0.3) as block:
        outer = Invocation(recording.telemetry, "chat", "gateway")
        with outer.current():
            client(answers).chat.completions.create(**REQUEST)
        outer.discard()
        assert block.spent_usd == 0.0
    assert len(answers.requests) == 1


def test_a_check_that_fails_holds_nothing_back(recording: Recording) -> None:
    """A mistake of ours is no ceiling."""
    spending.set_check(lambda _: 1 // 0)  # type: ignore[arg-type, return-value]
    assert client(wire()).chat.completions.create(**REQUEST).id == "chatcmpl-1"
    assert len(recording.spans) == 1
