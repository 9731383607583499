"""What takes long to load, loaded on a thread of its own: neither the start of an application nor any call
waits for it.
"""

from __future__ import annotations

import atexit
import logging
import os
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from enum import StrEnum
from typing import Generic, TypeVar

from ..counters import Counters

Loaded = TypeVar("Loaded")
#: Seconds for which the end of a process waits for what is being loaded.
AT_END_S = 2.0
_logger = logging.getLogger(__name__)
#: Seconds that a fork waits for what is being imported: a child in which another thread's import was cut in
#: two could never import that module.
_FORK_WAITS = 5.0


class State(StrEnum):
    """How far it is."""

    LOADING = "loading"
    READY = "ready"
    FAILED = "failed"


class _NoFork(AbstractContextManager[None]):
    """While one thread is in here, a fork waits, for ``_FORK_WAITS`` at most."""

    def __init__(self) -> None:
        self._renew()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(before=self._wait, after_in_parent=self._leave, after_in_child=self._renew)

    def _renew(self) -> None:
        self._lock = threading.Lock()
        self._waited = False

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()

    def _wait(self) -> None:
        self._waited = self._lock.acquire(timeout=_FORK_WAITS)

    def _leave(self) -> None:
        if self._waited:
            self._waited = False
            self._lock.release()


#: What imports modules on another thread than the main one does so in here.
importing = _NoFork()


class Loading(Generic[Loaded]):
    """Calls ``load`` once, on a daemon thread; then ``ready``, or counts and says what went wrong.

    ``what`` names it in the one line of log, and ``instead`` says there what happens without it. ``imports``:
    a fork waits for it, since modules are imported. A forked child whose parent had not got it yet begins
    anew.
    """

    def __init__(
        self,
        what: str,
        load: Callable[[], Loaded],
        instead: str,
        counters: Counters,
        *,
        imports: bool = False,
    ) -> None:
        self._what = what
        self._load = load
        self._instead = instead
        self._counters = counters
        self._guard: AbstractContextManager[None] = importing if imports else nullcontext()
        self._ready: list[Callable[[], None]] = []
        self.value: Loaded | None = None
        self.error: Exception | None = None
        self._start()

    @property
    def state(self) -> State:
        if self.value is not None:
            return State.READY
        return State.LOADING if self.error is None else State.FAILED

    def when_ready(self, call: Callable[[], None]) -> None:
        """Have ``call`` called, on whichever thread, once it is there."""
        self._ready.append(call)
        if self.value is not None:
            call()

    def wait(self, seconds: float) -> State:
        """Wait for the end of loading: for those who have the time, as ``spanwright doctor`` has."""
        self._done.wait(seconds)
        return self.state

    def fork(self) -> None:
        if self.state is State.LOADING:
            self._start()

    def _start(self) -> None:
        self._done = threading.Event()
        thread = threading.Thread(target=self._run, args=(self._done,), name="SpanwrightLoading", daemon=True)
        try:
            thread.start()
        except RuntimeError as error:  # the interpreter is ending, or may start no thread
            self._failed(error)
            self._done.set()
        else:
            # Native code in a thread, while the interpreter goes, would abort the process.
            atexit.register(self._done.wait, AT_END_S)

    def _run(self, done: threading.Event) -> None:
        try:
            with self._guard:
                self.value = self._load()
            for call in list(self._ready):
                call()
        except BaseException as error:  # some libraries end the process where a model is missing
            self._failed(error if isinstance(error, Exception) else RuntimeError(type(error).__name__))
        finally:
            done.set()
            atexit.unregister(done.wait)

    def _failed(self, error: Exception) -> None:
        self.error = error
        self._counters.engine_failed()
        if not threading.main_thread().is_alive():
            return  # the process is ending, and takes modules apart that were needed
        with suppress(Exception):
            known = isinstance(error, ValueError | RuntimeError)
            text = str(error) if known else f"{type(error).__name__}: {error}"
            _logger.warning("Cannot load %s: %s. %s", self._what, text.rstrip(". "), self._instead)
            _logger.debug("Where that came from:", exc_info=error)
