"""Every gate of the engine against the engine without gates: what is cheap must not hide anything."""

from __future__ import annotations

import json
import random
import re
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spanwright_processors.detect import (
    Finding,
    card,
    email,
    iban,
    ip,
    merge,
    person,
    phone,
    secrets,
    ssn,
)
from spanwright_processors.detect.engine import is_plain, lower_case
from support.samples import sample
from support.scanners import NATIVE, PURE

_PLACE = re.compile(r"[0-9](?:[^0-9]{0,6}[0-9]){6,}")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?)?")
NUMBERS = (card.find, iban.find, ssn.find, phone.PhoneNumbers())


def ungated(text: str) -> list[Finding]:
    """Every detector on the whole text, numbers at every place that one pattern finds."""
    if is_plain(text):
        return []
    lower = lower_case(text)
    found = [finding for module in (email, secrets, person, ip) for finding in module.find(text, lower)]
    for place in _PLACE.finditer(text):
        if not _TIME.fullmatch(place.group()):
            for find in NUMBERS:
                found += find(text, lower, place.start(), place.end() + 8)
    return merge(found)


PIECES = [
    *("a.b@example.com", "I'm Priya Raman", "Hi Tom,", "4242 4242 4242 4242", "NO9386011117947"),
    *("203.0.113.7", "2001:db8::8a2e:370:7334", "123-45-6789", "SSN 123456789", "password=hunter22"),
    *("+1 415-555-2671", "(415) 555-2671", "+44 20 7946 0958", "020 7946 0958", "my phone is 555 0142"),
    *("2026-11-23T12:03", "v1.2.3", "1.2", "12:30", "::1", "a::b", "DE89 3704 0044 0532 0130 00"),
    *("my name is priya", "MR. O’Brien", "Dear Ms Ögün", "x", " ", ", ", "\n", "-", "é", "İ", "’", "日"),
    *("\ud800", "1", "12", "1234567", ".", ":", "_", "A", "(", ")"),
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=10).map("".join))
def test_the_gates_hide_nothing_in_pieces(text: str) -> None:
    """Whatever can be put together from values, cues and separators."""
    assert PURE.find(text) == NATIVE.find(text) == ungated(text)


@given(st.text(max_size=120))
def test_the_gates_hide_nothing_in_any_text(text: str) -> None:
    """Characters of every kind."""
    assert PURE.find(text) == NATIVE.find(text) == ungated(text)


def texts() -> Iterator[str]:
    """Source code, JSON, logs, ids and numbers, with values planted."""
    chance = random.Random(4)
    root = Path(pytest.__file__).parent.parent
    for path in sorted(root.glob("_pytest/*.py"))[::4]:
        source = path.read_text()[:6000]
        yield source
        for _ in range(5):
            at = chance.randrange(len(source))
            source = source[:at] + chance.choice(PIECES) + source[at:]
        yield source
    for _ in range(20):
        yield json.dumps([{chance.choice("abc"): chance.choice(PIECES)} for _ in range(30)])
        yield "\n".join(str(uuid.UUID(int=chance.getrandbits(128))) for _ in range(40))
        yield " ".join(sample(r"[0-9]{1,12}[ .:-]?", chance) for _ in range(80))


def test_the_gates_hide_nothing_in_code_json_and_numbers() -> None:
    """A corpus of what spans carry."""
    for text in texts():
        assert PURE.find(text) == NATIVE.find(text) == ungated(text)


@given(st.lists(st.sampled_from([*PIECES, "The", "word", "THE", "aB", "9A"]), max_size=12).map("".join))
def test_words_with_a_capital_are_found_alike_with_and_without_other_scripts(text: str) -> None:
    """ASCII text takes a short cut; a letter of another script after it must not change what is found."""
    lower = lower_case(text)
    alone = list(person.find(text, lower))
    beside = list(person.find(text + "\n\n~ é", lower + "\n\n~ é"))
    assert [hit for hit in beside if hit.end <= len(text)] == alone or not text.isascii()
