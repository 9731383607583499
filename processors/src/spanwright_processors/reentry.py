"""What ends on a thread that is inside our code waits there until the thread is out again.

Garbage collection, a signal handler or a step may end a span or emit a record at any line of ours. A
processor that exports at once would have it processed there and then, under the locks that the thread holds
already; two threads doing so wait for each other for ever.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any


class _Thread(threading.local):
    """``inside`` while the thread may hold a lock of ours; ``waiting`` is what ended meanwhile."""

    def __init__(self) -> None:
        self.inside = False
        self.waiting: deque[tuple[Callable[[Any], None], Any]] = deque()


_thread = _Thread()


class Inside:
    """Stands around code that holds locks of ours. Nests; at the outermost end what has waited is let in."""

    __slots__ = ("_before",)

    def __enter__(self) -> None:
        self._before = _thread.inside
        _thread.inside = True

    def __exit__(self, *_: object) -> None:
        _thread.inside = self._before
        if not self._before and _thread.waiting:
            _let_in()


def one_by_one(
    wrap: Callable[[Any], Any], forward: Callable[[Any], None], lost: Callable[[], None]
) -> Callable[[Any], None]:
    """``forward(wrap(item))``, later where the thread is inside; ``lost()`` where ``wrap`` fails."""
    thread = _thread

    def accept(item: Any) -> None:
        if thread.inside:
            thread.waiting.append((accept, item))
            return
        try:
            thread.inside = True  # as Inside, which would cost every span half a microsecond
            try:
                item = wrap(item)
            except Exception:  # unseen by the steps it must not go on, and the application must not notice
                lost()
                return
            finally:
                thread.inside = False
            forward(item)
        finally:
            if thread.waiting:
                _let_in()

    return accept


def _let_in() -> None:
    waiting = _thread.waiting
    while waiting:
        accept, item = waiting.popleft()
        with suppress(Exception):  # of a processor, about another item than the caller's
            accept(item)
