"""Telephone numbers are those that phonenumbers finds region by region."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spanwright_processors.presidio import FastEngine
from spanwright_processors.presidio.phone import PhoneNumbers

REGIONS = ("US", "GB", "DE", "FR", "IL", "IN", "CA", "BR")


def _written() -> list[str]:
    """Examples of every region and kind, in every form, with prefixes that belong there and that do not."""
    found: dict[str, None] = {}
    for region in (*REGIONS, "ZA", "IT"):
        for kind in range(11):
            number = phonenumbers.example_number_for_type(region, kind)
            if number is None:
                continue
            digits = str(number.national_number)
            forms = [phonenumbers.format_number(number, form) for form in range(4)]
            prefixed = [
                prefix + digits
                for prefix in ("", "0", "1", f"{number.country_code}", f"00{number.country_code}")
            ]
            found |= dict.fromkeys([*forms, *prefixed, f"011{number.country_code}{digits}", f"111{digits}"])
    return list(found)


NUMBERS = _written()
OTHERS = (
    "call", "ext 5", "x12", "#3", ";ext=9", "12:30", "2024-01-02 08", "/", "$", "€", "é", "p. 12", "~", ", ",
    "(2003)", "211-227 (2003)", "3/10/2011", "доб 5", "anexo 7",
)  # fmt: skip
SEPARATORS = (" ", "", " - ", "/", ". ", ", ", " x", "(", ") ", "-", ".", "\u00a0", "–")


@st.composite
def texts(draw: st.DrawFn) -> str:
    piece = st.one_of(
        st.sampled_from(NUMBERS), st.from_regex(r"[0-9]{1,14}", fullmatch=True), st.sampled_from(OTHERS)
    )
    text = list(draw(st.sampled_from(SEPARATORS)).join(draw(st.lists(piece, max_size=5))))
    if text:
        places = st.integers(0, len(text) - 1)
        odd = st.sampled_from(
            ["", "0", "1", "9", " ", "-", "(", ")", ".", "/", "+", "x", "a", "٣", "–", "[", "~"]
        )
        for place, character in draw(st.lists(st.tuples(places, odd), max_size=3)):
            text[place] = character
    return "".join(text)


@pytest.mark.parametrize("leniency", [0, 1, 2, 3])
@given(data=st.data())
@settings(deadline=None, max_examples=100)
def test_finds_what_the_library_finds(leniency: int, data: st.DataObject) -> None:
    """The same places for every region, in the same order, for each strictness."""
    text = data.draw(texts())
    expected = [
        (match.start, match.end)
        for region in REGIONS
        for match in phonenumbers.PhoneNumberMatcher(text, region, leniency=leniency)
    ]
    assert list(PhoneNumbers(REGIONS, leniency).find(text)) == expected


def test_tells_lines_apart(engine_of_all_locales: FastEngine) -> None:
    """South Africa's recognizers tell mobile lines from fixed ones."""
    found = engine_of_all_locales.find(
        "mobile 082 123 4567, office 011 978 5313", {"ZA_MOBILE_NUMBER", "ZA_TELEPHONE_NUMBER"}
    )
    assert {each.type for each in found} <= {"ZA_MOBILE_NUMBER", "ZA_TELEPHONE_NUMBER"}
    assert len(found) == 2
