"""Observed functions behave as the bare ones, and their runs are told completely."""

from __future__ import annotations

import asyncio
import functools
import gc
import inspect
import pickle
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator
from contextvars import ContextVar
from typing import Any

import pytest
from spanwright_instrumentation.decorator import decorate

CURRENT: ContextVar[str] = ContextVar("current", default="caller")


class Recorded:
    """A run that writes down what it is told, and is current between enter and leave."""

    def __init__(self, events: list[object]) -> None:
        self.events = events

    def enter(self) -> None:
        self.token = CURRENT.set("run")

    def leave(self) -> None:
        CURRENT.reset(self.token)

    def yielded(self, item: object) -> None:
        self.events.append(("yielded", item))

    def succeed(self, result: object) -> None:
        self.events.append(("succeeded", result))

    def fail(self, error: BaseException) -> None:
        self.events.append(("failed", type(error)))


def observe(events: list[object]) -> Callable[[Any], Any]:
    return lambda function: decorate(function, lambda args, kwargs: Recorded(events))


events: list[object] = []


@observe(events)
def module_level(number: int, *, factor: int = 2) -> int:
    """Multiply."""
    return number * factor


@observe(events)
async def module_level_async(number: int) -> int:
    return number


def test_keeps_signature_name_documentation_and_pickling() -> None:
    """What can be read from a function, and pickled, stays the same."""
    assert str(inspect.signature(module_level)) == "(number: 'int', *, factor: 'int' = 2) -> 'int'"
    assert (module_level.__name__, module_level.__doc__) == ("module_level", "Multiply.")
    assert pickle.loads(pickle.dumps(module_level))(4, factor=3) == 12


def test_keeps_the_kind_of_function() -> None:
    """Frameworks that ask what kind of function they hold get the same answer."""

    def plain() -> None: ...

    async def coroutine() -> None: ...

    def generator() -> Iterator[int]:
        yield 1

    async def async_generator() -> AsyncIterator[int]:
        yield 1

    kinds = (inspect.iscoroutinefunction, inspect.isgeneratorfunction, inspect.isasyncgenfunction)
    for function in (plain, coroutine, generator, async_generator):
        assert [kind(observe([])(function)) for kind in kinds] == [kind(function) for kind in kinds]


def test_the_run_is_current_inside_and_gone_outside() -> None:
    """A plain function runs with its run current; afterwards the caller's is current again."""
    told: list[object] = []

    assert observe(told)(CURRENT.get)() == "run"
    assert CURRENT.get() == "caller"
    assert told == [("succeeded", "run")]


def test_the_exception_is_the_same_object() -> None:
    """The application sees exactly the exception it would have seen."""
    told: list[object] = []
    error = KeyError("x")

    def fails() -> None:
        raise error

    with pytest.raises(KeyError) as caught:
        observe(told)(fails)()
    assert caught.value is error
    assert told == [("failed", KeyError)]


async def test_coroutines_and_their_cancellation() -> None:
    """An awaited function is observed until it is done, and its cancellation is told."""
    told: list[object] = []

    async def waits(seconds: float) -> str:
        await asyncio.sleep(seconds)
        return CURRENT.get()

    assert await observe(told)(waits)(0) == "run"
    task = asyncio.create_task(observe(told)(waits)(60))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert told == [("succeeded", "run"), ("failed", asyncio.CancelledError)]


def counting(log: list[str]) -> Generator[int, str, str]:
    try:
        for number in range(3):
            try:
                log.append(f"{CURRENT.get()}:{yield number}")
            except ValueError:
                log.append("thrown")
    finally:
        log.append("closed")
    return "done"


def test_generators_are_current_only_while_they_run() -> None:
    """Send, return value and items pass through; between items the caller's context is as it was."""
    told: list[object] = []
    log: list[str] = []
    generator = observe(told)(counting)(log)

    assert told == []
    items = [next(generator)]
    for sent in ("a", "b"):
        assert CURRENT.get() == "caller"
        items.append(generator.send(sent))
    with pytest.raises(StopIteration) as stopped:
        generator.send("c")

    assert (items, stopped.value.value) == ([0, 1, 2], "done")
    assert log == ["run:a", "run:b", "run:c", "closed"]
    assert told == [("yielded", 0), ("yielded", 1), ("yielded", 2), ("succeeded", "done")]


def test_generators_can_be_thrown_into() -> None:
    """An exception thrown in reaches the function, which may handle it or not."""
    told: list[object] = []
    log: list[str] = []
    generator = observe(told)(counting)(log)
    next(generator)
    assert generator.throw(ValueError()) == 1
    with pytest.raises(OSError, match="gone"):
        generator.throw(OSError("gone"))

    assert log == ["thrown", "closed"]
    assert told[-1] == ("failed", OSError)


@pytest.mark.parametrize("how", ["close", "drop"])
def test_generators_left_early_succeed(how: str) -> None:
    """Closing a generator, or dropping it, ends the run once and without an error."""
    told: list[object] = []
    log: list[str] = []
    generator = observe(told)(counting)(log)
    next(generator)
    if how == "close":
        generator.close()
    del generator
    gc.collect()

    assert log == ["closed"]
    assert told == [("yielded", 0), ("succeeded", None)]


async def async_counting(log: list[str]) -> AsyncIterator[int]:
    try:
        for number in range(3):
            await asyncio.sleep(0)
            log.append(CURRENT.get())
            yield number
    finally:
        log.append("closed")


async def test_async_generators_are_current_only_while_they_run() -> None:
    """Items pass through, also to another task than the one that began; the caller's context stays."""
    told: list[object] = []
    log: list[str] = []
    generator = observe(told)(async_counting)(log)

    assert await anext(generator) == 0
    assert CURRENT.get() == "caller"
    assert await asyncio.create_task(_anext(generator)) == 1
    assert [item async for item in generator] == [2]
    assert log == ["run", "run", "run", "closed"]
    assert told[-1] == ("succeeded", None)


async def _anext(generator: AsyncIterator[int]) -> int:
    return await anext(generator)


async def test_async_generators_closed_early_succeed_and_thrown_errors_fail() -> None:
    """``aclose`` reaches the function and ends the run; an unhandled thrown error fails it."""
    told: list[object] = []
    log: list[str] = []
    closed = observe(told)(async_counting)(log)
    await anext(closed)
    await closed.aclose()
    thrown = observe(told)(async_counting)(log)
    await anext(thrown)
    with pytest.raises(OSError, match="gone"):
        await thrown.athrow(OSError("gone"))

    assert log == ["run", "closed"] * 2
    assert told == [("yielded", 0), ("succeeded", None), ("yielded", 0), ("failed", OSError)]


class Shop:
    factor = 3

    @observe(events)
    def method(self, number: int) -> int:
        return self.factor * number

    @observe(events)
    @classmethod
    def of_class(cls, number: int) -> int:
        return cls.factor * number

    @observe(events)
    @staticmethod
    def static(number: int) -> int:
        return 3 * number


@pytest.mark.parametrize("function", [Shop().method, Shop.of_class, Shop.static, Shop().static])
def test_methods_of_every_kind(function: Callable[[int], int]) -> None:
    """Methods, class methods and static methods bind as the bare ones do."""
    assert function(2) == 6


async def test_callable_objects() -> None:
    """Partial functions and objects with ``__call__``, also an asynchronous one, are observed."""

    class Asynchronous:
        async def __call__(self, number: int) -> int:
            return number + 1

    told: list[object] = []
    assert observe(told)(functools.partial(max, 1))(5) == 5
    answer: Awaitable[int] = observe(told)(Asynchronous())(1)
    assert await answer == 2
    assert told == [("succeeded", 5), ("succeeded", 2)]
