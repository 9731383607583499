"""What aiobotocore returns, observed inside its own objects.

The real ones, over HTTP, are in tests/environments/aiobotocore: they want another botocore than is here.
"""

from __future__ import annotations

import gc
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from spanwright_instrumentation.aiobotocore_result import observe_aiobotocore_result
from spanwright_instrumentation.invocation import Invocation
from spanwright_instrumentation.translation import Request, Response, Translation
from support.recording import Recording

DESCRIBED = {"ResponseMetadata": {"RequestId": "req_1", "HTTPHeaders": {}}}


class Words:
    """A stream state that keeps what it is given."""

    def __init__(self, _captures_content: bool) -> None:
        self.words: list[str] = []

    def observe(self, chunk: str) -> bool:
        self.words.append(chunk)
        return True

    def response(self, *, broken: bool) -> Response:
        return Response({"gen_ai.response.id": "-".join(self.words)})


def read_response(_arguments: Any, answer: Any, _captures_content: bool) -> Response:
    return Response({"gen_ai.response.id": answer["id"]})


TRANSLATION = Translation(
    "chat", lambda *_: Request("chat", "aws.bedrock", "m"), read_response, stream_state=Words
)


class Raw:
    """The HTTP response below."""

    closed = False

    def close(self) -> None:
        self.closed = True


class Stream:
    """As aiobotocore's event stream is made."""

    def __init__(self, *events: Any) -> None:
        self._raw_stream: Any = Raw()
        self._event_generator: Any = self._events(events)
        self._parse_event: Any = self._parse

    async def _events(self, events: tuple[Any, ...]) -> AsyncIterator[Any]:
        for event in events:
            yield event

    async def _parse(self, event: Any) -> Any:
        if isinstance(event, Exception):
            raise event
        return event

    async def read(self) -> list[Any]:
        return [await self._parse_event(event) async for event in self._event_generator]

    def close(self) -> None:
        self._raw_stream.close()


class Body:
    """As aiobotocore's body is made."""

    def __init__(self, data: bytes) -> None:
        self._raw_stream = Raw()
        self._content_length = len(data)
        self._data = data

    async def read(self, amt: int | None = None) -> bytes:
        if self._data == b"broken":
            raise ConnectionError
        size = len(self._data) if amt is None else amt
        piece, self._data = self._data[:size], self._data[size:]
        return piece

    async def aclose(self) -> None:
        self._raw_stream.close()


def observed(recording: Recording, result: dict[str, Any]) -> None:
    known = {"gen_ai.provider.name": "aws.bedrock", "gen_ai.request.model": "m"}
    invocation = Invocation(recording.telemetry, "chat", "m", attributes=known)
    observe_aiobotocore_result(
        invocation, TRANSLATION, Request("chat", "aws.bedrock", "m"), {}, {**DESCRIBED, **result}
    )


def ended(recording: Recording, count: int = 1) -> list[dict[str, Any]]:
    """Attributes of the spans, once so many have ended."""
    deadline = time.monotonic() + 5
    while len(recording.spans) < count and time.monotonic() < deadline:
        time.sleep(0.01)
    found = [dict(span.attributes or {}) for span in recording.spans]
    assert [each["spanwright.request.id"] for each in found] == ["req_1"] * count
    return found


def test_whole_answer(recording: Recording) -> None:
    """A dict that holds the answer is the answer."""
    observed(recording, {"id": "r"})
    assert ended(recording)[0]["gen_ai.response.id"] == "r"


async def test_stream(recording: Recording) -> None:
    """Events are the SDK's, and the span's; it ends with them."""
    stream = Stream("one", "two")
    observed(recording, {"stream": stream})
    assert await stream.read() == ["one", "two"]
    assert ended(recording)[0]["gen_ai.response.id"] == "one-two"


async def test_failing_stream(recording: Recording) -> None:
    """The exception is the SDK's own."""
    stream = Stream("one", ValueError("told"))
    observed(recording, {"stream": stream})
    with pytest.raises(ValueError, match="told"):
        await stream.read()
    (found,) = ended(recording)
    assert (found["gen_ai.response.id"], found["error.type"]) == ("one", "ValueError")


async def test_streams_left(recording: Recording) -> None:
    """Closed or dropped, a stream ends its span."""
    stream = Stream("one", "two")
    observed(recording, {"stream": stream})
    stream.close()
    assert stream._raw_stream.closed
    observed(recording, {"stream": Stream("one")})
    gc.collect()
    assert [each["gen_ai.response.id"] for each in ended(recording, 2)] == ["", ""]


async def test_body(recording: Recording) -> None:
    """A body is understood when it is whole, however it is read."""
    body = Body(b'{"id": "r"}')
    observed(recording, {"body": body})
    assert await body.read(4) + await body.read() == b'{"id": "r"}'
    assert ended(recording)[0]["gen_ai.response.id"] == "r"


async def test_bodies_that_break_or_are_closed(recording: Recording) -> None:
    """A body that fails is an error; one that is closed, or dropped, has no answer."""
    broken, closed = Body(b"broken"), Body(b'{"id": "r"}')
    observed(recording, {"body": broken})
    with pytest.raises(ConnectionError):
        await broken.read()
    observed(recording, {"body": closed})
    await closed.aclose()
    assert closed._raw_stream.closed
    observed(recording, {"body": Body(b"unread")})
    first, *others = ended(recording, 3)
    assert first["error.type"] == "ConnectionError"
    assert not any("gen_ai.response.id" in each for each in others)
