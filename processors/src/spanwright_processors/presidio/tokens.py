"""Words as spaCy's rule-based tokenizer for English cuts them, from its own rules as data.

The rules: a text is cut at white space; from each piece prefixes and suffixes are taken off as long as there
are any, unless an exception ("don't") or an address is left; what remains is cut at infixes; and exceptions
that came out in pieces are put together again. Described in spaCy's documentation ("How spaCy's tokenizer
works").
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from .definitions import Affixes

#: Pieces of text whose tokens are remembered; beyond it the memory starts anew.
_REMEMBERED = 10_000
#: Longer pieces are not remembered.
_LONG = 200


_PIECES = re.compile(r"\s+|\S+")


#: Where in the text it stands, and what it is.
Token = tuple[int, str]


class Tokenizer:
    """Cuts text into tokens; what pieces of text became is remembered."""

    def __init__(self, affixes: Affixes) -> None:
        self._exceptions = affixes.exceptions
        self._rejoined = _by_first_tokens(affixes.rejoined)
        self._prefix = _search(affixes.prefix)
        self._suffix = _search(affixes.suffix)
        self._infixes = re.compile(affixes.infix).finditer
        self._is_url = re.compile(affixes.url).match
        self._known: dict[str, list[str]] = {}

    def tokens(self, text: str) -> list[Token]:
        """The tokens of a text."""
        return self.rejoined(self.cut(text, 0, len(text)))

    def cut(self, text: str, start: int, end: int) -> list[Token]:
        """The tokens of ``text[start:end]``, exceptions that came apart still in pieces.

        ``start``: 0, or where a word begins after white space; ``end`` likewise, or the end of the text.
        """
        found: list[Token] = []
        piece_of_text = text[start:end].removesuffix(" ")
        words = piece_of_text.split(" ")
        if words == piece_of_text.split():
            # Nothing but single blanks, as nearly everywhere: they part words and are no tokens.
            return self._of_words(words, start)
        for piece in _PIECES.finditer(text, start, end):
            position, word = piece.start(), piece.group()
            if word[0] == " " and position:
                position, word = position + 1, word[1:]
            for token in self._tokens(word) if word else ():
                found.append((position, token))
                position += len(token)
        return found

    def _of_words(self, words: list[str], position: int) -> list[Token]:
        found: list[Token] = []
        known = self._known
        for word in words:
            tokens = known.get(word) or self._tokens(word)
            if len(tokens) == 1:
                found.append((position, tokens[0]))
                position += len(word) + 1
                continue
            for token in tokens:
                found.append((position, token))
                position += len(token)
            position += 1
        return found

    def is_uncut(self, piece: str) -> bool:
        """True for a piece that is one token."""
        tokens = self._known.get(piece) or self._tokens(piece)
        return len(tokens) == 1

    def _tokens(self, piece: str) -> list[str]:
        found = self._known.get(piece)
        if found is None:
            found = self._exceptions.get(piece) or self.split(piece)
            if len(piece) <= _LONG:
                if len(self._known) >= _REMEMBERED:
                    self._known = {}
                self._known[piece] = found
        return found

    def split(self, piece: str, exceptions: dict[str, list[str]] | None = None) -> list[str]:
        """The tokens of a piece, split exceptions still apart; ``exceptions``: others than usual."""
        known = self._exceptions if exceptions is None else exceptions
        before, middle, after = self._affixes(piece, known)
        return [*before, *self._middle(middle, known), *reversed(after)]

    def _affixes(self, piece: str, known: dict[str, list[str]]) -> tuple[list[str], str, list[str]]:
        before: list[str] = []
        after: list[str] = []
        length = -1
        while piece and len(piece) != length and piece not in known:
            length = len(piece)
            prefix = self._prefix(piece)
            if prefix and piece[prefix:] in known:
                before.append(piece[:prefix])
                return before, piece[prefix:], after
            suffix = self._suffix(piece[prefix:])
            if suffix and piece[:-suffix] in known:
                after.append(piece[-suffix:])
                return before, piece[:-suffix], after
            if prefix:
                before.append(piece[:prefix])
            if suffix and prefix + suffix <= length:
                after.append(piece[-suffix:])
                piece = piece[prefix:-suffix]
            else:
                piece = piece[prefix:]
        return before, piece, after

    def _middle(self, piece: str, known: dict[str, list[str]]) -> list[str]:
        if not piece:
            return []
        if piece in known:
            return known[piece]
        if self._is_url(piece):
            return [piece]
        found: list[str] = []
        start = 0
        for infix in self._infixes(piece):
            if infix.start() == 0:
                continue
            if infix.start() != start:
                found.append(piece[start : infix.start()])
            if infix.group():
                found.append(infix.group())
            start = infix.end()
        return [*found, piece[start:]] if piece[start:] else found

    def rejoined(self, tokens: list[Token]) -> list[Token]:
        """The tokens of a row of cuts, exceptions that came apart made whole."""
        chosen = _longest(list(self._split_exceptions(tokens)))
        if not chosen:
            return tokens
        found: list[Token] = []
        position = 0
        while position < len(tokens):
            end = chosen.get(position)
            found += self._whole(tokens[position:end]) if end else tokens[position : position + 1]
            position = end or position + 1
        return found

    def _split_exceptions(self, tokens: list[Token]) -> Iterator[tuple[int, int]]:
        """Where the tokens of an exception stand in a row, white space between them or not."""
        rejoined = self._rejoined
        for first, (_start, text) in enumerate(tokens[:-1]):
            seconds = rejoined.get(text)
            for rest in seconds.get(tokens[first + 1][1], ()) if seconds else ():
                end = first + 2 + len(rest)
                if [text for _start, text in tokens[first + 2 : end]] == rest:
                    yield first, end

    def _whole(self, tokens: list[Token]) -> list[Token]:
        """The tokens of the exception that these make up, themselves if white space parts them."""
        whole = "".join(text for _start, text in tokens)
        start, (last, end) = tokens[0][0], tokens[-1]
        if last + len(end) - start != len(whole):
            return tokens
        found: list[Token] = []
        for text in self._exceptions[whole]:
            found.append((start, text))
            start += len(text)
        return found


def _longest(matches: list[tuple[int, int]]) -> dict[int, int]:
    """The matches to keep, begin to end: the longest first, then the first; none that meets another."""
    seen: set[int] = set()
    kept: dict[int, int] = {}
    for first, end in sorted(matches, key=lambda match: (match[0] - match[1], match[0])):
        if first not in seen and end - 1 not in seen:
            kept[first] = end
        seen.update(range(first, end))
    return kept


def _by_first_tokens(rejoined: dict[str, list[str]]) -> dict[str, dict[str, list[list[str]]]]:
    """By the first token and the second: what follows them."""
    found: dict[str, dict[str, list[list[str]]]] = {}
    for first, second, *rest in rejoined.values():
        found.setdefault(first, {}).setdefault(second, []).append(rest)
    return found


def _search(pattern: str) -> Callable[[str], int]:
    """A function that gives the length of the first match, 0 for none."""
    search = re.compile(pattern).search

    def length(piece: str) -> int:
        match = search(piece)
        return match.end() - match.start() if match else 0

    return length
