"""What was spent within a day, by whom and for what, and what calls under way may still cost."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import NamedTuple

from ..fork import watch_forks

_DAY_S = 86_400
#: Users and pipelines whose spending is remembered; beyond, the one that was idle longest is forgotten.
_MOST = 10_000


class Account(NamedTuple):
    """``scope``: user, pipeline or day; ``name``: whose."""

    scope: str
    name: str


class Ledger:
    """US dollars by account since midnight UTC, in this process alone. Safe to use from several threads."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self.after_fork()
        watch_forks(self)

    def after_fork(self) -> None:
        """A child spends its own."""
        self._lock = threading.RLock()
        self._spent: OrderedDict[Account, float] = OrderedDict()
        self._day = 0

    def spent(self, account: Account) -> float:
        """US dollars spent or promised today."""
        with self._lock:
            self._turn()
            return self._spent.get(account, 0.0)

    def book(self, accounts: Iterable[Account], usd: float) -> int:
        """Add ``usd`` to ``accounts``. The day it was booked on, for ``correct``."""
        with self._lock:
            self._turn()
            for account in accounts:
                self._spent[account] = max(0.0, self._spent.get(account, 0.0) + usd)
                self._spent.move_to_end(account)
            while len(self._spent) > _MOST:
                self._spent.popitem(last=False)
            return self._day

    def correct(self, accounts: Iterable[Account], usd: float, day: int) -> None:
        """Add ``usd``, mostly less than 0, to what was booked on ``day``; on a later day that is over."""
        with self._lock:
            self._turn()
            if day == self._day:
                self.book(accounts, usd)

    def _turn(self) -> None:
        today = int(self._now() // _DAY_S)
        if today != self._day:
            self._day = today
            self._spent.clear()
