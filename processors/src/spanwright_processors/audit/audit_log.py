"""An audit log as its writers and the command have it: folder, key, access log, the file being written."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Mapping, Sequence

from ..days import day
from .access_log import AccessLog
from .envelope import KEY_BYTES, aead
from .folder import Folder
from .frame import Kind
from .keys import MasterKey, master_key
from .originals import packed
from .segment import Item, SegmentWriter
from .settings import AuditSettings


class AuditLog:
    """An audit log with its key. ``clock`` gives seconds since the epoch."""

    def __init__(
        self,
        folder: Folder,
        master: MasterKey,
        settings: AuditSettings,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.folder = folder
        self.master = master
        self.settings = settings
        self.clock = clock
        self.access = AccessLog(folder, master, clock)

    @classmethod
    def opened(
        cls,
        settings: AuditSettings,
        environ: Mapping[str, str] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> AuditLog:
        """The audit log that ``settings`` describe, which name a directory.

        Raises ``AuditError`` where the library, the key or the folder is missing or not safe.
        """
        assert settings.directory is not None
        aead(bytes(KEY_BYTES))
        master = master_key(settings.key, environ)
        return cls(Folder(settings.directory), master, settings, clock)

    def today(self) -> str:
        return day(self.clock())


class Writer:
    """Appends records, to a new file on every day, in every process, and where one has become large.

    For one thread at a time. Raises ``OSError`` and ``AuditError``; what was not written then is nowhere.
    """

    def __init__(self, log: AuditLog) -> None:
        self._log = log
        self._segment: SegmentWriter | None = None

    def append(self, items: Sequence[Item], *, lost: int = 0, sync: bool = True) -> None:
        """Write ``items``, before them how many were ``lost`` since the last time."""
        segment = self._current()
        if lost:
            items = [Item(Kind.LOST, 0, 0, None, packed(json.dumps({"lost": lost}).encode())), *items]
        segment.append(items, sync=sync)

    def complete(self) -> None:
        """End the file that is being written."""
        segment, self._segment = self._segment, None
        if segment is None:
            return
        try:
            if segment.pid == os.getpid():
                name, records, size = segment.file.name, segment.records, segment.size
                self._log.access.append("close", segment=name, records=records, bytes=size)
                segment.complete()
        finally:
            segment.leave()

    def complete_outdated(self) -> None:
        """End the file if it is of another day, large, or another process'."""
        segment = self._segment
        if segment is not None and not self._fits(segment):
            self.complete()

    def leave(self) -> None:
        """Forget the file, which is the parent process'."""
        segment, self._segment = self._segment, None
        if segment is not None:
            segment.leave()

    @property
    def is_open(self) -> bool:
        """Whether a file is being written."""
        return self._segment is not None

    def _current(self) -> SegmentWriter:
        self.complete_outdated()
        if self._segment is None:
            self._segment = self._begun()
        return self._segment

    def _begun(self) -> SegmentWriter:
        log = self._log
        log.folder.prepare()
        now = log.clock()
        segment = SegmentWriter(log.folder, log.master, day(now), int(now * 1e9), log.access.head())
        try:
            log.access.append("open", segment=segment.file.name)
            segment.begin()
        except BaseException:
            segment.discard()
            raise
        return segment

    def _fits(self, segment: SegmentWriter) -> bool:
        return (
            segment.pid == os.getpid()
            and segment.day == self._log.today()
            and segment.size < self._log.settings.segment_bytes
        )
