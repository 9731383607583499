"""Words are cut as spaCy cuts them."""

from __future__ import annotations

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spanwright_processors.presidio.definitions import Definitions
from spanwright_processors.presidio.tokens import Tokenizer
from support.presidio_texts import texts

SPACY = spacy.blank("en").tokenizer
EXCEPTIONS = sorted(SPACY.rules)  # type: ignore[union-attr]


@pytest.fixture(scope="module")
def tokenizer(definitions: Definitions) -> Tokenizer:
    return Tokenizer(definitions.affixes)


def cut_by_spacy(text: str) -> list[tuple[int, str]]:
    return [(token.idx, token.text) for token in SPACY(text)]


@given(text=texts())
@settings(deadline=None, max_examples=100)
def test_cuts_identifiers_as_spacy(tokenizer: Tokenizer, text: str) -> None:
    """Identifiers and words that touch."""
    assert tokenizer.tokens(text) == cut_by_spacy(text)


@given(
    words=st.lists(
        st.sampled_from([*EXCEPTIONS, "foo", "http://x.com/a?b=c", "a:b", "$5.00", "10km", "--"]), max_size=7
    ),
    separators=st.lists(
        st.sampled_from(["", " ", "  ", "\n", ",", ".", ":", '"', "'", "-", "/", "("]), min_size=7
    ),
)
@settings(deadline=None, max_examples=300)
def test_cuts_exceptions_as_spacy(tokenizer: Tokenizer, words: list[str], separators: list[str]) -> None:
    """Contractions, abbreviations and emoticons, whole and in pieces."""
    text = "".join(word + separator for word, separator in zip(words, separators, strict=False))
    assert tokenizer.tokens(text) == cut_by_spacy(text)


def test_the_longest_exception_wins(tokenizer: Tokenizer) -> None:
    """Also when it is cut into the same tokens anyway: "°c." is three, although "c." is one."""
    assert [text for _start, text in tokenizer.tokens("°c.")] == ["°", "c", "."]


@given(text=st.text())
@settings(deadline=None)
def test_cuts_any_text_as_spacy(tokenizer: Tokenizer, text: str) -> None:
    """Any characters; the tokens and single blanks make up the text."""
    assert tokenizer.tokens(text) == cut_by_spacy(text)


def test_cuts_a_part(tokenizer: Tokenizer) -> None:
    """A part of a text is cut as within it."""
    text = "Don't call me at 12a.m. please"
    assert tokenizer.cut(text, 6, 16) == [(6, "call"), (11, "me"), (14, "at")]
