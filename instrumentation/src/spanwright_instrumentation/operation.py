"""Operations of the application's own code (tools, workflows, agents), each a span while that code runs."""

from __future__ import annotations

import inspect
import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import TracebackType
from typing import Any, Final, Generic, NamedTuple, TypeVar

from opentelemetry.context import set_value

from .attach import Steps
from .content import to_json
from .decorator import decorate
from .invocation import Invocation
from .telemetry import Telemetry
from .withheld import withheld

logger = logging.getLogger(__name__)

F = TypeVar("F", bound=Callable[..., Any])
R = TypeVar("R", bound="Operation")

#: Result of what has none, as a ``with``; a function may well return None.
NOTHING: Final = object()

#: A generator's items are kept for its span up to this many characters of JSON.
MAX_YIELDED_CHARACTERS = 100_000


@cache
def own_telemetry() -> Telemetry:
    """Where the spans of hand-written operations go: the global providers."""
    return Telemetry("spanwright_instrumentation")


class Operation:
    """One run under one span; no method raises.

    Without an invocation (instrumentation suppressed, or failed) nothing is observed.
    """

    def __init__(self, invocation: Invocation | None = None, *keys: str) -> None:
        # Under these keys of the context that is current while it runs, the operation itself is found.
        self.invocation = invocation
        self._steps: Steps | None = None
        if invocation is not None:
            inside = invocation.context
            for key in keys:
                inside = set_value(key, self, inside)
            self._steps = Steps(inside)
        self._items: list[object] = []
        self._characters = 0

    def enter(self) -> None:
        """Make the span current."""
        if self._steps is not None:
            self._steps.enter()

    def leave(self) -> None:
        """Make current what was before."""
        if self._steps is not None:
            self._steps.leave()

    def yielded(self, item: object) -> None:
        """Keep an item of a generator as part of its result, as it is now."""
        if self._characters < MAX_YIELDED_CHARACTERS and self.records_content:
            kept = item if isinstance(item, str) else Json(as_json(item))
            self._characters += len(kept)
            self._items.append(kept)

    def succeed(self, result: object) -> None:
        """The run returned ``result``; a ``with`` returns ``NOTHING``."""
        self._describe_safely(joined(self._items) if self._items else result)
        self._finish(None)

    def fail(self, error: BaseException) -> None:
        """The run raised; a generator closed early, or the code around its ``yield``, has not failed."""
        if isinstance(error, GeneratorExit):
            self.succeed(NOTHING)
        else:
            self._finish(error)

    def _describe_safely(self, result: object) -> None:
        try:
            if self.invocation is not None:
                self.describe_result(result, self.invocation)
        except Exception:
            logger.debug("Cannot record a result.", exc_info=withheld())

    def _finish(self, error: BaseException | None) -> None:
        self._steps = None  # which holds the context, which holds this operation
        if self.invocation is None:
            return
        if error is None:
            self.invocation.stop()
        else:
            self.invocation.fail(error)

    def describe_result(self, result: object, invocation: Invocation) -> None:
        """Put what the run returned (``NOTHING``, a generator's items) where this operation has it."""

    @property
    def is_open(self) -> bool:
        """Whether there is a span, and the run has not ended."""
        return self._steps is not None

    @property
    def records_content(self) -> bool:
        """Whether arguments, results and messages end up on the span."""
        return self.invocation is not None and self.invocation.records_content


class Scope(ABC, Generic[R]):
    """What begins operations: a decorator, and a context manager for ``with`` and ``async with``.

    One object may decorate many functions; as context manager it serves one ``with`` at a time.
    """

    def __init__(self) -> None:
        self._entered: list[R] = []

    @abstractmethod
    def begin(self, call: Call | None) -> R:
        """Start the span of one run: of a decorated function, or of a ``with`` (None). May raise."""

    @abstractmethod
    def unobserved(self) -> R:
        """A run that observes nothing."""

    def __enter__(self) -> R:
        run = self.begin_safely(None)
        run.enter()
        self._entered.append(run)
        return run

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        run = self._entered.pop()
        run.leave()
        if error is None:
            run.succeed(NOTHING)
        else:
            run.fail(error)

    async def __aenter__(self) -> R:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.__exit__(kind, error, traceback)

    def __call__(self, function: F) -> F:
        described = Described.of(function)
        return decorate(function, lambda args, kwargs: self.begin_safely(Call(described, args, kwargs)))

    def begin_safely(self, call: Call | None) -> R:
        """Start a run, unobserved if that fails."""
        try:
            return self.begin(call)
        except Exception:
            logger.debug("Cannot observe an operation.", exc_info=withheld())
            return self.unobserved()


@dataclass(frozen=True, slots=True)
class Described:
    """What a decorated function says about itself."""

    name: str
    #: First line of its documentation.
    summary: str | None
    signature: inspect.Signature | None
    #: Its first parameter, if that is the object or class it is a method of.
    receiver: str | None

    @classmethod
    def of(cls, function: Any) -> Described:
        """Read once, when the function is decorated."""
        bare = getattr(function, "__func__", function)
        named = getattr(bare, "func", bare)
        documentation = inspect.getdoc(bare) if inspect.isroutine(bare) else None
        try:
            signature = inspect.signature(bare)
        except (ValueError, TypeError):
            signature = None
        first = next(iter(signature.parameters), None) if signature else None
        return cls(
            name=getattr(named, "__name__", type(named).__name__),
            summary=documentation.strip().partition("\n")[0] if documentation else None,
            signature=signature,
            receiver=first if first in ("self", "cls") else None,
        )


class Call(NamedTuple):
    """One call of a decorated function."""

    function: Described
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]

    def arguments(self) -> dict[str, Any] | None:
        """The arguments by name, without the method's object; None if they do not fit the signature."""
        signature, receiver = self.function.signature, self.function.receiver
        if signature is None:
            return dict(self.kwargs) if not self.args else None
        try:
            bound = signature.bind(*self.args, **self.kwargs).arguments
        except TypeError:
            return None
        named: dict[str, Any] = {}
        for name, value in bound.items():
            if signature.parameters[name].kind is inspect.Parameter.VAR_KEYWORD:
                named.update(value)
            elif name != receiver:
                named[name] = value
        return named


class Json(str):
    """Text that is JSON already."""

    __slots__ = ()


def joined(items: Sequence[object]) -> str:
    """What a generator gave: its text in one piece, or a JSON array if there is anything but text."""
    if not any(isinstance(item, Json) for item in items):
        return "".join(map(str, items))
    return f"[{','.join(item if isinstance(item, Json) else as_json(item) for item in items)}]"


def as_json(value: object) -> str:
    """JSON text of any value; what JSON has no form for becomes its ``str``, or else the name of its type."""
    try:
        return to_json(value)
    except Exception:
        pass
    try:
        return to_json(str(value))
    except Exception:
        return to_json(f"<{type(value).__qualname__}>")
