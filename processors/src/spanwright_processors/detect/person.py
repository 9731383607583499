"""Names of people without a language model: after self-introductions, salutations, sign-offs, titles and
labels.

Names that no cue announces are found where they stand under a person's key (``typed_keys``) or where the
trace has named them before (``trace_memory``); the rest needs a model (the ``presidio`` engine).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from . import uncapitalised
from .finding import Entity, Finding
from .person_cues import CUES, EVERYDAY_NAMES, NO_NAMES, PARTICLES, Cue, Shape

# Upper-case letters of Latin, Greek and Cyrillic: re has no class for them.
_UPPER = "".join(character for character in map(chr, range(0x41, 0x530)) if character.isupper())
_FIRST_LETTER = re.compile(rf"[{_UPPER}](?<!\w.)")
#: Capitals as A, other word characters as a, everything else as blanks: searched at memory speed.
_LETTERS = bytes(
    65 if 65 <= code <= 90 else 97 if chr(code).isalnum() or code == 95 else 32 for code in range(128)
) + bytes(128)
_CAPITALISED = re.compile(rf"[{_UPPER}][\w'’]*(?:-[^\W\d_][\w'’]*)*\.?")
_ANY_WORD = re.compile(r"[^\W\d_][\w'’]*(?:-[^\W\d_][\w'’]*)*")
_SPACE = re.compile(r"[ \u00a0]{1,2}")
_ENDED = re.compile(r"\s*(?:[,;:!.?)–—-]|\Z|\n)")
_LINE_START = re.compile(r"(?:\A|[\n.!?:>\"“*(-])\s{0,4}\Z")
#: A name has at most this many words.
_WORDS = 4
#: Nothing shorter holds a cue and a name.
_SHORTEST = 5


class _Compiled(NamedTuple):
    cue: Cue
    words: str  # without the blanks at its end
    after: re.Pattern[str] | None
    ends_line: bool


def _compiled() -> dict[str, tuple[_Compiled, ...]]:
    """The cues by their last two characters."""
    by_ending: dict[str, tuple[_Compiled, ...]] = {}
    for cue in CUES:
        words = cue.words.rstrip()
        after = re.compile(cue.after) if cue.after else None
        compiled = _Compiled(cue, words, after, cue.words.endswith("\n"))
        by_ending[words[-2:]] = (*by_ending.get(words[-2:], ()), compiled)
    return by_ending


_BY_ENDING = _compiled()
_ANY_CASE = tuple(cue for cue in CUES if cue.shape is Shape.ANY_CASE)
#: The longest cue and the blanks after it, in characters.
_BEFORE = 24


def find(text: str, lower: str, starts: Iterable[int] | None = None) -> Iterator[Finding]:
    """Looks at each word with a capital for a cue before it, which is cheaper than a search for every cue.

    ``starts``: where such words begin, as far as a cue may stand before them; None: that is not known.
    """
    if len(text) < _SHORTEST:
        return
    if not text.isascii():
        yield from uncapitalised.find(text)
    if "’" in lower:
        lower = lower.replace("’", "'")
    if " name is " in lower:
        for cue in _ANY_CASE:
            yield from _in_any_case(text, lower, cue)
    for start in _first_letters(text) if starts is None else starts:
        before = lower[max(0, start - _BEFORE) : start].rstrip()
        for cue, words, after, ends_line in _BY_ENDING.get(before[-2:], ()):
            if before.endswith(words):
                position = max(0, start - _BEFORE) + len(before) - len(words)
                if ends_line and "\n" not in text[position + len(words) : start]:
                    continue
                found = _name(text, start, cue) if _is_cue(text, position, cue) else None
                if found is not None and (after is None or after.match(text, found.end)):
                    yield found


def _first_letters(text: str) -> Iterator[int]:
    """Where words begin with a capital."""
    if not text.isascii():
        for match in _FIRST_LETTER.finditer(text):
            yield match.start()
        return
    letters = b" " + text.encode("ascii").translate(_LETTERS)
    position = letters.find(b" A")
    while position >= 0:
        yield position
        position = letters.find(b" A", position + 2)


def _in_any_case(text: str, lower: str, cue: Cue) -> Iterator[Finding]:
    """ "my name is priya": a name without its capital."""
    position = lower.find(cue.words)
    while position >= 0:
        start = position + len(cue.words)
        end, words = _words(text, start, _ANY_WORD, most=2)
        if words and _is_cue(text, position, cue):
            yield Finding(Entity.PERSON, start, end, cue.score)
        position = lower.find(cue.words, start)


def _is_cue(text: str, position: int, cue: Cue) -> bool:
    """True if the cue at ``position`` begins a word, or a line or sentence where it has to."""
    if cue.unless and re.search(cue.unless, text[max(0, position - 8) : position]):
        return False
    if not cue.line:
        return _stands_alone(text, position)
    return _LINE_START.search(text[max(0, position - 8) : position]) is not None


def _stands_alone(text: str, position: int) -> bool:
    return position == 0 or not (text[position - 1].isalnum() or text[position - 1] == "_")


def _name(text: str, start: int, cue: Cue) -> Finding | None:
    """The capitalised name that begins at ``start``, if it is written as the cue asks."""
    end, words = _words(text, start, _CAPITALISED)
    if words == 0 or (cue.shape is Shape.FULL and words < 2):
        return None
    if cue.shape is Shape.ENDED and not _ENDED.match(text, end):
        return None
    if cue.shape is not Shape.ANY_CASE and words == 1 and end - start > 2 and text[start:end].isupper():
        return None  # "I AM TIRED"
    return Finding(Entity.PERSON, start, end, cue.score)


def _words(text: str, start: int, word: re.Pattern[str], most: int = _WORDS) -> tuple[int, int]:
    """Where the words of a name end, and how many there are; particles count only between two of them."""
    end, count, position = start, 0, start
    while count < most:
        match = word.match(text, position)
        if match is None:
            particle = _ANY_WORD.match(text, position) if count else None
            if particle is None or particle.group() not in PARTICLES:
                break
            match = particle
        elif is_no_name(match.group()) and not is_everyday_name(match.group()):
            break
        else:
            end, count = _without_stop(match, text), count + 1
            if end < match.end():
                break
        space = _SPACE.match(text, match.end())
        if space is None:
            break
        position = space.end()
    return end, count


def _without_stop(match: re.Match[str], text: str) -> int:
    """The end of a word, without the full stop of its sentence: kept after an initial only ("J. Doe")."""
    initial = match.end() - match.start() <= 2 and text[match.end() : match.end() + 1] == " "
    word_end = match.end() if initial or not match.group().endswith(".") else match.end() - 1
    return word_end - 2 if text[word_end - 2 : word_end] in ("'s", "’s") else word_end


def is_everyday_name(word: str) -> bool:
    """True for a name that is an everyday word too, if it is written as a name: Will, Mark, Hope."""
    return word[:1].isupper() and not word.isupper() and word.rstrip(".").lower() in EVERYDAY_NAMES


def is_no_name(word: str) -> bool:
    return word.rstrip(".").lower().replace("’", "'") in NO_NAMES
