"""Validation says of every match what Presidio's own says."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from spanwright_processors.presidio.reading import fingerprint, registry
from spanwright_processors.presidio.selection import Selection
from spanwright_processors.presidio.validators import VALIDATORS

from benchmarks.presidio_oracle import LOCALES

RECOGNIZERS: dict[str, Any] = {type(each).__name__: each for each in registry(Selection(LOCALES)).recognizers}
#: Validated by their finders, which the engine's tests cover.
ELSEWHERE = {"EmailRecognizer", "IbanRecognizer"}
NAMES = sorted(VALIDATORS.keys() - ELSEWHERE)


def parameters(recognizer: Any) -> dict[str, Any]:
    tables = (name for name in dir(type(recognizer)) if name.startswith(("in_", "state_", "two_")))
    return {**{name: getattr(recognizer, name) for name in tables}, **vars(recognizer)}


def strings(recognizer: Any) -> st.SearchStrategy[str]:
    """Texts that a pattern of the recognizer matches, and those with some digits changed."""
    patterns = []
    for pattern in recognizer.patterns:
        try:
            patterns.append(st.from_regex(re.compile(pattern.regex, re.ASCII), fullmatch=True))
        except re.error:
            continue
    return st.one_of(patterns) if patterns else st.from_regex(r"[A-Z]{2}[0-9A-Z]{10,20}", fullmatch=True)


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_agrees_with_presidio(name: str, data: st.DataObject) -> None:
    """True, false or nothing to say: the same."""
    recognizer, ours = RECOGNIZERS[name], VALIDATORS[name]
    text = data.draw(strings(recognizer))
    assume(text.isascii())
    if ours.validate:
        assert ours.validate(text, parameters(recognizer)) == recognizer.validate_result(text)
    if ours.invalidate:
        assert bool(ours.invalidate(text, parameters(recognizer))) == bool(recognizer.invalidate_result(text))


@pytest.mark.parametrize("name", NAMES)
def test_agrees_on_right_check_digits(name: str) -> None:
    """Also where the last character runs through all values, so that right ones are among them."""
    recognizer, ours = RECOGNIZERS[name], VALIDATORS[name]
    for body in (
        "1234567",
        "12345678",
        "123456789",
        "1234567890",
        "12345678901",
        "123456789012",
        f"{date.today():%y%m%d}001008",
    ):
        for last in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ":
            for text in (body + last, "A" + body + last, "AB" + body + last, last + body):
                if not re.fullmatch(
                    "|".join(each.regex for each in recognizer.patterns if "(?i)" not in each.regex) or "$",
                    text,
                    re.IGNORECASE,
                ):
                    continue
                if ours.validate:
                    assert ours.validate(text, parameters(recognizer)) == recognizer.validate_result(text), (
                        text
                    )
                if ours.invalidate:
                    expected = bool(recognizer.invalidate_result(text))
                    assert bool(ours.invalidate(text, parameters(recognizer))) == expected, text


@pytest.mark.parametrize("name", sorted(VALIDATORS))
def test_was_held_to_the_installed_version(name: str) -> None:
    """A change of Presidio's validation shows: ours has to be looked at again, and the fingerprint added."""
    assert fingerprint(type(RECOGNIZERS[name])) in VALIDATORS[name].fingerprints
