"""How records lie one after the other in a file, so that what is damaged costs no more than itself."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from enum import IntEnum
from typing import NamedTuple

from .envelope import DIGEST_BYTES, NONCE_BYTES

#: Begins every record; with the check sum behind it the way back in after damaged bytes.
MARKER = b"\xf5SWR"
#: Kind, number in the file, trace id, span id, digest of the user.
_BOUND = struct.Struct(f">BI16s8s{DIGEST_BYTES}s")
#: Nonce and length of the body.
_LOOSE = struct.Struct(f">{NONCE_BYTES}sI")
_SUM = struct.Struct(">I")
_BOUND_END = len(MARKER) + _BOUND.size
_LOOSE_END = _BOUND_END + _LOOSE.size
HEAD_BYTES = _LOOSE_END + _SUM.size
NOBODY = bytes(DIGEST_BYTES)


class Kind(IntEnum):
    """What a record is."""

    ORIGINALS = 1
    #: Whose trace it is, where that came to light after the trace's originals.
    USER = 2
    #: How many were lost before it.
    LOST = 3
    ERASED = 4


class Head(NamedTuple):
    """What is told of a record without the key: ids and a keyed digest. 0 and ``NOBODY`` stand for none."""

    kind: int
    number: int
    trace_id: int
    span_id: int
    user: bytes = NOBODY

    def associated(self, segment: bytes) -> bytes:
        """What the encryption binds a body to: this head, in the file with that fingerprint."""
        return segment + self._packed()

    def encode(self, nonce: bytes, length: int) -> bytes:
        head = MARKER + self._packed() + _LOOSE.pack(nonce, length)
        return head + _SUM.pack(zlib.crc32(head))

    def _packed(self) -> bytes:
        trace, span = self.trace_id.to_bytes(16, "big"), self.span_id.to_bytes(8, "big")
        return _BOUND.pack(self.kind, self.number, trace, span, self.user)


class Frame(NamedTuple):
    """A record as it is stored; ``offset`` is in bytes from the beginning of the file."""

    offset: int
    head: Head
    nonce: bytes
    body: bytes


class Damage(NamedTuple):
    """Bytes that are no record. ``is_half`` where the file ends within a record, as it does after a kill."""

    offset: int
    length: int
    is_half: bool


def scan(data: bytes, start: int) -> Iterator[Frame | Damage]:
    """The records from ``start`` on, and what lies between them."""
    position, end = start, len(data)
    while position < end:
        found = _head_at(data, position)
        if found is None:
            following = _next_head(data, position + 1)
            is_half = following == end and _may_be_half(data, position)
            yield Damage(position, following - position, is_half)
            position = following
            continue
        head, nonce, length = found
        body = position + HEAD_BYTES
        if body + length > end:
            yield Damage(position, end - position, is_half=True)
            return
        yield Frame(position, head, nonce, data[body : body + length])
        position = body + length


def _head_at(data: bytes, position: int) -> tuple[Head, bytes, int] | None:
    if len(data) - position < HEAD_BYTES or not data.startswith(MARKER, position):
        return None
    (check,) = _SUM.unpack_from(data, position + _LOOSE_END)
    if check != zlib.crc32(data[position : position + _LOOSE_END]):
        return None
    kind, number, trace, span, user = _BOUND.unpack_from(data, position + len(MARKER))
    nonce, length = _LOOSE.unpack_from(data, position + _BOUND_END)
    return Head(kind, number, int.from_bytes(trace, "big"), int.from_bytes(span, "big"), user), nonce, length


def _next_head(data: bytes, position: int) -> int:
    while (position := data.find(MARKER, position)) >= 0:
        if _head_at(data, position) is not None:
            return position
        position += 1
    return len(data)


def _may_be_half(data: bytes, position: int) -> bool:
    rest = data[position : position + len(MARKER)]
    return len(data) - position < HEAD_BYTES and MARKER.startswith(rest)
