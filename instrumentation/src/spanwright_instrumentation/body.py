"""The body of an HTTP response, seen while the application reads it: when it is closed, and what came.

A raw response can be read in many ways (``parse()``, ``iter_lines()``, ``iter_bytes()``, ``read()``); all
of them pull bytes from one place, and all that closes it goes through there. That place is wrapped, the
response object is not.
"""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from functools import cache
from typing import Any, Protocol

from .event_stream import CONTENT_TYPE, EventLines
from .translation import parse_fields

#: Base classes of a body in ``httpx`` and ``httpx2``.
_STREAM_CLASSES = ("SyncByteStream", "AsyncByteStream")

#: Bytes of one raw answer kept for reading it at its end; of a longer one nothing is read.
MAX_BYTES = 32_000_000


class Reader(Protocol):
    """Who is told about the body."""

    def take_bytes(self, data: bytes) -> None: ...
    def complete(self) -> None: ...
    def fail(self, error: BaseException) -> None: ...
    def close(self) -> None: ...
    def drop(self) -> None: ...


class Body:
    """The bytes of one raw answer and when they came."""

    def __init__(self, decode: Callable[[bytes], bytes], *, is_stream: bool) -> None:
        self._decode = decode
        self._is_stream = is_stream
        self._parts: list[tuple[bytes, int]] = []
        self._size = 0

    def add(self, data: bytes, read_at: int) -> None:
        """More bytes, as they came over the wire; ``read_at`` in ``perf_counter_ns``."""
        self._size += len(data)
        if self._size <= MAX_BYTES:
            self._parts.append((data, read_at))
        else:
            self._parts.clear()

    def chunks(self) -> Iterator[tuple[Any, int]]:
        """Every JSON document of the body as :class:`Fields`, with the time at which it was whole."""
        if not self._parts:
            return
        if self._is_stream:
            yield from self._events()
        else:
            text = b"".join(self._decode(data) for data, _ in self._parts)
            yield parse_fields(text), self._parts[-1][1]

    def _events(self) -> Iterator[tuple[Any, int]]:
        """The ``data`` of server-sent events, which providers write as one line each."""
        rest = b""
        for data, read_at in self._parts:
            *lines, rest = (rest + self._decode(data)).split(b"\n")
            for line in lines:
                value = line.removeprefix(b"data:").strip() if line.startswith(b"data:") else b""
                if value.startswith(b"{"):
                    yield parse_fields(value), read_at


def decoder_for(response: Any) -> Callable[[bytes], bytes]:
    """What makes text of the response, piece by piece."""
    decode = _content_decoder(response)
    if not response.headers.get("content-type", "").startswith(CONTENT_TYPE):
        return decode
    lines = EventLines()
    return lambda data: lines(decode(data))


def _content_decoder(response: Any) -> Callable[[bytes], bytes]:
    """What undoes the response's ``content-encoding``."""
    encoding = response.headers.get("content-encoding", "").strip().lower()
    if encoding in ("", "identity"):
        return bytes
    if encoding in ("gzip", "deflate"):
        return zlib.decompressobj(zlib.MAX_WBITS | 32).decompress
    # Brotli and Zstandard: the HTTP library's own, of a response that has nothing else.
    own = type(response)(200, headers={"content-encoding": encoding})._get_content_decoder()

    def decode(data: bytes) -> bytes:
        decoded = own.decode(data)
        return decoded if isinstance(decoded, bytes) else b"".join(decoded)

    return decode


def tap(response: Any, reader: Reader, *, collects: bool) -> bool:
    """Tell ``reader`` when the body of an ``httpx`` (or ``httpx2``) response is closed, and its bytes if
    ``collects``.

    False where the response's body is none that could be wrapped; nothing is changed then.
    """
    inner = getattr(response, "stream", None)
    bases = tuple(base for base in type(inner).__mro__ if base.__name__ in _STREAM_CLASSES)
    if not bases:
        return False
    response.stream = _tap_class(bases)(inner, reader, collects)
    if getattr(response, "is_closed", False):
        _tell_of_closing(response, reader)
    return True


def _tell_of_closing(response: Any, reader: Reader) -> None:
    """A response that a cache or a recording gave whole is closed already: closing it again does nothing, and
    would not reach its body."""

    async def aclose() -> None:
        reader.close()

    response.close, response.aclose = reader.close, aclose


class _Tap:
    """A body whose reader is told; anything else is asked of the body itself."""

    def __init__(self, inner: Any, reader: Reader, collects: bool) -> None:
        self._inner = inner
        self._reader = reader
        self._collects = collects
        # Anthropic's SDK asks for this with every chunk, and most bodies have none: dear if asked further.
        self.stream_observer = getattr(inner, "stream_observer", None)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def __del__(self) -> None:
        self._reader.drop()

    def __iter__(self) -> Iterator[bytes]:
        return self._collect() if self._collects else iter(self._inner)

    def _collect(self) -> Iterator[bytes]:
        try:
            for data in self._inner:
                self._reader.take_bytes(data)
                yield data
        except GeneratorExit:
            self._reader.drop()
            raise
        except BaseException as error:
            self._reader.fail(error)
            raise
        self._reader.complete()

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._collect_async() if self._collects else aiter(self._inner)

    async def _collect_async(self) -> AsyncIterator[bytes]:
        inner = aiter(self._inner)
        try:
            async for data in inner:
                self._reader.take_bytes(data)
                yield data
        except GeneratorExit:
            self._reader.drop()
            raise
        except BaseException as error:
            self._reader.fail(error)
            raise
        finally:
            if hasattr(inner, "aclose"):
                await inner.aclose()
        self._reader.complete()

    def close(self) -> None:
        try:
            self._inner.close()
        finally:
            self._reader.close()

    async def aclose(self) -> None:
        try:
            await self._inner.aclose()
        finally:
            self._reader.close()


@cache
def _tap_class(bases: tuple[type, ...]) -> type[_Tap]:
    """A tap that passes for the HTTP library's own kind of body, which it checks for."""
    return type("Tap", (_Tap, *bases), {})
