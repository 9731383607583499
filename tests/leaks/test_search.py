"""The leak test's own tools: values are what they claim to be, and none escapes the search."""

from __future__ import annotations

import base64
import gzip
import json
from urllib.parse import quote, quote_plus

import phonenumbers
import pytest
from leaks.detectors import CASES
from support.leaks import Needles
from support.planted import KINDS, Planted, groups

VALUES = [value for group in groups(CASES["as they are"].groups) for value in group]
ONE_OF_EACH = VALUES[: len(KINDS)]


def test_ten_thousand_different_values_of_all_kinds() -> None:
    """As issued: no value, and no unmistakable part of one, stands in another."""
    assert len({value.text for value in VALUES}) == len(VALUES) >= 10_000
    assert {value.kind for value in VALUES} == set(KINDS)
    found = Needles(VALUES).find("\n".join(value.text for value in VALUES).encode())
    assert len({leak.value for leak in found}) == len(VALUES)


def test_telephone_numbers_exist() -> None:
    """By the library's data on numbering plans."""
    numbers = [phonenumbers.parse(value.text, "US") for value in VALUES if value.kind == "phone"]
    assert all(map(phonenumbers.is_valid_number, numbers))


@pytest.mark.parametrize("value", ONE_OF_EACH, ids=KINDS)
def test_a_value_is_found_in_every_form(value: Planted) -> None:
    """Plain, escaped, encoded at any offset, compressed."""
    text = f"né 😀 {value.text}. "
    twice = json.dumps(json.dumps(text))
    forms = {
        "plain": text.encode(),
        "JSON": json.dumps(text).encode(),
        "JSON in JSON": twice.encode(),
        "all escaped": "".join(f"\\u{ord(letter):04x}" for letter in value.text).encode(),
        "repr": repr(repr(text)).encode(),
        "URL": quote(text).encode(),
        "form": quote_plus(text).encode(),
        "hex": text.encode().hex().encode(),
        "upper hex": text.encode().hex().upper().encode(),
        "gzip": b"before" + gzip.compress(text.encode()) + b"after",
        **{f"base64 {offset}": base64.b64encode(b"x" * offset + text.encode()) for offset in range(3)},
        "base64url": base64.urlsafe_b64encode(text.encode()),
    }
    needles = Needles([value])
    assert [name for name, form in forms.items() if not needles.find(form)] == []


def test_what_is_masked_is_not_found() -> None:
    """The sentences without their values hold none."""
    masked = "\n".join(value.sentence.replace(value.text, "[X]") for value in VALUES)
    assert Needles(VALUES).find(masked.encode()) == []
