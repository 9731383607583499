"""What the tables of secrets promise the search for tokens."""

from __future__ import annotations

import re

import pytest
from spanwright_processors.detect.secret_rules import KEYWORDS, RUN_CHARACTERS, Place, Rule
from spanwright_processors.detect.secret_table import RULES


def test_more_than_sixty_rules_with_names_of_their_own() -> None:
    """Each rule can be told from the others."""
    names = [rule.name for rule in RULES]
    assert len(names) == len(set(names)) >= 60


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_keeps_to_the_form(rule: Rule) -> None:
    """Literals of words begin with two token characters; one group at most; what stands left has a bound."""
    assert all(len(literal) >= 2 for literal in rule.literals)
    if rule.place is Place.WORD:
        assert all(set(literal[:2]) <= set(RUN_CHARACTERS) for literal in rule.literals)
        assert all(literal[0].isalnum() or literal[0] == "/" for literal in rule.literals)
    if rule.place is Place.INSIDE:
        assert rule.left
    assert re.compile(rule.pattern()).groups <= 1
    assert re.compile(rule.left).groups == 0


def test_keywords_are_in_lower_case() -> None:
    """They are looked for in lower-case text."""
    assert all(keyword.literal == keyword.literal.lower() for keyword in KEYWORDS)
