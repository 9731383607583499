"""Calls whose answer is a plain generator: nothing is sent before its first step, and nothing but its steps,
its ``close()`` and its collection tell how far the application went."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Generator, Iterator, Mapping
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    AsyncExitStack,
    ExitStack,
    aclosing,
    asynccontextmanager,
    contextmanager,
)
from dataclasses import dataclass
from typing import Any

from .call import begin, closed_if_refused
from .stream import AsyncChunks, observed_chunks
from .suppression import is_suppressed
from .telemetry import Telemetry
from .translation import Translation


@dataclass(frozen=True, slots=True)
class GeneratorCalls:
    """Calls of a generator function, read by one translation.

    The call begins with the generator's first step, which sends the request: a generator that nobody
    iterates is no call. The span is current in that step only.
    """

    translation: Translation

    def __call__(
        self,
        telemetry: Telemetry,
        wrapped: Callable[..., Generator[Any, Any, Any]],
        owner: Any,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> Any:
        return self._generate(telemetry, wrapped(*args, **kwargs), owner, args, kwargs)

    def _generate(
        self,
        telemetry: Telemetry,
        generator: Generator[Any, Any, Any],
        owner: Any,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
    ) -> Generator[Any, Any, Any]:
        call = begin(telemetry, self.translation, owner, args, kwargs)
        if call is None:
            return (yield from generator)
        try:
            first = next(generator)
        except StopIteration as stop:
            call.returned_nothing()
            return stop.value
        except BaseException as error:
            call.raised(error)
            raise
        reading = call.streams()
        if reading is None:
            yield first
            return (yield from generator)
        # Collected with this frame, wherever that is left; the SDK's generator is closed with it.
        chunks = observed_chunks(generator, reading)
        reading.take(first)
        yield first
        return (yield from chunks)


@dataclass(frozen=True, slots=True)
class ManagedCalls:
    """Calls whose answer is a context manager: entered it sends the request, and gives a raw response with
    the stream as its data."""

    translation: Translation

    def __call__(
        self,
        telemetry: Telemetry,
        wrapped: Callable[..., AbstractContextManager[Any]],
        owner: Any,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> Any:
        if is_suppressed(self.translation.operation):
            return wrapped(*args, **kwargs)
        return self._manage(telemetry, wrapped, owner, args, kwargs)

    @contextmanager
    def _manage(
        self,
        telemetry: Telemetry,
        wrapped: Callable[..., AbstractContextManager[Any]],
        owner: Any,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> Iterator[Any]:
        call = begin(telemetry, self.translation, owner, args, kwargs)
        with ExitStack() as stack:
            try:
                raw = stack.enter_context(wrapped(*args, **kwargs))
            except BaseException as error:
                if call is not None:
                    call.raised(error)
                raise
            reading = None if call is None else call.streams()
            if reading is not None:
                raw._data = observed_chunks(raw._data, reading)
                stack.callback(reading.close)
            yield raw


@dataclass(frozen=True, slots=True)
class AsyncManagedCalls:
    """The same for an asynchronous context manager."""

    translation: Translation

    def __call__(
        self,
        telemetry: Telemetry,
        wrapped: Callable[..., AbstractAsyncContextManager[Any]],
        owner: Any,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> Any:
        if is_suppressed(self.translation.operation):
            return wrapped(*args, **kwargs)
        return self._manage(telemetry, wrapped, owner, args, kwargs)

    @asynccontextmanager
    async def _manage(
        self,
        telemetry: Telemetry,
        wrapped: Callable[..., AbstractAsyncContextManager[Any]],
        owner: Any,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> AsyncIterator[Any]:
        call = begin(telemetry, self.translation, owner, args, kwargs)
        async with AsyncExitStack() as stack:
            try:
                raw = await stack.enter_async_context(wrapped(*args, **kwargs))
            except BaseException as error:
                if call is not None:
                    call.raised(error)
                raise
            reading = None if call is None else call.streams()
            if reading is not None:
                raw._data = AsyncChunks(raw._data, reading)
                stack.callback(reading.close)
            yield raw


@dataclass(frozen=True, slots=True)
class AsyncGeneratorCalls:
    """Calls of a coroutine function that sends the request and returns an asynchronous generator."""

    translation: Translation

    def __call__(
        self,
        telemetry: Telemetry,
        wrapped: Callable[..., Awaitable[AsyncGenerator[Any, Any]]],
        owner: Any,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> Any:
        return self._await(telemetry, wrapped(*args, **kwargs), owner, args, kwargs)

    async def _await(
        self,
        telemetry: Telemetry,
        awaitable: Awaitable[AsyncGenerator[Any, Any]],
        owner: Any,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
    ) -> AsyncIterator[Any]:
        with closed_if_refused(awaitable):
            call = begin(telemetry, self.translation, owner, args, kwargs)
        if call is None:
            return await awaitable
        try:
            generator = await awaitable
        except BaseException as error:
            call.raised(error)
            raise
        reading = call.streams()
        return generator if reading is None else AsyncChunks(generator, reading)


@dataclass(frozen=True, slots=True)
class AsyncGeneratorFunctionCalls:
    """Calls of an asynchronous generator function: as those of :class:`GeneratorCalls`."""

    translation: Translation

    def __call__(
        self,
        telemetry: Telemetry,
        wrapped: Callable[..., AsyncGenerator[Any, Any]],
        owner: Any,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> Any:
        return self._generate(telemetry, wrapped(*args, **kwargs), owner, args, kwargs)

    async def _generate(
        self,
        telemetry: Telemetry,
        generator: AsyncGenerator[Any, Any],
        owner: Any,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
    ) -> AsyncGenerator[Any, Any]:
        call = begin(telemetry, self.translation, owner, args, kwargs)
        if call is None:
            async with aclosing(generator):
                async for chunk in generator:
                    yield chunk
            return
        try:
            first = await anext(generator)
        except StopAsyncIteration:
            call.returned_nothing()
            return
        except BaseException as error:
            call.raised(error)
            raise
        reading = call.streams()
        chunks = generator if reading is None else AsyncChunks(generator, reading)
        # The SDK's generator is closed with this one, as it is where nobody observes.
        async with aclosing(generator):
            if reading is not None:
                reading.take(first)
            yield first
            async for chunk in chunks:
                yield chunk
