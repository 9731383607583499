"""Looking for whatever was changed, removed, moved or cut off, in every file of the audit log."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from dataclasses import dataclass, field

from ..days import first_day_kept
from .access_log import Entry, Head, Problem
from .audit_log import AuditLog
from .envelope import DataKey
from .error import DamagedError
from .folder import NEW, SegmentFile
from .frame import NOBODY, Damage, Frame, Kind
from .originals import unpacked
from .segment import SegmentReader

_ERASED_IN_PART = "it is erased in part: run the erasure again"


@dataclass
class Report:
    """What was found. ``notes`` are no signs of tampering: a killed process, records that were lost."""

    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    entries: int = 0
    files: int = 0
    records: int = 0
    erased: int = 0
    head: Head = field(default_factory=lambda: Head(0, ""))

    def add(self, problem: Problem) -> None:
        (self.notes if problem.is_note else self.problems).append(problem)


@dataclass
class _Expected:
    """What the access log says of the files."""

    opened: dict[str, Entry] = field(default_factory=dict)
    closed: dict[str, tuple[int, int]] = field(default_factory=dict)
    erased: set[tuple[str, int]] = field(default_factory=set)
    macs: dict[int, str] = field(default_factory=dict)


def verify(log: AuditLog, noted: Head | None = None) -> Report:
    """Check the access log, then every file against it and under its key.

    ``noted`` is a head of the access log that somebody wrote down elsewhere: only with it does it show if
    access log and files were put back together to an earlier state. Raises ``AuditError`` without the key.
    """
    report = Report()
    files = list(log.folder.segments())  # before the access log, which runs ahead of the files
    expected = _read_access_log(log, report)
    if noted is not None and expected.macs.get(noted.number) != noted.mac:
        report.problems.append(Problem("access.log", f"entry {noted.number} is not the one that was noted"))
    for file in files:
        _check_file(log, file, expected, report)
    report.problems += _missing(log, files, expected)
    report.problems += _check_permissions(log)
    return report


def _missing(log: AuditLog, files: list[SegmentFile], expected: _Expected) -> Iterator[Problem]:
    present = {file.name for file in files}
    first = first_day_kept(log.settings.retention_days, log.clock())
    for name in expected.opened:
        if name in present or name.partition("/")[0] < first or log.folder.is_being_begun(name):
            continue
        if log.folder.segment(name) is None:
            yield Problem(name, "it was removed before its time")


def _read_access_log(log: AuditLog, report: Report) -> _Expected:
    expected = _Expected()
    for one in log.access.check():
        if isinstance(one, Problem):
            report.add(one)
            continue
        report.entries += 1
        report.head = Head(one.number, one.mac)
        expected.macs[one.number] = one.mac
        details = one.details
        if one.action == "open":
            expected.opened[details["segment"]] = one
        elif one.action == "close":
            expected.closed.setdefault(details["segment"], (details["records"], details["bytes"]))
        elif one.action == "erase":
            for name, numbers in details["records"].items():
                expected.erased.update((name, number) for number in numbers)
    return expected


def _check_file(log: AuditLog, file: SegmentFile, expected: _Expected, report: Report) -> None:
    current = log.folder.segment(file.name)
    if current is None:
        return  # its day is over, or ``_missing`` names it
    report.files += 1
    try:
        reader = SegmentReader(current)
        key = reader.header.data_key(log.master)
    except FileNotFoundError:
        return
    except DamagedError as error:
        report.problems.append(Problem(file.name, str(error)))
        return
    report.problems += _check_header(reader, expected)
    complete = _check_frames(reader, key, expected, report)
    closed = expected.closed.get(file.name)
    if closed is not None and (complete, reader.size) != closed:
        what = f"it had {closed[0]} records in {closed[1]} bytes when it was completed"
        report.problems.append(Problem(file.name, f"{what}, and has {complete} in {reader.size}"))
    if closed is None and file.is_closed:
        report.problems.append(Problem(file.name, "no process noted that it completed this file"))


def _check_header(reader: SegmentReader, expected: _Expected) -> Iterator[Problem]:
    name, header = reader.file.name, reader.header
    if name not in expected.opened:
        yield Problem(name, "no process noted that it began this file")
    if f"{header.day}/{header.writer}" != name:
        yield Problem(name, f"it was {header.day}/{header.writer} when it was begun")
    number, mac = header.anchor
    if number and expected.macs.get(number) != mac:
        yield Problem("access.log", f"entry {number}, after which {name} was begun, is another one")


def _check_frames(reader: SegmentReader, key: DataKey, expected: _Expected, report: Report) -> int:
    """The number of records, after the look at each."""
    name, following, complete = reader.file.name, 0, 0
    for one in reader.frames():
        if isinstance(one, Damage):
            report.add(Problem(f"{name} byte {one.offset}", _damage(one, following), is_note=one.is_half))
            following += 0 if one.is_half else 1
            continue
        place = f"{name} record {one.head.number} (byte {one.offset})"
        if one.head.number != following:
            report.problems.append(Problem(place, f"record {following} should be here"))
        following = one.head.number + 1
        complete += 1
        if one.head.kind == Kind.ERASED:
            report.erased += 1
            report.problems += _check_erased(name, one, expected, place)
        else:
            report.records += 1
            _check_record(reader, key, one, expected, report)
    return complete


def _check_erased(name: str, frame: Frame, expected: _Expected, place: str) -> Iterator[Problem]:
    if (name, frame.head.number) not in expected.erased:
        yield Problem(place, "it was erased, and the access log has no word of it")
    elif any(frame.body) or any(frame.nonce) or frame.head.user != NOBODY:
        yield Problem(place, _ERASED_IN_PART)


def _check_record(
    reader: SegmentReader, key: DataKey, frame: Frame, expected: _Expected, report: Report
) -> None:
    place = f"{reader.file.name} record {frame.head.number} (byte {frame.offset})"
    try:
        content = reader.open(key, frame)
    except DamagedError as error:
        erased = (reader.file.name, frame.head.number) in expected.erased
        report.problems.append(Problem(place, _ERASED_IN_PART if erased else str(error)))
        return
    if frame.head.kind == Kind.LOST:
        lost = f"{unpacked(content)['lost']} records were lost before it"
        report.add(Problem(place, lost, is_note=True))


def _damage(damage: Damage, number: int) -> str:
    if damage.is_half:
        return f"the file ends within record {number}, as it does where its process was killed"
    return f"{damage.length} bytes are no record; record {number} was here"


def _check_permissions(log: AuditLog) -> Iterator[Problem]:
    for path in log.folder.all_paths():
        try:
            mode = stat.S_IMODE(path.lstat().st_mode)
        except FileNotFoundError:
            continue
        place = str(path.relative_to(log.folder.path.parent))
        if path.is_symlink():
            yield Problem(place, "it is a link to another place")
        elif mode & 0o077:
            yield Problem(place, f"others have access to it (mode {mode:o})")
        elif path.is_file() and path.parent != log.folder.path and path.suffix not in (".part", ".seg", NEW):
            yield Problem(place, "it is no file of the audit log")
