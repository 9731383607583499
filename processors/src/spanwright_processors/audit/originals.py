"""What the mask step hands over: each text that was changed, and how to change it back."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, Protocol

#: From this size in bytes on a record is compressed before it is encrypted.
_WORTH_COMPRESSING = 512


class Edit(NamedTuple):
    """At ``start`` of a text stood ``original``, and now stands ``replacement``."""

    start: int
    original: str
    replacement: str


class Replaced(NamedTuple):
    """The edits of one text, in order and without overlap.

    ``place`` is the part of the span (``attributes``, ``events[0]``, ``status`` …) and ``key`` what the text
    stands under there, its name in the innermost map; empty for none.
    """

    place: str
    key: str
    edits: Sequence[Edit]


class Originals(Protocol):
    """Who keeps originals."""

    def keep(self, trace_id: int, span_id: int, user_hash: object, replaced: Sequence[Replaced]) -> None:
        """Called for every span and log record, also where nothing was replaced; never raises nor waits.

        ``user_hash`` is its attribute ``user.hash``, which may be missing or hold anything.
        """
        ...


class Record(NamedTuple):
    """What is stored of one span or log record. ``time_ns`` is when it was masked, since the epoch."""

    time_ns: int
    replaced: tuple[Replaced, ...]

    def encode(self) -> bytes:
        # ASCII: escapes carry the lone surrogates that UTF-8 cannot.
        text = json.dumps({"time_ns": self.time_ns, "replaced": self.replaced}, separators=(",", ":"))
        return packed(text.encode("ascii"))


def decoded(content: bytes) -> Record:
    """The record that ``encode`` made."""
    data = unpacked(content)
    return Record(
        data["time_ns"],
        tuple(
            Replaced(place, key, tuple(Edit(*edit) for edit in edits))
            for place, key, edits in data["replaced"]
        ),
    )


def packed(content: bytes) -> bytes:
    """``content``, compressed where that is worth while: the first byte tells."""
    return b"z" + zlib.compress(content, 1) if len(content) >= _WORTH_COMPRESSING else b" " + content


def unpacked(content: bytes) -> Any:
    """The JSON value in what ``packed`` made."""
    return json.loads(zlib.decompress(content[1:]) if content[:1] == b"z" else content[1:])


def restored(text: str, changes: Iterable[Sequence[Edit]]) -> str:
    """``text`` as it was before ``changes``, the edits made to it one after the other.

    Raises ``ValueError`` if it is not what they made: cut since, or another text.
    """
    for edits in reversed(tuple(changes)):
        pieces: list[str] = []
        position = shift = 0
        for start, original, replacement in edits:
            at = start + shift
            if text[at : at + len(replacement)] != replacement:
                raise ValueError(
                    f"Cannot restore the text: {replacement} is not at {at}. Give the whole text."
                )
            pieces += (text[position:at], original)
            position = at + len(replacement)
            shift += len(replacement) - len(original)
        pieces.append(text[position:])
        text = "".join(pieces)
    return text
