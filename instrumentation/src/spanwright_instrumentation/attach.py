"""Making a context current for a while, and leaving the application's own exactly as it was."""

from __future__ import annotations

from contextlib import suppress
from types import TracebackType

from opentelemetry import context as otel_context
from opentelemetry.context import Context


class Attached:
    """A context that is current from construction until ``detach``; also a context manager.

    Detaching where the context is not current any more (a coroutine closed by the garbage collector, a
    generator finished by another task) does nothing: OpenTelemetry would log "Failed to detach context"
    there.
    """

    __slots__ = ("_context", "_token")

    def __init__(self, context: Context) -> None:
        self._context = context
        self._token = otel_context.attach(context)

    def detach(self) -> None:
        """Make current again what was before."""
        if otel_context.get_current() is self._context:
            otel_context.detach(self._token)

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.detach()


class Steps:
    """A context for code that runs in steps, as generators do: current within each, and only there.

    What the code attached itself and left attached (a ``with`` around a ``yield``) is current again in the
    next step, and the caller's context after every step is the one before it.
    """

    __slots__ = ("_context", "_token")

    def __init__(self, context: Context) -> None:
        self._context = context

    def enter(self) -> None:
        """Begin a step."""
        self._token = otel_context.attach(self._context)

    def leave(self) -> None:
        """End the step. In another execution context (garbage collection) there is nothing to take back."""
        inside = otel_context.get_current()
        with suppress(ValueError):
            otel_context._RUNTIME_CONTEXT.detach(self._token)
            self._context = inside
