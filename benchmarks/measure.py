"""Measuring beside a baseline: all variants in one process, in turns, so that only ratios count."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One line of the report. ``value`` is in ``unit``; ``ratio`` is the value over ``baseline``'s."""

    topic: str
    name: str
    value: float
    unit: str
    baseline: str = ""
    ratio: float | None = None


@dataclass(frozen=True)
class Variant:
    """``work`` is timed; ``enter`` and ``leave`` run around each round of it, untimed.

    ``finish`` is timed once a round, after the calls: what is still under way in other threads ends there.
    """

    work: Callable[[], object]
    enter: Callable[[], object] = lambda: None
    leave: Callable[[], object] = lambda: None
    finish: Callable[[], object] = lambda: None


@dataclass(frozen=True)
class Cost:
    """CPU µs of one call: of the calling thread, and of all threads together."""

    caller: float
    process: float


def cpu_cost(variants: Mapping[str, Variant], *, rounds: int, calls: int) -> dict[str, Cost]:
    """CPU time of one call of each variant: the lower quartile of the rounds.

    A round runs each variant ``calls`` times; the variants take turns so that a change of the machine's speed
    meets all of them alike. Many short rounds tell more than few long ones: whatever else the machine does
    only ever adds. The garbage collector runs between rounds, not inside them.
    """
    samples: dict[str, list[tuple[float, float]]] = {name: [] for name in variants}
    _round(variants, 1)
    gc.collect()
    gc.freeze()  # what is there already is not looked through again between rounds
    gc.disable()
    try:
        for _ in range(rounds):
            for name, sample in _round(variants, calls).items():
                samples[name].append(sample)
    finally:
        gc.enable()
        gc.unfreeze()
    return {
        name: Cost(*(sorted(column)[len(column) // 4] for column in zip(*values, strict=True)))
        for name, values in samples.items()
    }


def _round(variants: Mapping[str, Variant], calls: int) -> dict[str, tuple[float, float]]:
    found = {}
    for name, variant in variants.items():
        gc.collect()
        variant.enter()
        variant.work()  # untimed, as the first after a change of what is instrumented
        variant.finish()
        process, caller = time.process_time_ns(), time.thread_time_ns()
        for _ in range(calls):
            variant.work()
        caller = time.thread_time_ns() - caller
        variant.finish()
        process = time.process_time_ns() - process
        variant.leave()
        found[name] = (caller / calls / 1000, process / calls / 1000)
    return found
