"""US social security numbers, by the Social Security Administration's rules for numbers never issued."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .finding import Entity, Finding

_GROUPED = re.compile(
    r"(?<!\w)(?<![0-9][-.])([0-9]{3})([-\u2010-\u2013 ])([0-9]{2})\2([0-9]{4})(?!\w)(?![-.][0-9])"
)
_NAMED = re.compile(r"(?:\bssn|social security)[^0-9\n]{0,24}([0-9]{3})([0-9]{2})([0-9]{4})(?![0-9])")


def is_issuable(area: str, group: str, serial: str) -> bool:
    """Areas 000, 666 and 900-999, group 00 and serial 0000 are never issued."""
    return area not in ("000", "666") and area < "900" and group != "00" and serial != "0000"


def find(text: str, lower: str) -> Iterator[Finding]:
    for match in _GROUPED.finditer(text):
        area, separator, group, serial = match.groups()
        if is_issuable(area, group, serial):
            score = 0.5 if separator == " " else 0.85
            yield Finding(Entity.US_SSN, match.start(), match.end(), score)
    if "ssn" not in lower and "social sec" not in lower:
        return
    for match in _NAMED.finditer(lower):
        if is_issuable(*match.groups()):
            yield Finding(Entity.US_SSN, match.start(1), match.end(3), 0.85)
