"""What aiobotocore returns: botocore's dicts, with streams and bodies that are read asynchronously.

As with :mod:`.botocore_result` the application gets these very objects, and aiobotocore is not imported.
"""

from __future__ import annotations

import weakref
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

from .botocore_result import Closing, observe_answer
from .invocation import Invocation
from .stream import Reading
from .translation import Request, Translation


def observe_aiobotocore_result(
    invocation: Invocation,
    translation: Translation,
    _request: Request,
    arguments: Mapping[str, Any],
    result: Any,
) -> None:
    """Record an answer that is whole, or arrange for it to be recorded while the application reads it."""
    observe_answer(invocation, translation, arguments, result, (_observe_events, _observe_body))


def _observe_events(stream: Any, reading: Reading) -> None:
    inner = stream._event_generator
    events = _Events(inner, reading)
    reading.read_by(events, inner)
    stream._event_generator = events
    stream._parse_event = _observed_parser(stream._parse_event, reading)
    stream._raw_stream = Closing(stream._raw_stream, reading)


class _Events:
    """The stream's events as they come over the wire."""

    __slots__ = ("__weakref__", "_next", "_reading", "gi_running")

    def __init__(self, inner: AsyncIterator[Any], reading: Reading) -> None:
        self._next = inner.__anext__
        self._reading = reading
        #: As generators have it: whether the application waits for an event.
        self.gi_running = False

    def __aiter__(self) -> AsyncIterator[Any]:
        return self

    async def __anext__(self) -> Any:
        self.gi_running = True
        try:
            return await self._next()
        except StopAsyncIteration:
            self._reading.complete()
            raise
        except BaseException as error:
            self._reading.fail(error)
            raise
        finally:
            self.gi_running = False

    def __del__(self) -> None:
        self._reading.drop()


def _observed_parser(
    parse: Callable[[Any], Awaitable[Any]], reading: Reading
) -> Callable[[Any], Awaitable[Any]]:
    async def observed(event: Any) -> Any:
        try:
            parsed = await parse(event)
        except BaseException as error:
            reading.fail(error)
            raise
        if parsed:
            reading.take(parsed)
        return parsed

    return observed


def _observe_body(body: Any, reading: Reading) -> None:
    try:
        body.read = _Read(body, reading)
        body.aclose = _Close(body, reading)
    except (AttributeError, TypeError):
        reading.complete()


class _Read:
    """The body's ``read``, through which all ways of reading it go; is collected with the body."""

    __slots__ = ("_body", "_expected", "_reading", "_received")

    def __init__(self, body: Any, reading: Reading) -> None:
        self._body = weakref.ref(body)
        self._reading = reading
        expected = getattr(body, "_content_length", None)
        self._expected = None if expected is None else int(expected)
        self._received = 0

    async def __call__(self, amt: int | None = None) -> Any:
        body: Any = self._body()
        try:
            data = await type(body).read(body, amt)
        except BaseException as error:
            self._reading.fail(error)
            raise
        self._received += len(data)
        self._reading.take_bytes(data)
        is_last = amt is None or amt < 0 or (not data and amt > 0)
        if is_last or self._received == self._expected:
            self._reading.complete()
        return data

    def __del__(self) -> None:
        self._reading.drop()


class _Close:
    """The body's ``aclose``. Its ``close`` is called by the garbage collector too, where no span may end."""

    __slots__ = ("_body", "_reading")

    def __init__(self, body: Any, reading: Reading) -> None:
        self._body = weakref.ref(body)
        self._reading = reading

    async def __call__(self) -> None:
        body: Any = self._body()
        try:
            await type(body).aclose(body)
        finally:
            self._reading.close()
