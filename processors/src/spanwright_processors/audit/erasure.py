"""Erasing what is known of a trace or a user, in place, in files that may still be written."""

from __future__ import annotations

import os

from .audit_log import AuditLog
from .envelope import NONCE_BYTES
from .error import AuditError
from .frame import HEAD_BYTES, NOBODY, Head, Kind
from .reading import Query, Stored, note, stored


def erase(log: AuditLog, query: Query, reason: str) -> int:
    """Overwrite the records that ``query`` asks for with zeros; how many there were.

    Noted in the access log first. A second run finishes what a crash interrupted. Copies elsewhere (backups,
    snapshots, a disk's spare blocks) are not reached. Raises ``AuditError``.
    """
    if any(len(trace) != 32 for trace in query.traces):
        raise AuditError(
            "Cannot erase by the beginning of a trace id: it may mean several. Give all 32 digits."
        )
    found = stored(log, query, (Kind.ORIGINALS, Kind.USER, Kind.ERASED))
    found = [one for one in found if one.frame.head.kind != Kind.ERASED or any(one.frame.body)]
    note(log, "erase", query, reason, found)
    # Those that tell whose a trace is come last: after a crash the others could not be found again.
    for one in sorted(found, key=lambda one: one.frame.head.user != NOBODY):
        _overwrite(log, one)
    return len(found)


def _overwrite(log: AuditLog, one: Stored) -> None:
    file = log.folder.segment(one.reader.file.name)
    if file is None:
        return  # its day is over
    frame, length = one.frame, len(one.frame.body)
    erased = Head(Kind.ERASED, *frame.head[1:4]).encode(bytes(NONCE_BYTES), length)
    descriptor = os.open(file.path, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        # The content first: by its head a second run finds the record again.
        os.pwrite(descriptor, bytes(length), frame.offset + HEAD_BYTES)
        os.fsync(descriptor)
        os.pwrite(descriptor, erased, frame.offset)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
