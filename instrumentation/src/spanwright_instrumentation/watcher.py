"""What ends the streams that nobody ends: dropped ones, and half-read ones that the application keeps.

One daemon thread per process, started with the first stream. The garbage collector may drop a stream at any
point of any thread, also inside a lock of an exporter; so a dropped stream is only handed over here
(``SimpleQueue.put`` is made for that) and its span ends on this thread.
"""

from __future__ import annotations

import atexit
import os
import threading
import time
from queue import Empty, SimpleQueue
from typing import Protocol

#: Seconds without a read after which a stream that is neither read to its end nor closed counts as left.
DEADLINE_VARIABLE = "SPANWRIGHT_INSTRUMENTATION_STREAM_DEADLINE"
DEFAULT_DEADLINE = 600.0


class Watched(Protocol):
    """A reading that may be left without an end."""

    @property
    def last_read(self) -> int:
        """``time.perf_counter_ns`` of the last read."""

    def leave(self) -> None:
        """End at the time of the last read; does nothing when it has ended."""

    def discard(self) -> None:
        """Never end: another process does."""


class Watcher:
    """Readings under way, and the thread that ends those which are left.

    :param deadline: seconds since the last read.
    """

    def __init__(self, deadline: float) -> None:
        self.deadline = deadline
        self._open: dict[int, Watched] = {}
        self._left: SimpleQueue[Watched] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    def __len__(self) -> int:
        return len(self._open)

    def watch(self, reading: Watched) -> None:
        """End this reading some day, if nobody else does."""
        self._open[id(reading)] = reading
        if self._thread is None:
            self._start()

    def forget(self, reading: Watched) -> None:
        """It has ended."""
        self._open.pop(id(reading), None)

    def drop(self, reading: Watched) -> None:
        """The application dropped its stream; safe to call from ``__del__``."""
        self._left.put(reading)

    def end_all(self) -> None:
        """End every reading now: the interpreter exits, and what is open would be lost."""
        for reading in list(self._open.values()):
            reading.leave()

    def after_fork_in_child(self) -> None:
        """The streams of the parent are the parent's to end, and its thread is not here."""
        for reading in list(self._open.values()):
            reading.discard()
        self._open.clear()
        self._left = SimpleQueue()
        self._thread = None
        self._starting = threading.Lock()

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                thread = threading.Thread(target=self._run, name="spanwright-streams", daemon=True)
                thread.start()
                self._thread = thread

    def _run(self) -> None:
        while True:
            try:
                self._left.get(timeout=max(0.05, min(self.deadline / 4, 30.0))).leave()
            except Empty:
                self._end_overdue()

    def _end_overdue(self) -> None:
        oldest = time.perf_counter_ns() - int(self.deadline * 1e9)
        for reading in list(self._open.values()):
            if reading.last_read < oldest:
                reading.leave()


def _deadline() -> float:
    try:
        return max(0.0, float(os.environ.get(DEADLINE_VARIABLE, "") or DEFAULT_DEADLINE))
    except ValueError:
        return DEFAULT_DEADLINE


#: The watcher of this process.
watcher = Watcher(_deadline())
atexit.register(watcher.end_all)
os.register_at_fork(after_in_child=watcher.after_fork_in_child)
