"""Measurements on their way to the metrics SDK, which are recorded off the application's thread.

Recording one in the SDK takes some 7 µs, and a model call has six. So a call leaves its measurements here,
and they are recorded within a second by a thread, and before every collection: an observable instrument of
the same meter, which itself observes nothing, is asked first. What a reader collects, also at
``force_flush`` and ``shutdown``, is therefore the same as if each had been recorded at once.
"""

from __future__ import annotations

import atexit
import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from queue import SimpleQueue

from opentelemetry.metrics import CallbackOptions, Meter, Observation

from .withheld import withheld

logger = logging.getLogger(__name__)

#: Seconds that measurements wait at most, where nothing is collected.
INTERVAL = 1.0

#: Entries that may wait; beyond it the thread that adds one records them all.
MAX_WAITING = 10_000

#: Never exported, as it has no data.
_INSTRUMENT = "spanwright.measurements.recorded"


class Measurements:
    """What is to be recorded yet: safe between threads, across ``os.fork`` and in signal handlers."""

    def __init__(self, interval: float = INTERVAL, max_waiting: int = MAX_WAITING) -> None:
        self._interval = interval
        self._max_waiting = max_waiting
        self._is_closed = False
        self.after_fork_in_child()

    def __len__(self) -> int:
        return len(self._waiting)

    def after_fork_in_child(self) -> None:
        """What waited is the parent's to record, and its thread is not here."""
        self._waiting: deque[Callable[[], None]] = deque()
        self._lock = threading.RLock()
        self._is_recording = False
        self._wake: SimpleQueue[None] = SimpleQueue()
        self._sleeps = True
        self._has_thread = False

    def add(self, record: Callable[[], None]) -> None:
        """``record`` is called soon, once, in an unknown thread; its errors are for the log."""
        self._waiting.append(record)
        if self._sleeps:
            self._sleeps = False
            self._wake.put(None)
            if not self._has_thread:
                self._start()
        if self._is_closed or len(self._waiting) > self._max_waiting:
            self.record_all()

    def record_all(self) -> None:
        """Record all that was added before this call; another thread that is at it is waited for."""
        with self._lock:
            if self._is_recording:
                # A signal handler, or what the garbage collector runs: the SDK's own locks do not nest.
                return
            self._is_recording = True
            try:
                while self._waiting:
                    _record(self._waiting.popleft())
            finally:
                self._is_recording = False

    def recorded_before_collections_of(self, meter: Meter) -> None:
        """Have everything recorded before this meter's metrics are collected."""
        meter.create_observable_counter(_INSTRUMENT, callbacks=[self._before_collection])

    def _before_collection(self, _options: CallbackOptions) -> Iterable[Observation]:
        self.record_all()
        return ()

    def close(self) -> None:
        """The interpreter exits: record what waits, and from now on everything at once."""
        self._is_closed = True
        self.record_all()

    def _start(self) -> None:
        with self._lock:
            if self._has_thread:
                return
            thread = threading.Thread(target=self._run, name="spanwright-measurements", daemon=True)
            try:
                thread.start()
            except RuntimeError:  # the interpreter is about to exit
                self.close()
            self._has_thread = True

    def _run(self) -> None:
        while True:
            self._wake.get()
            time.sleep(self._interval)
            self._sleeps = True
            self.record_all()


def _record(record: Callable[[], None]) -> None:
    try:
        record()
    except Exception:
        logger.debug("Cannot record a measurement.", exc_info=withheld())


#: The measurements of this process.
measurements = Measurements()
atexit.register(measurements.close)
os.register_at_fork(after_in_child=measurements.after_fork_in_child)
