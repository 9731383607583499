"""Prices by time: what a call costs on machines of one's own, which charge for seconds and not for tokens."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from .card import Cost

_SECOND_NS = 1_000_000_000


class GpuTimeCard:
    """``usd_per_gpu_second`` for each of ``gpus``, shared by ``concurrency`` calls that run at a time.

    A call's seconds are those of its span; what it reports of tokens does not matter, nor whether it failed.
    """

    prices_any_call = True
    prices_failures = True

    def __init__(self, usd_per_gpu_second: Fraction, gpus: Fraction, concurrency: Fraction) -> None:
        rate = usd_per_gpu_second * gpus / concurrency / _SECOND_NS
        self._rate = rate.numerator
        self._denominator = rate.denominator

    def cost(self, _attributes: Mapping[str, Any], duration_ns: int = 0, /) -> Cost:
        """What ``duration_ns`` nanoseconds cost, all of it as ``other``."""
        total = self._rate * max(duration_ns, 0)
        return Cost(self._denominator, total, 0, 0, 0, 0, total)
