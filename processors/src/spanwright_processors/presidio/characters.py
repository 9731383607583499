"""Sets of characters, as ranges of code points."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

_LAST = 0x10FFFF
#: How often ASCII characters stand in prose, JSON and logs, roughly, per thousand. What is not here: 1.
_FREQUENCY = {
    **dict.fromkeys("etaoinshr", 40.0),
    **dict.fromkeys("dlucmfwygpbvk", 15.0),
    **dict.fromkeys("ABCDEFGHIJKLMNOPQRSTUVWXYZjxqz", 3.0),
    **dict.fromkeys("0123456789", 4.0),
    " ": 170.0,
    "\n": 15.0,
    ".": 12.0,
    ",": 12.0,
    '"': 20.0,
    "-": 6.0,
    "'": 5.0,
    ":": 8.0,
    "/": 3.0,
}


class Characters(NamedTuple):
    """A set of characters as ascending, disjoint ranges of code points, both ends included."""

    ranges: tuple[tuple[int, int], ...]

    def __or__(self, other: Characters) -> Characters:
        return joined((*self.ranges, *other.ranges))

    def __sub__(self, other: Characters) -> Characters:
        left: list[tuple[int, int]] = []
        for whole, high in self.ranges:
            low = whole
            for lower, upper in other.ranges:
                if upper < low or lower > high:
                    continue
                if lower > low:
                    left.append((low, lower - 1))
                low = upper + 1
            if low <= high:
                left.append((low, high))
        return Characters(tuple(left))

    def within(self, other: Characters) -> bool:
        """True if every character of this set is in the other one."""
        return not (self - other).ranges

    def has(self, character: str) -> bool:
        return any(low <= ord(character) <= high for low, high in self.ranges)

    def ascii(self) -> str:
        """The ASCII characters of the set, in order."""
        return "".join(chr(code) for low, high in self.ranges for code in range(low, min(high, 127) + 1))

    def frequency(self) -> float:
        """How common the set is in text: of a thousand characters, how many are in it, roughly."""
        return sum(_FREQUENCY.get(character, 1.0) for character in self.ascii())

    def as_class(self) -> str:
        """The set in the syntax of ``re``, with brackets."""
        inside = (_escaped(low) + (f"-{_escaped(high)}" if high > low else "") for low, high in self.ranges)
        return f"[{''.join(inside)}]"


NOTHING = Characters(())
EVERYTHING = Characters(((0, _LAST),))


def joined(ranges: Iterable[tuple[int, int]]) -> Characters:
    """The set of all characters in any of the ranges, in any order, overlapping or not."""
    found: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if found and low <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(high, found[-1][1]))
        else:
            found.append((low, high))
    return Characters(tuple(found))


def _escaped(code: int) -> str:
    return re.escape(chr(code)) if 32 < code < 127 else f"\\U{code:08x}"
