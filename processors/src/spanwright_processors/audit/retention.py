"""The end of originals: whole files, by the day they were written. Needs no key, so that nothing stops it."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from ..days import first_day_kept
from ..disk import sync_folder
from .audit_log import AuditLog
from .error import DamagedError
from .folder import CLOSED, Folder, renamed
from .frame import Frame
from .segment import SegmentReader, day_of, is_abandoned


def purge(folder: Folder, retention_days: int, clock: Callable[[], float] = time.time) -> list[str]:
    """Delete the files of records that are due; their names. Raises ``OSError`` where one cannot be."""
    first = first_day_kept(retention_days, clock())
    purged = []
    for file in list(folder.segments()):
        if day_of(file) < first:
            file.path.unlink(missing_ok=True)
            purged.append(file.name)
    for day in folder.segments_path.glob("*"):
        if day.name < first:
            _clear(day)
    return purged


def purge_and_note(log: AuditLog) -> list[str]:
    """``purge``, noted in the access log if anything was due. What is due goes even if it cannot be noted."""
    first = first_day_kept(log.settings.retention_days, log.clock())
    purged = purge(log.folder, log.settings.retention_days, log.clock)
    if purged:
        log.access.append("purge", segments=purged, before=first)
    return purged


def complete_abandoned(log: AuditLog) -> list[str]:
    """Complete the files of processes that were killed, so that cutting them shows from now on."""
    abandoned = [file for file in log.folder.segments() if is_abandoned(file)]
    for file in abandoned:
        with suppress(FileNotFoundError, DamagedError):  # another process did it; left for ``verify`` to name
            reader = SegmentReader(file)
            records = sum(isinstance(frame, Frame) for frame in reader.frames())
            log.access.append("close", segment=file.name, records=records, bytes=reader.size, abandoned=True)
            renamed(file, CLOSED)
    return [file.name for file in abandoned]


def _clear(day: Path) -> None:
    """Remove the folder of a day with what a killed process began there."""
    if day.is_symlink() or not day.is_dir():
        return
    for path in day.glob("*.new"):
        path.unlink(missing_ok=True)
    with suppress(OSError):
        day.rmdir()
        sync_folder(day.parent)
