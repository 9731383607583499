"""What the metadata of ``phonenumbers`` says of a region's numbers, as quick conditions.

All of them err on the side of "it may be a number"; the library has the last word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

import regex
from phonenumbers import (
    COUNTRY_CODE_TO_REGION_CODE,
    NumberFormat,
    PhoneMetadata,
    PhoneNumberDesc,
    phonenumberutil,
)

#: A valid number is of one of these kinds.
KINDS = (
    "fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost", "personal_number", "voip", "pager",
    "uan", "voicemail",
)  # fmt: skip


#: More than any telephone number has.
_MOST_DIGITS = 40
_NEVER = r"(?!)"
_RULE = "national_prefix_transform_rule"
#: In the library's rules for rewriting: what was matched.
_GROUP = re.compile(r"\\\d|\$\d")


class Format(NamedTuple):
    """A way to write numbers that begin with ``leading`` and have the form ``written``."""

    leading: re.Pattern[str] | None
    written: re.Pattern[str]
    needs_prefix: bool


class Region:
    """``shape`` matches all digits that are a valid number when written in the region, and others.

    None of these has less than ``shortest`` digits.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        before, numbers, anything = _parts(name)
        self.pattern = (
            rf"(?:{before})*(?:{numbers}|(?:{anything})\d*)" if anything else rf"(?:{before})*(?:{numbers})"
        )
        self.shape = re.compile(self.pattern)
        self.prefix = f"{before}|{anything}" if anything else before
        self._prefix = re.compile(self.prefix)
        self.prefix_begins = _first_digits(self.prefix)
        self._main = _main_metadata(name)
        self.country_code = self._main.country_code if self._main else None
        self.shortest = _shortest(name)
        self.formats = _formats(self._main)
        self._can_refuse = any(each.needs_prefix for each in self.formats)
        self.numbers = numbers_of(self.country_code or 0)

    def may_have(self, length: int, first: str) -> bool:
        """False if no valid number of so many digits begins with this one, prefixes included."""
        if length < self.shortest:
            return False
        # Where nothing can be taken off before it, a number is of its country's lengths.
        is_national = self.country_code is not None and first not in self.prefix_begins and first != "0"
        return not is_national or length in self.numbers.lengths

    def is_national(self, digits: str) -> bool:
        """True if nothing can be taken off before the number: it is the digits.

        Whether they make one then depends on the country code alone.
        """
        if self.country_code is None:
            return False
        return digits[0] not in self.prefix_begins or self._prefix.match(digits) is None

    def is_valid(self, digits: str) -> bool:
        """True if these digits, national and without a 0 in front, are a number of the region's country."""
        if len(digits) not in self.numbers.lengths:
            return False
        # Of a code with many regions each would be tried in vain.
        may_be = not self.numbers.are_of_several or self.shape.fullmatch(digits) is not None
        return may_be and self.numbers.has(digits) and not self._lacks_prefix(digits)

    def refuses(self, digits: str) -> bool:
        """True if these digits surely are no number because they lack the national prefix.

        Where no prefix or country code can be taken off, the number is the digits; its format tells whether
        it may be written without the prefix.
        """
        return self._can_refuse and self.is_national(digits) and self._lacks_prefix(digits)

    def _lacks_prefix(self, digits: str) -> bool:
        if not self._can_refuse:
            return False
        for leading, written, needs_prefix in self.formats:
            if (leading is None or leading.match(digits)) and written.fullmatch(digits):
                return needs_prefix
        return False


def _shortest(name: str) -> int:
    """The fewest digits of a number of the region's country, less what the library itself adds to some."""
    metadata = PhoneMetadata.metadata_for_region(name)
    if metadata is None:
        return 0
    countries = map(
        PhoneMetadata.metadata_for_region, COUNTRY_CODE_TO_REGION_CODE[metadata.country_code or 0]
    )
    kinds = [getattr(each, kind, None) for each in countries for kind in KINDS]
    lengths = [length for kind in kinds if kind is not None for length in kind.possible_length if length > 0]
    rules = (metadata.national_prefix_transform_rule, getattr(_main_metadata(name), _RULE, None))
    added = max(sum(map(str.isdigit, _GROUP.sub("", rule or ""))) for rule in rules)
    return max(0, min(lengths, default=0) - added)


def _first_digits(prefix: str) -> frozenset[str]:
    """The digits that may begin what ``prefix`` matches; all of them where it may match nothing."""
    if re.fullmatch(prefix, ""):
        return frozenset("0123456789")
    pattern = regex.compile(prefix)
    return frozenset(digit for digit in "0123456789" if pattern.match(digit, partial=True))


def _formats(metadata: PhoneMetadata | None) -> list[Format]:
    """The ways that a region's numbers are written, in the order in which the library tries them."""
    return [
        Format(
            _compiled(each.leading_digits_pattern[-1] if each.leading_digits_pattern else None),
            re.compile(each.pattern or _NEVER),
            _needs_prefix(each),
        )
        for each in (metadata.number_format if metadata else ())
    ]


def _compiled(pattern: str | None) -> re.Pattern[str] | None:
    return re.compile(pattern) if pattern else None


def _needs_prefix(written: NumberFormat) -> bool:
    rule = written.national_prefix_formatting_rule
    if not rule or written.national_prefix_optional_when_formatting:
        return False
    return not phonenumberutil._formatting_rule_has_first_group_only(rule)


class Numbers:
    """Whether digits are a valid number behind a country's code: the library's patterns, joined by region."""

    def __init__(self, country_code: int) -> None:
        names = COUNTRY_CODE_TO_REGION_CODE.get(country_code, ())
        self.are_of_several = len(names) > 1
        metadata = [PhoneMetadata.metadata_for_region(name) for name in names]
        #: Those that a number may have, in digits.
        self.lengths = frozenset(
            length for each in metadata if each is not None for length in _lengths(each.general_desc)
        )
        self._regions = [
            (
                re.compile(each.leading_digits) if each.leading_digits and len(names) > 1 else None,
                _valid(each),
            )
            for each in metadata
            if each is not None
        ]

    def has(self, digits: str) -> bool:
        """As ``is_valid_number`` for these digits; the first is not 0.

        Of several regions with one code, one that names its leading digits decides alone on those.
        """
        for leading, valid in self._regions:
            if leading is None:
                if valid.fullmatch(digits):
                    return True
            elif leading.match(digits):
                return valid.fullmatch(digits) is not None
        return False


@cache
def numbers_of(country_code: int) -> Numbers:
    """The numbers of a country."""
    return Numbers(country_code)


def _valid(metadata: PhoneMetadata) -> re.Pattern[str]:
    """Digits that are of the region's general form and of one of its kinds of numbers."""
    kinds = [_with_length(getattr(metadata, kind)) for kind in KINDS]
    general = _with_length(metadata.general_desc)
    return re.compile(rf"(?={general})(?:{_either(kinds) or _NEVER})")


def _lengths(description: PhoneNumberDesc | None) -> Iterable[int]:
    if description is None or not description.national_number_pattern:
        return ()
    return description.possible_length or range(_MOST_DIGITS)


def _with_length(description: PhoneNumberDesc | None) -> str:
    if description is None or not description.national_number_pattern:
        return _NEVER
    lengths = "|".join(rf"\d{{{length}}}\Z" for length in description.possible_length)
    ahead = f"(?={lengths})" if lengths else ""
    return rf"{ahead}(?:{description.national_number_pattern})\Z"


@cache
def region(name: str) -> Region:
    """The region with this ISO 3166 code."""
    return Region(name)


def _main_metadata(name: str) -> PhoneMetadata | None:
    """Of the region that stands for all with the same country code."""
    metadata = PhoneMetadata.metadata_for_region(name)
    if metadata is None or metadata.country_code is None:
        return None
    return PhoneMetadata.metadata_for_region(COUNTRY_CODE_TO_REGION_CODE[metadata.country_code][0])


def _parts(name: str) -> tuple[str, str, str]:
    """Patterns for what may be taken off before a number, more than once; for numbers; and for what may begin
    anything: an international prefix, and prefixes that the library rewrites to something else.
    """
    metadata, main = PhoneMetadata.metadata_for_region(name), _main_metadata(name)
    if metadata is None or main is None:
        return "", _NEVER, ""  # the library reads no digits without a plus there
    regions = COUNTRY_CODE_TO_REGION_CODE[metadata.country_code or 0]
    countries = [PhoneMetadata.metadata_for_region(each) for each in regions]
    kinds = [getattr(each, kind, None) for each in countries for kind in KINDS]
    numbers = [kind.national_number_pattern for kind in kinds if kind is not None]
    prefixes: list[str | None] = [str(metadata.country_code)]
    anything = [metadata.international_prefix]
    for each in (metadata, main):
        (anything if each.national_prefix_transform_rule else prefixes).append(
            each.national_prefix_for_parsing
        )
    return _either(prefixes), _either(numbers), _either(anything)


def _either(patterns: Iterable[str | None]) -> str:
    return "|".join(dict.fromkeys(pattern for pattern in patterns if pattern))
