"""``guard``: a ceiling for the calls inside a block or a function."""

from __future__ import annotations

import functools
import inspect
import threading
from collections.abc import Callable
from contextvars import Token
from types import TracebackType
from typing import Any, Literal, TypeVar, cast

from opentelemetry.context import Context, attach, create_key, detach, get_current, set_value

F = TypeVar("F", bound=Callable[..., Any])

# In OpenTelemetry's context, so that it goes wherever that goes: tasks, and threads with its instrumentor.
_KEY = create_key("spanwright-cost-guard")

Action = Literal["raise", "log"]


class Block:
    """One guarded block while it runs: its ceilings, and what its calls have spent or may still cost."""

    def __init__(self, max_usd: float | None, total_usd: float | None, action: Action) -> None:
        self.max_usd = max_usd
        self.total_usd = total_usd
        self.action = action
        self.spent_usd = 0.0
        self._lock = threading.RLock()

    def add(self, usd: float) -> None:
        """Spend ``usd``, or give back what was not needed."""
        with self._lock:
            self.spent_usd = max(0.0, self.spent_usd + usd)


class guard:  # noqa: N801 - used like a function
    """Make no call inside that may cost more than ``max_usd`` US dollars: context manager and decorator.

    Before each call its input is counted and priced together with the most output it may give. Above a
    ceiling ``CostCeilingExceeded`` is raised in place of the call, or, with ``action="log"``, only told.
    Either way the call's span has an event ``spanwright.cost_guard.exceeded``. Guards nest: all of them hold.

    Only calls that Spanwright's instrumentors observe can be kept from being made.

    :param max_usd: the most one call may cost; None: any.
    :param total_usd: the most all calls of one run of the block may cost together; None: any.
    :param action: ``raise``, or ``log`` for an event and a warning only.
    """

    def __init__(
        self, max_usd: float | None = None, *, total_usd: float | None = None, action: Action = "raise"
    ) -> None:
        for name, usd in (("max_usd", max_usd), ("total_usd", total_usd)):
            if usd is not None and not usd >= 0:
                raise ValueError(f"Cannot guard with {name}={usd}: it is not 0 or more. Use US dollars.")
        if max_usd is None and total_usd is None:
            raise ValueError("Cannot guard without a ceiling: none is given. Set max_usd or total_usd.")
        if action not in ("raise", "log"):
            raise ValueError(f'Cannot guard with action={action!r}: it is not known. Use "raise" or "log".')
        self._ceilings = (max_usd, total_usd, action)
        self._entered: list[Token[Context]] = []

    def __enter__(self) -> Block:
        from .desk import install

        install()
        block = Block(*self._ceilings)
        self._entered.append(attach(set_value(_KEY, (*blocks(), block))))
        return block

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        detach(self._entered.pop())

    async def __aenter__(self) -> Block:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.__exit__(kind, error, traceback)

    def __call__(self, function: F) -> F:
        """Guard each run of ``function``, plain or async, on its own."""
        if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
            raise TypeError(
                f"Cannot guard {function.__name__}: what a generator sets leaks into the code that iterates "
                "over it. Use `with guard(…)` around that code."
            )
        max_usd, total_usd, action = self._ceilings

        @functools.wraps(function)
        def plain(*args: Any, **kwargs: Any) -> Any:
            with guard(max_usd, total_usd=total_usd, action=action):
                return function(*args, **kwargs)

        @functools.wraps(function)
        async def awaited(*args: Any, **kwargs: Any) -> Any:
            with guard(max_usd, total_usd=total_usd, action=action):
                return await function(*args, **kwargs)

        return cast(F, awaited if inspect.iscoroutinefunction(function) else plain)


def blocks(context: Context | None = None) -> tuple[Block, ...]:
    """The guarded blocks that are around, the outermost first."""
    found = (get_current() if context is None else context).get(_KEY, ())
    return found if isinstance(found, tuple) else ()
