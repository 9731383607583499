"""The body of a response, seen while it is read."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import httpx2
import pytest
from spanwright_instrumentation import body as body_module
from spanwright_instrumentation.body import Body, decoder_for, tap

EVENTS = b'event: x\ndata: {"n": 1}\n\ndata: {"n": 2}\r\n\r\n: comment\n\ndata: [DONE]\n\n'


class Reader:
    """Notes what it is told."""

    def __init__(self) -> None:
        self.told: list[Any] = []

    def take_bytes(self, data: bytes) -> None:
        self.told.append(data)

    def complete(self) -> None:
        self.told.append("complete")

    def fail(self, error: BaseException) -> None:
        self.told.append(error)

    def close(self) -> None:
        self.told.append("closed")

    def drop(self) -> None:
        self.told.append("dropped")


def pieces(data: bytes, size: int) -> list[tuple[bytes, int]]:
    return [(data[at : at + size], at) for at in range(0, len(data), size)]


def response(http: Any, *parts: bytes | Exception) -> Any:
    """An unread response of this HTTP library, sync and async."""

    class Stream(http.SyncByteStream, http.AsyncByteStream):  # type: ignore[misc]
        def __iter__(self) -> Iterator[bytes]:
            for part in parts:
                if isinstance(part, Exception):
                    raise part
                yield part

        async def __aiter__(self) -> AsyncIterator[bytes]:
            for part in Stream.__iter__(self):
                yield part

    return http.Response(200, stream=Stream())


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_events_however_they_are_cut(size: int) -> None:
    """Every event is read once, with the time of the piece that made it whole."""
    body = Body(bytes, is_stream=True)
    for data, at in pieces(EVENTS, size):
        body.add(data, at)
    chunks = list(body.chunks())
    assert [chunk.n for chunk, _ in chunks] == [1, 2]
    ends = [EVENTS.index(b"\n", EVENTS.index(b'"n": %d' % n)) for n in (1, 2)]
    assert [at for _, at in chunks] == [end // size * size for end in ends]


def test_whole_document() -> None:
    """A plain answer is one document."""
    body = Body(bytes, is_stream=False)
    body.add(b'{"id": ', 1)
    body.add(b'"a"}', 2)
    assert list(body.chunks()) == [({"id": "a"}, 2)]


@pytest.mark.parametrize(
    ("encoding", "encoded"),
    [("gzip", gzip.compress(EVENTS, mtime=0)), ("deflate", zlib.compress(EVENTS)), ("identity", EVENTS)],
)
def test_compressed_bodies(encoding: str, encoded: bytes) -> None:
    """What comes compressed is read, piece by piece."""
    body = Body(decoder_for(httpx2.Response(200, headers={"content-encoding": encoding})), is_stream=True)
    for data, at in pieces(encoded, 5):
        body.add(data, at)
    assert [chunk.n for chunk, _ in body.chunks()] == [1, 2]


def test_too_large_bodies_are_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of an answer beyond the limit nothing is kept or read."""
    monkeypatch.setattr(body_module, "MAX_BYTES", 10)
    body = Body(bytes, is_stream=True)
    for _ in range(3):
        body.add(b'data: {"n": 1}\n\n', 0)
    assert list(body.chunks()) == []


@pytest.mark.parametrize("http", [httpx, httpx2])
def test_read_to_the_end(http: Any) -> None:
    """Bytes come through as they are; the reader is told of each, of the end, and of the closing."""
    made, reader = response(http, b"a", b"b"), Reader()
    assert tap(made, reader, collects=True)
    assert made.read() == b"ab"
    assert reader.told == [b"a", b"b", "complete", "closed"]


@pytest.mark.parametrize("http", [httpx, httpx2])
async def test_read_to_the_end_async(http: Any) -> None:
    """Likewise for an asynchronous reader."""
    made, reader = response(http, b"a", b"b"), Reader()
    assert tap(made, reader, collects=True)
    assert await made.aread() == b"ab"
    assert reader.told == [b"a", b"b", "complete", "closed"]


@pytest.mark.parametrize("http", [httpx, httpx2])
def test_failure_comes_before_the_closing(http: Any) -> None:
    """The reader hears of the exception first, which the application sees too."""
    error = http.ReadError("gone")
    made, reader = response(http, b"a", error), Reader()
    tap(made, reader, collects=True)
    with pytest.raises(http.ReadError):
        made.read()
    made.close()
    assert reader.told == [b"a", error, "closed"]


def test_only_the_closing_without_collecting() -> None:
    """Where the chunks are seen elsewhere, the bytes are left alone."""
    made, reader = response(httpx2, b"a"), Reader()
    tap(made, reader, collects=False)
    assert made.read() == b"a"
    assert reader.told == ["closed"]


def test_dropped() -> None:
    """A response that is collected as garbage is told of."""
    made, reader = response(httpx2, b"a"), Reader()
    tap(made, reader, collects=True)
    del made
    assert reader.told == ["dropped"]


def test_other_attributes_are_the_bodys() -> None:
    """The HTTP library may ask its body for more."""
    made = response(httpx2, b"a")
    made.stream.elapsed = 5
    tap(made, Reader(), collects=True)
    assert made.stream.elapsed == 5
    assert isinstance(made.stream, httpx2.SyncByteStream)


def test_what_is_no_body_stays() -> None:
    """Something else in that place is left alone."""

    class Strange:
        stream = object()

    strange = Strange()
    assert not tap(strange, Reader(), collects=True)
    assert strange.stream is Strange.stream


@pytest.mark.parametrize("http", [httpx, httpx2])
async def test_response_that_came_whole(http: Any) -> None:
    """What a cache or a recording gives is closed before it is read; closing is told all the same."""
    for is_async in (False, True):
        whole, reader = http.Response(200, content=EVENTS), Reader()
        assert whole.is_closed
        assert tap(whole, reader, collects=False)
        if is_async:
            await whole.aclose()
        else:
            whole.close()
        assert reader.told == ["closed"]
        assert whole.is_closed
