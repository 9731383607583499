"""What must be made anew in a forked child: locks another thread may have held, threads, inherited state."""

from __future__ import annotations

import contextlib
import os
from typing import Protocol
from weakref import WeakSet


class ForkAware(Protocol):
    def after_fork(self) -> None:
        """Called in the child, where only the forking thread lives, before any of the application's code."""
        ...


_watched: WeakSet[ForkAware] = WeakSet()


def watch_forks(part: ForkAware) -> None:
    """Call ``part.after_fork()`` in every child forked from now on, for as long as ``part`` lives."""
    _watched.add(part)


def _after_in_child() -> None:
    for part in list(_watched):
        with contextlib.suppress(Exception):
            part.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_in_child)
