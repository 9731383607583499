"""HTTP exchanges of one call, seen where they are made: some SDKs retry, or get an answer's headers, and tell
nobody."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Any

from .telemetry import Telemetry

#: In the order of preference: a provider behind a gateway may have two.
_REQUEST_ID_HEADERS = (
    *("x-request-id", "request-id", "x-amzn-requestid"),
    *("mistral-correlation-id", "x-debug-trace-id"),
)


class Requests:
    """How many requests were sent for a call so far, and the provider's id of the one answered last."""

    __slots__ = ("request_id", "sent")

    def __init__(self, sent: int = 0) -> None:
        self.sent = sent
        self.request_id: str | None = None

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


def count_repetition() -> None:
    """One request more, where what repeats it tells in another way than by a call of a method."""
    requests = _current.get()
    if requests is not None:
        requests.sent += 1


def request_id_of(headers: Mapping[str, str]) -> str | None:
    """The provider's id of a request, from its answer's headers."""
    found = (headers.get(name) for name in _REQUEST_ID_HEADERS)
    return next(filter(None, found), None)


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


def note_answer(
    _telemetry: Telemetry | None,
    wrapped: Callable[..., Any],
    _owner: Any,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> Any:
    """Observer of the SDK's method that returns the HTTP response from which the answer is made."""
    return _noted(wrapped(*args, **kwargs))


def _noted(response: Any) -> Any:
    requests = _current.get()
    if requests is not None:
        requests.request_id = request_id_of(getattr(response, "headers", None) or {})
    return response


def exchange(
    telemetry: Telemetry | None,
    wrapped: Callable[..., Any],
    owner: Any,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> Any:
    """Observer of the SDK's method that sends one request and returns its HTTP response."""
    return _noted(count_request(telemetry, wrapped, owner, args, kwargs))


async def async_exchange(
    telemetry: Telemetry | None,
    wrapped: Callable[..., Any],
    owner: Any,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> Any:
    """The same for a coroutine method."""
    return _noted(await count_request(telemetry, wrapped, owner, args, kwargs))


class _Exchange:
    """A context manager of either kind around an HTTP response, which is noted.

    No generator: asynchronous ones that stand in each other are closed in any order with the event loop.
    """

    __slots__ = ("_manager",)

    def __init__(self, manager: Any) -> None:
        self._manager = manager

    def __enter__(self) -> Any:
        return _noted(self._manager.__enter__())

    def __exit__(self, *error: Any) -> Any:
        return self._manager.__exit__(*error)

    async def __aenter__(self) -> Any:
        return _noted(await self._manager.__aenter__())

    async def __aexit__(self, *error: Any) -> Any:
        return await self._manager.__aexit__(*error)


def managed_exchange(
    telemetry: Telemetry | None,
    wrapped: Callable[..., Any],
    owner: Any,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> Any:
    """The same for a method that returns a context manager, of either kind, around the HTTP response."""
    return _Exchange(count_request(telemetry, wrapped, owner, args, kwargs))
