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
from collections.abc import Iterable
from functools import cached_property, lru_cache
from typing import NamedTuple

from .tokens import Token, Tokenizer

#: Presidio's defaults: what a context word adds, the least score with one, the words before and after that
#: count.
FACTOR = 0.35
LEAST = 0.4
BEFORE = 5
AFTER = 0
HIGHEST = 1.0
#: Characters that are cut into words at once, those of a text's end and of long words aside.
_BLOCK = 128
#: Words before those that count whose cutting may depend on what stands before them.
_MARGIN = 8
_WORD_AFTER_SPACE = re.compile(r"(?<=\s)\S")
#: Anchored at a piece's beginning: tried anew at each of its characters, it would take time squared.
_PIECE_WITH_COLON = re.compile(r"(?<!\S)\S*:\S*")
#: Characters before and behind a finding in which enough words that count are looked for first.
_REACH = 240
#: The same for one word that may be there.
_NEAR = 64
_NOT_A_KEYWORD = ("-PRON-", "be")


def raised(score: float) -> float:
    """The score with a context word near."""
    return min(max(score + FACTOR, LEAST), HIGHEST)


class _Reach(NamedTuple):
    """``low``, ``high``: of the words that may count; ``cut_low``, ``cut_high``: of what to cut into words.

    0 and the text's length where that is not known.
    """

    low: int
    high: int
    cut_low: int
    cut_high: int


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
        self._reaches: dict[int, _Reach] = {}
        self._blocks: dict[int, list[Token]] = {}
        self._possible: dict[tuple[str, ...], list[str]] = {}

    def support(self, start: int, words: tuple[str, ...]) -> bool:
        """True if one of ``words`` is a part of a word near the finding that begins at ``start``."""
        possible = self._possible.get(words)
        if possible is None:
            possible = self._possible[words] = self._that_may_occur(words)
        if not possible:
            return False
        near = self._near.get(start)
        if near is None:
            if self._is_surely_near(start, possible):
                return True
            if not self._may_be_near(start, possible):
                return False
            near = self._near[start] = [*self._words_near(start), *self._given]
        return any(word in each for word in possible for each in near)

    def _is_surely_near(self, start: int, possible: Iterable[str]) -> bool:
        """True if one of the words stands so near that it counts however the rest is cut.

        That is, with nothing but blanks and whole words between, the finding's own included.
        """
        text = self._text
        if start == 0 or text[start - 1] != " " or text[start].isspace():
            return False
        counted = 1
        pieces = text[max(0, start - _NEAR) : start - 1].split(" ")
        for piece in reversed(pieces[1:]):
            if not (piece.isascii() and piece.isalpha() and self._tokenizer.is_uncut(piece)):
                return False
            counts = piece.lower() not in self._stop_words
            if counts and any(word in piece.lower() for word in possible):
                return True
            counted += counts or ":" in text
            if counted > BEFORE:
                return False
        return False

    def _may_be_near(self, start: int, possible: Iterable[str]) -> bool:
        """False if none of the words stands where the words that count can be, which is cheaper to tell."""
        reach = self._reach(start)
        text = self._text[reach.low : reach.high]
        if not text.isascii():
            return True
        near = "\n".join((text, *self._given)).lower()
        return any(word in near for word in possible)

    def _reach(self, start: int) -> _Reach:
        """The part of the text that holds all words that count around the one at ``start``."""
        reach = self._reaches.get(start)
        if reach is None:
            low, cut_low = self._before(start)
            high, cut_high = self._after(start)
            reach = self._reaches[start] = _Reach(low, high, cut_low, cut_high)
        return reach

    def _before(self, start: int) -> tuple[int, int]:
        """Where, counted back, more words stand than are wanted that surely count, and ``_MARGIN`` further.

        The text's beginning if they are too few nearby.
        """
        wanted, position = BEFORE + 1, start
        # The first piece may be the rest of a word, the last one the beginning of that at the start.
        pieces = self._text[max(0, start - _REACH) : start].split(" ")
        position -= len(pieces.pop())
        for index in range(len(pieces) - 1, 0, -1):
            position -= len(pieces[index]) + 1
            wanted -= self._counts_alone(pieces[index])
            if wanted == 0:
                further = pieces[index - _MARGIN : index]
                if index <= _MARGIN or not all(further):
                    return position, 0
                return position, position - sum(map(len, further)) - _MARGIN
        return 0, 0

    def _after(self, start: int) -> tuple[int, int]:
        """Where a word that surely counts has ended after that at ``start``, and ``_MARGIN`` words further.

        The text's end if there is none nearby.
        """
        pieces = self._text[start : start + _REACH].split(" ")
        end = start + len(pieces[0])
        for index in range(1, len(pieces) - 1):
            end += 1 + len(pieces[index])
            if self._counts_alone(pieces[index]):
                further = pieces[index + 1 : index + 1 + _MARGIN]
                if len(further) < _MARGIN or not all(further):
                    return end, len(self._text)
                return end, end + 1 + sum(map(len, further)) + _MARGIN - 1
        return len(self._text), len(self._text)

    def _counts_alone(self, piece: str) -> bool:
        """True for what stands between blanks and is one word that counts, whatever stands around it."""
        if not (piece.isascii() and piece.isalpha() and self._tokenizer.is_uncut(piece)):
            return False
        return piece.lower() not in self._stop_words

    def _that_may_occur(self, words: tuple[str, ...]) -> list[str]:
        """The words, in lower case, that stand anywhere in the text or are given.

        How a letter beyond ASCII becomes lower may depend on those next to it, so that it is not decided
        here.
        """
        return [word for word in map(str.lower, words) if word in self._lower or not word.isascii()]

    @cached_property
    def _lower(self) -> str:
        return "\n".join((self._text, *self._given)).lower()

    def _words_near(self, start: int) -> list[str]:
        reach = self._reach(start)
        low, high, length = reach.cut_low, reach.cut_high, len(self._text)
        if (low or start <= _REACH) and (high < length or start + _REACH >= length):
            tokens = self._tokenizer.rejoined(self._tokenizer.cut(self._text, low, high))
            found = self._counted(tokens, start, low == 0, high == length)
            if found is not None:
                return found
        return self._words_in_blocks(start)

    def _words_in_blocks(self, start: int) -> list[str]:
        first = start // _BLOCK
        while first > 0 and self._block_start(first) > start:
            first -= 1
        before, after = 1, 1
        while True:
            low, high = max(first - before, 0), first + after
            cut = [token for number in range(low, high + 1) for token in self._block(number)]
            is_end = high * _BLOCK + _BLOCK >= len(self._text)
            found = self._counted(self._tokenizer.rejoined(cut), start, low == 0, is_end)
            if found is not None:
                return found
            before, after = before * 4, after * 4

    def _block(self, number: int) -> list[Token]:
        """The tokens from one block's start to the next one's; exceptions may have come apart."""
        block = self._blocks.get(number)
        if block is None:
            start, end = self._block_start(number), self._block_start(number + 1)
            block = self._blocks[number] = self._tokenizer.cut(self._text, start, end)
        return block

    def _block_start(self, number: int) -> int:
        """Where the first word begins that stands after white space at the block's place or later."""
        index = number * _BLOCK
        if index == 0:
            return 0
        found = _WORD_AFTER_SPACE.search(self._text, index) if index < len(self._text) else None
        return found.start() if found else len(self._text)

    def _counted(
        self, tokens: list[Token], start: int, from_beginning: bool, to_end: bool
    ) -> list[str] | None:
        """The words that count around the one at ``start``, itself included; None: more text is needed."""
        at = bisect_right(tokens, start, key=_token_end)
        if at == len(tokens):
            # Presidio stops with an error here: a finding that begins in the white space at the end of a
            # text.
            return []
        counted: list[str] = []
        for position in range(at, -1, -1):
            if not from_beginning and position < _MARGIN:
                return None
            counted += self._if_counted(tokens[position][1])
            if len(counted) > BEFORE:
                break
        total = len(counted) + AFTER + 1
        for position in range(at, len(tokens)):
            counted += self._if_counted(tokens[position][1])
            if len(counted) == total:
                return counted
        return counted if to_end else None

    def _if_counted(self, word: str) -> tuple[str, ...]:
        lower = _keyword(word, self._stop_words)
        if lower:
            return lower
        if ":" not in self._text or ":" in word or word.lower() not in self._colon_parts:
            return ()
        return (word.lower(),)

    @cached_property
    def _colon_parts(self) -> frozenset[str]:
        """The parts of all words of the text that have a colon inside."""
        parts: set[str] = set()
        for piece in set(_PIECE_WITH_COLON.findall(self._text)):
            for _start, token in self._tokenizer.tokens(piece):
                if ":" in token and not _is_left_out(token, self._stop_words):
                    parts.update(token.lower().split(":"))
        return frozenset(parts)


def _token_end(token: Token) -> int:
    return token[0] + len(token[1])


@lru_cache(maxsize=20_000)
def _keyword(word: str, stop_words: frozenset[str]) -> tuple[str, ...]:
    """The word in lower case if it counts by itself."""
    return () if ":" in word or _is_left_out(word, stop_words) else (word.lower(),)


def _is_left_out(word: str, stop_words: frozenset[str]) -> bool:
    if word in _NOT_A_KEYWORD or word.lower() in stop_words:
        return True
    return all(unicodedata.category(character).startswith("P") for character in word)
