"""The life of a streamed answer: read by the application at its own pace, ended exactly once however that
goes.

The application keeps the SDK's own stream object. What is wrapped are two things inside it: the iterator of
chunks, and the body of the HTTP response, whose closing tells of every ``close()`` and ``with`` exit and
whose bytes are all there is where the application reads the raw response. Neither is ever current in the
caller's context.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

from spanwright_semconv import attributes

from .body import Body
from .invocation import Invocation
from .translation import StreamState, record_response
from .watcher import watcher

logger = logging.getLogger(__name__)


class Reading:
    """One streamed answer being read, and its one end."""

    __slots__ = (
        "_body",
        "_first_chunk",
        "_first_content",
        "_invocation",
        "_is_stream",
        "_observe",
        "_once",
        "_state",
        "active",
        "last_read",
    )

    def __init__(
        self, invocation: Invocation, state: StreamState, *, is_stream: bool = True, body: Body | None = None
    ) -> None:
        self._invocation = invocation
        self._state = state
        self._is_stream = is_stream
        self._body = body
        self._observe = state.observe
        self._once = threading.Lock()
        self._first_chunk: float | None = None
        self._first_content: float | None = None
        #: Whether the application is inside a read at the moment; its outcome then tells how it ended.
        self.active = False
        self.last_read = time.perf_counter_ns()
        watcher.watch(self)

    def take(self, chunk: Any) -> None:
        """A chunk arrived just now."""
        self.last_read = time.perf_counter_ns()
        try:
            has_content = self._observe(chunk)
        except Exception:
            logger.debug("Cannot read a chunk.", exc_info=True)
            return
        if self._first_content is None:
            self._time_first(self._invocation.elapsed(), has_content)

    def take_bytes(self, data: bytes) -> None:
        """Bytes of a raw response arrived; they are understood at the end."""
        self.last_read = time.perf_counter_ns()
        if self._body is not None:
            self._body.add(data, self.last_read)

    def _read_body(self, body: Body) -> None:
        for chunk, read_at in body.chunks():
            has_content = self._observe(chunk)
            if self._first_content is None:
                self._time_first(self._invocation.elapsed_at(read_at), has_content)

    def _time_first(self, elapsed: float, has_content: bool) -> None:
        if self._first_chunk is None:
            self._first_chunk = elapsed
        if has_content:
            self._first_content = elapsed

    def complete(self) -> None:
        """The answer was read to its end."""
        self._end(None, None)

    def fail(self, error: BaseException) -> None:
        """Reading raised."""
        self._end(error, None)

    def close(self) -> None:
        """The response was closed. By the application, unless it is reading: then the read tells."""
        if not self.active:
            self._end(None, None)

    def leave(self) -> None:
        """The application dropped the stream, or has stopped reading: that ended with the last read."""
        self._end(None, self._invocation.elapsed_at(self.last_read))

    def drop(self) -> None:
        """The same from ``__del__``."""
        if not self._once.locked():
            watcher.drop(self)

    def discard(self) -> None:
        """Never end: in a forked child."""
        self._once.acquire(blocking=False)
        self._invocation.discard()

    def _end(self, error: BaseException | None, elapsed: float | None) -> None:
        if not self._once.acquire(blocking=False):
            return
        watcher.forget(self)
        invocation = self._invocation
        try:
            if self._body is not None:
                self._read_body(self._body)
            if self._is_stream:
                invocation.attributes[attributes.GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK] = self._first_chunk
                invocation.attributes[attributes.SPANWRIGHT_TIME_TO_FIRST_TOKEN] = self._first_content
            record_response(invocation, self._state.response(broken=error is not None))
        except Exception:
            logger.debug("Cannot read a streamed answer.", exc_info=True)
        end_time = None if elapsed is None else invocation.at(elapsed)
        if error is None:
            invocation.stop(end_time=end_time)
        else:
            invocation.fail(error, end_time=end_time)


class Chunks:
    """The SDK's iterator of chunks, observed."""

    __slots__ = ("_next", "_reading")

    def __init__(self, inner: Iterator[Any], reading: Reading) -> None:
        self._next = inner.__next__
        self._reading = reading

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        reading = self._reading
        reading.active = True
        try:
            chunk = self._next()
        except StopIteration:
            reading.active = False
            reading.complete()
            raise
        except BaseException as error:
            reading.active = False
            reading.fail(error)
            raise
        reading.active = False
        reading.take(chunk)
        return chunk

    def __del__(self) -> None:
        self._reading.drop()


class AsyncChunks:
    """The SDK's asynchronous iterator of chunks, observed."""

    __slots__ = ("_next", "_reading")

    def __init__(self, inner: AsyncIterator[Any], reading: Reading) -> None:
        self._next = inner.__anext__
        self._reading = reading

    def __aiter__(self) -> AsyncIterator[Any]:
        return self

    async def __anext__(self) -> Any:
        reading = self._reading
        reading.active = True
        try:
            chunk = await self._next()
        except StopAsyncIteration:
            reading.active = False
            reading.complete()
            raise
        except BaseException as error:
            reading.active = False
            reading.fail(error)
            raise
        reading.active = False
        reading.take(chunk)
        return chunk

    def __del__(self) -> None:
        self._reading.drop()
