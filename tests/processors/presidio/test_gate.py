"""Gates are necessary conditions: whatever a pattern matches passes its gate."""

from __future__ import annotations

import re

import pytest
import regex
from hypothesis import given, settings
from spanwright_processors.presidio.definitions import Definitions
from spanwright_processors.presidio.gate import gates, matched_by, requirements
from support.presidio_texts import texts

FLAGS = int(regex.DOTALL | regex.MULTILINE | regex.IGNORECASE)


@given(text=texts())
@settings(deadline=None, max_examples=60)
def test_matches_pass(definitions: Definitions, text: str) -> None:
    """Every match is of the span's characters, holds an anchor and what is needed, and is long enough."""
    for recognizer in definitions.recognizers:
        for pattern in recognizer.patterns:
            assert pattern.gate is not None, pattern.name
            for match in regex.finditer(pattern.regex, text, pattern.flags):
                found = match.group()
                assert all(pattern.gate.span.has(character) for character in found)
                assert any(pattern.gate.anchor.has(character) for character in found)
                assert all(needed in found for needed in pattern.gate.needs)
                assert len(found) >= pattern.gate.shortest


def shape(text: str) -> str:
    return re.sub("[A-Za-z]", "A", re.sub("[0-9]", "0", text))


@given(text=texts().filter(str.isascii))
@settings(deadline=None, max_examples=60)
def test_shapes_match(definitions: Definitions, text: str) -> None:
    """Where a pattern matches, its shape matches the text's."""
    for recognizer in definitions.recognizers:
        for pattern in recognizer.patterns:
            if pattern.gate and regex.search(pattern.regex, text, pattern.flags):
                assert re.search(pattern.gate.shape, shape(text)), pattern.name


@pytest.mark.parametrize(
    "pattern",
    [
        r"a*",  # may match nothing
        r".+",  # any characters
        r"[[:digit:]]{3}",  # a class that re reads otherwise
        r"(?:foo){e<=1}",  # a fuzzy count
        r"\p{Lu}\d",  # beyond re
        r"\d+$(?-m:$)",  # ends before a last line break
        r"(?a)\d\w",  # ASCII only
        r"(?P<a>x)(?(a)\d|y)",  # a condition
        r"(",
    ],
)
def test_gives_up(pattern: str) -> None:
    """What is not understood for certain runs over the whole text."""
    assert requirements(pattern, FLAGS) is None


def test_looks_ahead() -> None:
    """What a look-ahead reads over several characters belongs to the span, one character does not."""
    far, near = requirements(r"(?=[a-z-]*\d)[a-z]+-1", 0), requirements(r"\d+(?=;)", 0)
    assert far is not None
    assert near is not None
    assert far.span.has("9")
    assert not near.span.has(";")


def test_case_is_folded_as_by_regex() -> None:
    """Ignoring case, the Kelvin sign is a k and the long s an s."""
    assert matched_by("k", FLAGS).has("\u212a")
    assert matched_by("[r-t]", FLAGS).has("ſ")
    assert not matched_by("k", 0).has("K")


def test_anchors_are_shared() -> None:
    """Patterns that ask for a digit of any kind are sought by the same anchor."""
    first, second, third = gates([(r"4\d{3}-x", 0), (r"[13]ab", 0), (r"@;", 0)])
    assert first
    assert second
    assert third
    assert first.anchor == second.anchor
    assert third.needs == "@;"
