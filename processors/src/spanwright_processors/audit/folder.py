"""Where the files of the audit log are, and that nobody but their owner has access to them."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from ..disk import sync_folder, write_all
from .error import AuditError

#: Ends the name of a file that is being begun, of one that its process may still write, of a complete one.
NEW, OPEN, CLOSED = ".new", ".part", ".seg"
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


class SegmentFile(NamedTuple):
    """A file of records. ``name`` (``2026-11-23/4711-9f2c01aa``) stays when the file is completed."""

    name: str
    path: Path

    @property
    def day(self) -> str:
        """The day (UTC) of its folder."""
        return self.name.partition("/")[0]

    @property
    def is_closed(self) -> bool:
        return self.path.suffix == CLOSED


class Folder:
    """The folder of an audit log: ``access.*`` and ``segments/DAY/*``; folders 0700, files 0600."""

    def __init__(self, path: Path) -> None:
        self.path = path = path.absolute()  # the application may go elsewhere
        self.segments_path = path / "segments"
        self.access_log = path / "access.log"
        self.access_key = path / "access.key"
        self.access_head = path / "access.head"
        self.access_lock = path / "access.lock"

    def prepare(self) -> None:
        """Make what is missing; raises ``AuditError`` where others could look in."""
        if os.name != "posix":
            raise AuditError(
                "Cannot keep an audit log: this system has no file permissions of owner and others. "
                "Unset mask.audit.directory."
            )
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            mode = stat.S_IMODE(self.path.stat().st_mode)
        except OSError as error:
            raise AuditError(
                f"Cannot use mask.audit.directory: {self.path} cannot be made or read ({error.strerror}). "
                "Name a folder that this user may write."
            ) from None
        if mode & 0o077:
            raise AuditError(
                f"Cannot use mask.audit.directory: others have access to {self.path} (mode {mode:o}). "
                f"Run: chmod 700 {self.path}"
            )
        self.segments_path.mkdir(mode=0o700, exist_ok=True)
        self._give_to_owner(self.segments_path)

    def require(self) -> None:
        """Raises ``AuditError`` where there is no audit log."""
        if not self.segments_path.is_dir():
            raise AuditError(
                f"Cannot read an audit log in {self.path}: there is none. "
                "Set mask.audit.directory (SPANWRIGHT_MASK_AUDIT_DIRECTORY), or give --directory."
            )

    def create(self, path: Path) -> int:
        """A descriptor of a new file, to append to; raises ``OSError`` where one of that name is there."""
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(path, flags, 0o600)
        self._give_to_owner(path)
        return descriptor

    def open(self, path: Path, *, append: bool = True) -> int:
        """A descriptor of a file to read and write, made if missing."""
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC | (os.O_APPEND if append else 0)
        is_new = not path.exists()
        descriptor = os.open(path, flags, 0o600)
        if is_new:
            self._give_to_owner(path)
        return descriptor

    def replace(self, path: Path, content: bytes) -> None:
        """Put ``content`` in the place of ``path``: all of it or, after a crash, nothing."""
        new = path.with_name(f"{path.name}.{os.getpid()}.new")
        new.unlink(missing_ok=True)
        descriptor = self.create(new)
        try:
            write_all(descriptor, content)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        os.replace(new, path)
        sync_folder(path.parent)

    def new_segment(self, day: str, writer: str) -> tuple[int, SegmentFile]:
        """A new file of records for one writer, which renames it when it has locked it: see ``renamed``."""
        folder = self.segments_path / day
        if not folder.is_dir():
            folder.mkdir(mode=0o700, exist_ok=True)
            self._give_to_owner(folder)
            sync_folder(self.segments_path)
        segment = SegmentFile(f"{day}/{writer}", folder / f"{writer}{NEW}")
        return self.create(segment.path), segment

    def segments(self) -> Iterator[SegmentFile]:
        """Every file of records, by day and name."""
        for folder in sorted(self.segments_path.glob("*")):
            if _DAY.fullmatch(folder.name):
                for path in sorted(folder.glob("*")):
                    if path.suffix in (OPEN, CLOSED):
                        yield SegmentFile(f"{folder.name}/{path.stem}", path)

    def is_being_begun(self, name: str) -> bool:
        """True where a process noted that it begins the file, and was killed or has not come further."""
        return (self.segments_path / f"{name}{NEW}").exists()

    def segment(self, name: str) -> SegmentFile | None:
        """The file of that name, complete or not; None if there is none."""
        for suffix in (CLOSED, OPEN):
            path = self.segments_path / f"{name}{suffix}"
            if path.exists():
                return SegmentFile(name, path)
        return None

    def all_paths(self) -> Iterator[Path]:
        """The folder and everything in it."""
        yield self.path
        yield from sorted(self.path.rglob("*"))

    def _give_to_owner(self, path: Path) -> None:
        """What root makes belongs to the folder's owner, who could not go on writing otherwise."""
        owner = self.path.stat()
        if os.geteuid() == 0 and (path.stat().st_uid, path.stat().st_gid) != (owner.st_uid, owner.st_gid):
            os.chown(path, owner.st_uid, owner.st_gid)


def renamed(segment: SegmentFile, suffix: str) -> SegmentFile:
    """The file of records under its next suffix."""
    path = segment.path.with_suffix(suffix)
    os.rename(segment.path, path)
    sync_folder(path.parent)
    return SegmentFile(segment.name, path)
