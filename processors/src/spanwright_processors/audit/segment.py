"""A file of records: written by one process on one day, under a key of its own."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
import struct
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any, NamedTuple

from ..disk import is_held, lock, write_all
from .envelope import DataKey
from .error import DamagedError
from .folder import CLOSED, OPEN, Folder, SegmentFile, renamed
from .frame import Damage, Frame, Head, Kind, scan
from .keys import MasterKey, unwrapped

_MAGIC = b"SPWAUD1\n"
_LENGTHS = struct.Struct(">II")
_PREFIX = len(_MAGIC) + _LENGTHS.size
#: A key service's wrapped key is some hundred bytes long.
_MOST_HEADER = 65_536


class Header(NamedTuple):
    """What stands before the records. ``anchor`` is the head of the access log when the file was begun."""

    day: str
    writer: str
    created_ns: int
    anchor: tuple[int, str]
    key_id: str
    wrapped: str

    def encode(self) -> bytes:
        content = _canonical(self._asdict())
        return _MAGIC + _LENGTHS.pack(len(content), zlib.crc32(content)) + content

    def context(self) -> bytes:
        """What the file's key is bound to."""
        return _canonical(self._replace(wrapped="")._asdict())

    def data_key(self, master: MasterKey) -> DataKey:
        """The file's key; raises ``AuditError``, or ``DamagedError`` if the header was changed."""
        wrapped = base64.b64decode(self.wrapped)
        return DataKey(unwrapped(master, wrapped, self.context(), self.key_id))


def _canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode("ascii")


class Item(NamedTuple):
    """A record to be written; ``user`` is a user's hash or None."""

    kind: Kind
    trace_id: int
    span_id: int
    user: str | None
    content: bytes


class SegmentWriter:
    """Begins a file and appends to it. Held by one thread of one process; raises ``OSError``.

    The file is locked for as long as its process lives, so that others can tell. Readers see it from
    ``begin`` on, which comes after it was noted in the access log.
    """

    def __init__(
        self, folder: Folder, master: MasterKey, day: str, created_ns: int, anchor: tuple[int, str]
    ) -> None:
        self._key = DataKey.drawn()
        writer = f"{os.getpid()}-{os.urandom(8).hex()}"
        header = Header(day, writer, created_ns, anchor, master.key_id, "")
        wrapped = master.wrap(self._key.secret, header.context())
        content = header._replace(wrapped=base64.b64encode(wrapped).decode("ascii")).encode()
        self._descriptor, self.file = folder.new_segment(day, writer)
        self.day = day
        self.pid = os.getpid()
        self.records = 0
        self.size = len(content)
        self._fingerprint = hashlib.sha256(content).digest()
        try:
            lock(self._descriptor)
            write_all(self._descriptor, content)
            os.fsync(self._descriptor)
        except BaseException:
            self.discard()
            raise

    def begin(self) -> None:
        """Let readers see the file."""
        self.file = renamed(self.file, OPEN)

    def append(self, items: Iterable[Item], *, sync: bool = True) -> None:
        """Write ``items``, all of them or none, and with ``sync`` bring them to the disk."""
        frames = [self._frame(self.records + number, item) for number, item in enumerate(items)]
        content = b"".join(frames)
        try:
            write_all(self._descriptor, content)
        except OSError:
            os.ftruncate(self._descriptor, self.size)
            raise
        self.records += len(frames)
        self.size += len(content)
        if sync:
            os.fdatasync(self._descriptor) if hasattr(os, "fdatasync") else os.fsync(self._descriptor)

    def _frame(self, number: int, item: Item) -> bytes:
        user = {} if item.user is None else {"user": self._key.digest(item.user)}
        head = Head(item.kind, number, item.trace_id, item.span_id, **user)
        nonce, body = self._key.seal(item.content, head.associated(self._fingerprint))
        return head.encode(nonce, len(body)) + body

    def complete(self) -> SegmentFile:
        """End the file."""
        os.fsync(self._descriptor)
        self.file = renamed(self.file, CLOSED)
        self.leave()
        return self.file

    def leave(self) -> None:
        """Close the file as it is; in a forked child it stays the parent's, lock and all."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            with suppress(OSError):
                os.close(descriptor)

    def discard(self) -> None:
        """Remove a file that was begun in vain."""
        self.leave()
        self.file.path.unlink(missing_ok=True)


class SegmentReader:
    """One file as it is now. Raises ``DamagedError`` where its header is none, ``OSError`` if it is gone."""

    def __init__(self, file: SegmentFile) -> None:
        self.file = file
        self._data = file.path.read_bytes()
        self.header, self.start = _header(self._data)
        self._fingerprint = hashlib.sha256(self._data[: self.start]).digest()

    @property
    def size(self) -> int:
        return len(self._data)

    def frames(self) -> Iterator[Frame | Damage]:
        return scan(self._data, self.start)

    def open(self, key: DataKey, frame: Frame) -> bytes:
        """The content of a record; raises ``DamagedError``."""
        return key.open(frame.nonce, frame.body, frame.head.associated(self._fingerprint))


def _header(data: bytes) -> tuple[Header, int]:
    if not data.startswith(_MAGIC) or len(data) < _PREFIX:
        raise DamagedError("it does not begin as a file of records does")
    length, check = _LENGTHS.unpack_from(data, len(_MAGIC))
    content = data[_PREFIX : _PREFIX + length]
    try:
        if len(content) != length or zlib.crc32(content) != check:
            raise ValueError
        values = json.loads(content)
        header = Header(**{**values, "anchor": tuple(values["anchor"])})
        base64.b64decode(header.wrapped, validate=True)
        if header.encode() != data[: _PREFIX + length]:
            raise ValueError
    except (ValueError, TypeError, KeyError, binascii.Error):
        raise DamagedError("its header was changed") from None
    return header, _PREFIX + length


def day_of(file: SegmentFile) -> str:
    """The earlier of the days that folder and header give: moving a file does not prolong its life."""
    try:
        with file.path.open("rb") as opened:
            header, _ = _header(opened.read(_MOST_HEADER))
    except (OSError, DamagedError):
        return file.day
    return min(file.day, header.day)


def is_abandoned(file: SegmentFile) -> bool:
    """True for a file that no living process writes, though it was never completed."""
    return not file.is_closed and not is_held(file.path)
