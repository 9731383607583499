"""Identifiers of European countries, by published examples."""

from __future__ import annotations

import pytest
from spanwright_processors.presidio.validators import european
from spanwright_processors.presidio.validators.kinds import Validation

PAIRS = {"replacement_pairs": [["-", ""], [" ", ""]]}


@pytest.mark.parametrize(
    ("validate", "right", "wrong"),
    [
        (european.henkilotunnus, "131052-308T", "131052-308U"),
        (european.health_insurance, "A123456780", "A123456781"),
        (european.social_security, "15070649C103", "15070649C104"),
        (european.tax_id, "86095742719", "86095742718"),
        (european.passport, "C01X00T41", "A01X00T47"),
        (european.id_card, "C01X00T41", "C01X00T42"),
        (european.italian_vat, "07643520567", "07643520568"),
        (european.pesel, "44051401359", "44051401358"),
        (european.nif, "12345678Z", "12345678A"),
        (european.nie, "X1234567L", "X1234567M"),
        (european.organisation, "556703-7485", "556703-7486"),
        (european.personal, "811218-9876", "811218-9875"),
        (european.lanr, "123456601", "123456701"),
    ],
)
def test_right_and_wrong(validate: Validation, right: str, wrong: str) -> None:
    """A right number is certain, a wrong one is none."""
    assert validate(right, PAIRS) is True
    assert validate(wrong, PAIRS) is False


def test_undecided() -> None:
    """Where a wrong check digit proves nothing the pattern's score stands."""
    assert european.fiscal_code("RSSMRA85T10A562S", {}) is True
    assert european.fiscal_code("RSSMRA85T10A562X", {}) is None
    assert european.vat_id("DE136695976", {}) is True
    assert european.vat_id("DE136695975", {}) is None
    assert european.vat_id("DE136695975", {"strict_checksum": True}) is False
    assert european.bsnr("123456789", {}) is None
    assert european.bsnr("000000000", {}) is False
    assert european.id_card("T22000129", {}) is None
