"""Prices by time."""

from __future__ import annotations

from fractions import Fraction

from spanwright_processors.pricing import GpuTimeCard


def test_seconds_of_all_gpus_are_shared_by_the_calls_that_run_at_a_time() -> None:
    """2 seconds of 4 GPUs at 0.001 dollars, 8 calls at a time: 0.001 dollars, all of it `other`."""
    cost = GpuTimeCard(Fraction(1, 1000), Fraction(4), Fraction(8)).cost({}, 2_000_000_000)
    assert cost.total / cost.denominator == 0.001
    assert (cost.other, cost.input, cost.output) == (cost.total, 0, 0)


def test_a_clock_that_went_back_costs_nothing() -> None:
    """An end before the start is no negative cost."""
    assert GpuTimeCard(Fraction(1), Fraction(1), Fraction(1)).cost({}, -5).total == 0
