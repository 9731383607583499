"""Local roots whose children are still open, held back for a moment so that their totals are whole."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple

from .background import started
from .chain import StepChain
from .fork import watch_forks

#: Roots held at a time, and traces whose open spans are counted. Beyond, a root goes at once, and of traces
#: the one whose count is oldest is no longer known: its root goes at once as well.
MOST_HELD, MOST_TRACES = 1_000, 20_000


class _Held(NamedTuple):
    deadline: float
    trace_id: int
    root: Any


class RootWait:
    """Counts the open spans of each trace, and passes ended ones to ``forward``, roots with a delay.

    A local root that ends while other spans of its trace are open in this process waits for them, ``wait_s``
    seconds at most. All other spans pass at once. Nothing here waits itself: a root goes on the thread that
    ends the last of its trace, or else on one of ours.
    """

    def __init__(self, forward: Callable[[Any], None], wait_s: float) -> None:
        self._forward = forward
        self._wait_s = wait_s
        self._reset()
        watch_forks(self)

    def _reset(self) -> None:
        # Re-entrant: garbage collection or a signal handler may end a span in the middle of any of this.
        self._lock = threading.RLock()
        #: By trace one entry for each open span: lists grow and shrink in one step, counts do not.
        self._open: dict[int, list[None]] = {}
        self._held: deque[_Held] = deque()
        self._worker: threading.Thread | None = None

    def after_fork(self) -> None:
        """What was held is the parent process' to export."""
        self._reset()

    def started(self, span: Any) -> None:
        """``span`` of the SDK has been started. A quarter of a microsecond, without a lock.

        Where two threads end and start the last span of a trace at once, one may not be counted: its root
        goes at once.
        """
        trace_id = span._context.trace_id
        opened = self._open.get(trace_id)
        if opened is None:
            opened = self._open.setdefault(trace_id, [])
            if len(self._open) > MOST_TRACES:
                self._forget_oldest()
        opened.append(None)

    def ended(self, span: Any) -> None:
        """``span`` has ended: pass it on, or hold it back."""
        context = span._context
        opened = self._open.get(context.trace_id) if context is not None else None
        if opened:
            try:
                opened.pop()
            except IndexError:  # another thread was faster
                opened = []
        if not opened:
            if opened is not None:
                self._open.pop(context.trace_id, None)
            self._forward(span)
            if self._held:
                self._pass_on(self._taken(context.trace_id if context is not None else 0))
            return
        parent = span._parent
        if (parent is not None and not parent.is_remote) or not self._hold(context.trace_id, span):
            self._forward(span)
        elif not opened:  # the last one has ended meanwhile, and has seen nothing held
            self._pass_on(self._taken(context.trace_id))

    def release(self) -> None:
        """Pass on all that is held: before a flush, and at the end."""
        with self._lock:
            held = list(self._held)
            self._held.clear()
        self._pass_on(held)

    def _forget_oldest(self) -> None:
        with suppress(StopIteration, RuntimeError):  # another thread may be at it
            self._open.pop(next(iter(self._open)), None)

    def _hold(self, trace_id: int, root: Any) -> bool:
        with self._lock:
            if len(self._held) >= MOST_HELD:
                return False
            self._held.append(_Held(time.monotonic() + self._wait_s, trace_id, root))
            if self._worker is None or not self._worker.is_alive():
                # None at the end of the interpreter: shutdown passes it on.
                self._worker = started(self._run, "spanwright-roots")
        return True

    def _taken(self, trace_id: int) -> list[_Held]:
        with self._lock:
            taken = [held for held in self._held if held.trace_id == trace_id]
            for held in taken:
                self._held.remove(held)
        return taken

    def _run(self) -> None:
        """Pass on what has waited long enough, until nothing is held."""
        me = threading.current_thread()
        while True:
            with self._lock:
                if not self._held:
                    if self._worker is me:
                        self._worker = None
                    return
                left = self._held[0].deadline - time.monotonic()
                due = [self._held.popleft()] if left <= 0 else []
            self._pass_on(due)
            if not due:
                time.sleep(left)

    def _pass_on(self, held: list[_Held]) -> None:
        for one in held:
            with suppress(Exception):  # of a processor, about another span than the caller's
                self._forward(one.root)


def root_wait(chain: StepChain, forward: Callable[[Any], None]) -> RootWait | None:
    """What holds roots back before ``forward``, if a step of ``chain`` wants that."""
    seconds = max((getattr(step, "root_wait_s", 0.0) for step in chain.steps), default=0.0)
    return RootWait(forward, seconds) if seconds > 0 else None
