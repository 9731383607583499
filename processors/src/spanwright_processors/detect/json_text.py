"""Editing the strings inside JSON text and nothing else: every other byte stays as it was.

An edit replaces a part of a decoded string. It is carried back to the place where that part is written,
through escapes, surrogate pairs and JSON inside strings at any depth, so that valid JSON stays valid by
construction.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from enum import Enum
from functools import partial
from typing import NamedTuple, TypeAlias

#: The rest of a string after its first backslash, to the closing quotation mark.
_ESCAPED_REST = re.compile(r'(?:[^"\\]|\\.)*', re.DOTALL)
#: A number of six digits and more between strings.
_NUMBER = re.compile(r"(?<![\w.+-])-?[0-9]{6,19}(?:\.[0-9]+)?(?=[\s,}\]])")
#: Digits of such a number.
_SHORTEST_NUMBER = 6
_JSON_BLANKS = " \t\r\n"
BLANKS = re.compile(r"[ \t\r\n]*")
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_SIMPLE = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
_LOOKS_LIKE_JSON = re.compile(r"\s*[\[{]")


class Edit(NamedTuple):
    """``text[start:end]``, a finding of ``type``, becomes ``replacement``.

    That is letters, digits and ``_[]``, and ``"`` around a number's, or nothing.
    """

    start: int
    end: int
    replacement: str
    type: str = ""


#: ``Edit(*…)``, which is written in Python and made for every finding several times.
_edit = partial(tuple.__new__, Edit)


class Kind(Enum):
    """What a leaf is in its JSON text."""

    STRING = 1
    KEY = 2
    NUMBER = 3


#: A leaf's decoded text, where it is written (without quotation marks), the key it stands under, through
#: arrays as well ('' for none, and for keys), and what it is.
Leaf: TypeAlias = tuple[str, int, int, str, Kind]


def apply(text: str, edits: Iterable[Edit]) -> str:
    """``text`` with the edits made; they come in order and do not overlap."""
    pieces: list[str] = []
    position = 0
    for start, end, replacement, _ in edits:
        pieces += (text[position:start], replacement)
        position = end
    pieces.append(text[position:])
    return "".join(pieces)


def looks_like_json(text: str) -> bool:
    """True for text that begins as a JSON array or object does."""
    return _LOOKS_LIKE_JSON.match(text) is not None


def leaves(text: str) -> Iterator[Leaf]:
    """The strings of ``text``, keys included, and its numbers of six digits and more.

    ``text`` should be valid JSON. In text that is not, the strings are found as far as the quotation marks
    pair up; the last one may lack its end.
    """
    return _escaped_leaves(text) if "\\" in text else _plain_leaves(text)


def _plain_leaves(text: str) -> Iterator[Leaf]:
    """The leaves of text without a backslash: every other part between quotation marks is a string."""
    parts = text.split('"')
    key, after_key, begin = "", False, 0
    for index in range(0, len(parts), 2):
        between, previous = parts[index], begin
        quote = begin + len(between)
        if quote - begin > _SHORTEST_NUMBER:
            for number in _NUMBER.finditer(text, begin, quote):
                if not after_key and key and text.find("}", previous, number.start()) >= 0:
                    key = ""
                yield number.group(), number.start(), number.end(), key, Kind.NUMBER
                after_key, previous = False, number.end()
        if index + 1 == len(parts):
            return
        string = parts[index + 1]
        end = quote + 1 + len(string)
        after = parts[index + 2] if index + 2 < len(parts) else ""
        if after.lstrip(_JSON_BLANKS).startswith(":"):
            key, after_key = string, True
            yield string, quote + 1, end, "", Kind.KEY
        else:
            if not after_key and key and text.find("}", previous, quote) >= 0:
                key = ""  # the object that the key was in has ended
            after_key = False
            yield string, quote + 1, end, key, Kind.STRING
        begin = end + 1


def _escaped_leaves(text: str) -> Iterator[Leaf]:
    """The leaves of any text: each string is read to the quotation mark that ends it."""
    key, after_key, previous = "", False, 0
    while True:
        quote = text.find('"', previous)
        between = len(text) if quote < 0 else quote
        if between - previous > _SHORTEST_NUMBER:
            for number in _NUMBER.finditer(text, previous, between):
                if not after_key and key and text.find("}", previous, number.start()) >= 0:
                    key = ""
                yield number.group(), number.start(), number.end(), key, Kind.NUMBER
                after_key, previous = False, number.end()
        if quote < 0:
            return
        start = quote + 1
        end, decoded = _string(text, start)
        colon = text[end + 1 : end + 2] == ":" or _is_key(text, end + 1)
        if colon:
            key = decoded
            yield decoded, start, end, "", Kind.KEY
        else:
            if not after_key and key and text.find("}", previous, quote) >= 0:
                key = ""  # the object that the key was in has ended
            yield decoded, start, end, key, Kind.STRING
        after_key, previous = colon, end + 1


def _string(text: str, start: int) -> tuple[int, str]:
    """Where the string that begins at ``start`` ends, and what it stands for."""
    end = text.find('"', start)
    end = len(text) if end < 0 else end
    backslash = text.find("\\", start, end)
    if backslash < 0:
        return end, text[start:end]
    rest = _ESCAPED_REST.match(text, backslash)
    end = rest.end() if rest else end
    return end, decode(text[start:end])


def _is_key(text: str, position: int) -> bool:
    """True if a colon follows, blanks aside."""
    if text[position : position + 1] not in (" ", "\t", "\r", "\n"):
        return False
    blanks = BLANKS.match(text, position)
    return blanks is not None and text[blanks.end() : blanks.end() + 1] == ":"


def decode(raw: str) -> str:
    """The text that a JSON string's inside stands for. Surrogate pairs are joined, lone ones kept."""
    return "".join(decoded for decoded, _, _ in _decoded_parts(raw))


def written(raw: str, edits: Iterable[Edit]) -> list[Edit]:
    """``edits`` of the decoded text as edits of ``raw``, the inside of the JSON string it is written as."""
    if "\\" not in raw:
        return [
            edit if '"' not in edit[2] else edit._replace(replacement=_escaped(edit[2])) for edit in edits
        ]
    starts = _starts(raw)
    return [Edit(starts[start], starts[end], _escaped(new), entity) for start, end, new, entity in edits]


def _escaped(replacement: str) -> str:
    """The quotation marks of a number made a string further in need escaping; nothing else does."""
    return json.dumps(replacement)[1:-1] if '"' in replacement else replacement


def _decoded_parts(raw: str) -> Iterator[tuple[str, int, int]]:
    """Runs of plain text and single escapes, decoded, with where they are written."""
    position = 0
    pending: tuple[str, int, int] | None = None  # a high surrogate that may have its low one behind it
    for match in _ESCAPE.finditer(raw):
        start, end = match.span()
        if pending is not None and start > position:
            yield pending
            pending = None
        if start > position:
            yield raw[position:start], position, start
        position = end
        character = _character(match)
        if pending is not None:
            high, high_start, _ = pending
            if "\udc00" <= character <= "\udfff":
                yield _join(high, character), high_start, end
                pending = None
                continue
            yield pending
            pending = None
        if "\ud800" <= character <= "\udbff":
            pending = (character, start, end)
        else:
            yield character, start, end
    if pending is not None:
        yield pending
    if position < len(raw):
        yield raw[position:], position, len(raw)


def _character(match: re.Match[str]) -> str:
    if match[1]:
        return chr(int(match[1], 16))
    return _SIMPLE.get(match[2], match[2])


def _join(high: str, low: str) -> str:
    return chr(0x10000 + ((ord(high) - 0xD800) << 10) + (ord(low) - 0xDC00))


def _starts(raw: str) -> list[int]:
    """For each character of the decoded text, and its end, where it begins in ``raw``."""
    starts: list[int] = []
    for decoded, start, end in _decoded_parts(raw):
        starts += [start] if len(decoded) == 1 else range(start, end)
    starts.append(len(raw))
    return starts


#: Makes the edits of a leaf's decoded text, given with its key and kind.
LeafEdits: TypeAlias = Callable[[str, str, Kind], Iterable[Edit]]


def edits(text: str, leaf_edits: LeafEdits, some: Iterable[Leaf] | None = None) -> list[Edit]:
    """The edits of all leaves of the valid JSON ``text``, or of ``some``, as edits of ``text`` itself."""
    made: list[Edit] = []
    for decoded, first, last, key, kind in leaves(text) if some is None else some:
        found = leaf_edits(decoded, key, kind)
        if not found:
            continue
        for start, end, replacement, entity in written(text[first:last], found):
            new = f'"{replacement}"' if kind is Kind.NUMBER else replacement
            made.append(_edit((first + start, first + end, new, entity)))
    return made
