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
import weakref
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from typing import Any

from spanwright_semconv import attributes

from .body import Body
from .invocation import Invocation
from .translation import StreamState, record_response
from .watcher import watcher
from .withheld import withheld

logger = logging.getLogger(__name__)


class Reading:
    """One streamed answer being read, and its one end."""

    __slots__ = (
        "_body",
        "_first_chunk",
        "_first_content",
        "_inner",
        "_invocation",
        "_is_dropped",
        "_is_stream",
        "_once",
        "_reader",
        "_state",
        "observe",
        "times",
    )

    def __init__(
        self, invocation: Invocation, state: StreamState, *, is_stream: bool = True, body: Body | None = None
    ) -> None:
        self._invocation = invocation
        self._state = state
        self._is_stream = is_stream
        self._body = body
        self._once = threading.Lock()
        self._first_chunk: float | None = None
        self._first_content: float | None = None
        # Weak, since the watcher holds on to this: what the application drops is to be collected.
        self._reader: Callable[[], Any] | None = None
        self._inner: Callable[[], Any] | None = None
        self._is_dropped = False
        #: Takes in a chunk; True if it holds generated content.
        self.observe = state.observe
        #: When the reading began, and then when each chunk came, in ``time.perf_counter_ns``.
        self.times = [time.perf_counter_ns()]
        watcher.watch(self)

    def read_by(self, reader: Any, inner: Any) -> None:
        """The chunks come through ``reader``, which gets them from the SDK's own iterator."""
        self._reader = weakref.ref(reader)
        with suppress(TypeError):  # an iterator that takes no weak references cannot close a response either
            self._inner = weakref.ref(inner)

    @property
    def last_read(self) -> int:
        """When the application read last, in ``time.perf_counter_ns``."""
        return self.times[-1]

    @property
    def is_timed(self) -> bool:
        """Whether content has come, so that no chunk's time matters any more."""
        return self._first_content is not None

    def take(self, chunk: Any) -> None:
        """A chunk arrived just now."""
        self.times.append(time.perf_counter_ns())
        try:
            has_content = self.observe(chunk)
        except Exception:
            logger.debug("Cannot read a chunk.", exc_info=withheld())
            return
        if self._first_content is None:
            self._time_first(self._invocation.elapsed(), has_content)

    def take_bytes(self, data: bytes) -> None:
        """Bytes of a raw response arrived; they are understood at the end."""
        self.times[0] = read_at = time.perf_counter_ns()
        if self._body is not None:
            self._body.add(data, read_at)

    def _read_body(self, body: Body) -> None:
        for chunk, read_at in body.chunks():
            self.times.append(read_at)
            has_content = self.observe(chunk)
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
        """The response was closed.

        By the application; or by the SDK's iterator because it has ended, which the read under way will tell;
        or by the same iterator because it is being collected, where no span may end: the interpreter may be
        inside a lock of an exporter.
        """
        if self._reader is None:
            if not self._is_dropped:
                self._end(None, None)
            return
        reader = self._reader()
        if reader is not None and reader.gi_running:
            return
        if reader is None or _is_running(self._inner):
            self.drop()
        elif not self._is_dropped:
            self._end(None, None)

    def leave(self) -> None:
        """The application dropped the stream, or has stopped reading: that ended with the last read."""
        self._end(None, self._invocation.elapsed_at(self.last_read))

    def drop(self) -> None:
        """The same from wherever the garbage collector is at work."""
        if not self._once.locked() and not self._is_dropped:
            self._is_dropped = True
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
                invocation.chunk_times = self.times
            record_response(invocation, self._state.response(broken=error is not None))
        except Exception:
            logger.debug("Cannot read a streamed answer.", exc_info=withheld())
        end_time = None if elapsed is None else invocation.at(elapsed)
        if error is None:
            invocation.stop(end_time=end_time)
        else:
            invocation.fail(error, end_time=end_time)


def _is_running(iterator: Callable[[], Any] | None) -> bool:
    """Whether this generator, of either kind, is in the middle of something."""
    found = iterator() if iterator is not None else None
    return bool(getattr(found, "gi_running", False) or getattr(found, "ag_running", False))


def observed_chunks(inner: Iterator[Any], reading: Reading) -> Iterator[Any]:
    """The SDK's iterator of chunks, observed."""
    chunks = _chunks(inner, reading)
    # From its first ``yield`` on a generator notices that it is collected, also if nobody has read from it.
    next(chunks)
    reading.read_by(chunks, inner)
    return chunks


def _chunks(inner: Iterator[Any], reading: Reading) -> Iterator[Any]:
    try:
        yield None
        for chunk in inner:
            reading.take(chunk)
            yield chunk
            if reading.is_timed:
                break
        # A generator with little in it, since the SDK's own work between two chunks leaves no cache warm: the
        # same as calls of ``take`` costs three times as much.
        observe, clock, times = reading.observe, time.perf_counter_ns, reading.times
        for chunk in inner:
            times.append(clock())
            try:
                observe(chunk)
            except Exception:
                logger.debug("Cannot read a chunk.", exc_info=withheld())
            yield chunk
    except GeneratorExit:
        reading.drop()
        raise
    except BaseException as error:
        reading.fail(error)
        raise
    reading.complete()


class AsyncChunks:
    """The SDK's asynchronous iterator of chunks, observed."""

    __slots__ = ("__weakref__", "_next", "_reading", "gi_running")

    def __init__(self, inner: AsyncIterator[Any], reading: Reading) -> None:
        self._next = inner.__anext__
        self._reading = reading
        #: As generators have it: whether the application waits for a chunk.
        self.gi_running = False
        reading.read_by(self, inner)

    def __aiter__(self) -> AsyncIterator[Any]:
        return self

    async def __anext__(self) -> Any:
        reading = self._reading
        self.gi_running = True
        try:
            chunk = await self._next()
        except StopAsyncIteration:
            reading.complete()
            raise
        except BaseException as error:
            reading.fail(error)
            raise
        finally:
            self.gi_running = False
        reading.take(chunk)
        return chunk

    def __del__(self) -> None:
        self._reading.drop()
