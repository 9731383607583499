"""Identifiers of English-speaking countries, by published examples."""

from __future__ import annotations

import pytest
from spanwright_processors.presidio.validators import english
from spanwright_processors.presidio.validators.kinds import Validation

PAIRS = {"replacement_pairs": [["-", ""], [" ", ""]]}


@pytest.mark.parametrize(
    ("validate", "right", "wrong"),
    [
        (english.abn, "51 824 753 556", "51 824 753 557"),
        (english.acn, "004 085 616", "004 085 617"),
        (english.medicare, "2123 45670 1", "2123 45671 1"),
        (english.tfn, "876 543 210", "876 543 211"),
        (english.nhs, "943 476 5919", "943 476 5918"),
        (english.routing_number, "121000358", "121000359"),
        (english.dea, "BB1388568", "BB1388569"),
        (english.npi, "1234567893", "1234567894"),
        (english.id_number, "8001015009087", "8001015009088"),
        (english.vat, "4123456789", "5123456789"),
        (english.passport, "A12345678", "B12345678"),
        (english.income_tax, "0123456789", "4123456789"),
        (english.plate, "ABC 123 GP", "ABC 123 XX"),
        (english.company, "2011/123456/07", "2999/123456/07"),
        (english.company, "CK1999/012345", "QQ1999/012345"),
        (english.licence, "12345678AB", "1234567890"),
        (english.traffic_register, "1234567890123", "8001015009087"),
        (english.uen, "53125226D", "53125226E"),
        (english.uen, "201434292D", "201434292E"),
        (english.uen, "T01FC6132D", "T01XX6132D"),
    ],
)
def test_right_and_wrong(validate: Validation, right: str, wrong: str) -> None:
    """A right number is certain, a wrong one is none."""
    assert validate(right, PAIRS) is True
    assert validate(wrong, PAIRS) is False


def test_ssn() -> None:
    """Areas, groups and serials that are never given out, and numbers that were advertised."""
    assert not english.not_ssn("536-22-8191", {})
    for number in (
        "000-22-8191",
        "666-22-8191",
        "536-00-8191",
        "536-22-0000",
        "078-05-1120",
        "111-11-1111",
        "536-22 8191",
    ):
        assert english.not_ssn(number, {})


def test_sin() -> None:
    """Canada's number has a Luhn check digit."""
    assert not english.not_sin("046 454 286", {})
    assert english.not_sin("046 454 287", {})


def test_npi_of_one_digit() -> None:
    """A number of equal digits is nobody's."""
    assert english.not_npi("1111111112", PAIRS)
    assert not english.not_npi("1234567893", PAIRS)


def test_undecided() -> None:
    """Where there is no check digit a well-formed number keeps its pattern's score."""
    assert english.driving_licence("MORGA657054SM9IJ", {}) is None
    assert english.driving_licence("99999657054SM9IJ", {}) is False
    assert english.vehicle("AB51 ABC", PAIRS) is True
    assert english.vehicle("AB45 ABC", PAIRS) is False
    assert english.vehicle("A123 ABC", PAIRS) is None
