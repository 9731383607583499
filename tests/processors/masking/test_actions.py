"""Every type that is looked for by default goes by its placeholder, under every action."""

from __future__ import annotations

import re

import pytest
from spanwright_processors.detect.policy import Action
from spanwright_processors.masking.policies import OFF_BY_DEFAULT
from spanwright_processors.masking.settings import Engine, MaskSettings, Preset
from spanwright_processors.steps.mask import Mask
from support.editable import editable_span

#: By type, a text with one value of it, and the placeholder's word.
VALUES: dict[str, tuple[str, str, str]] = {
    "EMAIL_ADDRESS": ("write to {} soon", "dana.lee@example.com", "EMAIL"),
    "PHONE_NUMBER": ("my phone is {} at home", "415-555-2671", "PHONE"),
    "CREDIT_CARD": ("the card {} was charged", "4242 4242 4242 4242", "CARD"),
    "IBAN_CODE": ("refund it to {} please", "DE89370400440532013000", "IBAN"),
    "US_SSN": ("her ssn is {} today", "536-22-8191", "SSN"),
    "IP_ADDRESS": ("it came from {} at night", "203.0.113.77", "IP"),
    "PERSON": ("my name is {} and", "Priya Raman", "NAME"),
    "SECRET": ("the key is {} now", "ghp_" + "a1B2" * 9, "SECRET"),
    "CRYPTO": ("send it to the wallet {} then", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "CRYPTO"),
    "MAC_ADDRESS": ("the device {} is offline", "3A:5F:19:C2:7B:E0", "MAC"),
    "MEDICAL_LICENSE": ("the certificate {} of the doctor", "BB1388568", "MEDICAL_LICENSE"),
    "UK_NHS": ("nhs number {} is on file", "943 476 5919", "NHS_NUMBER"),
    "US_ITIN": ("the itin {} was given", "912-70-1234", "ITIN"),
    "US_BANK_NUMBER": ("bank account {} is closed", "945456787", "BANK_ACCOUNT"),
    "US_DRIVER_LICENSE": ("driver license {} expires", "H12234567", "DRIVER_LICENSE"),
    "US_PASSPORT": ("the us passport {} is lost", "912803456", "PASSPORT"),
    "DATE_TIME": ("born on {} they say", "1988-04-02", "DATE"),
    "URL": ("see {} for more", "https://intranet.example.com/a", "URL"),
    "UUID": ("guid {} was seen", "550e8400-e29b-41d4-a716-446655440000", "UUID"),
}
#: As ``partial`` shows them, where there are eight letters and digits.
FORMS = {
    Action.MASK: r"\[{}\]",
    Action.PSEUDONYM: r"\[{}_[0-9a-f]{{8}}\]",
    Action.HASH: r"\[{}_[0-9a-f]{{16}}\]",
    Action.PARTIAL: r"\[{}(?:_[0-9A-Za-z]{{4}})?\]",
    Action.DROP: r"",
}


def masked(entity: str, **settings: object) -> tuple[str, tuple[str, ...]]:
    text, value, _ = VALUES[entity]
    span = editable_span({"note": text.format(value)})
    Mask(MaskSettings(entities=(entity,), engine=Engine.FAST, **settings))(span)  # type: ignore[arg-type]
    return span.attributes["note"], span.attributes["spanwright.pii.entity_types"]


@pytest.mark.parametrize("action", FORMS)
@pytest.mark.parametrize("entity", VALUES)
def test_every_action_for_every_type(entity: str, action: Action) -> None:
    """Nothing of the value is left but what ``partial`` shows, and the type is told."""
    text, value, word = VALUES[entity]
    result, types = masked(entity, actions={entity: action})
    assert re.fullmatch(re.escape(text).replace(r"\{\}", FORMS[action].format(word)), result), result
    assert types == (entity,)
    assert value not in result


@pytest.mark.parametrize("entity", VALUES)
def test_kept_is_told_and_not_changed(entity: str) -> None:
    """For types that are to be known and not masked."""
    text, value, _ = VALUES[entity]
    assert masked(entity, actions={entity: Action.KEEP}) == (text.format(value), (entity,))


@pytest.mark.parametrize("preset", [Preset.STANDARD, Preset.STRICT])
@pytest.mark.parametrize("entity", VALUES)
def test_the_presets(entity: str, preset: Preset) -> None:
    """By default all types but dates, URLs and UUIDs, which only the strict preset masks."""
    text, value, _ = VALUES[entity]
    span = editable_span({"note": text.format(value)})
    Mask(MaskSettings(preset=preset))(span)
    stays = preset is Preset.STANDARD and entity in OFF_BY_DEFAULT
    assert (span.attributes["note"] == text.format(value)) is stays, span.attributes["note"]
