"""Detection as it may be on a bad day, put in place inside the application before anything is planted."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from spanwright_processors.detect import engine, json_text, redaction


@dataclass(frozen=True)
class Case:
    """``break_`` changes detection; ``groups`` of values are planted, as many as it has time for."""

    groups: int
    break_: Callable[[], None] = lambda: None
    environment: Mapping[str, str] = field(default_factory=dict)


def _around_find(before: Callable[[int], None]) -> None:
    """Call ``before`` with a count in front of every look at a text."""
    find, count = engine.Detector.find, itertools.count()

    def broken(self: engine.Detector, text: str) -> Any:
        before(next(count))
        return find(self, text)

    engine.Detector.find = broken  # type: ignore[method-assign]


def _sometimes(number: int) -> None:
    if number % 3 == 0:
        raise RuntimeError("no")


def _always(_: int) -> None:
    raise MemoryError


def _exits(number: int) -> None:
    if number % 2:
        raise SystemExit(3)


def _stuck(number: int) -> None:
    time.sleep(1.0 if number % 400 == 0 else 0.0)


def _late() -> None:
    """Fails when part of the span has been edited already."""

    def broken(*_: Any) -> Any:
        raise ValueError("late")

    redaction.Redactor.identifier = broken  # type: ignore[method-assign,assignment]
    json_text.apply = broken  # type: ignore[assignment]


#: One at a time, since the SDK's console exporter gives up a whole batch for one attribute of bytes.
_CONSOLE = {"OTEL_TRACES_EXPORTER": "console,otlp", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "1"}

CASES: dict[str, Case] = {
    "as they are": Case(1112),
    "as they are, also printed": Case(60, environment=_CONSOLE),
    "failing now and then": Case(160, lambda: _around_find(_sometimes)),
    "failing always": Case(60, lambda: _around_find(_always)),
    "failing half-way through an edit": Case(60, _late),
    "leaving by SystemExit": Case(60, lambda: _around_find(_exits)),
    "slow": Case(60, lambda: _around_find(lambda _: time.sleep(0.002))),
    "stuck for a while": Case(60, lambda: _around_find(_stuck)),
}
