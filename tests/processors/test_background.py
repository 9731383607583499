"""Threads in the background of the application."""

from __future__ import annotations

import threading

import pytest
from spanwright_processors.background import started


def test_a_thread_that_holds_nobody_up() -> None:
    """It runs under its name, and the process may end before it does."""
    ran = threading.Event()
    thread = started(ran.set, "the name")
    assert thread is not None
    assert ran.wait(10)
    assert (thread.name, thread.daemon) == ("the name", True)


def test_no_thread_may_be_started(monkeypatch: pytest.MonkeyPatch) -> None:
    """At the end of the interpreter, or under a limit of threads, there is none, and no error."""

    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't create new thread at interpreter shutdown")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    assert started(lambda: None, "none") is None
