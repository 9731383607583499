"""Tools that an SDK runs itself when the model asks for them, with spans as for tools run by hand."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from .decorator import run_awaited, run_plain
from .operation import Described
from .telemetry import Telemetry
from .tool import Tool, ToolRun
from .tool_registry import latest_trace


class Asked(NamedTuple):
    """A tool about to run: its name, the model's arguments, and the function behind it if there is one."""

    name: str
    arguments: object
    function: Callable[..., Any] | None = None
    call_id: str | None = None


#: What the SDK's method is about to run, from its positional and keyword arguments.
ReadTool = Callable[[tuple[Any, ...], Mapping[str, Any]], Asked]


class _SdkToolRun(ToolRun):
    """A run whose SDK wraps what the tool raised in an exception of its own."""

    def fail(self, error: BaseException) -> None:
        super().fail(error.__cause__ or error.__context__ or error)


def _begun(telemetry: Telemetry, asked: Asked) -> ToolRun:
    """The run; where the function is a decorated tool of that name, it becomes part of this one span."""
    scope = Tool(
        asked.name,
        description=Described.of(asked.function).summary if asked.function else None,
        call_id=asked.call_id,
        arguments=asked.arguments,
        telemetry=telemetry,
        # What this SDK runs, the model has just asked for: also where no span of the application is current.
        otherwise_in_trace=latest_trace(),
        run_class=_SdkToolRun,
    )
    return scope.begin_safely(None)


@dataclass(frozen=True, slots=True)
class SdkTools:
    """Calls of the SDK's method that runs one tool."""

    read: ReadTool

    def __call__(
        self,
        telemetry: Telemetry,
        wrapped: Callable[..., Any],
        _owner: Any,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> Any:
        return run_plain(_begun(telemetry, self.read(args, kwargs)), wrapped, args, kwargs)


@dataclass(frozen=True, slots=True)
class AsyncSdkTools:
    """The same where that method is a coroutine function."""

    read: ReadTool

    def __call__(
        self,
        telemetry: Telemetry,
        wrapped: Callable[..., Awaitable[Any]],
        _owner: Any,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> Any:
        return run_awaited(lambda: _begun(telemetry, self.read(args, kwargs)), wrapped(*args, **kwargs))
