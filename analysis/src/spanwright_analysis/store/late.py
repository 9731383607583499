"""What was erased and arrives once more: a sender may have kept it and sends it again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from .batch import Row
from .columns import EVENTS, SPANS, place

_USER = place(SPANS, "user_hash")
_STARTED = {"spans": place(SPANS, "started"), "events": place(EVENTS, "started")}


class Late:
    """``erased``: kind (``trace`` or ``user``), value, and when it was erased (with a time zone).

    A trace in which an erased user occurs is left out whole, as far as it came in one batch.
    """

    def __init__(self, erased: Iterable[tuple[str, str, datetime]]) -> None:
        self._traces: dict[str, datetime] = {}
        self._users: dict[str, datetime] = {}
        for kind, value, at in erased:
            (self._traces if kind == "trace" else self._users)[value] = at

    def kept(self, table: str, rows: list[Row]) -> list[Row]:
        """The rows but those of what was erased after they began. Call it for spans first."""
        if not (self._traces or self._users):
            return rows
        started = _STARTED[table]
        if table == "spans" and self._users:
            for row in rows:
                at = self._users.get(row[_USER])
                if at is not None and row[started] < at:
                    self._traces.setdefault(row[0], at)
        return [row for row in rows if not self._is_late(row[0], row[started])]

    def _is_late(self, trace: str, started: datetime) -> bool:
        at = self._traces.get(trace)
        return at is not None and started < at
