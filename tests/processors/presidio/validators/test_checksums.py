"""Check digits of published examples."""

from __future__ import annotations

import pytest
from spanwright_processors.presidio.validators import checksums


@pytest.mark.parametrize(
    ("text", "right"), [("4242424242424242", True), ("79927398713", True), ("4242424242424241", False)]
)
def test_luhn(text: str, right: bool) -> None:
    """ISO/IEC 7812-1, annex B."""
    assert checksums.luhn(text) is right


@pytest.mark.parametrize(
    ("text", "right"), [("2363", True), ("2364", False), ("123451", True), ("123450", False)]
)
def test_verhoeff(text: str, right: bool) -> None:
    """The examples that accompany the scheme: 236 takes 3, 12345 takes 1."""
    assert checksums.verhoeff(text) is right


def test_verhoeff_finds_swapped_digits() -> None:
    """Every exchange of two neighbours shows."""
    for first, second in ((a, b) for a in "0123456789" for b in "0123456789" if a != b):
        right = next(each for each in "0123456789" if checksums.verhoeff(f"4{first}{second}{each}"))
        assert not checksums.verhoeff(f"4{second}{first}{right}")


def test_iso_7064() -> None:
    """The standard's example: 0794 takes 5."""
    assert checksums.iso_7064_mod_11_10("07945")
    assert not checksums.iso_7064_mod_11_10("07946")


def test_icao_9303() -> None:
    """The document of the standard's specimen, L898902C3, has the check digit 6."""
    assert checksums.icao_9303("L898902C3") == 6
    assert checksums.icao_9303("L898902C-") is None


@pytest.mark.parametrize(
    "number", ["GB82WEST12345698765432", "DE89370400440532013000", "fr1420041010050500013m02606"]
)
def test_iban(number: str) -> None:
    """The registry's examples, in any case."""
    assert checksums.iban_check_digits(number) == number[2:4]


def test_iban_of_other_characters() -> None:
    """A character that an IBAN may not have has no check digits."""
    assert checksums.iban_check_digits("GB82WEST!") is None


def test_digits_of_any_script() -> None:
    """A digit counts by its value."""
    assert checksums.digits("4٢๒") == [4, 2, 2]
    assert checksums.weighted([1, 2, 3], (3, 2)) == 7
