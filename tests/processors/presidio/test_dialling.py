"""Quick conditions let every valid number pass."""

from __future__ import annotations

import phonenumbers
import pytest
from spanwright_processors.presidio.dialling import region


@pytest.mark.parametrize("name", ["US", "GB", "DE", "FR", "IL", "IN", "CA", "BR", "ZA", "IT"])
def test_valid_numbers_pass(name: str) -> None:
    """With the national prefix, the country code, or the prefix of abroad: what the library takes passes."""
    for kind in range(11):
        number = phonenumbers.example_number_for_type(name, kind)
        if number is None:
            continue
        for prefix in ("", "0", "1", "00", "011", "00" + str(number.country_code), str(number.country_code)):
            digits = f"{prefix}{number.national_number}"
            try:
                parsed = phonenumbers.parse(digits, name, keep_raw_input=True)
            except phonenumbers.NumberParseException:
                continue
            valid = phonenumbers.is_valid_number(parsed)
            has_prefix = phonenumbers.phonenumbermatcher._is_national_prefix_present_if_required(parsed)
            if valid and has_prefix:
                assert region(name).shape.fullmatch(digits), digits
                assert not region(name).refuses(digits), digits


def test_refuses_without_prefix() -> None:
    """A German number needs its 0, a North American one no prefix."""
    assert region("DE").refuses("30901820")
    assert not region("DE").refuses("030901820")
    assert not region("US").refuses("4155552671")


def test_unknown_region() -> None:
    """Of a region without metadata anything may be a number."""
    assert region("ZZ").shape.fullmatch("1234567")
    assert not region("ZZ").refuses("1234567")
