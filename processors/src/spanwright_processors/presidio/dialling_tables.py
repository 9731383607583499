"""What the metadata of ``phonenumbers`` says of regions, as tables for the native scanner."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata, PhoneNumberDesc

from .dialling import KINDS, Region
from .expressions import for_ascii

#: A pattern, and how many digits what it matches may have (none: any number of them).
_Description = tuple[str, list[int]]
_Table = tuple[Any, ...]


class _OddError(Exception):
    """A pattern that the native scanner does not run."""


def region_tables(regions: Sequence[Region]) -> tuple[list[_Table], list[_Table]] | None:
    """The regions, and the countries they belong to; None where a pattern cannot be rewritten."""
    try:
        countries = sorted({each.country_code for each in regions if each.country_code})
        return [_region(each) for each in regions], [(code, _numbers(code)) for code in countries]
    except _OddError:
        return None


def _region(region: Region) -> _Table:
    return (
        region.shortest,
        region.country_code,
        "".join(sorted(region.prefix_begins)),
        _rewritten(region.prefix),
        _rewritten(region.pattern),
        [
            (
                _rewritten(each.leading.pattern) if each.leading else None,
                _rewritten(each.written.pattern),
                each.needs_prefix,
            )
            for each in region.formats
        ],
    )


def _numbers(country_code: int) -> list[_Table]:
    names = COUNTRY_CODE_TO_REGION_CODE[country_code]
    metadata = [found for name in names if (found := PhoneMetadata.metadata_for_region(name)) is not None]
    return [_numbers_of(each, several=len(names) > 1) for each in metadata]


def _numbers_of(metadata: PhoneMetadata, *, several: bool) -> _Table:
    general = _description(metadata.general_desc)
    if general is None:
        raise _OddError
    kinds = [found for kind in KINDS if (found := _description(getattr(metadata, kind))) is not None]
    leading = _rewritten(metadata.leading_digits) if metadata.leading_digits and several else None
    return leading, general, kinds


def _description(description: PhoneNumberDesc | None) -> _Description | None:
    if description is None or not description.national_number_pattern:
        return None
    # A length of -1 is that of no number.
    lengths = [max(length, 0) for length in description.possible_length]
    return _rewritten(description.national_number_pattern), lengths


def _rewritten(pattern: str) -> str:
    expression = for_ascii(pattern, module=re)
    if expression is None or expression.looks:
        raise _OddError
    return expression.text
