"""Threads that work in the background of the application."""

from __future__ import annotations

import threading
from collections.abc import Callable


def started(target: Callable[[], None], name: str) -> threading.Thread | None:
    """A running daemon thread; None where the interpreter is ending or no more threads are allowed."""
    thread = threading.Thread(target=target, name=name, daemon=True)
    try:
        thread.start()
    except RuntimeError:
        return None
    return thread
