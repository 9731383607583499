"""Quick conditions let every valid number pass."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from spanwright_processors.presidio.dialling import numbers_of, region

#: (country code, digits) of a number of each kind of each region.
EXAMPLES = sorted(
    {
        (number.country_code or 0, str(number.national_number))
        for name in phonenumbers.SUPPORTED_REGIONS
        for kind in range(11)
        if (number := phonenumbers.example_number_for_type(name, kind)) is not None
    }
)


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
                assert len(digits) >= region(name).shortest, digits


def test_shortest_numbers() -> None:
    """The least length of any kind of number; San Marino's get four digits from the library itself."""
    assert [region(name).shortest for name in ("US", "DE", "SM", "ZZ")] == [7, 4, 4, 0]


def test_refuses_without_prefix() -> None:
    """A German number needs its 0, a North American one no prefix."""
    assert region("DE").refuses("30901820")
    assert not region("DE").refuses("030901820")
    assert not region("US").refuses("4155552671")


def test_unknown_region() -> None:
    """Of a region without metadata the library reads no digits without a plus."""
    assert not region("ZZ").shape.fullmatch("1234567")
    assert not region("ZZ").refuses("1234567")
    with pytest.raises(phonenumbers.NumberParseException):
        phonenumbers.parse("4155552671", "ZZ")


@given(
    st.sampled_from(EXAMPLES),
    st.lists(st.tuples(st.integers(0, 11), st.integers(0, 9)), max_size=3),
    st.booleans(),
)
def test_numbers_of_a_country(
    example: tuple[int, str], changes: list[tuple[int, int]], shorter: bool
) -> None:
    """The joined patterns have the numbers that the library calls valid, for every country."""
    country, digits = example
    for place, digit in changes:
        digits = digits[:place] + str(digit) + digits[place + 1 :]
    digits = digits[:-1] if shorter else digits
    assume(digits and digits[0] != "0")
    number = phonenumbers.PhoneNumber(country_code=country, national_number=int(digits))
    assert numbers_of(country).has(digits) == phonenumbers.is_valid_number(number)


@given(
    st.sampled_from(["DE", "FR", "GB", "IN", "IL", "BR", "US"]),
    st.from_regex(r"[1-9][0-9]{2,11}", fullmatch=True),
)
def test_refuses_what_the_library_refuses(name: str, digits: str) -> None:
    """National digits that are no number for want of the prefix, and no others."""
    assume(region(name).is_national(digits))
    number = phonenumbers.parse(digits, name, keep_raw_input=True)
    allowed = phonenumbers.phonenumbermatcher._is_national_prefix_present_if_required(number)
    assert region(name).refuses(digits) != allowed
