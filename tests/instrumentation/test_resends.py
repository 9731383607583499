"""HTTP requests of one call, counted where they are sent."""

from __future__ import annotations

from contextvars import copy_context

from spanwright_instrumentation.resends import count_request, counted_requests
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


def test_requests_outside_of_calls_pass() -> None:
    """Where nobody counts, a request is only sent."""
    assert copy_context().run(send) == "sent"
