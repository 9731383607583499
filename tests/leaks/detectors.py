"""Detection as it may be on a bad day, put in place inside the application before anything is planted."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from spanwright_processors.detect import engine, ip, json_text, redaction


@dataclass(frozen=True)
class Case:
    """``break_`` changes detection; ``groups`` of values are planted, as many as it has time for.

    ``mark`` is exported if detection was broken as meant.
    """

    groups: int
    break_: Callable[[], None] = lambda: None
    mark: str = "[EMAIL]"
    environment: Mapping[str, str] = field(default_factory=dict)


def _around_find(before: Callable[[int], None]) -> None:
    """Call ``before`` with a count in front of every look at a text."""
    find, count = engine.Detector.candidates, itertools.count()

    def broken(self: engine.Detector, text: str, *known: Any) -> Any:
        before(next(count))
        return find(self, text, *known)

    engine.Detector.candidates = broken  # type: ignore[method-assign,assignment]


def _sometimes(number: int) -> None:
    if number % 3 == 0:
        raise RuntimeError("no")


def _always(_: int) -> None:
    raise MemoryError


def _exits(number: int) -> None:
    if number % 2 and threading.current_thread() is not threading.main_thread():
        raise SystemExit(3)


def _stuck(number: int) -> None:
    time.sleep(0.5 if number % 50 == 49 else 0.0)


def _late() -> None:
    """Fails when part of the span has been edited already."""

    def broken(*_: Any) -> Any:
        raise ValueError("late")

    redaction.Redactor.identifier = broken  # type: ignore[method-assign,assignment]
    json_text.apply = broken  # type: ignore[assignment]


def _one_kind() -> None:
    """Card numbers are found, and then the search for one kind of values fails."""

    def broken(*_: Any) -> Any:
        raise IndexError("ip")

    ip.find = broken  # type: ignore[assignment]


#: One at a time, since the SDK's console exporter gives up a whole batch for one attribute of bytes.
_CONSOLE = {"OTEL_TRACES_EXPORTER": "console,otlp", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "1"}

#: While Presidio's definitions are loaded, spans may take longer.
_LOADS_NOTHING = {"SPANWRIGHT_MASK_ENGINE": "own"}

_FAILED, _TIMEOUT = "[FAILED]", "[TIMEOUT]"

CASES: dict[str, Case] = {
    "as they are": Case(1112),
    "cut by the SDK": Case(100, environment={"OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT": "150"}, mark="…"),
    "failing now and then": Case(160, lambda: _around_find(_sometimes), _FAILED, _CONSOLE),
    "failing always": Case(60, lambda: _around_find(_always), _FAILED),
    "failing for one kind": Case(60, _one_kind, _FAILED),
    "failing half-way through an edit": Case(60, _late, _FAILED),
    "leaving by SystemExit": Case(60, lambda: _around_find(_exits), "spanwright.processing.failed_steps"),
    "slow, with little time": Case(
        60,
        lambda: _around_find(lambda _: time.sleep(0.01)),
        _TIMEOUT,
        _LOADS_NOTHING | {"SPANWRIGHT_MASK_BUDGET_MS": "20"},
    ),
    "stuck for a while": Case(
        60,
        lambda: _around_find(_stuck),
        _TIMEOUT,
        _LOADS_NOTHING | {"SPANWRIGHT_MASK_BUDGET_MS": "400"},
    ),
}
