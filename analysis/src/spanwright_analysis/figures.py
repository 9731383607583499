"""Times, money and counts in the form a person reads."""

from __future__ import annotations


def duration(nanoseconds: float) -> str:
    """``850 µs``, ``4.2 ms``, ``212 ms``, ``1.84 s``, ``2 min 05 s``."""
    seconds = nanoseconds / 1e9
    if seconds >= 60:
        return f"{int(seconds // 60)} min {int(seconds % 60):02d} s"
    if seconds >= 1:
        return f"{seconds:.2f} s"
    milliseconds = seconds * 1e3
    if milliseconds >= 1:
        return f"{milliseconds:.0f} ms" if milliseconds >= 10 else f"{milliseconds:.1f} ms"
    return f"{milliseconds * 1e3:.0f} µs"


def money(usd: float) -> str:
    """US dollars, to the micro-dollar below one dollar; a cost too small for that is not shown as nothing."""
    if 0 < usd < 5e-7:
        return "<$0.000001"
    return f"${usd:,.2f}" if usd >= 1 else f"${usd:.6f}"


def amount(value: int) -> str:
    return f"{value:,}"


def score(value: float) -> str:
    """Two digits decide which chunk is better; the third tells apart what two call equal."""
    return f"{value:.3f}"
