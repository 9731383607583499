"""Where digits stand near each other: the only places where numbers of any kind are looked for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

#: Digits as 1, full stops as themselves, everything else as blanks: searched at memory speed.
_SIGNS = bytes(49 if 48 <= code <= 57 else code if code == 46 else 32 for code in range(256))
#: Digits with no more than six other characters between two of them.
_CHAIN = re.compile(r"[0-9](?:[^0-9]{0,6}[0-9])*")
#: Dates and times, by far the most frequent of these places, are none.
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?)?")
#: The fewest digits of a telephone, account, card or social security number.
_LEAST = 7


class Place(NamedTuple):
    """``text[start:end]``, from its first digit to its last, with how many ``digits`` in it."""

    start: int
    end: int
    digits: int


def signs(text: str) -> bytes:
    """``text`` with a byte for each character: ``1`` for an ASCII digit, ``.``, or a blank."""
    return text.encode("ascii", "replace").translate(_SIGNS)


def places(text: str, signs: bytes) -> Iterator[Place]:
    """The places of seven digits and more, dates and times left out; ``signs`` are those of ``text``."""
    start = signs.find(b"1")
    while start >= 0:
        chain = _CHAIN.match(text, start)
        end = chain.end() if chain else start + 1
        digits = signs.count(b"1", start, end) if end - start >= _LEAST else 0
        if digits >= _LEAST and not _TIME.fullmatch(text, start, end):
            yield Place(start, end, digits)
        start = signs.find(b"1", end)
