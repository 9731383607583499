"""Telephone numbers: shapes a number is written in, then the ``phonenumbers`` library for whether it exists.

The library takes 80 ms to import and 30 µs and more for a number and region, so it is imported when the
first plausible number turns up and asked about plausible numbers only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from . import north_american
from .finding import Entity, Finding

#: Presidio's default regions under their ISO 3166 codes; numbers with ``+`` are found whatever the region.
DEFAULT_REGIONS = ("US", "GB", "DE", "FR", "IL", "IN", "CA", "BR")

# A run of digit groups; what lies in it is settled below. Not in a word, a fraction, a price or a path.
_RUN = re.compile(
    r"(?<![\w$£€#])(?<![0-9][.,:/-])(?:(?<![A-Za-z_][-/.])|(?=\+))"
    r"(?:\+[ ]?|\(\+?)?[0-9](?:[ ().\-/\u00a0\u2010-\u2013]{0,3}[0-9]){6,40}(?!\w)(?![.,:/-][0-9])(?!%)"
)
_TOKEN = re.compile(r"[^ \u00a0]+")
_DATE = re.compile(
    r"\(?(?:[0-9]{4}[-./][0-9]{1,2}[-./][0-9]{1,2}|[0-9]{1,2}[-./][0-9]{1,2}[-./][0-9]{2,4})\b"
)
_NORTH_AMERICAN = re.compile(
    r"(?:1[ .-]?)?\(?[2-9][0-9]{2}\)?[ .\-/\u00a0\u2010-\u2013]{0,2}[2-9][0-9]{2}"
    r"[ .\-\u00a0\u2010-\u2013][0-9]{4}\Z"
)
_INDIAN = re.compile(r"[6-9][0-9]{4}[ -][0-9]{5}\Z")
_EXTENSION = re.compile(r"[ ,;]{0,2}(?:ext\.?|extension|x)[ .:#]{0,2}[0-9]{1,6}(?![0-9])", re.IGNORECASE)
# Each word begins with its letters, and what must not stand before it comes after: the search goes from one
# possible first letter to the next.
_CONTEXT = re.compile(
    r"phone|mobile|cell(?<!\wcell)|tel\b(?<!\wtel)|tel[.:]|fax(?<!\wfax)|whatsapp|"
    r"call (?:me|us|him|her|them|back)\b(?<!\wcall me)(?<!\wcall us)(?<!\wcall him)(?<!\wcall her)"
    r"(?<!\wcall them)(?<!\wcall back)|called from\b(?<!\wcalled from)|text me(?<!\wtext me)|"
    r"reach (?:me|us|him|her)|"
    r"dial(?<!\wdial)|telef|téléphone|móvil|celular|handy|my number|contact number|number is\b"
)
#: How far before a number a context word counts, in characters.
_CONTEXT_WINDOW = 40
#: The score of a number that is called one, or has its country's code.
_IN_CONTEXT = 0.75
_LEAD = re.compile(r"[+(]")
_LETTER = re.compile(r"[A-Za-z]")
#: Longest number written over several groups (+33 1 23 45 67 89 has six), in groups.
_GROUPS = 7
#: Numbers of one text the library is asked about; plausible ones beyond count as found.
_QUESTIONS = 400


class _Candidate(NamedTuple):
    start: int
    end: int
    number: str
    digits: str
    in_context: bool


def is_known(text: str, start: int, end: int, known: Iterable[Finding]) -> bool:
    """True if all that ``PhoneNumbers`` would find in the place is inside one of ``known``, and no surer.

    That one has no letters in it, nor before it.
    """
    for entity, first, last, score in known:
        if (
            first <= start
            and end <= last
            and score >= _IN_CONTEXT
            and entity == Entity.PHONE_NUMBER
            and not _LEAD.search(text, max(0, first - 3), first)
            and not _LETTER.search(text, max(0, first - 1), last)
            and not _EXTENSION.match(text, last)
        ):
            return True
    return False


class PhoneNumbers:
    """Finds telephone numbers of ``regions`` (ISO 3166 codes) and international ones."""

    def __init__(self, regions: tuple[str, ...] = DEFAULT_REGIONS) -> None:
        self._regions = regions

    def __call__(self, text: str, lower: str, start: int, end: int) -> Iterator[Finding]:
        """Numbers in ``text[start:end]``, their + or bracket may stand just before it."""
        questions = _QUESTIONS
        for run in _RUN.finditer(text, max(0, start - 3), end):
            in_context = (
                _CONTEXT.search(lower, max(0, run.start() - _CONTEXT_WINDOW), run.start()) is not None
            )
            position = run.start()
            for candidate in _candidates(text, run.start(), run.end(), in_context):
                if candidate.start < position:
                    continue
                regions = self._plausible_regions(candidate)
                if not regions:
                    continue
                questions -= 1
                if questions < 0 or _exists(candidate.number, regions) or _is_named(candidate):
                    position = _end_of_extension(text, candidate.end)
                    score = _IN_CONTEXT if in_context or candidate.number[0] == "+" else 0.5
                    yield Finding(Entity.PHONE_NUMBER, candidate.start, position, score)

    def _plausible_regions(self, candidate: _Candidate) -> tuple[str | None, ...]:
        """The regions to ask about, None standing for "as its + says"; empty if it is no number's shape."""
        number, digits = candidate.number, candidate.digits
        if number.startswith(("+", "(+", "00")):
            return (None,) if 8 <= len(digits) <= 17 else ()
        if candidate.in_context:
            return self._regions
        if _NORTH_AMERICAN.match(number):
            return tuple(region for region in self._regions if region in ("US", "CA"))
        if _INDIAN.match(number):
            return tuple(region for region in self._regions if region == "IN")
        grouped = len(digits) < len(number)
        if grouped and 9 <= len(digits) <= 12 and number[0] in "0(" and number.count(".") != 1:
            return self._regions
        return ()


def _candidates(text: str, start: int, end: int, in_context: bool) -> Iterator[_Candidate]:
    """What may be a number in the run ``text[start:end]``: for each place to begin at, the longest first.

    A date ends whatever stands before it.
    """
    tokens = [match.span() for match in _TOKEN.finditer(text, start, end)]
    barriers = [_DATE.match(text, *token) is not None for token in tokens]
    for first in range(len(tokens)):
        for last in range(min(first + _GROUPS, len(tokens)), first, -1):
            if any(barriers[first:last]):
                continue
            begin, stop = tokens[first][0], tokens[last - 1][1]
            if text[begin] == "(" and text.find(")", begin, stop) < 0:
                begin += 1  # the bracket is around more than the number's area code
            number = text[begin:stop]
            digits = "".join(filter(str.isdigit, number))
            if 7 <= len(digits) <= 17:
                yield _Candidate(begin, stop, number, digits, in_context)


def _end_of_extension(text: str, end: int) -> int:
    extension = _EXTENSION.match(text, end)
    return extension.end() if extension else end


def _is_named(candidate: _Candidate) -> bool:
    """A number that the text calls one ("my phone is 555 0142"), although no region has given it out."""
    return candidate.in_context and len(candidate.digits) <= 12


def _exists(number: str, regions: tuple[str | None, ...]) -> bool:
    import phonenumbers

    if number.startswith("00"):
        number = "+" + number[2:]
    if (None in regions and number.startswith("+1")) or regions[:1] in (("US",), ("CA",)):
        digits = north_american.national_number(number)
        if digits is not None and north_american.is_given_out(digits):
            return True
    for region in regions:
        try:
            parsed = phonenumbers.parse(number, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(parsed):
            return True
    return False
