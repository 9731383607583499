"""The question whether a call may cost what it may: asked by the one half, answered by the other.

The instrumentors ask before a call is made and tell how it ended; who keeps the ceilings sets ``check``. This
is the one place where observing may keep a call from being made, and only where the application asked for a
ceiling.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple


class CostCeilingExceeded(RuntimeError):  # noqa: N818  the name that the interface promises
    """A call was not made, since it could cost more than a ceiling allows.

    ``scope``: what the ceiling is for: ``call``, ``block``, ``user``, ``pipeline``, ``day``. ``limit_usd`` is
    the ceiling, ``spent_usd`` what is spent or promised already within it, ``expected_usd`` what the call
    may cost at most.
    """

    def __init__(
        self, message: str, *, scope: str, limit_usd: float, expected_usd: float, spent_usd: float
    ) -> None:
        super().__init__(message)
        self.scope = scope
        self.limit_usd = limit_usd
        self.expected_usd = expected_usd
        self.spent_usd = spent_usd


@dataclass(frozen=True, slots=True)
class PlannedCall:
    """A call about to be made. ``attributes`` are its span's so far: parameters as sent, user, pipeline.

    ``read_content`` gives what is sent by content attribute, structured; reading it takes its time.
    ``is_recorded`` False: another instrumentor makes the call's span, and nobody tells how the call ended.
    """

    operation: str
    provider: str | None
    model: str | None
    attributes: Mapping[str, Any]
    read_content: Callable[[], Mapping[str, Any]]
    span_id: int
    is_recorded: bool = True


class Verdict(NamedTuple):
    """``error`` is to be raised in place of the call. ``event``: attributes of an event for the call's span.

    ``settle`` is to be told the span's attributes when the call has ended, whether or not it failed.
    """

    error: CostCeilingExceeded | None
    event: Mapping[str, Any] | None
    settle: Callable[[Mapping[str, Any]], None] | None


#: Name of the event that tells of a call above a ceiling.
EXCEEDED_EVENT = "spanwright.cost_guard.exceeded"

#: Who answers; None where there is no ceiling.
check: Callable[[PlannedCall], Verdict | None] | None = None


def set_check(answer: Callable[[PlannedCall], Verdict | None] | None) -> None:
    """Have ``answer`` asked before every call from now on; None: nobody."""
    global check
    check = answer
