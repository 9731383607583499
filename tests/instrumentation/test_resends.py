"""HTTP requests of one call, counted where they are sent."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import copy_context
from types import SimpleNamespace
from typing import Any

import pytest
from spanwright_instrumentation.resends import (
    async_exchange,
    count_request,
    counted_requests,
    exchange,
    managed_exchange,
    note_answer,
    request_id_of,
)
from spanwright_instrumentation.telemetry import Telemetry


def send() -> str:
    answer: str = count_request(Telemetry(), lambda text: text, None, ("sent",), {})
    return answer


def test_repeated_requests_are_counted() -> None:
    """The first request repeats nothing; each one after it is one more."""
    requests = counted_requests()
    assert requests.resent is None
    assert send() == "sent"
    assert requests.resent is None
    send()
    send()
    assert requests.resent == 2


def test_calls_are_counted_apart() -> None:
    """What runs in another context, or after the next call has begun, does not count."""
    first = counted_requests()
    send()
    copy_context().run(lambda: (counted_requests(), send()))
    second = counted_requests()
    send()
    assert (first.sent, second.sent) == (1, 1)


def answered(response: Any) -> Any:
    return note_answer(None, lambda: response, None, (), {})


@pytest.mark.parametrize(
    "name", ["x-request-id", "request-id", "x-amzn-requestid", "mistral-correlation-id", "x-debug-trace-id"]
)
def test_id_of_the_answered_request(name: str) -> None:
    """The provider's id stands in a header, whose name is its own."""
    requests = counted_requests()
    response = SimpleNamespace(headers={name: "req"})
    assert answered(response) is response
    assert (requests.request_id, request_id_of({name: "req"})) == ("req", "req")


def test_answers_without_headers_pass() -> None:
    """What has no headers has no id, and answers outside of calls are only returned."""
    requests = counted_requests()
    assert answered(42) == 42
    assert requests.request_id is None
    assert copy_context().run(answered, 42) == 42


def test_requests_outside_of_calls_pass() -> None:
    """Where nobody counts, a request is only sent."""
    assert copy_context().run(send) == "sent"


async def test_exchanges() -> None:
    """A method that sends and answers is counted, and its answer's id noted, in each of its forms."""
    response = SimpleNamespace(headers={"x-request-id": "req"})
    requests = counted_requests()

    async def send_async() -> Any:
        return response

    @contextmanager
    def managed() -> Iterator[Any]:
        yield response

    @asynccontextmanager
    async def managed_async() -> AsyncIterator[Any]:
        yield response

    assert exchange(None, lambda: response, None, (), {}) is response
    assert await async_exchange(None, send_async, None, (), {}) is response
    with managed_exchange(None, managed, None, (), {}) as entered:
        assert entered is response
    async with managed_exchange(None, managed_async, None, (), {}) as entered:
        assert entered is response
    assert (requests.sent, requests.request_id) == (4, "req")
