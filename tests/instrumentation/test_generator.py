"""Calls whose answer is a plain generator."""

from __future__ import annotations

import gc
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Iterator
from contextlib import asynccontextmanager, contextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from opentelemetry import context as otel_context
from opentelemetry.instrumentation.utils import suppress_instrumentation
from opentelemetry.trace import StatusCode, get_current_span
from spanwright_instrumentation.generator import (
    AsyncGeneratorCalls,
    AsyncGeneratorFunctionCalls,
    AsyncManagedCalls,
    GeneratorCalls,
    ManagedCalls,
)
from spanwright_instrumentation.translation import Request, Response, Translation
from support.recording import Recording


class BrokenError(Exception):
    """The stream's own error."""


class Words:
    """A stream state that keeps what it is given."""

    remember: Callable[[list[tuple[str | None, str, str | None]]], None] | None = None

    def __init__(self, _captures_content: bool) -> None:
        self.words: list[str] = []

    def observe(self, chunk: str) -> bool:
        self.words.append(chunk)
        return True

    def response(self, *, broken: bool) -> Response:
        return Response({"gen_ai.response.id": "-".join(self.words)})


def read_request(_owner: Any, _arguments: Any) -> Request:
    return Request("chat", "openai", "m", is_stream=True)


TRANSLATION = Translation("chat", read_request, lambda *_: Response(), stream_state=Words)
current: list[int] = []


@pytest.fixture(autouse=True)
def nothing_sent() -> None:
    current.clear()


def words(*, breaks: bool = False) -> Generator[str, None, None]:
    current.append(get_current_span().get_span_context().span_id)
    try:
        yield "one"
        current.append(get_current_span().get_span_context().span_id)
        if breaks:
            raise BrokenError
        yield "two"
    finally:
        current.append(-1)


def observed(recording: Recording, **sent: Any) -> Any:
    return GeneratorCalls(TRANSLATION)(recording.telemetry, words, None, (), sent)


def answered(recording: Recording) -> str:
    """What the only span says was read, once it has ended."""
    deadline = time.monotonic() + 5
    while not recording.spans and time.monotonic() < deadline:
        time.sleep(0.01)
    (span,) = recording.spans
    return str((span.attributes or {})["gen_ai.response.id"])


def test_span_begins_with_the_first_step(recording: Recording) -> None:
    """A generator that nobody iterates is no call; the span is current in the step that sends, only there."""
    observed(recording)
    gc.collect()
    assert (recording.spans, current) == ([], [])
    before = otel_context.get_current()
    generator = observed(recording)
    for _ in generator:
        assert otel_context.get_current() is before
    assert answered(recording) == "one-two"
    assert current == [recording.spans[0].context.span_id, 0, -1]


def test_closed_generator_closes_the_sdks_own(recording: Recording) -> None:
    """``close()`` reaches the SDK's generator at once; what was read is recorded, without an error."""
    generator = observed(recording)
    assert next(generator) == "one"
    generator.close()
    assert current[-1] == -1
    assert answered(recording) == "one"
    assert recording.spans[0].status.status_code is StatusCode.UNSET


def test_collected_generator_ends_its_span(recording: Recording) -> None:
    """A generator dropped half read is closed, and its span ends."""
    generator = observed(recording)
    next(generator)
    del generator
    gc.collect()
    assert current[-1] == -1
    assert answered(recording) == "one"


def test_broken_generator_raises_its_own(recording: Recording) -> None:
    """The application sees the SDK's exception, and so does the span, with what had come."""
    with pytest.raises(BrokenError):
        list(observed(recording, breaks=True))
    assert answered(recording) == "one"
    assert recording.spans[0].status.status_code is StatusCode.ERROR


def test_empty_generator(recording: Recording) -> None:
    """One that has nothing to give is a call with an empty answer."""
    empty: Iterator[str] = iter(())
    calls = GeneratorCalls(TRANSLATION)
    assert list(calls(recording.telemetry, lambda: (each for each in empty), None, (), {})) == []
    assert len(recording.spans) == 1


def test_suppressed(recording: Recording) -> None:
    """Where instrumentation is suppressed the SDK's generator is passed on."""
    with suppress_instrumentation():
        assert list(observed(recording)) == ["one", "two"]
    assert recording.spans == []


async def test_asynchronous_generator(recording: Recording) -> None:
    """Here the request goes out where the coroutine is awaited, and the span begins there."""

    async def stream() -> AsyncGenerator[str, None]:
        for word in words():
            yield word

    async def send(*, refuses: bool = False) -> AsyncGenerator[str, None]:
        current.append(get_current_span().get_span_context().span_id)
        if refuses:
            raise BrokenError
        return stream()

    calls = AsyncGeneratorCalls(TRANSLATION)
    chunks = await calls(recording.telemetry, send, None, (), {})
    assert [word async for word in chunks] == ["one", "two"]
    assert answered(recording) == "one-two"
    assert current[0] == recording.spans[0].context.span_id
    with pytest.raises(BrokenError):
        await calls(recording.telemetry, send, None, (), {"refuses": True})
    assert (recording.spans[1].attributes or {})["spanwright.finish_reason"] == "error"


async def words_later(*, breaks: bool = False, empty: bool = False) -> AsyncGenerator[str, None]:
    try:
        for word in words(breaks=breaks):
            if empty:
                return
            yield word
    finally:
        current.append(-2)


def observed_later(recording: Recording, **sent: Any) -> Any:
    return AsyncGeneratorFunctionCalls(TRANSLATION)(recording.telemetry, words_later, None, (), sent)


async def test_asynchronous_generator_function(recording: Recording) -> None:
    """As with plain ones the span begins with the first step, and is current in that alone."""
    generator = observed_later(recording)
    assert current == []
    before = otel_context.get_current()
    async for _ in generator:
        assert otel_context.get_current() is before
    assert answered(recording) == "one-two"
    assert current == [recording.spans[0].context.span_id, 0, -1, -2]


async def test_asynchronous_generator_function_closed(recording: Recording) -> None:
    """``aclose()`` reaches the SDK's generator at once."""
    generator = observed_later(recording)
    assert await anext(generator) == "one"
    await generator.aclose()
    assert current[-1] == -2
    assert answered(recording) == "one"
    assert recording.spans[0].status.status_code is StatusCode.UNSET


async def test_asynchronous_generator_function_fails(recording: Recording) -> None:
    """The application sees the SDK's exception, and so does the span; an empty one is an empty answer."""
    with pytest.raises(BrokenError):
        _ = [word async for word in observed_later(recording, breaks=True)]
    assert answered(recording) == "one"
    assert recording.spans[0].status.status_code is StatusCode.ERROR
    assert [word async for word in observed_later(recording, empty=True)] == []
    assert len(recording.spans) == 2


async def test_asynchronous_generator_function_suppressed(recording: Recording) -> None:
    """Where instrumentation is suppressed the SDK's generator is passed on."""
    with suppress_instrumentation():
        assert [word async for word in observed_later(recording)] == ["one", "two"]
    assert recording.spans == []


@contextmanager
def managed(*, refuses: bool = False) -> Iterator[Any]:
    current.append(get_current_span().get_span_context().span_id)
    if refuses:
        raise BrokenError
    yield SimpleNamespace(_data=words())
    current.append(-3)


@asynccontextmanager
async def managed_later(*, refuses: bool = False) -> AsyncIterator[Any]:
    with managed(refuses=refuses) as raw:
        yield SimpleNamespace(_data=words_later())
        del raw


def test_managed_stream(recording: Recording) -> None:
    """The span begins where the manager is entered, is current there alone, ends at the latest where it is
    left."""
    calls = ManagedCalls(TRANSLATION)
    manager = calls(recording.telemetry, managed, None, (), {})
    assert type(manager) is type(managed())
    before = otel_context.get_current()
    with manager as raw:
        assert otel_context.get_current() is before
        assert next(raw._data) == "one"
        assert recording.spans == []
    assert answered(recording) == "one"
    assert (current[0], current[-1]) == (recording.spans[0].context.span_id, -3)
    with pytest.raises(BrokenError), calls(recording.telemetry, managed, None, (), {"refuses": True}):
        pass
    assert recording.spans[1].status.status_code is StatusCode.ERROR
    with suppress_instrumentation(), calls(recording.telemetry, managed, None, (), {}) as raw:
        assert list(raw._data) == ["one", "two"]
    assert len(recording.spans) == 2


async def test_managed_asynchronous_stream(recording: Recording) -> None:
    """The same for an asynchronous manager."""
    calls = AsyncManagedCalls(TRANSLATION)
    async with calls(recording.telemetry, managed_later, None, (), {}) as raw:
        assert [word async for word in raw._data] == ["one", "two"]
    assert answered(recording) == "one-two"
    with pytest.raises(BrokenError):
        async with calls(recording.telemetry, managed_later, None, (), {"refuses": True}):
            pass
    assert recording.spans[1].status.status_code is StatusCode.ERROR
    with suppress_instrumentation():
        async with calls(recording.telemetry, managed_later, None, (), {}) as raw:
            assert [word async for word in raw._data] == ["one", "two"]
    assert len(recording.spans) == 2
