"""Whose a trace is, though only one of its spans may say so, and perhaps one without anything masked."""

from __future__ import annotations

from collections import OrderedDict


class UserLinks:
    """Users of the latest ``traces`` traces. Not safe from several threads."""

    def __init__(self, traces: int = 8192) -> None:
        self._most = traces
        #: Trace id -> user hash, or None where there are originals and no user is known yet.
        self._known: OrderedDict[int, str | None] = OrderedDict()

    def of(self, trace_id: int, user_hash: str | None, *, has_originals: bool) -> tuple[str | None, bool]:
        """The user of this span, and whether a record must tell whose the trace's earlier ones are.

        ``user_hash`` is what the span itself says. Spans without originals cost a look-up.
        """
        if not trace_id:
            return user_hash, False
        unknown_before = trace_id in self._known and self._known[trace_id] is None
        user = user_hash or self._known.get(trace_id)
        if user is not None or has_originals:
            self._known[trace_id] = user
            self._known.move_to_end(trace_id)
            if len(self._known) > self._most:
                self._known.popitem(last=False)
        return user, unknown_before and user is not None
