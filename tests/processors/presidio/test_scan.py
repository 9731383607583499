"""Scanning finds what running every pattern over the whole text finds."""

from __future__ import annotations

import phonenumbers
import regex
from hypothesis import given, settings
from hypothesis import strategies as st
from spanwright_processors.presidio import FastEngine
from spanwright_processors.presidio.definitions import Definitions, Pattern
from spanwright_processors.presidio.gate import gates
from spanwright_processors.presidio.scan import _LEAST_PHONE_DIGITS, Scanner
from support.presidio_texts import texts
from support.scanners import needs_native

FLAGS = int(regex.DOTALL | regex.MULTILINE | regex.IGNORECASE)
#: Patterns as users write them.
OWN = (
    r"\b\d{5}(?:-\d{4})?\b", r"(?:^|(?<=\W))(Mr\.|Mrs\.|Dr\.)(?:(?=\W)|$)", r"[A-Z]{2}\d+(?!\d)",
    r"(\w)\1\1", r"x*", r"(?<=id: )\w+", r"[^a-z\s]+!", r"a.c", r"\d+(?= days)", r"^\d+", r"é\d",
    r"_\d_", r"(?:a|b)-(?:c|\d)",
)  # fmt: skip


def scanned(patterns: list[Pattern], text: str) -> list[tuple[int, int, int]]:
    """The same with the native scanner, where there is one, before it has learned a shape and after."""
    pure = _spans(Scanner(patterns, native=False), text)
    native = Scanner(patterns, phones=True)
    assert _spans(native, text) == _spans(native, text) == pure
    return pure


def _spans(scanner: Scanner, text: str) -> list[tuple[int, int, int]]:
    found = scanner.matches(text, scanner.runs(text))
    return sorted((each.pattern, each.match.start(), each.match.end()) for each in found)


def searched(patterns: list[Pattern], text: str) -> list[tuple[int, int, int]]:
    return sorted(
        (number, match.start(), match.end())
        for number, pattern in enumerate(patterns)
        for match in regex.finditer(pattern.regex, text, pattern.flags)
        if match.group()
    )


@given(text=texts())
@settings(deadline=None, max_examples=30)
def test_finds_what_presidio_looks_for(
    definitions: Definitions, engine_of_all_locales: FastEngine, text: str
) -> None:
    """For the patterns of all recognizers, every country's included."""
    recognizers = (*definitions.recognizers, *engine_of_all_locales.definitions.recognizers)
    patterns = [pattern for recognizer in recognizers for pattern in recognizer.patterns]
    assert scanned(patterns, text) == searched(patterns, text)


@given(
    pieces=st.lists(
        st.sampled_from(
            [
                "12345",
                "-6789",
                "Mr.",
                "Dr",
                "AB12",
                "aaa",
                "id: ",
                "x",
                "!",
                "?",
                "a\nc",
                "7 days",
                "\n",
                " ",
                "é1",
                "٣",
                "_1_",
                "a-3",
                "b-c",
                "ſ",
                "\x1f",
                "\x7f",
                "\x00",
                "日本",
            ]
        ),
        max_size=10,
    )
)
@settings(deadline=None, max_examples=100)
def test_finds_users_patterns(pieces: list[str]) -> None:
    """For deny lists, look-arounds, references back and patterns without a gate."""
    text = "".join(pieces)
    patterns = [
        Pattern(regex_text, regex_text, FLAGS, 0.5, gate)
        for regex_text, gate in zip(OWN, gates([(each, FLAGS) for each in OWN]), strict=True)
    ]
    assert scanned(patterns, text) == searched(patterns, text)


@needs_native
def test_learns_what_fits_nothing() -> None:
    """A run whose shape fits no pattern is named once; digits that may be a telephone number, always."""
    [gate] = gates([(OWN[0], FLAGS)])
    scanner = Scanner([Pattern("zip", OWN[0], FLAGS, 0.5, gate)], phones=True)
    text = "in 123-45 minutes"
    first = scanner.runs(text)
    assert first is not None
    assert first.places
    list(scanner.matches(text, first))
    assert scanner.runs(text) == ([], True)
    year = scanner.runs("in 2026")
    assert year is not None
    assert year.may_hold_phone


@needs_native
def test_tells_of_texts_only_where_every_pattern_has_a_gate() -> None:
    """A pattern that runs over the whole text can match anywhere."""
    gated, ungated = gates([(OWN[0], FLAGS), ("x*", FLAGS)])
    assert Scanner([Pattern("zip", OWN[0], FLAGS, 0.5, gated)]).families is not None
    assert Scanner([Pattern("x", "x*", FLAGS, 0.5, ungated)]).families is None
    assert Scanner([Pattern("zip", OWN[0], FLAGS, 0.5, gated)], native=False).families is None


def test_telephone_numbers_have_four_digits() -> None:
    """The least that the library's metadata has of any country, prefixes that it adds itself included."""
    lengths = set()
    for name in phonenumbers.SUPPORTED_REGIONS:
        metadata = phonenumbers.PhoneMetadata.metadata_for_region(name)
        for kind in (
            "fixed_line",
            "mobile",
            "toll_free",
            "premium_rate",
            "shared_cost",
            "voip",
            "pager",
            "uan",
        ):
            description = getattr(metadata, kind)
            lengths |= {one for one in description.possible_length if one > 0} if description else set()
    assert min(lengths) >= _LEAST_PHONE_DIGITS
