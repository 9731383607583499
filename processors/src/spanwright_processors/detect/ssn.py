"""US social security numbers, by the Social Security Administration's rules for numbers never issued."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .finding import Entity, Finding

_GROUPED = re.compile(
    r"(?<!\w)(?<![0-9][-.])([0-9]{3})([-\u2010-\u2013 ])([0-9]{2})\2([0-9]{4})(?!\w)(?![-.][0-9])"
)
_NINE = re.compile(r"(?<![\w.-])([0-9]{3})([0-9]{2})([0-9]{4})(?!\w)(?![-.][0-9])")
_NAMED = re.compile(r"(?:\bssn|social security)[^0-9\n]{0,24}\Z")


def is_issuable(area: str, group: str, serial: str) -> bool:
    """Areas 000, 666 and 900-999, group 00 and serial 0000 are never issued."""
    return area not in ("000", "666") and area < "900" and group != "00" and serial != "0000"


def find(text: str, lower: str, start: int, end: int) -> Iterator[Finding]:
    """Numbers in ``text[start:end]``; nine digits in a row only after the number's name."""
    for match in _GROUPED.finditer(text, start, end):
        area, separator, group, serial = match.groups()
        if is_issuable(area, group, serial):
            score = 0.5 if separator == " " else 0.85
            yield Finding(Entity.US_SSN, match.start(), match.end(), score)
    for match in _NINE.finditer(text, start, end):
        before = lower[max(0, match.start() - 48) : match.start()]
        if is_issuable(*match.groups()) and _NAMED.search(before):
            yield Finding(Entity.US_SSN, match.start(), match.end(), 0.85)
