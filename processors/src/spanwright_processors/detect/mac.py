"""Addresses of network interfaces: twelve hexadecimal digits (IEEE 802), in pairs, or in fours by routers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .finding import Entity, Finding

_PAIRS = (
    r"(?<![0-9A-Za-z]{sign})(?<![0-9A-Za-z])(?:[0-9A-Fa-f]{{2}}{sign}){{5}}[0-9A-Fa-f]{{2}}"
    r"(?![0-9A-Za-z])(?!{sign}[0-9A-Za-z])"
)
#: Sign, how many of them, what begins with one, the whole, the digits before the first sign.
_FORMS = (
    (":", 5, re.compile(r":[0-9A-Fa-f]{2}:"), re.compile(_PAIRS.format(sign=":")), 2),
    ("-", 5, re.compile(r"-[0-9A-Fa-f]{2}-"), re.compile(_PAIRS.format(sign="-")), 2),
    (
        ".",
        2,
        re.compile(r"\.[0-9A-Fa-f]{4}\."),
        re.compile(r"(?<![\w.])(?:[0-9A-Fa-f]{4}\.){2}[0-9A-Fa-f]{4}(?![\w])(?!\.\w)"),
        4,
    ),
)
#: Of none, and of all.
_NOBODYS = frozenset({"0" * 12, "F" * 12})


def find(text: str) -> Iterator[Finding]:
    for sign, signs, middle, whole, before in _FORMS:
        if text.count(sign) < signs:
            continue
        position = 0
        for at in middle.finditer(text):
            found = whole.match(text, at.start() - before) if at.start() >= max(before, position) else None
            if found and found.group().replace(sign, "").upper() not in _NOBODYS:
                position = found.end()
                yield Finding(Entity.MAC_ADDRESS, found.start(), position, 0.85)
