"""What the metadata of ``phonenumbers`` says of a region's numbers, as quick conditions.

All of them err on the side of "it may be a number"; the library has the last word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from phonenumbers import (
    COUNTRY_CODE_TO_REGION_CODE,
    PhoneMetadata,
    phonenumberutil,
)

#: A valid number is of one of these kinds.
_KINDS = (
    "fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost", "personal_number", "voip", "pager",
    "uan", "voicemail",
)  # fmt: skip


class Region:
    """``shape`` matches all digits that are a valid number when written in the region, and others."""

    def __init__(self, name: str) -> None:
        self.name = name
        before, numbers, anything = _parts(name)
        self.pattern = (
            rf"(?:{before})*(?:{numbers}|(?:{anything})\d*)" if anything else rf"(?:{before})*(?:{numbers})"
        )
        self.shape = re.compile(self.pattern)
        self._prefix = re.compile(f"{before}|{anything}" if anything else before)
        self._main = _main_metadata(name)
        self.country_code = self._main.country_code if self._main else None

    def is_national(self, digits: str) -> bool:
        """True if nothing can be taken off before the number: it is the digits.

        Whether they make one then depends on the country code alone.
        """
        return self.country_code is not None and self._prefix.match(digits) is None

    def refuses(self, digits: str) -> bool:
        """True if these digits surely are no number because they lack the national prefix.

        Where no prefix or country code can be taken off, the number is the digits; its format tells whether
        it may be written without the prefix.
        """
        if self._main is None or self._prefix.match(digits):
            return False
        rule = phonenumberutil._choose_formatting_pattern_for_number(self._main.number_format, digits)
        if (
            rule is None
            or not rule.national_prefix_formatting_rule
            or rule.national_prefix_optional_when_formatting
        ):
            return False
        return not phonenumberutil._formatting_rule_has_first_group_only(rule.national_prefix_formatting_rule)


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
        return "", r"\d+", ""
    regions = COUNTRY_CODE_TO_REGION_CODE[metadata.country_code or 0]
    countries = [PhoneMetadata.metadata_for_region(each) for each in regions]
    kinds = [getattr(each, kind, None) for each in countries for kind in _KINDS]
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
