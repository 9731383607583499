"""Usage of streamed chat completions, asked for where the application did not, if the user wants that.

OpenAI's API, and most of those that took it over, tell the tokens of a stream only if ``stream_options``
asks for them, in one more chunk. Off by default, since it changes what is sent, and some servers refuse the
option. That chunk is observed, and kept from the application, which sees what it would see without us.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .instrumentor import Observer
from .suppression import is_suppressed
from .telemetry import Telemetry
from .translation import is_sent

#: ``true`` asks for the usage of every stream that does not ask itself.
USAGE_VARIABLE = "SPANWRIGHT_INSTRUMENTATION_STREAM_USAGE"

#: Of the requests whose answer the application reads raw, where nothing can be kept from it.
_RAW_HEADER = "X-Stainless-Raw-Response"
_OPERATION = "chat"


def _asks(kwargs: Mapping[str, Any]) -> bool:
    """Whether the option is to be added to this call."""
    if kwargs.get("stream") is not True or is_sent(kwargs.get("stream_options")):
        return False
    if os.environ.get(USAGE_VARIABLE, "").strip().lower() != "true":
        return False
    headers = kwargs.get("extra_headers")
    return not (headers and _RAW_HEADER in headers) and not is_suppressed(_OPERATION)


def _with_option(kwargs: Mapping[str, Any]) -> dict[str, Any]:
    return {**kwargs, "stream_options": {"include_usage": True}}


def _is_asked_for(chunk: Any) -> bool:
    """The chunk that came because of us: it has usage and nothing else."""
    return not chunk.choices and chunk.usage is not None


def _hide(stream: Any, kind: Callable[[Any], Any]) -> Any:
    iterator = getattr(stream, "_iterator", None)
    if iterator is not None:
        stream._iterator = kind(iterator)
    return stream


def _shown(chunks: Iterator[Any]) -> Iterator[Any]:
    for chunk in chunks:
        if not _is_asked_for(chunk):
            yield chunk


class _Shown:
    """The same, asynchronously; no generator, which would have to be closed."""

    __slots__ = ("_next",)

    def __init__(self, chunks: AsyncIterator[Any]) -> None:
        self._next = chunks.__anext__

    def __aiter__(self) -> AsyncIterator[Any]:
        return self

    async def __anext__(self) -> Any:
        while _is_asked_for(chunk := await self._next()):
            pass
        return chunk


@dataclass(frozen=True, slots=True)
class UsageAsked:
    """Calls of a method, observed by ``inner`` with the option in their arguments."""

    inner: Observer

    def __call__(
        self,
        telemetry: Telemetry,
        wrapped: Callable[..., Any],
        owner: Any,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> Any:
        if "stream" not in kwargs or not _asks(kwargs):
            return self.inner(telemetry, wrapped, owner, args, kwargs)
        return _hide(self.inner(telemetry, wrapped, owner, args, _with_option(kwargs)), _shown)


@dataclass(frozen=True, slots=True)
class AsyncUsageAsked:
    """The same for a method that returns an awaitable."""

    inner: Observer

    def __call__(
        self,
        telemetry: Telemetry,
        wrapped: Callable[..., Any],
        owner: Any,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> Any:
        if not _asks(kwargs):
            return self.inner(telemetry, wrapped, owner, args, kwargs)
        return self._await(self.inner(telemetry, wrapped, owner, args, _with_option(kwargs)))

    async def _await(self, stream: Any) -> Any:
        return _hide(await stream, _Shown)
