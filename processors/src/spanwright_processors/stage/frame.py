"""Frames between the stage and its workers: a kind, then the lengths of the parts, then the parts."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Iterator, Sequence
from enum import IntEnum
from typing import BinaryIO

_HEAD = struct.Struct(">BI")
_LENGTH = struct.Struct(">Q")


class Kind(IntEnum):
    """What a frame asks for or answers."""

    TRACES = 1
    LOGS = 2
    #: The same with all content dropped and no step run.
    EMPTIED_TRACES = 3
    EMPTIED_LOGS = 4
    METRICS = 5

    READY = 10
    #: The parts are requests for the next hop.
    DONE = 11
    #: The request is no OTLP message.
    INVALID = 12
    #: The worker cannot start; the parts say why.
    PROBLEMS = 13


def encode(kind: Kind, parts: Sequence[bytes] = ()) -> bytes:
    """A frame as bytes."""
    return b"".join([_HEAD.pack(kind, len(parts)), *(_LENGTH.pack(len(part)) for part in parts), *parts])


def read(source: BinaryIO) -> tuple[Kind, list[bytes]]:
    """The next frame of a blocking source; raises ``EOFError`` where that has ended."""
    kind, count = _HEAD.unpack(_exactly(source, _HEAD.size))
    lengths = _lengths(_exactly(source, count * _LENGTH.size))
    return Kind(kind), [_exactly(source, length) for length in lengths]


async def receive(reader: asyncio.StreamReader) -> tuple[Kind, list[bytes]]:
    """The next frame; raises ``asyncio.IncompleteReadError`` (an ``EOFError``) if the other end is gone."""
    kind, count = _HEAD.unpack(await reader.readexactly(_HEAD.size))
    lengths = _lengths(await reader.readexactly(count * _LENGTH.size))
    return Kind(kind), [await reader.readexactly(length) for length in lengths]


def _lengths(data: bytes) -> Iterator[int]:
    return (length for (length,) in _LENGTH.iter_unpack(data))


def _exactly(source: BinaryIO, count: int) -> bytes:
    data = source.read(count)
    if len(data) != count:
        raise EOFError
    return data
