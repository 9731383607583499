"""Finding the records of a trace or a user, and showing them, noted first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from .audit_log import AuditLog
from .envelope import DataKey
from .error import AuditError, DamagedError
from .frame import Frame, Kind
from .originals import Record, decoded
from .segment import SegmentReader

#: Hexadecimal digits of a trace id by which it is asked for, at least.
LEAST_DIGITS = 8
_DIGITS = re.compile(r"[0-9a-f]+")


@dataclass(frozen=True)
class Query:
    """Which records: of the traces whose ids begin so, of a user, of one span among them."""

    traces: tuple[str, ...] = ()
    user_hash: str | None = None
    span: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "traces", tuple(trace.lower() for trace in self.traces))
        if not self.traces and not self.user_hash:
            raise AuditError(
                "Cannot look into the audit log: nothing is asked for. Give --trace or --user-hash."
            )
        for trace in self.traces:
            if not (_DIGITS.fullmatch(trace) and LEAST_DIGITS <= len(trace) <= 32):
                raise AuditError(
                    f"Cannot look for trace {trace[:40]!r}: it is not 8 to 32 hexadecimal digits. "
                    "Give a trace id or the beginning of one."
                )
        if self.span is not None and not (_DIGITS.fullmatch(self.span.lower()) and len(self.span) == 16):
            raise AuditError(
                "Cannot look for that span: its id is not 16 hexadecimal digits. Give the whole id."
            )

    def matches(self, frame: Frame, user: bytes | None = None) -> bool:
        """Whether a record is asked for; ``user`` is what stands for the user in its file."""
        head = frame.head
        if self.span is not None and f"{head.span_id:016x}" != self.span.lower():
            return False
        if user is not None and head.user == user:
            return True
        return f"{head.trace_id:032x}".startswith(self.traces)  # of none: False


class Stored(NamedTuple):
    """A record and the file it is in."""

    reader: SegmentReader
    frame: Frame

    @property
    def place(self) -> str:
        return f"{self.reader.file.name} record {self.frame.head.number}"


class Shown(NamedTuple):
    """A record with its originals; ``record`` is None where it is damaged."""

    trace_id: int
    span_id: int
    place: str
    record: Record | None


def readers(log: AuditLog) -> Iterator[SegmentReader]:
    """Every file that can be read at all; the others are named by ``verify``."""
    for file in list(log.folder.segments()):
        try:
            yield SegmentReader(file)
        except (OSError, DamagedError):
            continue


def stored(log: AuditLog, query: Query, kinds: tuple[Kind, ...]) -> list[Stored]:
    """The records that ``query`` asks for, oldest file first."""
    if query.user_hash:
        of_user = traces_of_user(log, query.user_hash)
        query = replace(query, traces=(*query.traces, *(f"{trace:032x}" for trace in of_user)))
    found = []
    for reader in readers(log):
        user = _digest(log, reader, query.user_hash)
        for frame in reader.frames():
            if isinstance(frame, Frame) and frame.head.kind in kinds and query.matches(frame, user):
                found.append(Stored(reader, frame))
    return found


def traces_of_user(log: AuditLog, user_hash: str) -> list[int]:
    """The traces that are known to be a user's."""
    traces: set[int] = set()
    for reader in readers(log):
        user = _digest(log, reader, user_hash)
        traces.update(
            frame.head.trace_id
            for frame in reader.frames()
            if isinstance(frame, Frame) and frame.head.user == user
        )
    return sorted(traces - {0})  # what belongs to no trace is not one trace


def _digest(log: AuditLog, reader: SegmentReader, user_hash: str | None) -> bytes | None:
    """What stands for the user in this file; None where nobody is asked for, or its key is damaged."""
    if not user_hash:
        return None
    try:
        return reader.header.data_key(log.master).digest(user_hash)
    except DamagedError:
        return None


def show(log: AuditLog, query: Query, reason: str) -> list[Shown]:
    """The originals that ``query`` asks for, by time. That they are read is on the disk before any is opened.

    ``reason`` stands in the access log as it is. Raises ``AuditError`` where it cannot be noted.
    """
    found = stored(log, query, (Kind.ORIGINALS,))
    note(log, "show", query, reason, found)
    keys: dict[str, DataKey] = {}
    shown = [_opened(log, one, keys) for one in found]
    return sorted(shown, key=lambda one: one.record.time_ns if one.record else 0)


def _opened(log: AuditLog, one: Stored, keys: dict[str, DataKey]) -> Shown:
    reader, frame = one
    name = reader.file.name
    try:
        if name not in keys:
            keys[name] = reader.header.data_key(log.master)
        record = decoded(reader.open(keys[name], frame))
    except DamagedError:
        record = None
    return Shown(frame.head.trace_id, frame.head.span_id, one.place, record)


def note(log: AuditLog, action: str, query: Query, reason: str, found: list[Stored]) -> None:
    """Write into the access log what is about to be done to which records."""
    if not reason.strip():
        raise AuditError(f"Cannot {action} anything: no reason is given. Say why with --reason.")
    records: dict[str, list[int]] = {}
    for reader, frame in found:
        records.setdefault(reader.file.name, []).append(frame.head.number)
    asked: dict[str, object] = {"traces": query.traces, "reason": reason.strip()}
    if query.user_hash:
        asked["user"] = log.access.user_digest(query.user_hash)
    if query.span:
        asked["span"] = query.span.lower()
    log.access.append(action, records=records, **asked)
