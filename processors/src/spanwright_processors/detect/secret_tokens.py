"""Tokens by the literals they begin with, looked for around runs of random characters only."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

from .finding import Entity, Finding
from .secret_rules import (
    INSIDE_LENGTH,
    RUN_CHARACTERS,
    RUN_LENGTH,
    RUN_WITHIN,
    Place,
    Rule,
)
from .secret_table import RULES

#: Longest ``left`` of a rule, in characters.
_LEFT = 80
_RUN_TABLE = bytes(97 if chr(code) in RUN_CHARACTERS else 32 for code in range(256))
_RUN_NEEDLE = b"a" * RUN_LENGTH
_RUN = re.compile(f"[{re.escape(RUN_CHARACTERS)}]{{{RUN_LENGTH},}}")
_DIGIT_OR_CAPITAL = re.compile("[0-9A-Z]")
#: What access keys of AWS come with, in one text: forty characters of base64.
_AWS_SECRET = re.compile(r"(?<![A-Za-z0-9/+=])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])")
_AWS_WINDOW = 300


class _Literal(NamedTuple):
    text: str
    rule: Rule


def _literals(place: Place) -> tuple[_Literal, ...]:
    return tuple(_Literal(text, rule) for rule in RULES if rule.place is place for text in rule.literals)


def _by_beginning(literals: Iterable[_Literal]) -> dict[str, tuple[_Literal, ...]]:
    """By their first two characters."""
    found: dict[str, tuple[_Literal, ...]] = {}
    for literal in literals:
        found[literal.text[:2]] = (*found.get(literal.text[:2], ()), literal)
    return found


def _alternatives(texts: Iterable[str]) -> str:
    """A pattern for one of ``texts`` that looks at each character once: ``s(?:k-|g_)``."""
    by_first: dict[str, list[str]] = {}
    for text in texts:
        if not text:
            return ""
        by_first.setdefault(text[0], []).append(text[1:])
    branches = [re.escape(first) + _alternatives(rests) for first, rests in sorted(by_first.items())]
    return branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"


_WORDS = _by_beginning(_literals(Place.WORD))
_INSIDE = _literals(Place.INSIDE)
_ANYWHERE = _literals(Place.ANYWHERE)
#: So many characters tell the literals from words well enough, and compile in a third of the time.
_BEGINNING = 4
_WORD_BEGINS = re.compile(
    "[^A-Za-z0-9](?="
    + _alternatives({literal.text[:_BEGINNING] for literals in _WORDS.values() for literal in literals})
    + ")"
)


@cache
def _compiled(rule: Rule) -> tuple[re.Pattern[str], re.Pattern[str] | None]:
    """Compiled when its literal is seen first: most never are."""
    return re.compile(rule.pattern()), re.compile(rf"(?:{rule.left})\Z") if rule.left else None


def find(text: str) -> Iterator[Finding]:
    runs = text.encode("ascii", "replace").translate(_RUN_TABLE)
    start = runs.find(_RUN_NEEDLE)
    done = 0
    while start >= 0:
        end = runs.find(b" ", start)
        end = len(text) if end < 0 else end
        if _DIGIT_OR_CAPITAL.search(text, start, end):
            yield from _around(text, max(done, start - RUN_WITHIN), end)
            done = end
            if end - start >= INSIDE_LENGTH:
                yield from _inside(text, start, end)
        start = runs.find(_RUN_NEEDLE, end)
    yield from _of_any_place(text)


def find_at(
    text: str, words: Iterable[int], inside: Iterable[tuple[int, int]], *, anywhere: bool
) -> Iterator[Finding]:
    """What ``find`` finds, where these words begin as tokens do, and in these runs; or ``anywhere``."""
    for position in words:
        yield from _at_word(text, position)
    for start, end in inside:
        yield from _inside(text, start, end)
    if anywhere:
        yield from _of_any_place(text)


def _of_any_place(text: str) -> Iterator[Finding]:
    for literal in _ANYWHERE:
        # A search for one character is twenty times faster than one for two.
        if literal.text[-1] in text and literal.text in text:
            yield from _everywhere(text, literal, 0, len(text))


def _around(text: str, begin: int, end: int) -> Iterator[Finding]:
    """Tokens whose literal begins a word in ``text[begin:end]``."""
    if begin == 0:
        yield from _at_word(text, 0)
    for match in _WORD_BEGINS.finditer(text, max(0, begin - 1), end + _BEGINNING):
        if match.end() < end:
            yield from _at_word(text, match.end())


def _at_word(text: str, position: int) -> Iterator[Finding]:
    for literal, rule in _WORDS.get(text[position : position + 2], ()):
        if text.startswith(literal, position):
            finding = at(text, position, rule)
            if finding is not None:
                yield finding
                if rule.name == "aws_access_key_id":
                    yield from find_beside_access_key(text, position)


def _inside(text: str, start: int, end: int) -> Iterator[Finding]:
    for literal in _INSIDE:
        yield from _everywhere(text, literal, start, end)


def _everywhere(text: str, literal: _Literal, start: int, end: int) -> Iterator[Finding]:
    position = text.find(literal.text, start, end)
    while position >= 0:
        finding = at(text, position, literal.rule)
        if finding is not None:
            yield finding
        position = text.find(literal.text, position + 1, end)


def at(text: str, position: int, rule: Rule) -> Finding | None:
    """The secret whose literal stands at ``position``; None if it is none."""
    if rule.place is Place.WORD and position and text[position - 1].isalnum():
        return None
    pattern, left = _compiled(rule)
    match = pattern.match(text, position)
    if match is None:
        return None
    start, end = match.span(pattern.groups)
    if left is not None:
        before = left.search(text[max(0, position - _LEFT) : position])
        if before is None:
            return None
        start -= len(before.group())
    if rule.place is not Place.ANYWHERE:
        inside = rule.place is Place.INSIDE
        if not _has_run(text[start if inside else position : match.end()]):
            return None
    secret = text[start:end]
    if rule.mixed and not has_letter_and_digit(secret):
        return None
    score = rule.score if rule.check is None else rule.check(secret)
    return Finding(Entity.SECRET, start, end, score) if score else None


def _has_run(token: str) -> bool:
    """True if a run of random characters begins near the beginning of ``token``."""
    for run in _RUN.finditer(token):
        if run.start() > RUN_WITHIN:
            return False
        if _DIGIT_OR_CAPITAL.search(run.group()):
            return True
    return False


def find_beside_access_key(text: str, position: int) -> Iterator[Finding]:
    for match in _AWS_SECRET.finditer(text, max(0, position - _AWS_WINDOW), position + _AWS_WINDOW):
        secret = match.group()
        if has_letter_and_digit(secret) and not secret.islower() and not secret.isupper():
            yield Finding(Entity.SECRET, match.start(), match.end(), 0.8)


def has_letter_and_digit(value: str) -> bool:
    return any(map(str.isdigit, value)) and any(map(str.isalpha, value))
