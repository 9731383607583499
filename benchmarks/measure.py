"""Measuring beside a baseline: all variants in one process, in turns, so that only ratios count."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Work = Callable[[], object]


@dataclass(frozen=True)
class Row:
    """One line of the report. ``value`` is in ``unit``; ``ratio`` is against the row's ``baseline``."""

    topic: str
    name: str
    value: float
    unit: str
    baseline: str = ""
    ratio: float | None = None


def cpu_microseconds(
    variants: Mapping[str, Work],
    *,
    rounds: int,
    calls: int,
    clock: Callable[[], int] = time.thread_time_ns,
) -> dict[str, float]:
    """Median CPU time of one call of each variant, in µs.

    ``clock`` counts the calling thread's CPU time by default; ``time.process_time_ns`` counts all threads'.
    A round runs each variant ``calls`` times; the variants take turns so that a change of the machine's speed
    meets all of them alike. The garbage collector runs between rounds, not inside them.
    """
    samples: dict[str, list[float]] = {name: [] for name in variants}
    for work in variants.values():
        work()
    gc.collect()
    gc.disable()
    try:
        for _ in range(rounds):
            for name, work in variants.items():
                begin = clock()
                for _ in range(calls):
                    work()
                samples[name].append((clock() - begin) / calls / 1000)
            gc.collect()
    finally:
        gc.enable()
    return {name: statistics.median(values) for name, values in samples.items()}
