"""Every way a model call can go, as data: what comes over the wire, and what the application does with it.

A case is played twice over the same wire, without and with instrumentation. What the application sees must be
the same; what is recorded is compared with the case.
"""

from __future__ import annotations

import asyncio
import contextvars
import gc
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from opentelemetry import context as otel_context
from support.wire import SILENCE, UNANSWERED, Answer, Failure, Wire


class Driver(Protocol):
    """What a provider's driver module offers."""

    ERROR_EVENT: bytes

    def instrumentor(self) -> Any: ...
    def client(self, wire: Wire, *, is_async: bool, max_retries: int) -> Any: ...
    def create(self, client: Any, *, stream: bool, kind: str, way: str = "plain") -> Any: ...
    def answer(self, kind: str, *, stream: bool) -> Answer: ...
    def refusal(self, status: int, *, retry_after_ms: int | None = None) -> Answer: ...
    def expected_finish_reasons(self, kind: str) -> tuple[str, ...]: ...


class ConsumerError(Exception):
    """Raised by the application while it reads."""


async def settled(value: Any) -> Any:
    """The value, awaited where the SDK is asynchronous."""
    return await value if inspect.isawaitable(value) else value


async def each(stream: Any) -> AsyncIterator[Any]:
    """All items of a stream of either kind; the current context stays the application's between them."""
    before = otel_context.get_current()
    if hasattr(stream, "__anext__"):
        async for item in stream:
            assert otel_context.get_current() is before
            yield item
    else:
        for item in stream:
            assert otel_context.get_current() is before
            yield item


async def first(stream: Any) -> Any:
    """The next item of a stream of either kind."""
    return await anext(stream) if hasattr(stream, "__anext__") else next(stream)


def closed(stream: Any) -> Any:
    """What closing a stream gives: a generator of the asynchronous kind has another name for it."""
    return stream.close() if hasattr(stream, "close") else stream.aclose()


@asynccontextmanager
async def entered(manager: Any) -> AsyncIterator[Any]:
    """``with`` or ``async with``."""
    if hasattr(manager, "__aenter__"):
        async with manager as value:
            yield value
    else:
        with manager as value:
            yield value


@dataclass
class Play:
    """One call being made: by this driver, over this wire."""

    driver: Driver
    is_async: bool
    stream: bool
    kind: str
    wire: Wire
    max_retries: int

    def __post_init__(self) -> None:
        self.client = self.driver.client(self.wire, is_async=self.is_async, max_retries=self.max_retries)

    def start(self, way: str = "plain") -> Any:
        """What the SDK's method returns: a result, an awaitable, or a context manager."""
        return self.driver.create(self.client, stream=self.stream, kind=self.kind, way=way)

    async def begin(self, way: str = "plain") -> Any:
        """The SDK's result."""
        return await settled(self.start(way))


Consumer = Callable[[Play], Awaitable[list[Any]]]


async def read(play: Play) -> list[Any]:
    """Make the call and read all there is."""
    result = await play.begin()
    return [type(result), *([item async for item in each(result)] if play.stream else [result])]


async def close_early(play: Play) -> list[Any]:
    stream = await play.begin()
    seen = [await first(stream), await first(stream)]
    await settled(closed(stream))
    return seen


async def close_unread(play: Play) -> list[Any]:
    stream = await play.begin()
    await settled(closed(stream))
    return []


async def leave_by_break(play: Play) -> list[Any]:
    stream = await play.begin()
    seen = []
    if play.is_async:
        async for item in stream:
            seen.append(item)
            break
    else:
        for item in stream:
            seen.append(item)
            break
    del stream, item
    gc.collect()
    return seen


async def drop_unread(play: Play) -> list[Any]:
    stream = await play.begin()
    del stream
    gc.collect()
    return []


#: What the application keeps, so that nothing collects it.
kept: list[Any] = []


async def keep_half_read(play: Play) -> list[Any]:
    stream = await play.begin()
    kept.append(stream)
    return [await first(stream)]


async def use_with(play: Play) -> list[Any]:
    async with entered(await play.begin()) as stream:
        return [item async for item in each(stream)]


async def leave_with_early(play: Play) -> list[Any]:
    async with entered(await play.begin()) as stream:
        return [await first(stream)]


async def raise_in_with(play: Play) -> list[Any]:
    async with entered(await play.begin()) as stream:
        await first(stream)
        raise ConsumerError("the application's own")


async def raise_in_loop(play: Play) -> list[Any]:
    stream = await play.begin()
    try:
        async for _ in each(stream):
            raise ConsumerError("the application's own")
    finally:
        del stream
        gc.collect()
    return []


async def read_elsewhere(play: Play) -> list[Any]:
    """Another thread for a sync stream, another task with a context of its own for an async one."""
    stream = await play.begin()
    empty = contextvars.Context()
    if play.is_async:

        async def read_it() -> list[Any]:
            return [item async for item in stream]

        return await asyncio.get_running_loop().create_task(read_it(), context=empty)
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: empty.run(lambda: list(stream))).result()


async def read_after_end(play: Play) -> list[Any]:
    """The stream is asked again when it has nothing more."""
    stream = await play.begin()
    return [[item async for item in each(stream)], [item async for item in each(stream)]]


async def parse_raw(play: Play) -> list[Any]:
    raw = await play.begin("raw")
    result = await settled(raw.parse())
    items = [item async for item in each(result)] if play.stream else [result]
    return [type(raw), raw.status_code, raw.request_id, await settled(raw.parse()) is result, *items]


async def raw_lines(play: Play) -> list[Any]:
    raw = await play.begin("raw")
    response = raw.http_response
    lines = response.aiter_lines() if play.is_async else response.iter_lines()
    return [line async for line in each(lines)]


async def streaming_lines(play: Play) -> list[Any]:
    async with entered(play.start("streaming")) as response:
        return [type(response), *[line async for line in each(response.iter_lines())]]


async def streaming_parse(play: Play) -> list[Any]:
    async with entered(play.start("streaming")) as response:
        result = await settled(response.parse())
        return [item async for item in each(result)] if play.stream else [result]


async def streaming_read(play: Play) -> list[Any]:
    async with entered(play.start("streaming")) as response:
        return [await settled(response.read())]


async def streaming_unread(play: Play) -> list[Any]:
    async with entered(play.start("streaming")) as response:
        return [response.status_code]


async def cancel_call(play: Play) -> list[Any]:
    """The task that awaits the answer is cancelled."""

    async def wait_for_it() -> Any:
        answer = await play.begin()
        return await first(answer) if play.stream else answer

    task = asyncio.ensure_future(wait_for_it())
    for _ in range(500):
        await asyncio.sleep(0.02)
        if play.wire.requests:
            break
    task.cancel()
    return [await task]


async def cancel_reading(play: Play) -> list[Any]:
    """The task that reads the stream is cancelled."""
    stream = await play.begin()

    async def read_it() -> list[Any]:
        return [item async for item in stream]

    task = asyncio.ensure_future(read_it())
    await asyncio.sleep(0.02)
    task.cancel()
    return await task


@dataclass(frozen=True)
class Case:
    """One way a call can go.

    :param consume: what the application does.
    :param answers: what the other end sends, given the driver and whether the call streams.
    :param fails: whether the span ends as an error; it then has the type of the exception the application
        sees.
    :param finished: whether the whole answer arrived, with its finish reasons and usage.
    """

    name: str
    consume: Consumer
    answers: Callable[[Driver, bool], Sequence[Answer | Failure]]
    kind: str = "text"
    fails: bool = False
    finished: bool = True
    max_retries: int = 0
    resent: int | None = None
    breaks_raw: bool = False
    only: str = ""

    def play(self, driver: Driver, *, is_async: bool, stream: bool) -> Play:
        """This case, set up."""
        wire = Wire(self.answers(driver, stream))
        return Play(driver, is_async, stream, self.kind, wire, self.max_retries)

    def applies(self, *, is_async: bool, stream: bool) -> bool:
        """Whether there is such a thing."""
        wanted = self.only.split()
        return not ("stream" in wanted and not stream) and not ("async" in wanted and not is_async)


def whole(kind: str = "text") -> Callable[[Driver, bool], Sequence[Answer | Failure]]:
    return lambda driver, stream: [driver.answer(kind, stream=stream)]


def refused(status: int) -> Callable[[Driver, bool], Sequence[Answer | Failure]]:
    return lambda driver, stream: [driver.refusal(status, retry_after_ms=1)]


def failing(exception: str) -> Callable[[Driver, bool], Sequence[Answer | Failure]]:
    return lambda driver, stream: [Failure(exception)]


def ending_with(*parts: Any, kept_parts: int = 3) -> Callable[[Driver, bool], Sequence[Answer | Failure]]:
    """The beginning of a stream, then these parts."""

    def answers(driver: Driver, stream: bool) -> Sequence[Answer | Failure]:
        answer = driver.answer("text", stream=True)
        given = [driver.ERROR_EVENT if part == "error event" else part for part in parts]
        return [Answer((*answer.parts[:kept_parts], *given), headers=answer.headers)]

    return answers


def retried(driver: Driver, stream: bool) -> Sequence[Answer | Failure]:
    return [driver.refusal(429, retry_after_ms=1), driver.answer("text", stream=stream)]


CASES = (
    Case("success", read, whole()),
    Case("tool calls", read, whole("tools"), kind="tools"),
    Case("several choices", read, whole("choices"), kind="choices"),
    Case("401", read, refused(401), fails=True),
    Case("404", read, refused(404), fails=True),
    Case("429, retries used up", read, refused(429), fails=True, max_retries=2, resent=2),
    Case("429, then success", read, retried, max_retries=2, resent=1),
    Case("timeout", read, failing("ReadTimeout"), fails=True),
    Case("reset before the answer", read, failing("RemoteProtocolError"), fails=True),
    Case(
        "reset while streaming",
        read,
        ending_with(Failure("ReadError")),
        fails=True,
        finished=False,
        only="stream",
    ),
    Case("error event", read, ending_with("error event"), fails=True, finished=False, only="stream"),
    Case("stream cut short", read, ending_with(), finished=False, only="stream"),
    Case("closed early", close_early, whole(), finished=False, only="stream"),
    Case("closed unread", close_unread, whole(), finished=False, only="stream"),
    Case("left by break", leave_by_break, whole(), finished=False, only="stream"),
    Case("dropped unread", drop_unread, whole(), finished=False, only="stream"),
    Case("half read and kept", keep_half_read, whole(), finished=False, only="stream"),
    Case("with", use_with, whole(), only="stream"),
    Case("with, left early", leave_with_early, whole(), finished=False, only="stream"),
    Case("exception in with", raise_in_with, whole(), finished=False, only="stream"),
    Case("exception in loop", raise_in_loop, whole(), finished=False, only="stream"),
    Case("read elsewhere", read_elsewhere, whole(), only="stream"),
    Case("read after the end", read_after_end, whole(), only="stream"),
    Case("raw response", parse_raw, whole()),
    Case("raw response, tool calls", parse_raw, whole("tools"), kind="tools"),
    Case("raw response by lines", raw_lines, whole(), only="stream"),
    Case("streaming response by lines", streaming_lines, whole()),
    Case("streaming response parsed", streaming_parse, whole()),
    Case("streaming response read", streaming_read, whole()),
    Case("streaming response unread", streaming_unread, whole(), finished=False),
    Case("raw response refused", parse_raw, refused(404), fails=True),
    Case(
        "raw response reset",
        parse_raw,
        ending_with(Failure("ReadError")),
        fails=True,
        breaks_raw=True,
        finished=False,
        only="stream",
    ),
    Case("cancelled while waiting", cancel_call, lambda *_: [UNANSWERED], fails=True, only="async"),
    Case(
        "cancelled while reading",
        cancel_reading,
        ending_with(SILENCE),
        fails=True,
        finished=False,
        only="async stream",
    ),
)
