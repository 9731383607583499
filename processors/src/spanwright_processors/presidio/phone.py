"""Telephone numbers as ``phonenumbers.PhoneNumberMatcher`` finds them, for several regions in one go.

The library looks over the text once a region. Here candidates are cut out once for all regions, and a
candidate written with digits and plain separators only, or with a plus before them, is judged by its digits:
whether they make a number of a region does not depend on how they are grouped. Everything else is left to the
library.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from phonenumbers import (
    CountryCodeSource,
    Leniency,
    PhoneNumber,
    PhoneNumberMatcher,
    PhoneNumberType,
    phonenumbermatcher,
    phonenumberutil,
)

from ..detect.finding import Finding
from .definitions import Kind, Recognizer
from .dialling import Region, region
from .expressions import for_ascii
from .finders import Hit, without_duplicates

#: A candidate begins with at most two opening characters and four separators after each, then a digit.
_LEAD = 16
_DIGIT = re.compile(r"\d")
#: What is judged by its digits: no extension, nothing that the library would cut off.
_PLAIN = re.compile(r"[0-9 .()\[\]/\u00a0-]+")
_WITH_PLUS = re.compile(r"[(\[]?\+[0-9 .()\[\]/\u00a0-]*[0-9][0-9 .()\[\]/\u00a0-]*")
_GROUP = re.compile(r"\d+")
_SECOND_NUMBER = phonenumberutil._SECOND_NUMBER_START_PATTERN
_SEPARATORS = dict.fromkeys(map(ord, " .()[]/\u00a0-"))
#: Digit strings about which is remembered whether they are numbers; beyond it the memory starts anew.
_REMEMBERED = 16_384
_NOWHERE: frozenset[str] = frozenset()
_has_prefix = phonenumbermatcher._is_national_prefix_present_if_required
#: The library refuses longer strings.
_LONGEST = 250
#: Candidates of more groups are not taken apart beforehand: their pieces are too many.
_GROUPS = 6
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


def _candidate_patterns() -> tuple[str, str, list[str]] | None:
    # There are no line breaks in candidates, so that their end is one end.
    rewritten = [
        for_ascii(re.sub(r"\$\Z", r"\\Z", pattern.pattern), pattern.flags & re.IGNORECASE, re)
        for pattern in (
            phonenumbermatcher._PATTERN,
            phonenumbermatcher._MATCHING_BRACKETS,
            phonenumbermatcher._SLASH_SEPARATED_DATES,
            phonenumbermatcher._TIME_STAMPS,
            phonenumbermatcher._PUB_PAGES,
        )
    ]
    texts = [each.text for each in rewritten if each is not None and not each.looks]
    return (texts[0], texts[1], texts[2:]) if len(texts) == len(rewritten) else None


#: The library's patterns for the native scanner: candidates, brackets that match, and what only the library
#: judges (dates, times, pages); None if they are not such as it runs.
CANDIDATE_PATTERNS = _candidate_patterns()


class Place(NamedTuple):
    """A telephone number is at ``text[start:end]``."""

    start: int
    end: int


class PhoneFinder:
    """Finds for Presidio's telephone recognizers: any line, or mobile or fixed lines of one region."""

    def __init__(self, recognizer: Recognizer) -> None:
        parameters = recognizer.parameters
        self._entity = recognizer.entity
        self._score = parameters["SCORE"]
        self._region = parameters["REGION"] if recognizer.kind is Kind.LINE_TYPE else None
        self._line = parameters.get("target_classification")
        regions = (self._region,) if self._region else parameters["supported_regions"]
        self.numbers = PhoneNumbers(regions, parameters["leniency"])

    def __call__(self, text: str, _hits: Iterable[Hit]) -> list[Finding]:
        places = dict.fromkeys(self.numbers.find(text))
        wanted = (place for place in places if self._region is None or self._is_wanted(text[slice(*place)]))
        return without_duplicates([Finding(self._entity, *place, self._score) for place in wanted])

    def _is_wanted(self, written: str) -> bool:
        number = phonenumberutil.parse(written, self._region)
        return phonenumberutil.region_code_for_number(number) == self._region and _line(number) == self._line


def _line(number: PhoneNumber) -> str | None:
    kind = phonenumberutil.number_type(number)
    if kind in _MOBILE:
        return "mobile"
    return "telephone" if kind in _FIXED else None


class PhoneNumbers:
    """Finds numbers of ``regions`` (ISO 3166 codes) with the library's ``leniency`` (1: valid numbers)."""

    def __init__(self, regions: Sequence[str], leniency: int) -> None:
        self.regions = tuple(map(region, regions))
        self._any_shape = re.compile("|".join(each.pattern for each in self.regions))
        self._leniency = leniency
        self.shortest = 0
        if self.are_valid:
            self.shortest = min((each.shortest for each in self.regions if each.country_code), default=0)
        self._known: dict[str, frozenset[str]] = {}
        self._possible_regions: dict[tuple[int, str], Sequence[Region]] = {}

    @property
    def are_valid(self) -> bool:
        """True if only numbers count that can have been given out."""
        return bool(self._leniency == Leniency.VALID)

    def mask_of(self, digits: str) -> int:
        """``regions_of`` with a bit for each of ``regions``, in their order."""
        found = self.regions_of(digits)
        return sum(1 << number for number, each in enumerate(self.regions) if each.name in found)

    def find(self, text: str) -> Iterator[Place]:
        """The numbers of every region in turn; a number of several regions comes several times."""
        candidates = _Candidates(text, self.regions_of, self._leniency, self.shortest)
        found = list(candidates.in_a_row())
        if not found:
            return
        wholes = candidates.wholes(found)
        if wholes is not None:
            for each in self.regions:
                for place, regions in wholes:
                    if each.name in regions:
                        yield place
            return
        possible = _NOWHERE.union(*(each.regions or () for each in found))
        anywhere = any(each.regions is None for each in found)
        for each in self.regions:
            if anywhere or each.name in possible:
                yield from self._of_region(text, candidates, each.name)

    def _of_region(self, text: str, candidates: _Candidates, where: str) -> Iterator[Place]:
        matcher = _Matcher(text, where, self._leniency, self.regions_of)
        index = 0
        while (found := candidates.after(index)) is not None:
            index = found.start + len(found.text)
            if found.regions is None or where in found.regions:
                place = candidates.whole(found, where) or matcher.extract(found.text, found.start)
                if place is not None:
                    index = place.end
                    yield place

    def regions_of(self, digits: str) -> frozenset[str]:
        """Where digits, with or without a plus before them, make a number when written in that region."""
        known = self._known.get(digits)
        if known is None:
            if len(self._known) >= _REMEMBERED:
                self._known = {}
            known = self._known[digits] = self._judged(digits)
        return known

    def _judged(self, digits: str) -> frozenset[str]:
        # Numbers that are only possible have no shape but their length.
        any_shape = digits[0] == "+" or self._leniency == Leniency.POSSIBLE
        found = set()
        national: dict[int | None, bool] = {}
        for each in self.regions if any_shape else self._possible(len(digits), digits[0]):
            if national and each.country_code in national and each.is_national(digits):
                if national[each.country_code]:
                    found.add(each.name)
            elif not any_shape and each.is_national(digits) and digits[0] != "0":
                valid = each.is_valid(digits)
                national[each.country_code] = valid
                if valid:
                    found.add(each.name)
            elif any_shape or (each.shape.fullmatch(digits) and not each.refuses(digits)):
                valid, by_plus = self._is_valid(digits, each.name)
                if by_plus:
                    return frozenset(where.name for where in self.regions) if valid else _NOWHERE
                if valid:
                    found.add(each.name)
        if found and not any_shape and not self._any_shape.fullmatch(digits):
            return _NOWHERE
        return frozenset(found)

    def _possible(self, length: int, first: str) -> Sequence[Region]:
        """The regions where so many digits, of which this is the first, can be a valid number."""
        possible = self._possible_regions.get((length, first))
        if possible is None:
            possible = tuple(each for each in self.regions if each.may_have(length, first))
            self._possible_regions[length, first] = possible
        return possible

    def _is_valid(self, digits: str, where: str) -> tuple[bool, bool]:
        """Whether it is a number, and whether its plus alone says of which country."""
        try:
            number = phonenumberutil.parse(digits, where, keep_raw_input=True)
        except phonenumberutil.NumberParseException:
            return False, False
        if self._leniency == Leniency.POSSIBLE:
            valid = phonenumberutil.is_possible_number(number)
        else:
            valid = phonenumberutil.is_valid_number(number) and _has_prefix(number)
        return valid, number.country_code_source == CountryCodeSource.FROM_NUMBER_WITH_PLUS_SIGN


class _Matcher(PhoneNumberMatcher):
    """The library's matcher, which asks first what is known of a candidate's digits."""

    def __init__(
        self, text: str, where: str, leniency: int, regions_of: Callable[[str], frozenset[str]]
    ) -> None:
        super().__init__(text, where, leniency=leniency)
        self._where = where
        self._regions_of = regions_of

    def whole(self, candidate: str, start: int) -> Place | None:
        """The candidate itself, if it is no date or time and stands free; it is a number of the region."""
        if phonenumbermatcher._SLASH_SEPARATED_DATES.search(candidate):
            return None
        if phonenumbermatcher._TIME_STAMPS.search(candidate):
            following = self.text[start + len(candidate) :]
            if phonenumbermatcher._TIME_STAMPS_SUFFIX.match(following):
                return None
        if self._is_well_formed(candidate) and self.stands_free(candidate, start):
            return Place(start, start + len(candidate))
        return None

    def extract(self, candidate: str, start: int) -> Place | None:
        match = self._extract_match(candidate, start)
        return Place(match.start, match.end) if match else None

    def _parse_and_verify(self, candidate: str, offset: int) -> Any:
        if len(candidate) <= _LONGEST and (_PLAIN.fullmatch(candidate) or _WITH_PLUS.fullmatch(candidate)):
            digits = candidate.translate(_SEPARATORS)
            if not digits or self._where not in self._regions_of(digits):
                return None
            if self.leniency == Leniency.VALID:
                stands_free = self._is_well_formed(candidate) and self.stands_free(candidate, offset)
                return Place(offset, offset + len(candidate)) if stands_free else None
        return super()._parse_and_verify(candidate, offset)

    def _is_well_formed(self, candidate: str) -> bool:
        """The brackets match, and it is no page reference."""
        if not phonenumbermatcher._MATCHING_BRACKETS.fullmatch(candidate):
            return False
        return phonenumbermatcher._PUB_PAGES.search(candidate) is None

    def stands_free(self, candidate: str, offset: int) -> bool:
        """No letter, per cent or currency sign is next to it; before a plus or a bracket there may be one."""
        end = offset + len(candidate)
        if offset > 0 and not phonenumbermatcher._LEAD_PATTERN.match(candidate) and self._touches(offset - 1):
            return False
        return end >= len(self.text) or not self._touches(end)

    def _touches(self, index: int) -> bool:
        character = self.text[index]
        if character in " ,.\n":
            return False
        return bool(self._is_invalid_punctuation_symbol(character) or self._is_latin_letter(character))


class _Candidate(NamedTuple):
    """``regions``: where a piece of it may be a number; None: only the library can tell."""

    start: int
    text: str
    regions: frozenset[str] | None


class _Candidates:
    """The pieces of a text that may hold numbers; where the next begins depends on what a region found."""

    def __init__(
        self, text: str, regions_of: Callable[[str], frozenset[str]], leniency: int, shortest: int
    ) -> None:
        self._text = text
        self._shortest = shortest
        self._regions_of = regions_of
        self._known: dict[int, _Candidate | None] = {}
        self._matcher = _Matcher(text, "", leniency, regions_of)
        self._leniency = leniency
        self._wholes: dict[int, Place | None] = {}

    def in_a_row(self) -> Iterator[_Candidate]:
        """The candidates that a region comes to that finds nothing in them, or all of each."""
        index = 0
        while (candidate := self.after(index)) is not None:
            yield candidate
            index = candidate.start + len(candidate.text)

    def wholes(self, found: Iterable[_Candidate]) -> list[tuple[Place, frozenset[str]]] | None:
        """The candidates and where they are numbers, if every region that may find anything in one finds all
        of it; None if not.
        """
        places = []
        for candidate in found:
            if candidate.regions is None or self._leniency != Leniency.VALID:
                return None
            if not candidate.regions <= self._regions_of(candidate.text.translate(_SEPARATORS)):
                return None
            place = self._whole(candidate)
            if place is None:
                return None
            places.append((place, candidate.regions))
        return places

    def whole(self, candidate: _Candidate, where: str) -> Place | None:
        """All of a candidate, if that is a number of the region and nothing near it says otherwise.

        None also where only the library can tell.
        """
        if candidate.regions is None or self._leniency != Leniency.VALID:
            return None
        digits = candidate.text.translate(_SEPARATORS)
        if where not in self._regions_of(digits):
            return None
        return self._whole(candidate)

    def _whole(self, candidate: _Candidate) -> Place | None:
        if candidate.start not in self._wholes:
            self._wholes[candidate.start] = self._matcher.whole(candidate.text, candidate.start)
        return self._wholes[candidate.start]

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
            if not self._is_part_of_word(candidate, start):
                regions = self._regions(candidate)
                if regions is None or regions:
                    return _Candidate(start, candidate, regions)
            index = start + len(candidate)
        return None

    def _is_part_of_word(self, candidate: str, start: int) -> bool:
        """True for digits alone with a letter next to them, which make no valid number, nor can a part."""
        if self._leniency != Leniency.VALID or not (candidate.isascii() and candidate.isdigit()):
            return False
        return not self._matcher.stands_free(candidate, start)

    def _regions(self, candidate: str) -> frozenset[str] | None:
        """Where any piece, of digit groups in a row, is a number; None if there is more to the candidate."""
        if len(candidate) > _LONGEST or not _PLAIN.fullmatch(candidate):
            return None
        groups = _GROUP.findall(candidate)
        count = len(groups)
        if count > _GROUPS:
            return None
        found = _NOWHERE
        for first in range(count):
            piece = ""
            for group in groups[first:]:
                piece += group
                if len(piece) >= self._shortest:
                    found |= self._regions_of(piece)
        return found
