"""Values that an application wants masked in one trace: told by the one half, looked for by the other.

They stay in this process' memory, as in the application itself: never exported, logged or shown.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable
from typing import NamedTuple

#: Traces and values of one trace that are kept, and characters of a value; the oldest trace goes first.
MOST_TRACES, MOST_VALUES, MOST_CHARACTERS = 2048, 64, 512

_lock = threading.RLock()  # re-entrant: a garbage collection may end a span in the middle of this
_by_trace: OrderedDict[int, tuple[GivenValue, ...]] = OrderedDict()


class GivenValue(NamedTuple):
    """A value to mask wherever it stands as a whole word, in any case; ``is_name``: a person's."""

    value: str
    is_name: bool

    def __repr__(self) -> str:
        return "<given value>"


def give_values(trace_id: int, values: Iterable[GivenValue]) -> None:
    """Have ``values`` masked in what the trace's spans and records hold from now on; 0 is no trace."""
    if not trace_id:
        return
    with _lock:
        before = _by_trace.get(trace_id, ())
        new = [one for one in values if one not in before and one.value.strip()]
        if new:
            kept = (one._replace(value=one.value.strip()[:MOST_CHARACTERS]) for one in new)
            _by_trace[trace_id] = (*before, *kept)[:MOST_VALUES]
        if trace_id in _by_trace:
            _by_trace.move_to_end(trace_id)
        while len(_by_trace) > MOST_TRACES:
            _by_trace.popitem(last=False)


def given_values(trace_id: int) -> tuple[GivenValue, ...]:
    """What was given for a trace."""
    return _by_trace.get(trace_id, ()) if _by_trace else ()


def forget_given_values() -> None:
    """Forget all of it: also what a forked child does."""
    global _lock
    _lock = threading.RLock()
    _by_trace.clear()
