"""Patterns for the native scanner match what the patterns they are made of match."""

from __future__ import annotations

import re

import pytest
import regex
from hypothesis import given, settings
from spanwright_processors.presidio import FastEngine
from spanwright_processors.presidio.expressions import for_ascii
from support.presidio_texts import texts

FLAGS = int(regex.DOTALL | regex.MULTILINE | regex.IGNORECASE)


def spans(pattern: str, flags: int, text: str) -> list[tuple[int, int]]:
    """By Python's ``re``, which reads what is rewritten as the scanner does, but for the text's end."""
    return [
        match.span() for match in re.finditer(pattern.replace(r"\z", r"\Z"), text, flags) if match.group()
    ]


@given(text=texts())
@settings(deadline=None, max_examples=30)
def test_means_the_same_in_ascii(engine_of_all_locales: FastEngine, text: str) -> None:
    """For every pattern of Presidio's that is rewritten, which nearly all are."""
    text = text.encode("ascii", "replace").decode()
    patterns = [each for one in engine_of_all_locales.definitions.recognizers for each in one.patterns]
    rewritten = [(each, for_ascii(each.regex, each.flags)) for each in patterns]
    assert sum(made is not None for _, made in rewritten) > 0.8 * len(patterns)
    for pattern, made in rewritten:
        if made is not None and len(made.text) < 4_000:
            expected = [match.span() for match in regex.finditer(pattern.regex, text, pattern.flags)]
            assert spans(made.text, 0, text) == [each for each in expected if each[0] < each[1]], pattern.name


@pytest.mark.parametrize(
    "pattern",
    [r"(\w)\1", r"(?<=id: )\w+", r"(?>a+)b", r"a++b", r"(?a)\w", r"[[:alpha:]]+", r"x{e<=1}", r"a$", r"(("],
)
def test_leaves_what_might_mean_something_else(pattern: str) -> None:
    """References, looks behind over several characters, possessive and fuzzy counts, other readings."""
    assert for_ascii(pattern) is None


def test_tells_what_looks_around() -> None:
    """Which takes a matcher that can; there, ends of words are looks, too."""
    plain, looking = for_ascii(r"\bcat\b", FLAGS), for_ascii(r"\bcat(?!s)", FLAGS)
    assert plain is not None
    assert looking is not None
    assert (plain.looks, looking.looks) == (False, True)
    assert (r"\b" in plain.text, r"\b" in looking.text) == (True, False)


def test_spells_out_what_a_set_holds() -> None:
    """As the module that runs the pattern sees it: both cases, and the white space that Python knows."""
    assert for_ascii("[k-l]", FLAGS) == (r"[\x4b-\x4c\x6b-\x6c]", False)
    assert for_ascii(r"\s", 0, re) == (r"[\x09-\x0d\x1c-\x20]", False)
    assert for_ascii("é") == (r"[^\x00-\xff]", False)
