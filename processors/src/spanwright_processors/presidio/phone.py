"""Telephone numbers as ``phonenumbers.PhoneNumberMatcher`` finds them, for several regions in one go.

The library looks over the text once a region. Here candidates are cut out once for all regions, and a
candidate written with digits and plain separators only is judged by its digits: whether they make a number of
a region does not depend on how they are grouped. Everything else is left to the library's own matcher.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

from phonenumbers import (
    COUNTRY_CODE_TO_REGION_CODE,
    Leniency,
    PhoneMetadata,
    PhoneNumber,
    PhoneNumberMatch,
    PhoneNumberMatcher,
    PhoneNumberType,
    phonenumbermatcher,
    phonenumberutil,
)

from ..detect.finding import Finding
from .definitions import Kind, Recognizer
from .finders import Hit, without_duplicates

#: A candidate begins with at most two opening characters and four separators after each, then a digit.
_LEAD = 16
_DIGIT = re.compile(r"\d")
#: What a candidate that is judged by its digits is made of: no plus, no extension, nothing that ends a
#: number.
_PLAIN = re.compile(r"[0-9 .()\[\]/\u00a0-]+")
_GROUP = re.compile(r"\d+")
_SECOND_NUMBER = phonenumberutil._SECOND_NUMBER_START_PATTERN
_SEPARATORS = dict.fromkeys(map(ord, " .()[]/\u00a0-"))
#: Digit strings whose regions are remembered; beyond it the memory starts anew.
_REMEMBERED = 8_192
#: The library refuses longer strings.
_LONGEST = 250


class PhoneFinder:
    """Finds for Presidio's telephone recognizers: any line, or mobile or fixed lines of one region."""

    def __init__(self, recognizer: Recognizer) -> None:
        parameters = recognizer.parameters
        self._entity = recognizer.entity
        self._score = parameters["SCORE"]
        self._region = parameters.get("REGION") if recognizer.kind is Kind.LINE_TYPE else None
        self._line = parameters.get("target_classification")
        regions = (self._region,) if self._region else parameters["supported_regions"]
        self._numbers = PhoneNumbers(regions, parameters["leniency"])

    def __call__(self, text: str, _hits: Iterable[Hit]) -> list[Finding]:
        return without_duplicates(
            [
                Finding(self._entity, found.start, found.end, self._score)
                for found in self._numbers.find(text)
                if self._region is None or self._is_wanted(found.number)
            ]
        )

    def _is_wanted(self, number: PhoneNumber) -> bool:
        return phonenumberutil.region_code_for_number(number) == self._region and _line(number) == self._line


_MOBILE = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
_FIXED = (
    PhoneNumberType.FIXED_LINE,
    PhoneNumberType.TOLL_FREE,
    PhoneNumberType.PREMIUM_RATE,
    PhoneNumberType.VOIP,
    PhoneNumberType.SHARED_COST,
    PhoneNumberType.PERSONAL_NUMBER,
    PhoneNumberType.UAN,
    PhoneNumberType.PAGER,
)


def _line(number: PhoneNumber) -> str | None:
    kind = phonenumberutil.number_type(number)
    if kind in _MOBILE:
        return "mobile"
    return "telephone" if kind in _FIXED else None


class Number(NamedTuple):
    """A telephone number at ``text[start:end]``."""

    start: int
    end: int
    number: PhoneNumber


class PhoneNumbers:
    """Finds numbers of ``regions`` (ISO 3166 codes) with the library's ``leniency`` (1: valid numbers)."""

    def __init__(self, regions: Sequence[str], leniency: int) -> None:
        self._shapes = tuple((region, re.compile(_shape(region))) for region in regions)
        self._any_shape = re.compile("|".join(_shape(region) for region in regions))
        self._leniency = leniency
        self._known: dict[tuple[str, str], bool] = {}

    def find(self, text: str) -> Iterator[Number]:
        """The numbers of every region in turn; a number of several regions comes several times."""
        candidates = _Candidates(text, self._any_shape)
        if candidates.after(0) is None:
            return
        for region, shape in self._shapes:
            matcher = _Matcher(text, region, self._leniency, self._is_number)
            yield from _of_region(matcher, candidates, shape)

    def _is_number(self, digits: str, region: str, matcher: PhoneNumberMatcher) -> bool:
        """True if digits without anything else, as written in ``region``, make a number."""
        known = self._known.get((digits, region))
        if known is None:
            if len(self._known) >= _REMEMBERED:
                self._known = {}
            known = self._known[digits, region] = _is_valid(
                digits, region, min(self._leniency, Leniency.VALID), matcher
            )
        return known


def _of_region(matcher: _Matcher, candidates: _Candidates, shape: re.Pattern[str]) -> Iterator[Number]:
    index = 0
    while (found := candidates.after(index)) is not None:
        index = found.start + len(found.text)
        if found.numbers is None or any(shape.fullmatch(number) for number in found.numbers):
            match = matcher.extract(found.text, found.start)
            if match is not None:
                index = match.end
                yield Number(match.start, match.end, match.number)


def _is_valid(digits: str, region: str, leniency: int, matcher: PhoneNumberMatcher) -> bool:
    try:
        number = phonenumberutil.parse(digits, region, keep_raw_input=True)
    except phonenumberutil.NumberParseException:
        return False
    return bool(phonenumbermatcher._verify(leniency, number, digits, matcher))


class _Matcher(PhoneNumberMatcher):
    """The library's matcher, which asks first what is known of a candidate's digits."""

    def __init__(
        self, text: str, region: str, leniency: int, is_number: Callable[[str, str, PhoneNumberMatcher], bool]
    ) -> None:
        super().__init__(text, region, leniency=leniency)
        self._region = region
        self._is_number = is_number

    def extract(self, candidate: str, start: int) -> PhoneNumberMatch | None:
        match: PhoneNumberMatch | None = self._extract_match(candidate, start)
        return match

    def _parse_and_verify(self, candidate: str, offset: int) -> PhoneNumberMatch | None:
        if _PLAIN.fullmatch(candidate) and len(candidate) <= _LONGEST:
            digits = candidate.translate(_SEPARATORS)
            if not self._is_number(digits, self._region, self):
                return None
        match: PhoneNumberMatch | None = super()._parse_and_verify(candidate, offset)
        return match


class _Candidate(NamedTuple):
    """``numbers``: the digits of its pieces that may be numbers; None: only the library can tell."""

    start: int
    text: str
    numbers: tuple[str, ...] | None


class _Candidates:
    """The pieces of a text that may hold numbers; where the next begins depends on what a region found."""

    def __init__(self, text: str, shape: re.Pattern[str]) -> None:
        self._text = text
        self._shape = shape
        self._known: dict[int, _Candidate | None] = {}

    def after(self, index: int) -> _Candidate | None:
        """The first candidate at or after ``index`` that may hold a number of any region; None: no more."""
        if index not in self._known:
            self._known[index] = self._search(index)
        return self._known[index]

    def _search(self, index: int) -> _Candidate | None:
        text = self._text
        while (digit := _DIGIT.search(text, index)) is not None:
            match = phonenumbermatcher._PATTERN.search(text, max(index, digit.start() - _LEAD))
            if match is None:
                return None
            start, candidate = match.start(), match.group()
            second = _SECOND_NUMBER.search(candidate)
            if second:
                candidate = candidate[: second.start()]
            numbers = _numbers(candidate)
            if numbers is not None:
                numbers = tuple(number for number in numbers if self._shape.fullmatch(number))
            if numbers is None or numbers:
                return _Candidate(start, candidate, numbers)
            index = start + len(candidate)
        return None


def _numbers(candidate: str) -> tuple[str, ...] | None:
    """The digits of every piece of a candidate: of groups in a row, joined. None if there is more to it."""
    if not _PLAIN.fullmatch(candidate) or len(candidate) > _LONGEST:
        return None
    groups = _GROUP.findall(candidate)
    if len(groups) == 1:
        return tuple(groups)
    return tuple(
        "".join(groups[first:last])
        for first in range(len(groups))
        for last in range(first + 1, len(groups) + 1)
    )


@cache
def _shape(region: str) -> str:
    """A pattern that matches all digits that are a valid number when written in a region, and others.

    The library takes a country code and national prefixes off, the latter more than once. What follows an
    international prefix, and what is rewritten, is taken for a number whatever it is.
    """
    metadata = PhoneMetadata.metadata_for_region(region)
    if metadata is None or metadata.country_code is None:
        return r"\d+"
    regions = COUNTRY_CODE_TO_REGION_CODE[metadata.country_code]
    countries = [each for each in map(PhoneMetadata.metadata_for_region, regions) if each is not None]
    numbers = [each.general_desc.national_number_pattern for each in countries if each.general_desc]
    prefixes: list[str | None] = [str(metadata.country_code)]
    anything = [metadata.international_prefix]
    for each in (metadata, countries[0]):
        (anything if each.national_prefix_transform_rule else prefixes).append(
            each.national_prefix_for_parsing
        )
    before = f"(?:{_either(prefixes)})*"
    return rf"{before}(?:{_either(numbers)}|(?:{_either(anything)})\d*)"


def _either(patterns: Iterable[str | None]) -> str:
    return "|".join(dict.fromkeys(pattern for pattern in patterns if pattern))
