"""Tools that an SDK runs itself when the model asks for them, with spans as for tools run by hand."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from opentelemetry.trace import get_current_span

from .decorator import run_awaited, run_plain
from .operation import Described
from .telemetry import Telemetry
from .tool import Tool, ToolRun, argument_forms
from .tool_registry import latest_trace, registry
from .withheld import withheld

logger = logging.getLogger(__name__)


class Asked(NamedTuple):
    """A tool about to run: its name, the model's arguments, and the function behind it if there is one.

    :param is_recorded: somebody else makes its span; so it has none of ours, not even an inferred one.
    """

    name: str
    arguments: object
    function: Callable[..., Any] | None = None
    call_id: str | None = None
    description: str | None = None
    is_recorded: bool = False


#: What the SDK's method is about to run, from its object, positional and keyword arguments; None where it is
#: not to be observed.
ReadTool = Callable[[Any, tuple[Any, ...], Mapping[str, Any]], Asked | None]


class WrappingRun(ToolRun):
    """A run whose SDK wraps what the tool raised in an exception of its own."""

    def fail(self, error: BaseException) -> None:
        super().fail(error.__cause__ or error.__context__ or error)


def _begun(telemetry: Telemetry, read: Callable[[], Asked | None], run_class: type[ToolRun]) -> ToolRun:
    """The run; where the function is a decorated tool of that name, it becomes part of this one span."""
    try:
        asked = read()
    except Exception:
        logger.debug("Cannot observe a tool.", exc_info=withheld())
        return ToolRun()
    if asked is None:
        return ToolRun()
    if asked.is_recorded:
        _claim(asked)
        return ToolRun()
    scope = Tool(
        asked.name,
        description=asked.description or (Described.of(asked.function).summary if asked.function else None),
        call_id=asked.call_id,
        arguments=asked.arguments,
        telemetry=telemetry,
        # What this SDK runs, the model has just asked for: also where no span of the application is current.
        otherwise_in_trace=latest_trace(),
        run_class=run_class,
    )
    return scope.begin_safely(None)


def _claim(asked: Asked) -> None:
    registry.claim(
        asked.name,
        trace_id=get_current_span().get_span_context().trace_id or latest_trace(),
        call_id=asked.call_id,
        arguments=lambda: argument_forms(asked.arguments),
    )


@dataclass(frozen=True, slots=True)
class SdkTools:
    """Calls of the SDK's method that runs one tool."""

    read: ReadTool
    run_class: type[ToolRun] = WrappingRun

    def __call__(
        self,
        telemetry: Telemetry,
        wrapped: Callable[..., Any],
        owner: Any,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> Any:
        run = _begun(telemetry, lambda: self.read(owner, args, kwargs), self.run_class)
        return run_plain(run, wrapped, args, kwargs)


@dataclass(frozen=True, slots=True)
class AsyncSdkTools:
    """The same where that method is a coroutine function."""

    read: ReadTool
    run_class: type[ToolRun] = WrappingRun

    def __call__(
        self,
        telemetry: Telemetry,
        wrapped: Callable[..., Awaitable[Any]],
        owner: Any,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> Any:
        def begin() -> ToolRun:
            return _begun(telemetry, lambda: self.read(owner, args, kwargs), self.run_class)

        return run_awaited(begin, wrapped(*args, **kwargs))
