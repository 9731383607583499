"""What was found in one span or log record while it is looked at, and how long that may take."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field

from spanwright_semconv.enums import DropReason

from ..audit.originals import Edit as Change
from ..audit.originals import Replaced
from . import json_text
from .json_text import Edit
from .replacement import FAILED, NOT_READY, OVERSIZE, TIMEOUT
from .trace_memory import TraceNames

_PLACEHOLDERS = {
    DropReason.OVERSIZE: OVERSIZE,
    DropReason.TIMEOUT: TIMEOUT,
    DropReason.NOT_READY: NOT_READY,
}


class BudgetExceededError(Exception):
    """Looking at this span has taken as long as it may."""


class NotReadyError(Exception):
    """The detector that was asked for is not loaded yet, or, ``failed``, cannot be."""

    def __init__(self, *, failed: bool = False) -> None:
        super().__init__()
        self.failed = failed


def drop_reason(error: Exception) -> DropReason:
    """Why a value is dropped over which a detector raised ``error``."""
    if isinstance(error, BudgetExceededError):
        return DropReason.TIMEOUT
    if isinstance(error, NotReadyError) and not error.failed:
        return DropReason.NOT_READY
    return DropReason.ERROR


@dataclass(slots=True)
class Found:
    """What was found in one span or log record: types, and values only for those who keep them apart.

    ``deadline`` is of ``time.perf_counter()``; None: none.
    """

    names: TraceNames
    trace_id: int = 0
    deadline: float | None = None
    types: set[str] = field(default_factory=set)
    masked: bool = False
    #: Replaced findings by type.
    counts: Counter[str] = field(default_factory=Counter)
    #: Values dropped without a look, or after a failed one, by reason.
    dropped: Counter[str] = field(default_factory=Counter)
    #: (type, value, score) for the trace's memory.
    learned: list[tuple[str, str, float]] = field(default_factory=list, repr=False)
    #: Every change of a text, for the audit log; None where there is none.
    replaced: list[Replaced] | None = field(default=None, repr=False)
    place: str = ""  #: of the span, for ``replaced``

    def applied(self, key: str, text: str, edits: list[Edit]) -> str:
        """``text``, which stands under ``key``, with ``edits`` made and noted."""
        if not edits:
            return text
        self.masked = True
        for edit in edits:
            self.counts[edit.type] += 1
        if self.replaced is not None:
            changes = tuple(Change(start, text[start:end], new) for start, end, new, _ in edits)
            self.replaced.append(Replaced(self.place, key, changes))
        return json_text.apply(text, edits)

    def join(self, apart: Found) -> None:
        """Note what was found apart from the rest."""
        self.types |= apart.types
        self.learned += apart.learned

    def check_time(self) -> None:
        """Raises ``BudgetExceededError`` once the deadline is over."""
        if self.deadline is not None and time.perf_counter() > self.deadline:
            raise BudgetExceededError

    def drop(self, reason: DropReason) -> str:
        """What stands for a value that is dropped for ``reason``; counts it."""
        self.dropped[reason.value] += 1
        return _PLACEHOLDERS.get(reason, FAILED)
