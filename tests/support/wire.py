"""A scripted other end of an HTTP connection, for the transports of ``httpx`` and of its successor
``httpx2``."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from opentelemetry import trace

#: In place of a part of the body: nothing comes any more.
SILENCE = "silence"


@dataclass(frozen=True)
class Failure:
    """In place of an answer or of a part of the body: the HTTP library raises its exception of this name."""

    exception: str
    message: str = "the peer has gone"


Part = bytes | Failure | str


@dataclass(frozen=True)
class Answer:
    """One HTTP response, its body sent in these parts."""

    parts: Sequence[Part]
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Wire:
    """Answers each request with the next answer, the last one again and again.

    ``current`` holds the id of the span that was current in each request, as an HTTP client's span would find
    it.
    """

    answers: Sequence[Answer | Failure]
    requests: list[Any] = field(default_factory=list)
    current: list[int] = field(default_factory=list)

    def transport(self, http: ModuleType) -> Any:
        """A transport, sync and async, of this HTTP library."""
        wire = self

        class Body(http.SyncByteStream, http.AsyncByteStream):  # type: ignore[misc,name-defined]
            def __init__(self, parts: Sequence[Part], request: Any) -> None:
                self.parts = parts
                self.request = request

            def __iter__(self) -> Iterator[bytes]:
                for part in self.parts:
                    assert part != SILENCE, "only an async reader can be interrupted"
                    yield wire.sent(http, part, self.request)

            async def __aiter__(self) -> AsyncIterator[bytes]:
                for part in self.parts:
                    if part == SILENCE:
                        await asyncio.sleep(3600)
                    yield wire.sent(http, part, self.request)

        class Transport(http.BaseTransport, http.AsyncBaseTransport):  # type: ignore[misc,name-defined]
            def handle_request(self, request: Any) -> Any:
                answer = wire.next_answer(request)
                if isinstance(answer, Failure):
                    raise wire.error(http, answer, request)
                return http.Response(
                    answer.status, headers=answer.headers, stream=Body(answer.parts, request), request=request
                )

            async def handle_async_request(self, request: Any) -> Any:
                response = self.handle_request(request)
                if answer_is_silent(response):
                    await asyncio.sleep(3600)
                return response

        return Transport()

    def next_answer(self, request: Any) -> Answer | Failure:
        """What comes back for this request."""
        self.requests.append(request)
        self.current.append(trace.get_current_span().get_span_context().span_id)
        return self.answers[min(len(self.requests), len(self.answers)) - 1]

    def sent(self, http: ModuleType, part: Part, request: Any) -> bytes:
        """One part of a body, or its failure."""
        if isinstance(part, Failure):
            raise self.error(http, part, request)
        assert isinstance(part, bytes)
        return part

    def error(self, http: ModuleType, failure: Failure, request: Any) -> Exception:
        """The HTTP library's exception."""
        error: Exception = getattr(http, failure.exception)(failure.message, request=request)
        return error


def answer_is_silent(response: Any) -> bool:
    """Whether this response never comes."""
    return bool(response.headers.get("x-silent"))


#: A request that is never answered.
UNANSWERED = Answer((), headers={"x-silent": "yes"})
