"""The current context in threads and executors: what runs there for a request belongs to it.

Tasks of asyncio and ``asyncio.to_thread`` keep the context by themselves. Other processes have none: what a
``ProcessPoolExecutor`` runs needs it handed over (docs/guides/tools-and-workflows.md).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from concurrent.futures import Future, ThreadPoolExecutor
from functools import wraps
from typing import Any, ClassVar

from opentelemetry.context import Context, get_current
from opentelemetry.instrumentation.instrumentor import BaseInstrumentor  # type: ignore[attr-defined]

from .attach import Attached

#: Modules whose threads outlive the request in which they happen to start. A pool's threads get the context
#: with each thing they are given.
_BEYOND_REQUESTS = ("concurrent.futures.", "opentelemetry.", "spanwright_")


class ThreadsInstrumentor(BaseInstrumentor):  # type: ignore[misc]
    """Hands the current context on to threads, and with what thread pools are given.

    Where no context is current, as in an application without a span, nothing is done.
    """

    library: ClassVar[str] = "threading"
    covers: ClassVar[str] = (
        "the current context in `Thread`, `Timer`, `ThreadPoolExecutor`, `run_in_executor`; no spans"
    )

    def instrumentation_dependencies(self) -> Collection[str]:
        """None: Python's own."""
        return ()

    def _instrument(self, **_options: Any) -> None:
        self._patches = (
            _Patch(ThreadPoolExecutor, "submit", _submit),
            _Patch(threading.Thread, "start", _start),
        )

    def _uninstrument(self, **_options: Any) -> None:
        for patch in self._patches:
            patch.remove()


class _Patch:
    """A method replaced; where somebody has replaced it again since, ours only stops."""

    def __init__(self, owner: type, name: str, around: Callable[..., Any]) -> None:
        self._owner, self._name = owner, name
        self._original = original = getattr(owner, name)
        self._is_on = True

        @wraps(original)
        def patched(*args: Any, **kwargs: Any) -> Any:
            current = get_current() if self._is_on else None
            return around(original, current, *args, **kwargs) if current else original(*args, **kwargs)

        self._patched = patched
        setattr(owner, name, patched)

    def remove(self) -> None:
        self._is_on = False
        if vars(self._owner).get(self._name) is self._patched:
            setattr(self._owner, self._name, self._original)


def _submit(
    submit: Callable[..., Future[Any]],
    current: Context,
    executor: ThreadPoolExecutor,
    fn: Callable[..., Any],
    /,
    *args: Any,
    **kwargs: Any,
) -> Future[Any]:
    return submit(executor, _carrying(fn, current), *args, **kwargs)


def _start(start: Callable[..., None], current: Context, thread: threading.Thread) -> None:
    target = getattr(thread, "_target", None)
    module = str(getattr(target, "__module__", None) or type(thread).__module__)
    if not module.startswith(_BEYOND_REQUESTS):
        run = thread.run

        def run_with_context() -> None:
            vars(thread).pop("run", None)  # which refers to the thread that holds it
            with Attached(current):
                run()

        vars(thread)["run"] = run_with_context
    start(thread)


def _carrying(function: Callable[..., Any], context: Context) -> Callable[..., Any]:
    def carrying(*args: Any, **kwargs: Any) -> Any:
        with Attached(context):
            return function(*args, **kwargs)

    return carrying
