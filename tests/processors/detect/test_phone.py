"""Telephone numbers."""

from __future__ import annotations

import subprocess
import sys

import pytest
from spanwright_processors.detect import Detector
from support.findings import values


@pytest.mark.parametrize(
    "number",
    [
        "+1 415-555-2671",
        "+14155552671",
        "+49 30 901820",
        "+33 1 42 68 53 00",
        "+91 98765 43210",
        "0049 30 901820",
        "(415) 555-2671",
        "415-555-2671",
        "415.555.2671",
        "1-415-555-2671",
        "020 7946 0958",
        "030 901820",
        "0171 1234567",
        "98765 43210",
        "(11) 98765-4321",
        "052-123-4567",
    ],
)
def test_finds_numbers_in_the_ways_they_are_written(number: str) -> None:
    """International numbers, and national ones of the default regions, in their usual groups."""
    for text in (number, f"It is {number}.", f"({number})", f"on {number}, thanks", f"2024-11-20 {number}"):
        assert values(text, "PHONE_NUMBER") == [number], text


def test_bare_digits_need_a_word_that_says_so() -> None:
    """Ten digits in a row are a number after "phone", not alone."""
    assert values("my phone is 4155552671", "PHONE_NUMBER") == ["4155552671"]
    assert values("reference 4155552671", "PHONE_NUMBER") == []


def test_two_numbers_in_a_row_are_two() -> None:
    """Numbers with only a blank between them are told apart."""
    assert values("415-555-2671 415-555-2672", "PHONE_NUMBER") == ["415-555-2671", "415-555-2672"]


def test_extension_belongs_to_the_number() -> None:
    """An extension is masked with its number."""
    assert values("415-555-2671 ext. 123", "PHONE_NUMBER") == ["415-555-2671 ext. 123"]


@pytest.mark.parametrize(
    "text",
    [
        "0.123456789",
        "1732356000",
        "1732356000123",
        "2026-11-23 12:03:11",
        "23.11.2026 12:00",
        "01-02-2024 14",
        "order 123-4567890-1234567",
        "10.0.0.1",
        "1.2.3.4",
        "550e8400-e29b-41d4-a716-446655440000",
        "$1,234,567.89",
        "ISBN 978-3-16-148410-0",
        "12345-6789",
        "sha 0012345678901234567890",
        "3.14159265358979",
        "width 1920x1080 1280x720",
        "lines 100-200, 300-400",
        "id=4155552671",
        "00000000",
    ],
)
def test_leaves_other_numbers(text: str) -> None:
    """Floats, timestamps, dates, orders, addresses, versions, prices and ids are no telephone numbers."""
    assert values(text, "PHONE_NUMBER") == []


def test_regions_decide_what_is_a_national_number() -> None:
    """A national number of a region that is not asked for is none; with + it always is."""
    text = "030 901820 or +49 30 901820"
    found = Detector(("PHONE_NUMBER",), phone_regions=("US",)).find(text)
    assert [text[finding.start : finding.end] for finding in found] == ["+49 30 901820"]


def test_library_is_imported_at_the_first_plausible_number_only() -> None:
    """Texts without anything like a number never import phonenumbers."""
    code = (
        "import sys; from spanwright_processors.detect import find; find('2024-11-23 12:00 id 1732356000');"
        "assert 'phonenumbers' not in sys.modules; find('+1 415-555-2671');"
        "assert 'phonenumbers' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
