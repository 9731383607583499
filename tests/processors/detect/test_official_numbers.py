"""Numbers that authorities and banks give to people: found by their rules, or behind their name."""

from __future__ import annotations

from random import Random

import pytest
from spanwright_processors.detect.official_numbers import FINDERS
from support.scanners import NATIVE, PURE

TYPES = {entity for entity, _least, _find in FINDERS}


def found(text: str) -> list[tuple[str, str]]:
    """Of these types, by both ways of scanning."""
    pure, native = (
        [(str(each.type), text[each.start : each.end]) for each in detector.find(text) if each.type in TYPES]
        for detector in (PURE, NATIVE)
    )
    assert pure == native
    return pure


@pytest.mark.parametrize(
    ("text", "entity", "number"),
    [
        ("NHS number 943 476 5919", "UK_NHS", "943 476 5919"),
        ("nhs no. 9434765919.", "UK_NHS", "9434765919"),
        ("the patient's 943-476-5919", "UK_NHS", "943-476-5919"),
        ("she gave 401 023 2137", "UK_NHS", "401 023 2137"),
        ("ITIN: 912-70-1234", "US_ITIN", "912-70-1234"),
        ("taxpayer id 912701234", "US_ITIN", "912701234"),
        ("it says 999 88 1234", "US_ITIN", "999 88 1234"),
        ("DEA BB1388568", "MEDICAL_LICENSE", "BB1388568"),
        ("number F91234563", "MEDICAL_LICENSE", "F91234563"),
        ("passport no: 512345678", "US_PASSPORT", "512345678"),
        ("Her passport is A12345678", "US_PASSPORT", "A12345678"),
        ("driver's license D1234567", "US_DRIVER_LICENSE", "D1234567"),
        ("driving licence number: 99999999", "US_DRIVER_LICENSE", "99999999"),
        ("bank account number 123456789012", "US_BANK_NUMBER", "123456789012"),
        ("acct. 12345678", "US_BANK_NUMBER", "12345678"),
    ],
)
def test_found(text: str, entity: str, number: str) -> None:
    """As they are written, with their name where they need one."""
    assert found(text) == [(entity, number)]


@pytest.mark.parametrize(
    "text",
    [
        "NHS number 943 476 5918",
        "order 9434765919",
        "NHS 111 111 1111",
        "it says 912 49 1234, 912 66 1234, 912 89 1234 and 912 93 1234",
        "order 912701234",
        "DEA BB1388569",
        "order I91234563, xBB1388568, BB13885681",
        "512345678 was ordered",
        "the passport office opens at 9; order 512345678",
        "account 1234567",
        "accountancy since 2024-11-23",
        "version 99999999 of the driver",
        "1732356000 s, id 1732356000123",
    ],
)
def test_nothing_of_the_kind(text: str) -> None:
    """A wrong check digit, groups nobody gives out, no name near, dates and times."""
    assert not found(text)


def test_one_check_digit_in_ten_or_eleven_is_right() -> None:
    """Of drawn numbers in the right form, no more are taken for one than the check digits let through."""
    random = Random(20261123)
    drawn = 2_000
    nhs = [f"nhs {random.randrange(10**9, 10**10)}" for _ in range(drawn)]
    dea = [f"DEA AB{random.randrange(10**6, 10**7)}" for _ in range(drawn)]
    assert 0.06 < sum(bool(found(text)) for text in nhs) / drawn < 0.12
    assert 0.07 < sum(bool(found(text)) for text in dea) / drawn < 0.13
