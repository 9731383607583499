"""Tables of telephone numbers hold all that tells digits that are a number from those that are none."""

from __future__ import annotations

import re
from random import Random

import pytest
from spanwright_processors.presidio import FastEngine, dialling_tables
from spanwright_processors.presidio.dialling import region
from spanwright_processors.presidio.dialling_tables import region_tables
from support.scanners import needs_native

REGIONS = ("US", "GB", "DE", "FR", "IL", "IN", "CA", "BR")
#: Beginnings that something is taken off from, and some that nothing is.
BEGINNINGS = (
    "0",
    "00",
    "1",
    "44",
    "4",
    "49",
    "33",
    "91",
    "90",
    "0800",
    "415",
    "30",
    "7",
    "6",
    "11",
    "972",
    "55",
)


def test_tell_of_every_region_and_its_country_once() -> None:
    """The United States and Canada share one."""
    tables = region_tables([region(name) for name in REGIONS])
    assert tables is not None
    regions, countries = tables
    assert len(regions) == len(REGIONS)
    assert [code for code, _ in countries] == [1, 33, 44, 49, 55, 91, 972]
    assert len(countries[0][1]) > 20


def test_are_of_patterns_for_digits() -> None:
    """Whatever is written in them, it compiles, and nothing looks around."""
    tables = region_tables([region(name) for name in REGIONS])
    assert tables is not None
    for leading, general, kinds in (numbers for _, all_numbers in tables[1] for numbers in all_numbers):
        for pattern in (leading or "", general[0], *(kind[0] for kind in kinds)):
            re.compile(pattern)
            assert "(?=" not in pattern


def test_are_not_made_of_what_is_not_rewritten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Then telephone numbers are the library's, as without the native scanner."""
    monkeypatch.setattr(dialling_tables, "for_ascii", lambda *_, **__: None)
    assert region_tables([region("US")]) is None


@needs_native
def test_judge_digits_as_the_library_does(engine: FastEngine) -> None:
    """Thousands of digit strings, in one piece and in groups; the engine of the tests looks both ways."""
    random, found = Random(20261123), 0
    for _ in range(3_000):
        digits = random.choice(BEGINNINGS) + "".join(random.choices("0123456789", k=random.randrange(2, 12)))
        cut = random.randrange(1, len(digits))
        grouped = f"{digits[:cut]}{random.choice((' ', '-', '.', ') '))}{digits[cut:]}"
        found += len(engine.find(f"tell {digits} or {grouped}, please", ("PHONE_NUMBER",)))
    assert found > 1_000
