"""The table of secrets."""

from __future__ import annotations

import re

import pytest
from spanwright_processors.detect.secret_rules import KEYWORDS, RULES, Rule


def test_more_than_thirty_rules_with_names_of_their_own() -> None:
    """Each rule can be told from the others."""
    names = [rule.name for rule in RULES]
    assert len(names) == len(set(names)) >= 30


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_pattern_begins_with_each_of_its_literals(rule: Rule) -> None:
    """A literal is where its pattern is matched, so it has to begin it."""
    for literal in rule.literals:
        pattern = re.compile(rule.pattern)
        texts = [literal + tail for tail in TAILS]
        assert any(pattern.match(text) for text in texts), literal


HEX, WORD = "0123456789abcdef" * 12, "a1B2c3D4e5F6g7H8" * 12
TAILS = [
    *(alphabet[:length] for length in range(10, 180) for alphabet in (HEX, WORD, "2" * 60 + "A1")),
    "A234567ABCDEFGHIJK"[:16],
    "a1B2c3D4e5F6g7H8.a1B2c3D4e5F6g7H8a1B2c3D4e5F6g7H8a1B2c3D4",
    "a1B2c3D4.eyJzdWIiOiIxMjM0In0.abc",
    f"pt_{HEX[:32]}_{HEX[:10]}",
    f"tkn_{HEX[:43]}",
    f"1-{WORD[:60]}",
    f"services/{WORD[:44]}",
    f"123456789012345678/{WORD[:68]}",
    f"fm2_{WORD[:80]}",
    f"{HEX[:24]}-{HEX[:34]}",
    "A1B2C3D4" * 7 + "AB",
    "user:pa55word@host",
]


def test_keywords_are_in_lower_case() -> None:
    """They are looked for in lower-case text."""
    assert all(keyword.literal == keyword.literal.lower() for keyword in KEYWORDS)
