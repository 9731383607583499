"""HTTP requests of one call, counted where they are sent: some SDKs retry and tell nobody."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from .telemetry import Telemetry


class Requests:
    """How many requests were sent for a call so far."""

    __slots__ = ("sent",)

    def __init__(self, sent: int = 0) -> None:
        self.sent = sent

    @property
    def resent(self) -> int | None:
        """``http.request.resend_count``: how many of them repeat the first, None if none does."""
        return self.sent - 1 if self.sent > 1 else None


_current: ContextVar[Requests | None] = ContextVar("spanwright-requests", default=None)


def counted_requests(sent: int = 0) -> Requests:
    """A new count, of what this execution context sends from now until the next call of this.

    :param sent: where the count begins: 1 where only repetitions are observed.
    """
    requests = Requests(sent)
    _current.set(requests)
    return requests


def count_request(
    _telemetry: Telemetry | None,
    wrapped: Callable[..., Any],
    _owner: Any,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> Any:
    """Observer of the SDK's method that sends or repeats one request, once for each."""
    requests = _current.get()
    if requests is not None:
        requests.sent += 1
    return wrapped(*args, **kwargs)
