"""A patched method's call, begun and ended around the SDK's own."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest
from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry.instrumentation.utils import suppress_instrumentation
from spanwright_instrumentation.call import AsyncCalls, PlainCalls
from spanwright_instrumentation.translation import Request, Response, Translation
from support.recording import Recording


def read_request(_owner: Any, arguments: Mapping[str, Any]) -> Request:
    if arguments.get("unreadable"):
        raise TypeError("no such request")
    return Request("chat", "openai", "m")


def read_content(arguments: Mapping[str, Any]) -> dict[str, Any]:
    if arguments.get("unreadable_content"):
        raise TypeError("no such content")
    return {"gen_ai.input.messages": []}


def read_response(_arguments: Mapping[str, Any], answer: Any, _captures_content: bool) -> Response:
    return Response({"gen_ai.response.id": answer.id})


TRANSLATION = Translation("chat", read_request, read_response, read_content)
ANSWER = SimpleNamespace(id="r")


def call(recording: Recording, method: Any, **arguments: Any) -> Any:
    return PlainCalls(TRANSLATION)(recording.telemetry, method, object(), (), arguments)


def test_result_and_span() -> None:
    """The result is the SDK's own object, and the span is current exactly while the SDK works."""
    recording = Recording()
    seen: list[Any] = []

    def method(**arguments: Any) -> Any:
        seen.append(trace.get_current_span().get_span_context())
        return ANSWER

    assert call(recording, method) is ANSWER
    (span,) = recording.spans
    assert seen == [span.context]
    assert trace.get_current_span() is trace.INVALID_SPAN


def test_exception_is_the_applications() -> None:
    """The very exception comes through, with its own cause."""
    recording = Recording()
    error = ValueError("mine")

    def method(**arguments: Any) -> Any:
        raise error from KeyError("cause")

    with pytest.raises(ValueError, match="mine") as raised:
        call(recording, method)
    assert raised.value is error
    assert isinstance(error.__cause__, KeyError)
    assert (recording.spans[0].attributes or {})["error.type"] == "ValueError"


@pytest.mark.parametrize("trouble", ["unreadable", "unreadable_content"])
def test_trouble_with_a_request_stays_inside(trouble: str, caplog: pytest.LogCaptureFixture) -> None:
    """A request we cannot read is made all the same; content we cannot read costs the content only."""
    recording = Recording()
    with caplog.at_level(logging.INFO):
        assert call(recording, lambda **arguments: ANSWER, **{trouble: True}) is ANSWER
    assert len(recording.spans) == (0 if trouble == "unreadable" else 1)
    assert caplog.records == []


def test_answer_that_cannot_be_read() -> None:
    """An answer of another shape is handed over, and its span ends without it."""
    recording = Recording()
    answer = object()
    assert call(recording, lambda **arguments: answer) is answer
    assert recording.spans[0].status.is_ok is True or recording.spans[0].status.is_unset is True


def test_suppressed() -> None:
    """Where instrumentation is suppressed, the method is called and nothing else happens."""
    recording = Recording()
    with suppress_instrumentation():
        assert call(recording, lambda **arguments: ANSWER) is ANSWER
    assert recording.spans == []


def async_call(recording: Recording, method: Any) -> Any:
    return AsyncCalls(TRANSLATION)(recording.telemetry, method, object(), (), {})


async def test_async_span_begins_with_the_await() -> None:
    """A coroutine that waits to be awaited has sent nothing yet."""
    recording = Recording()

    async def method(**arguments: Any) -> Any:
        await asyncio.sleep(0)
        assert trace.get_current_span().is_recording()
        return ANSWER

    waiting = async_call(recording, method)
    await asyncio.sleep(0.03)
    assert await waiting is ANSWER
    (span,) = recording.spans
    assert (span.end_time or 0) - (span.start_time or 0) < 25_000_000
    assert trace.get_current_span() is trace.INVALID_SPAN


def test_wrong_arguments_of_an_async_method_raise_at_the_call() -> None:
    """As without us: the method itself runs when it is called, its coroutine when it is awaited."""

    def method() -> Any:
        raise TypeError("missing argument")

    with pytest.raises(TypeError, match="missing argument"):
        async_call(Recording(), method)


async def test_concurrent_calls_do_not_mix() -> None:
    """Each task has its own call current; none is another's parent."""
    recording = Recording()

    async def method(**arguments: Any) -> Any:
        own = trace.get_current_span()
        await asyncio.sleep(0.001)
        assert trace.get_current_span() is own
        return ANSWER

    await asyncio.gather(*(async_call(recording, method) for _ in range(20)))
    assert [span.parent for span in recording.spans] == [None] * 20


def test_coroutine_dropped_in_the_middle(caplog: pytest.LogCaptureFixture) -> None:
    """A call whose coroutine is thrown away half-way ends, leaves the context as it was, and logs nothing."""
    recording = Recording()
    before = otel_context.get_current()

    async def method(**arguments: Any) -> Any:
        await asyncio.Future()

    loop = asyncio.new_event_loop()
    try:
        coroutine = async_call(recording, method)
        loop.run_until_complete(_one_step(coroutine))
        del coroutine
        gc.collect()
    finally:
        loop.close()
    assert len(recording.spans) == 1
    assert otel_context.get_current() is before
    assert [record for record in caplog.records if "detach" in record.getMessage()] == []


async def _one_step(coroutine: Any) -> None:
    coroutine.send(None)
