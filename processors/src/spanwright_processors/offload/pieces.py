"""A text as pieces named by their hash, so that what many texts share is stored once.

A JSON array (of messages, documents, tools) is taken apart into its items, exactly as they are written; any
other text is one piece. A conversation that has grown by a message thus shares every piece but one with the
text before. References are grouped by ``GROUP`` from the beginning, and a full group is a piece of its own:
a long conversation is named by a few references, however often it grows.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

#: References in a group.
GROUP = 32
#: Bytes (UTF-8) up to which a piece stands where its reference would.
INLINE = 64
#: First character of a reference: the piece itself, the hash of a piece, or of a group of references.
_ITSELF, _PIECE, _GROUP = "=", "#", "@"
_BLANK = re.compile(r"[ \t\r\n]*")
_BETWEEN = re.compile(r"[ \t\r\n]*,[ \t\r\n]*")
_decode: Callable[[str, int], tuple[Any, int]] = json.JSONDecoder().scan_once  # type: ignore[attr-defined]


class BrokenError(ValueError):
    """What is stored under a hash is not what was stored there."""


class Glue(NamedTuple):
    """What stands before, between and after the items of an array."""

    before: str
    between: str
    after: str


class Pieces(NamedTuple):
    """A text as references; ``glue`` is None for a text that is one piece."""

    references: tuple[str, ...]
    glue: Glue | None


def taken_apart(text: str, pieces: dict[str, bytes]) -> Pieces:
    """``text`` as references; what they refer to is added to ``pieces``, by hash."""
    found = _items(text)
    if found is None:
        return Pieces((_reference(_PIECE, encoded(text), pieces),), None)
    glue, items = found
    references = [_reference(_PIECE, encoded(item), pieces) for item in items]
    full = len(references) - len(references) % GROUP if len(references) > GROUP else 0
    groups = [
        _reference(_GROUP, _group(references[start : start + GROUP]), pieces)
        for start in range(0, full, GROUP)
    ]
    return Pieces((*groups, *references[full:]), glue)


def put_together(pieces: Pieces, get: Callable[[str], bytes]) -> str:
    """The text again; ``get`` gives what is stored under a hash. ``BrokenError`` if that is another."""
    items = [item for reference in pieces.references for item in _resolved(reference, get)]
    if pieces.glue is None:
        return items[0]
    before, between, after = pieces.glue
    return f"{before}{between.join(items)}{after}"


def hashes(references: tuple[str, ...] | list[str], get: Callable[[str], bytes]) -> Iterator[str]:
    """The hashes of everything that ``references`` need, groups and what is in them."""
    for reference in references:
        kind, name = reference[0], reference[1:]
        if kind != _ITSELF:
            yield name
        if kind == _GROUP:
            yield from hashes(_ungrouped(name, get), get)


def encoded(text: str) -> bytes:
    """The bytes that are hashed: UTF-8, lone surrogates as three bytes."""
    return text.encode("utf-8", "surrogatepass")


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _items(text: str) -> tuple[Glue, list[str]] | None:
    """The items of a JSON array as written, if what stands between any two is the same."""
    if not text.startswith("["):
        return None
    items, between = [], ""
    start = position = _end(_BLANK, text, 1)
    try:
        while True:
            _, end = _decode(text, position)
            items.append(text[position:end])
            following = _BETWEEN.match(text, end)
            if following is None:
                break
            if items[1:] and following.group() != between:
                return None
            between, position = following.group(), following.end()
    except (StopIteration, ValueError, RecursionError):
        return None
    return Glue(text[:start], between, text[end:]), items


def _end(pattern: re.Pattern[str], text: str, position: int) -> int:
    found = pattern.match(text, position)
    return found.end() if found else position


def _reference(kind: str, content: bytes, pieces: dict[str, bytes]) -> str:
    if len(content) <= INLINE:
        return f"{_ITSELF}{content.decode('utf-8', 'surrogatepass')}"
    name = sha256(content)
    pieces[name] = content
    return f"{kind}{name}"


def _group(references: list[str]) -> bytes:
    return encoded(json.dumps(references, ensure_ascii=False, separators=(",", ":")))


def _resolved(reference: str, get: Callable[[str], bytes]) -> Iterator[str]:
    kind, name = reference[0], reference[1:]
    if kind == _ITSELF:
        yield name
    elif kind == _PIECE:
        yield _checked(name, get).decode("utf-8", "surrogatepass")
    else:
        for inner in _ungrouped(name, get):
            yield from _resolved(inner, get)


def _ungrouped(name: str, get: Callable[[str], bytes]) -> list[str]:
    references: list[str] = json.loads(_checked(name, get).decode("utf-8", "surrogatepass"))
    return references


def _checked(name: str, get: Callable[[str], bytes]) -> bytes:
    content = get(name)
    if sha256(content) != name:
        raise BrokenError(name)
    return content
