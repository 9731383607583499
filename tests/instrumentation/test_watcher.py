"""Streams that nobody ends."""

from __future__ import annotations

import threading
import time

from spanwright_instrumentation.watcher import Watcher


class Reading:
    """A reading that notes how it ended."""

    def __init__(self, age: float = 0.0) -> None:
        self.last_read = time.perf_counter_ns() - int(age * 1e9)
        self.left = threading.Event()
        self.left_by: str | None = None
        self.discarded = False

    def leave(self) -> None:
        self.left_by = threading.current_thread().name
        self.left.set()

    def discard(self) -> None:
        self.discarded = True


def test_overdue_reading_is_left() -> None:
    """What was not read for the deadline's time ends; what was read since, or has ended, does not."""
    watcher = Watcher(0.2)
    old, fresh, ended = Reading(age=60), Reading(age=-60), Reading(age=60)
    for reading in (ended, old, fresh):
        watcher.watch(reading)
    watcher.forget(ended)
    assert old.left.wait(5)
    assert not fresh.left.is_set()
    assert not ended.left.is_set()


def test_dropped_reading_ends_on_the_own_thread() -> None:
    """The collector's thread only hands over: ending a span there could wait for a lock it holds itself."""
    watcher, reading = Watcher(600), Reading()
    watcher.watch(reading)
    watcher.drop(reading)
    assert reading.left.wait(5)
    assert reading.left_by == "spanwright-streams"


def test_everything_ends_at_exit() -> None:
    """At the interpreter's end nothing open is lost."""
    watcher, reading = Watcher(600), Reading()
    watcher.watch(reading)
    watcher.end_all()
    assert reading.left.is_set()


def test_fork_leaves_the_parents_streams_to_the_parent() -> None:
    """A child ends none of the streams it inherits, and watches its own on a thread of its own."""
    watcher, inherited = Watcher(600), Reading()
    watcher.watch(inherited)
    watcher.after_fork_in_child()
    own = Reading()
    watcher.watch(own)
    watcher.drop(own)
    assert inherited.discarded
    assert own.left.wait(5)
    assert not inherited.left.is_set()
