"""Words near a finding raise its score."""

from __future__ import annotations

import pytest
from spanwright_processors.presidio.context import Surroundings, raised
from spanwright_processors.presidio.definitions import Definitions
from spanwright_processors.presidio.tokens import Tokenizer


def is_near(definitions: Definitions, text: str, *words: str, given: tuple[str, ...] = ()) -> bool:
    """Whether one of the words is near the number in the text."""
    affixes = definitions.affixes
    surroundings = Surroundings(text, Tokenizer(affixes), affixes.stop_words, given)
    return surroundings.support(text.index("12345"), words)


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("bank 12345", True),
        ("BANKING 12345", True),
        ("bank pear plum fig lime 12345", True),
        ("bank pear plum fig lime kiwi 12345", False),
        ("bank of the , and pear plum fig lime 12345", True),
        ("12345 bank", False),
        ("12345bank", True),
        ("bank " + "the of and " * 60 + "12345", True),
        ("pear 12345", False),
        ("bank the 9 pear the plum the fig 12345", True),
        ("bank the:9 pear the plum the fig 12345", False),
    ],
)
def test_five_words_count(definitions: Definitions, text: str, near: bool) -> None:
    """Stop words and punctuation do not count, unless a word with a colon has them as a part."""
    assert is_near(definitions, text, "bank") is near


def test_given_words_are_near_everything(definitions: Definitions) -> None:
    """As if they stood before each finding."""
    assert is_near(definitions, "12345", "bank", given=("My Bank",))
    assert not is_near(definitions, "12345", "bank")


def test_words_beyond_ascii(definitions: Definitions) -> None:
    """Letters that change with their neighbours when made lower are compared word by word."""
    assert is_near(definitions, "ΟΔΟΣ 12345", "οδος") == ("οδος" in "ΟΔΟΣ".lower())
    assert is_near(definitions, "Straße 12345", "straße")


def test_scores() -> None:
    """0.35 more, at least 0.4, at most 1."""
    assert [raised(score) for score in (0.01, 0.05, 0.5, 0.8)] == [0.4, 0.4, 0.85, 1.0]
