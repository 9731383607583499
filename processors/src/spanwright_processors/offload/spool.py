"""Where texts wait until they are stored: files of a local disk, which outlive their process, else memory.

What is appended is in the system's hands when ``append`` returns: a kill of the process loses none of it, and
whichever process opens the spool next goes on with it.
"""

from __future__ import annotations

import os
import struct
import threading
import time
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from ..disk import is_held, lock, make_folder, write_all
from .full_text import FullText

#: Ends the name of a file that is being begun, and of one with spans.
NEW, SPANS = ".new", ".spans"
#: Bytes at which a segment is full.
SEGMENT_BYTES = 4_000_000
#: How long a disk that refused a file is left alone, in seconds.
_PATIENCE = 5.0
_MARKER = b"\xf5SWT"
#: Marker, length of the body, CRC-32 of the body.
_HEAD = struct.Struct(">4sII")


class Segment:
    """Spans that are stored together, under a name of their own: storing them twice changes nothing.

    ``path`` is None for one that is in memory only.
    """

    def __init__(self, name: str, path: Path | None = None, descriptor: int = -1, size: int = 0) -> None:
        self.name = name
        self.path = path
        self.size = size
        self.began = time.monotonic()
        self._descriptor = descriptor
        self._memory = bytearray()

    def append(self, frame: bytes) -> None:
        """Add a frame, all of it or none; raises ``OSError``."""
        if self.path is None:
            self._memory += frame
        else:
            try:
                write_all(self._descriptor, frame)
            except OSError:
                os.ftruncate(self._descriptor, self.size)
                raise
        self.size += len(frame)

    def spans(self) -> Iterator[FullText]:
        """What was appended. Of a file with damage, what is whole."""
        yield from unframed(bytes(self._memory) if self.path is None else self.path.read_bytes())

    def leave(self) -> None:
        """Let go of the file as it is."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            with suppress(OSError):
                os.close(descriptor)

    def remove(self) -> None:
        """It is stored: the file goes, then its lock."""
        if self.path is not None:
            self.path.unlink(missing_ok=True)
        self.leave()


class Spool:
    """The segments of this process and, once adopted, of processes that have ended. Safe from any thread.

    All files of ``folder`` together have ``most_bytes`` at most, memory ``most_memory``. Without a folder,
    and while the disk refuses, spans wait in memory; ``refused`` is told.
    """

    def __init__(
        self,
        folder: Path | None,
        most_bytes: int,
        most_memory: int,
        refused: Callable[[OSError], None] = lambda _: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.folder = folder
        self._most_bytes = most_bytes
        self._most_memory = most_memory
        self._refused = refused
        self._clock = clock
        self._reset()

    def _reset(self) -> None:
        self._lock = threading.RLock()  # garbage collection may end a span in the middle of this
        self._open: Segment | None = None
        self._closed: deque[Segment] = deque()
        #: Bytes of this process' files, of all others in the folder, and in memory.
        self._on_disk = self._others = self._in_memory = 0
        self._measured = False
        self._refused_until = 0.0
        self._refusal: OSError | None = None

    def forget(self) -> None:
        """In a forked child: what waits is the parent's."""
        for segment in [*self._closed, *([self._open] if self._open else [])]:
            segment.leave()
        self._reset()

    def append(self, content: bytes) -> bool:
        """Add one span, encoded. False where there is no room for it."""
        frame = _HEAD.pack(_MARKER, len(content), zlib.crc32(content)) + content
        with self._lock:
            is_taken = self._to_disk(frame) or self._to_memory(frame)
            refusal, self._refusal = self._refusal, None
        if refusal is not None:  # outside the lock: what is said of it may come back here as a log record
            self._refused(refusal)
        return is_taken

    def waiting(self) -> int:
        """Bytes that this process has yet to store."""
        with self._lock:
            return self._on_disk + self._in_memory

    def take(self) -> list[Segment]:
        """Every segment with spans, the oldest first; what comes now goes into another."""
        with self._lock:
            if self._open is not None:
                self._closed.append(self._open)
                self._open = None
            return list(self._closed)

    def done(self, segment: Segment) -> None:
        """``segment`` is stored, or given up."""
        with self._lock, suppress(ValueError):
            self._closed.remove(segment)
            self._count(segment, -segment.size)
        with suppress(OSError):
            segment.remove()

    def adopt(self) -> int:
        """Take over the files of processes that have ended; how many. Raises ``OSError``."""
        if self.folder is None or not self.folder.is_dir():
            return 0
        adopted = [segment for path in sorted(self.folder.glob(f"*{SPANS}")) if (segment := _adopted(path))]
        for path in self.folder.glob(f"*{NEW}"):
            if not is_held(path):
                path.unlink(missing_ok=True)
        with self._lock:
            self._closed.extendleft(reversed(adopted))
            for segment in adopted:
                self._count(segment, segment.size)
            self._measure()
        return len(adopted)

    def _mine(self) -> list[Segment]:
        return [*self._closed, *([self._open] if self._open else [])]

    def _to_disk(self, frame: bytes) -> bool:
        if self.folder is None or self._clock() < self._refused_until:
            return False
        try:
            if not self._measured:
                self._measure()
            if self._others + self._on_disk + len(frame) > self._most_bytes:
                return False
            self._add(self.folder, frame)
        except OSError as error:
            self._refused_until = self._clock() + _PATIENCE
            self._refusal = error
            return False
        return True

    def _to_memory(self, frame: bytes) -> bool:
        if self._in_memory + len(frame) > self._most_memory:
            return False
        self._add(None, frame)
        return True

    def _add(self, folder: Path | None, frame: bytes) -> None:
        segment = self._current(folder)
        segment.append(frame)
        self._count(segment, len(frame))

    def _count(self, segment: Segment, size: int) -> None:
        if segment.path is None:
            self._in_memory += size
        else:
            self._on_disk += size

    def _current(self, folder: Path | None) -> Segment:
        """The segment that is being filled, of the kind wanted."""
        segment = self._open
        fits = segment is not None and segment.size < SEGMENT_BYTES
        if segment is not None and fits and (segment.path is None) == (folder is None):
            return segment
        new = _begun(folder) if folder else Segment(_name())
        if segment is not None:
            self._closed.append(segment)
        self._open = new
        return new

    def _measure(self) -> None:
        """How much the other processes have waiting."""
        assert self.folder is not None
        mine = {segment.path for segment in self._mine()}
        self._others = 0
        with suppress(FileNotFoundError):
            for entry in os.scandir(self.folder):
                with suppress(FileNotFoundError):
                    self._others += 0 if Path(entry.path) in mine else entry.stat().st_size
        self._measured = True


def unframed(data: bytes) -> Iterator[FullText]:
    """The whole spans of a segment; after damage, from the next that can be read."""
    position = 0
    while (position := data.find(_MARKER, position)) >= 0 and len(data) - position >= _HEAD.size:
        _, length, check = _HEAD.unpack_from(data, position)
        start = position + _HEAD.size
        body = data[start : start + length]
        position += 1
        if len(body) == length and zlib.crc32(body) == check:
            with suppress(ValueError, TypeError):
                yield FullText.decode(body)
            position = start + length


def waiting(folder: Path) -> Iterator[FullText]:
    """Every span that waits in a spool, of living processes too."""
    for path in sorted(folder.glob(f"*{SPANS}")):
        with suppress(OSError):
            yield from unframed(path.read_bytes())


def _name() -> str:
    return f"{os.getpid()}-{os.urandom(8).hex()}"


def _begun(folder: Path) -> Segment:
    """A new file, held before others see it as one with spans."""
    make_folder(folder)
    name = _name()
    new, path = folder / f"{name}{NEW}", folder / f"{name}{SPANS}"
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(new, flags, 0o600)
    try:
        lock(descriptor)
        os.rename(new, path)
    except BaseException:
        os.close(descriptor)
        new.unlink(missing_ok=True)
        raise
    return Segment(name, path, descriptor)


def _adopted(path: Path) -> Segment | None:
    """The file of a process that has ended, held from now on; None for any other."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        lock(descriptor)
        if os.fstat(descriptor).st_nlink:  # else its process removed it, stored, as it was opened here
            return Segment(path.stem, path, descriptor, os.fstat(descriptor).st_size)
    except OSError:
        pass
    os.close(descriptor)
    return None
