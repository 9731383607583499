"""Scanning finds what running every pattern over the whole text finds."""

from __future__ import annotations

import regex
from hypothesis import given, settings
from hypothesis import strategies as st
from spanwright_processors.presidio import FastEngine
from spanwright_processors.presidio.definitions import Definitions, Pattern
from spanwright_processors.presidio.gate import gates
from spanwright_processors.presidio.scan import Scanner
from support.presidio_texts import texts

FLAGS = int(regex.DOTALL | regex.MULTILINE | regex.IGNORECASE)
#: Patterns as users write them.
OWN = (
    r"\b\d{5}(?:-\d{4})?\b", r"(?:^|(?<=\W))(Mr\.|Mrs\.|Dr\.)(?:(?=\W)|$)", r"[A-Z]{2}\d+(?!\d)",
    r"(\w)\1\1", r"x*", r"(?<=id: )\w+", r"[^a-z\s]+!", r"a.c", r"\d+(?= days)", r"^\d+", r"é\d",
    r"_\d_", r"(?:a|b)-(?:c|\d)",
)  # fmt: skip


def scanned(patterns: list[Pattern], text: str) -> list[tuple[int, int, int]]:
    found = Scanner(patterns).matches(text)
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
