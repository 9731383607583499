"""Identifiers of India, Korea, Nigeria, the Philippines, Thailand and Turkey."""

from __future__ import annotations

import pytest
from spanwright_processors.presidio.validators import asian_african
from spanwright_processors.presidio.validators.checksums import verhoeff
from spanwright_processors.presidio.validators.kinds import Validation

PAIRS = {"replacement_pairs": [["-", ""], [" ", ""]]}


@pytest.mark.parametrize(
    ("validate", "right", "wrong"),
    [
        (asian_african.business, "120-81-47521", "120-81-47522"),
        (asian_african.driving_licence, "11-22-333333-44", "10-22-333333-44"),
        (asian_african.national_id, "10000000146", "10000000147"),
        (asian_african.gstin, "29ABCDE1234F1Z5", "29ABCDE1234F1Y5"),
        (asian_african.plate, "34 ABC 123", "99 ABC 123"),
        (asian_african.tnin, "1101700230708", "1101700230704"),
    ],
)
def test_right_and_wrong(validate: Validation, right: str, wrong: str) -> None:
    """A right number is certain, a wrong one is none."""
    assert validate(right, PAIRS) is True
    assert validate(wrong, PAIRS) is False


def test_verhoeff_numbers() -> None:
    """Aadhaar and NIN have Verhoeff's check digit; an Aadhaar number reads differently backwards."""
    twelve = next(f"23409876543{last}" for last in "0123456789" if verhoeff(f"23409876543{last}"))
    assert asian_african.aadhaar(twelve, PAIRS)
    assert not asian_african.aadhaar("1" + twelve[1:], PAIRS)
    eleven = next(f"1234567890{last}" for last in "0123456789" if verhoeff(f"1234567890{last}"))
    assert asian_african.nin(eleven, {})
    assert not asian_african.nin(eleven[:-1], {})


def test_registration_without_proof() -> None:
    """A wrong check digit of a resident's number proves nothing since October 2020."""
    numbers = [f"900101-123456{last}" for last in range(10)]
    verdicts = [asian_african.resident(number, PAIRS) for number in numbers]
    assert verdicts.count(True) == 1
    assert verdicts.count(None) == 9
    assert [asian_african.foreigner(number, PAIRS) for number in numbers].count(True) == 1


def test_tin() -> None:
    """The ninth digit is the weighted sum of the first eight, modulo eleven."""
    valid = [last for last in range(10) if not asian_african.not_tin(f"12345678{last}", PAIRS)]
    assert len(valid) <= 1
    assert asian_african.not_tin("1234", PAIRS)


def test_vehicle() -> None:
    """A district that the state has; where nothing is known, nothing is said."""
    known = {
        **PAIRS,
        "two_factor_registration_prefix": ["KA"],
        "state_rto_district_map": {"KA": ["1", "02"]},
        "in_vehicle_diplomatic_codes": ["CD"],
        "in_vehicle_foreign_mission_codes": [84],
    }
    assert asian_african.vehicle("KA01AB1234", known) is True
    assert asian_african.vehicle("KA99AB1234", known) is None
    assert asian_african.vehicle("XX01AB1234", known) is None
    assert asian_african.vehicle("KA01", known) is None
