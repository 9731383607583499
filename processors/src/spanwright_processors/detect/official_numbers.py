"""Numbers that authorities and banks give to people, by the rules of those who give them out.

Those with a check digit or a form of their own are found by it; the others, which any number of so many
digits might be, only behind their name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

from .finding import Entity, Finding

#: How far before a number its name counts, in characters.
_CONTEXT = 40
_LEFT, _RIGHT = r"(?<![\w.])(?<![0-9]-)", r"(?!\w)(?![-.][0-9])"
_NHS = re.compile(rf"{_LEFT}([0-9]{{3}})([ -]?)([0-9]{{3}})\2([0-9]{{4}}){_RIGHT}")
_NHS_NAMED = re.compile(r"\bnhs\b|national health|health service|patient")
#: Taxpayers who have no social security number: groups 50 to 65, 70 to 88, 90 to 92 and 94 to 99 (IRS).
_ITIN = re.compile(rf"{_LEFT}9[0-9]{{2}}([ -]?)(?:5[0-9]|6[0-5]|7[0-9]|8[0-8]|9[0-24-9])\1[0-9]{{4}}{_RIGHT}")
_ITIN_NAMED = re.compile(r"\bitin\b|\btax(?:payer)?(?: ?id| identification)")
#: Prescribers of controlled substances: their kind, their name's first letter or a nine, seven digits.
_DEA = re.compile(rf"(?<![\w.-])[ABCDEFGHJKLMPRSTUX][A-Z9]([0-9]{{7}}){_RIGHT}")
_DEA_NAMED = re.compile(r"\bdea\b|medical|licen[cs]e|prescriber|physician|certificate")


def nhs(text: str, lower: str, start: int, end: int) -> Iterator[Finding]:
    """NHS numbers of England and Wales; far from their name only in groups of 3, 3, 4 with blanks between."""
    for match in _NHS.finditer(text, start, end):
        named = _is_near(_NHS_NAMED, lower, match.start())
        if (named or match[2] == " ") and _is_nhs(match[1] + match[3] + match[4]):
            yield Finding(Entity.UK_NHS, match.start(), match.end(), 0.85 if named else 0.5)


def _is_nhs(digits: str) -> bool:
    """Weights ten to one, a multiple of eleven."""
    weighted = sum(int(digit) * weight for digit, weight in zip(digits, range(10, 0, -1), strict=True))
    return weighted % 11 == 0 and digits.strip(digits[0]) != ""


def itin(text: str, lower: str, start: int, end: int) -> Iterator[Finding]:
    """Individual taxpayer identification numbers; without separators only near their name."""
    if text.find("9", start, end) < 0:
        return
    for match in _ITIN.finditer(text, start, end):
        named = _is_near(_ITIN_NAMED, lower, match.start())
        if named or match[1]:
            yield Finding(Entity.US_ITIN, match.start(), match.end(), 0.85 if named else 0.5)


def dea(text: str, lower: str, start: int, end: int) -> Iterator[Finding]:
    """Registrations with the Drug Enforcement Administration, by their check digit."""
    for match in _DEA.finditer(text, max(0, start - 2), end):
        *values, check = map(int, match[1])
        if (sum(values[0::2]) + 2 * sum(values[1::2])) % 10 == check:
            named = _is_near(_DEA_NAMED, lower, match.start())
            yield Finding(Entity.MEDICAL_LICENSE, match.start(), match.end(), 0.85 if named else 0.5)


def _is_near(name: re.Pattern[str], lower: str, start: int) -> bool:
    return name.search(lower, max(0, start - _CONTEXT), start) is not None


class _Named(NamedTuple):
    """A number that nothing but its name tells from others; ``name`` stands right before it.

    ``words``: in lower case, one of which is in every name.
    """

    entity: Entity
    words: tuple[str, ...]
    name: re.Pattern[str]
    form: re.Pattern[str]


def _named(number: _Named, text: str, lower: str, start: int, end: int) -> Iterator[Finding]:
    near = lower[max(0, start - 2 * _CONTEXT) : end]
    if not any(word in near for word in number.words):
        return
    for match in number.form.finditer(text, max(0, start - 2), end):
        if number.name.search(lower[max(0, match.start() - 2 * _CONTEXT) : match.start()]):
            yield Finding(number.entity, match.start(), match.end(), 0.5)


#: What may stand between a name and its number: ``account no.: ``.
_BETWEEN = r"[^0-9\n]{0,24}\Z"
_NAMED = (
    _Named(
        Entity.US_PASSPORT,
        ("passport",),
        re.compile(rf"\bpassport{_BETWEEN}"),
        re.compile(rf"(?<![\w.-])(?:[A-Z][0-9]{{8}}|[0-9]{{9}}){_RIGHT}"),
    ),
    _Named(
        Entity.US_DRIVER_LICENSE,
        ("lic", "permit", "dl"),
        re.compile(rf"(?:driv(?:er'?s?|ers|ing)'? ?(?:licen[cs]e|permit|lic\b)|\bdl\b|\bcdl\b){_BETWEEN}"),
        re.compile(rf"(?<![\w.-])[A-Z]{{0,2}}[0-9]{{6,14}}{_RIGHT}"),
    ),
    _Named(
        Entity.US_BANK_NUMBER,
        ("acc", "bank"),
        re.compile(rf"(?:\baccount|\bacct|\bbank){_BETWEEN}"),
        re.compile(rf"(?<![\w.-])[0-9]{{8,17}}{_RIGHT}"),
    ),
)
#: Type, the fewest digits, and what finds in ``text[start:end]``, given with its lower-case form.
FINDERS: tuple[tuple[Entity, int, Callable[[str, str, int, int], Iterator[Finding]]], ...] = (
    (Entity.MEDICAL_LICENSE, 7, dea),
    (Entity.UK_NHS, 10, nhs),
    (Entity.US_ITIN, 9, itin),
    *((number.entity, 7, partial(_named, number)) for number in _NAMED),
)
