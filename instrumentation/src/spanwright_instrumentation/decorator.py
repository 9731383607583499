"""Runs of the application's own functions, observed: plain, async, generator and async generator functions.

What is observed keeps its signature, its kind (``inspect.iscoroutinefunction`` and the like), its
attributes and its results; it can be pickled where the bare function can. Nothing stays current while a
generator waits for its consumer: what is attached across a ``yield`` leaks into the code that iterates.
"""

from __future__ import annotations

import inspect
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Mapping
from functools import wraps
from typing import Any, Protocol, TypeVar, cast

F = TypeVar("F", bound=Callable[..., Any])


class Run(Protocol):
    """One run of a function. No method may raise."""

    def enter(self) -> None:
        """Control goes into the function: make its span current."""

    def leave(self) -> None:
        """Control is back: make current what was before."""

    def yielded(self, item: object) -> None:
        """A generator gave an item."""

    def succeed(self, result: object) -> None:
        """The function returned; for a generator closed early, with None."""

    def fail(self, error: BaseException) -> None:
        """The function raised."""


class Unobserved:
    """A run nobody observes."""

    __slots__ = ()

    def enter(self) -> None:
        """Nothing to do."""

    leave = enter

    def yielded(self, item: object) -> None:
        """Nothing to do."""

    succeed = yielded

    def fail(self, error: BaseException) -> None:
        """Nothing to do."""


#: Begins a run from the arguments of the call.
Start = Callable[[tuple[Any, ...], Mapping[str, Any]], Run]


def decorate(function: F, start: Start) -> F:
    """The function, each run of it observed by what ``start`` returns."""
    if isinstance(function, (staticmethod, classmethod)):
        return cast(F, type(function)(decorate(function.__func__, start)))
    called = function if inspect.isroutine(function) else getattr(function, "__call__", function)  # noqa: B004
    if inspect.isasyncgenfunction(function) or inspect.isasyncgenfunction(called):
        return observed_async_generator(function, start)
    if inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(called):
        return observed_coroutine(function, start)
    if inspect.isgeneratorfunction(function) or inspect.isgeneratorfunction(called):
        return observed_generator(function, start)
    return observed_plain(function, start)


def run_plain(
    run: Run, function: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> Any:
    """Call the function within the run."""
    run.enter()
    try:
        result = function(*args, **kwargs)
    except BaseException as error:
        run.leave()
        run.fail(error)
        raise
    run.leave()
    run.succeed(result)
    return result


async def run_awaited(start: Callable[[], Run], awaitable: Awaitable[Any]) -> Any:
    """Await within a run that begins when this is awaited: nothing has happened before."""
    run = start()
    run.enter()
    try:
        result = await awaitable
    except BaseException as error:
        run.leave()
        run.fail(error)
        raise
    run.leave()
    run.succeed(result)
    return result


def observed_plain(function: F, start: Start) -> F:
    """A function that returns its result."""

    @wraps(function)
    def observed(*args: Any, **kwargs: Any) -> Any:
        return run_plain(start(args, kwargs), function, args, kwargs)

    return cast(F, observed)


def observed_coroutine(function: F, start: Start) -> F:
    """One whose result is awaited."""

    @wraps(function)
    async def observed(*args: Any, **kwargs: Any) -> Any:
        return await run_awaited(lambda: start(args, kwargs), function(*args, **kwargs))

    return cast(F, observed)


def observed_generator(function: F, start: Start) -> F:
    """One that gives a generator; the run begins with its first step."""

    @wraps(function)
    def observed(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
        generator: Generator[Any, Any, Any] = function(*args, **kwargs)
        run = start(args, kwargs)
        step: Callable[[Any], Any] = generator.send
        sent: Any = None
        while True:
            run.enter()
            try:
                item = step(sent)
            except StopIteration as stop:
                run.leave()
                run.succeed(stop.value)
                return stop.value
            except BaseException as error:
                run.leave()
                run.fail(error)
                raise
            run.leave()
            run.yielded(item)
            try:
                step, sent = generator.send, (yield item)
            except GeneratorExit:
                _close(generator, run)
                raise
            except BaseException as error:
                step, sent = generator.throw, error

    return cast(F, observed)


def _close(generator: Generator[Any, Any, Any], run: Run) -> None:
    run.enter()
    try:
        generator.close()
    except BaseException as error:
        run.leave()
        run.fail(error)
        raise
    run.leave()
    run.succeed(None)


def observed_async_generator(function: F, start: Start) -> F:
    """One that gives an asynchronous generator; likewise."""

    @wraps(function)
    async def observed(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, Any]:
        generator: AsyncGenerator[Any, Any] = function(*args, **kwargs)
        run = start(args, kwargs)
        step: Callable[[Any], Any] = generator.asend
        sent: Any = None
        while True:
            run.enter()
            try:
                item = await step(sent)
            except StopAsyncIteration:
                run.leave()
                run.succeed(None)
                return
            except BaseException as error:
                run.leave()
                run.fail(error)
                raise
            run.leave()
            run.yielded(item)
            try:
                step, sent = generator.asend, (yield item)
            except GeneratorExit:
                await _aclose(generator, run)
                raise
            except BaseException as error:
                step, sent = generator.athrow, error

    return cast(F, observed)


async def _aclose(generator: AsyncGenerator[Any, Any], run: Run) -> None:
    run.enter()
    try:
        await generator.aclose()
    except BaseException as error:
        run.leave()
        run.fail(error)
        raise
    run.leave()
    run.succeed(None)
