"""Words near a finding that raise its score, as Presidio's ``LemmaContextAwareEnhancer`` weighs them.

Presidio compares the lemmas of the words around a finding. Here, and in the oracle of the tests, the lemma of
a word is the word as written: which lemma a spaCy model gives depends on the model.

A word counts unless it is a stop word or punctuation; a stop word counts too if it stands as a part of
another word that has a colon inside (Presidio splits such words at the colon into its list of keywords).
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import cached_property, lru_cache

from .tokens import Token, Tokenizer

#: Presidio's defaults: what a context word adds, the least score with one, the words before and after that
#: count.
FACTOR = 0.35
LEAST = 0.4
BEFORE = 5
AFTER = 0
HIGHEST = 1.0
#: Characters before a finding that are cut into words at first; four times as many if these hold too few
#: words.
_WINDOW = 160
#: Words before those that count whose cutting may depend on what stands before them.
_MARGIN = 8
_WORD_AFTER_SPACE = re.compile(r"(?<=\s)\S")
_SPACE = re.compile(r"\s")
_PIECE_WITH_COLON = re.compile(r"\S*:\S*")
_NOT_A_KEYWORD = ("-PRON-", "be")


def raised(score: float) -> float:
    """The score with a context word near."""
    return min(max(score + FACTOR, LEAST), HIGHEST)


class Surroundings:
    """The words of one text. ``given``: words that count as near everything."""

    def __init__(
        self, text: str, tokenizer: Tokenizer, stop_words: frozenset[str], given: Iterable[str] = ()
    ) -> None:
        self._text = text
        self._tokenizer = tokenizer
        self._stop_words = stop_words
        self._given = [word.lower() for word in given]
        self._near: dict[int, list[str]] = {}

    def support(self, start: int, words: Sequence[str]) -> bool:
        """True if one of ``words`` is a part of a word near the finding that begins at ``start``."""
        words = [word.lower() for word in words]
        if not self._given and not any(word in self._lower or not word.isascii() for word in words):
            return False
        near = self._near.get(start)
        if near is None:
            near = self._near[start] = [*self._words_near(start), *self._given]
        return any(word in each for word in words for each in near)

    @cached_property
    def _lower(self) -> str:
        return self._text.lower()

    def _words_near(self, start: int) -> list[str]:
        size = _WINDOW
        while True:
            first = self._word_start(start - size)
            tokens = self._tokenizer.tokens(self._text, first, self._end(start + size))
            found = self._counted(tokens, start, first == 0)
            if found is not None:
                return found
            size *= 4

    def _word_start(self, index: int) -> int:
        """Where a word begins after white space, at ``index`` or later; 0 near the beginning of the text."""
        found = _WORD_AFTER_SPACE.search(self._text, index) if index > 0 else None
        return found.start() if found else 0

    def _end(self, index: int) -> int:
        """Where white space begins, at ``index`` or later."""
        found = _SPACE.search(self._text, index) if index < len(self._text) else None
        return found.start() if found else len(self._text)

    def _counted(self, tokens: list[Token], start: int, is_whole: bool) -> list[str] | None:
        """The words that count around the one at ``start``, itself included; None: more text is needed."""
        at = bisect_right(tokens, start, key=lambda token: token.start + len(token.text))
        if at == len(tokens):
            # Presidio stops with an error here: a finding that begins in the white space at the end of a
            # text.
            return []
        counted: list[str] = []
        position = at
        while position >= 0 and len(counted) <= BEFORE:
            if not is_whole and position < _MARGIN:
                return None
            counted += self._if_counted(tokens[position].text)
            position -= 1
        total = len(counted) + AFTER + 1
        position = at
        while position < len(tokens) and len(counted) < total:
            counted += self._if_counted(tokens[position].text)
            position += 1
        if len(counted) < total and tokens[-1].start + len(tokens[-1].text) < len(self._text.rstrip()):
            return None
        return counted

    def _if_counted(self, word: str) -> list[str]:
        lower = word.lower()
        if ":" in word:
            return []
        if _is_keyword(word, self._stop_words) or (":" in self._text and lower in self._colon_parts):
            return [lower]
        return []

    @cached_property
    def _colon_parts(self) -> frozenset[str]:
        """The parts of all words of the text that have a colon inside."""
        parts: set[str] = set()
        for piece in dict.fromkeys(_PIECE_WITH_COLON.findall(self._text)):
            for token in self._tokenizer.tokens(piece):
                if ":" in token.text and _is_keyword(token.text, self._stop_words):
                    parts.update(token.text.lower().split(":"))
        return frozenset(parts)


@lru_cache(maxsize=20_000)
def _is_keyword(word: str, stop_words: frozenset[str]) -> bool:
    if word in _NOT_A_KEYWORD or word.lower() in stop_words:
        return False
    return not all(unicodedata.category(character).startswith("P") for character in word)
