"""The tables of cues and words."""

from __future__ import annotations

import pytest
from spanwright_processors.detect.person_cues import CUES, EVERYDAY_NAMES, NO_NAMES, PARTICLES, Cue


@pytest.mark.parametrize("cue", CUES, ids=lambda cue: cue.words.strip())
def test_cues_are_in_lower_case_with_an_ascii_apostrophe(cue: Cue) -> None:
    """They are compared with lower-case text whose apostrophes are made ASCII."""
    assert cue.words == cue.words.lower()
    assert "’" not in cue.words
    assert len(cue.words.rstrip()) >= 2
    assert 0 < cue.score <= 1


def test_cues_are_told_apart() -> None:
    """No cue stands twice."""
    words = [cue.words for cue in CUES]
    assert len(words) == len(set(words))


def test_words_are_in_lower_case() -> None:
    """They are compared in lower case."""
    for word in NO_NAMES | EVERYDAY_NAMES | PARTICLES:
        assert word == word.lower()


@pytest.mark.parametrize("name", ["priya", "john", "maria", "wei", "fatima", "olga", "bob", "anna", "tom"])
def test_common_given_names_are_not_ruled_out(name: str) -> None:
    """The list of words that are no names holds none of the usual ones."""
    assert name not in NO_NAMES
