"""International bank account numbers (ISO 13616): country, its length, mod-97 check digits."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .finding import Entity, Finding

#: Length of an IBAN by country, from the SWIFT IBAN registry.
LENGTHS: dict[str, int] = {
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BI": 27,
    "BR": 29, "BY": 28, "CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DJ": 27, "DK": 18, "DO": 28,
    "EE": 20, "EG": 29, "ES": 24, "FI": 18, "FK": 18, "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23,
    "GL": 18, "GR": 27, "GT": 28, "HN": 28, "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IQ": 23, "IS": 26,
    "IT": 27, "JO": 30, "KW": 30, "KZ": 20, "LB": 28, "LC": 32, "LI": 21, "LT": 20, "LU": 20, "LV": 21,
    "LY": 25, "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MN": 20, "MR": 27, "MT": 31, "MU": 30, "NI": 28,
    "NL": 18, "NO": 15, "OM": 23, "PK": 24, "PL": 28, "PS": 29, "PT": 25, "QA": 29, "RO": 24, "RS": 22,
    "RU": 33, "SA": 24, "SC": 31, "SD": 18, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "SO": 23, "ST": 25,
    "SV": 28, "TL": 23, "TN": 24, "TR": 26, "UA": 29, "VA": 22, "VG": 24, "XK": 20, "YE": 30,
}  # fmt: skip
_START = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}[0-9]{2}(?=[ -]?[A-Z0-9])")
_START_ANY_CASE = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}[0-9]{2}(?=[ -]?[A-Za-z0-9])")
#: How far before a number the word counts, in characters.
_CONTEXT = 40
_BODY = re.compile(r"(?:[ \u00a0-]?[A-Za-z0-9]){15,33}")


def is_iban(number: str) -> bool:
    """True for an upper-case IBAN without separators whose country, length and check digits agree."""
    if len(number) != LENGTHS.get(number[:2]) or not number.isascii():
        return False
    return int("".join(str(int(character, 36)) for character in number[4:] + number[:4])) % 97 == 1


def find(text: str, lower: str, start: int, end: int) -> Iterator[Finding]:
    """Account numbers that begin in ``text[start:end]`` or with their country just before it.

    In lower case only after the word IBAN.
    """
    named = lower.find("iban", max(0, start - _CONTEXT), start) >= 0
    pattern = _START_ANY_CASE if named else _START
    for match in pattern.finditer(text, max(0, start - 2), end):
        stop = _end(text, match.start())
        if stop is not None:
            yield Finding(Entity.IBAN_CODE, match.start(), stop, 1.0)


def _end(text: str, start: int) -> int | None:
    """Where the IBAN beginning at ``start`` ends; None if there is none."""
    length = LENGTHS.get(text[start : start + 2].upper())
    body = _BODY.match(text, start) if length else None
    if body is None or length is None:
        return None
    number, end = "", start
    while len(number) < length and end < body.end():
        if text[end].isalnum():
            number += text[end]
        end += 1
    inside_a_word = text[end : end + 1].isalnum()
    return end if not inside_a_word and is_iban(number.upper()) else None
