"""Payment card numbers: issuer prefix and length (ISO/IEC 7812), Luhn check digit, usual groupings."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .finding import Entity, Finding

_SEPARATOR = r"[ .\-\u00a0\u202f]?"
# Not inside a word, a decimal fraction or a UUID.
_LEFT = r"(?<!\w)(?<![0-9][-.])(?<![0-9A-Fa-f]{4}-)"
_RIGHT = r"(?!\w)(?![-.][0-9])"
_FOUR = rf"[0-9]{{4}}{_SEPARATOR}"
_CANDIDATES = tuple(
    re.compile(_LEFT + digits + _RIGHT)
    for digits in (
        rf"[2-6][0-9]{{3}}{_SEPARATOR}{_FOUR}{_FOUR}[0-9]{{4}}(?:{_SEPARATOR}[0-9]{{1,3}})?",
        rf"[2-6][0-9]{{3}}{_SEPARATOR}{_FOUR}{_FOUR}[0-9]{{4}}",
        rf"3[0-9]{{3}}{_SEPARATOR}[0-9]{{6}}{_SEPARATOR}[0-9]{{4,5}}",
        rf"[56][0-9]{{3}}{_SEPARATOR}{_FOUR}[0-9]{{4,7}}",
    )
)
#: First and last value of an issuer's prefix (compared at the prefix' own length), and its number lengths.
_ISSUERS: tuple[tuple[int, int, frozenset[int]], ...] = (
    (4, 4, frozenset({13, 16, 19})),  # Visa
    (51, 55, frozenset({16})),  # Mastercard
    (2221, 2720, frozenset({16})),
    (34, 34, frozenset({15})),  # American Express
    (37, 37, frozenset({15})),
    (300, 305, frozenset({14, 16})),  # Diners Club
    (36, 36, frozenset({14, 16})),
    (38, 39, frozenset({14, 16})),
    (3528, 3589, frozenset({16, 17, 18, 19})),  # JCB
    (6011, 6011, frozenset({16, 19})),  # Discover
    (644, 649, frozenset({16, 19})),
    (65, 65, frozenset({16, 19})),
    (62, 62, frozenset({16, 17, 18, 19})),  # UnionPay
    (50, 50, frozenset(range(12, 20))),  # Maestro
    (56, 58, frozenset(range(12, 20))),
    (67, 67, frozenset(range(12, 20))),
    (6304, 6304, frozenset(range(12, 20))),
    (2200, 2204, frozenset({16, 17, 18, 19})),  # Mir
)
#: Digits in a row: times in nanoseconds and ids that count up in time have more.
_LONGEST_BARE = 16
_NAME = re.compile(r"card|visa|maestro|unionpay|jcb|\bpan\b|karte|carte|tarjeta|carta|cartão")
#: How far before a number its name counts, in characters.
_CONTEXT = 40
_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def luhn(digits: str) -> bool:
    """True if the last digit is the Luhn check digit of the others (ISO/IEC 7812-1, annex B)."""
    values = [ord(digit) - 48 for digit in reversed(digits)]
    return (sum(values[::2]) + sum(_DOUBLED[value] for value in values[1::2])) % 10 == 0


def is_card(digits: str) -> bool:
    """True for a number an issuer could have given out: its prefix, its length, its check digit."""
    return any(
        len(digits) in lengths and first <= int(digits[: len(str(first))]) <= last
        for first, last, lengths in _ISSUERS
    ) and luhn(digits)


def find(text: str, lower: str, start: int, end: int) -> Iterator[Finding]:
    """Cards in ``text[start:end]``; of more than 16 digits in a row only after a word that says so."""
    for pattern in _CANDIDATES:
        for match in pattern.finditer(text, start, end):
            number = match.group()
            if len(number) > _LONGEST_BARE and number.isdigit() and not _is_named(lower, match.start()):
                continue
            if is_card("".join(character for character in number if character.isdigit())):
                yield Finding(Entity.CREDIT_CARD, match.start(), match.end(), 1.0)


def _is_named(lower: str, start: int) -> bool:
    return _NAME.search(lower, max(0, start - _CONTEXT), start) is not None
