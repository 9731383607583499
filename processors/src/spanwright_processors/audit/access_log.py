"""Who did what with the audit log, when and why: entries chained by HMAC, so that a change anywhere shows."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, NamedTuple

from ..disk import write_all
from .envelope import KEY_BYTES, derived, digest
from .error import AuditError, DamagedError
from .folder import Folder
from .keys import MasterKey, unwrapped

#: The part of the last entries that is read first, in bytes.
_TAIL_BYTES = 65_536
#: Stands for the MAC of a line that is no entry.
_UNKNOWN = "?"


class Head(NamedTuple):
    """The last entry: its number, from 1, and its MAC in hexadecimal digits. ``0:`` before the first."""

    number: int
    mac: str

    def __str__(self) -> str:
        return f"{self.number}:{self.mac}"


class Entry(NamedTuple):
    """A line whose MAC is right."""

    number: int
    action: str
    time: str
    who: dict[str, Any]
    details: dict[str, Any]
    previous: str
    mac: str


class Problem(NamedTuple):
    """What is wrong, and where. ``is_note``: no sign of tampering, such as what a killed process leaves."""

    place: str
    what: str
    is_note: bool = False


class AccessLog:
    """``access.log``: a JSON object a line. Safe from several processes; every entry is on the disk when
    ``append`` returns.

    ``access.key`` holds the chain's key, encrypted under the master key; ``access.head`` the last entry's
    number and MAC, so that entries missing at the end show as well.
    """

    def __init__(self, folder: Folder, master: MasterKey, clock: Callable[[], float] = time.time) -> None:
        self._folder = folder
        self._master = master
        self._clock = clock

    def append(self, action: str, **details: Any) -> Head:
        """Note ``action`` with ``details`` (JSON values without anything personal) and by whom.

        Raises ``AuditError`` where it cannot be noted; what was to be done must not be done then.
        """
        try:
            with self._locked():
                return self._append(self._key(create=True), action, details)
        except OSError as error:
            raise AuditError(
                f"Cannot write {self._folder.access_log}: {error.strerror}. See to its disk and owner."
            ) from error

    def head(self) -> Head:
        """The last entry, by ``access.head``; ``0:`` where that is missing or damaged."""
        with self._locked():
            return self._read_head(self._key(create=True), tolerant=True) or Head(0, "")

    def user_digest(self, user_hash: str) -> str:
        """What stands for a user in the access log."""
        with self._locked():
            return digest(derived(self._key(create=True), b"user"), user_hash).hex()[:32]

    def check(self) -> list[Entry | Problem]:
        """Every entry in order, and every place where something was changed, removed, moved or cut off.

        Raises ``AuditError`` where the key is not to be had.
        """
        if not (self._folder.access_key.exists() or self._folder.access_log.exists()):
            return []
        with self._locked():
            try:
                key = self._key(create=False)
            except DamagedError as error:
                return [Problem("access.key", str(error))]
            lines, rest = self._lines()
            found, last = _check_lines(key, lines)
            if rest:
                what = "it ends within an entry, as where a process was killed"
                found.append(Problem("access.log", what, is_note=True))
            return [*found, *self._check_head(key, last)]

    def _check_head(self, key: bytes, last: Head) -> Iterator[Problem]:
        try:
            head = self._read_head(key)
        except DamagedError as error:
            yield Problem("access.head", str(error))
            return
        if head is None:
            if last.number:
                yield Problem("access.head", "it is missing")
        elif head.number > last.number:
            yield Problem("access.log", f"entries {last.number + 1} to {head.number} are missing at the end")
        elif head.number < last.number - 1:  # one more: killed between writing the entry and the head
            yield Problem("access.head", f"it says {head.number} entries, access.log has {last.number}")
        elif head.number == last.number and last.mac not in (head.mac, _UNKNOWN):
            yield Problem("access.head", f"entry {head.number} is another one")

    def _append(self, key: bytes, action: str, details: dict[str, Any]) -> Head:
        head = self._read_head(key, tolerant=True) or Head(0, "")
        last, rest = self._tail()
        previous = max(head, Head(last.number, last.mac) if last else Head(0, ""), key=lambda one: one.number)
        content = {
            **details,
            "action": action,
            "n": previous.number + 1,
            "previous": previous.mac,
            "time": _stamp(self._clock()),
            "who": operator(),
        }
        unsigned = _canonical(content)
        mac = hmac.new(key, unsigned, sha256).hexdigest()
        line = _canonical({**content, "mac": mac}) + b"\n"
        descriptor = self._folder.open(self._folder.access_log)
        try:
            if rest:
                line = (
                    self._after_half(descriptor, rest, was_noted=last is None or last.number < head.number)
                    + line
                )
            write_all(descriptor, line)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        new = Head(previous.number + 1, mac)
        self._folder.replace(self._folder.access_head, _head_content(key, new))
        return new

    def _after_half(self, descriptor: int, rest: bytes, *, was_noted: bool) -> bytes:
        """Cut off the half line of a process that was killed; what is left of a whole one stays."""
        if was_noted:
            return b"\n"
        os.ftruncate(descriptor, os.fstat(descriptor).st_size - len(rest))
        return b""

    def _tail(self) -> tuple[Entry | None, bytes]:
        """The last whole line as an entry, None if it is none, and the bytes behind it."""
        try:
            with self._folder.access_log.open("rb") as file:
                size = file.seek(0, os.SEEK_END)
                length = _TAIL_BYTES
                while True:
                    file.seek(max(0, size - length))
                    tail = file.read()
                    if length >= size or tail.count(b"\n") > 1:
                        break
                    length *= 16
        except FileNotFoundError:
            return None, b""
        whole, newline, rest = tail.rpartition(b"\n")
        return (_parsed(whole.rpartition(b"\n")[2]) if newline else None), rest

    def _lines(self) -> tuple[list[bytes], bytes]:
        """The whole lines, and the bytes behind them."""
        try:
            lines = self._folder.access_log.read_bytes().split(b"\n")
        except FileNotFoundError:
            return [], b""
        return lines[:-1], lines[-1]

    def _read_head(self, key: bytes, *, tolerant: bool = False) -> Head | None:
        try:
            content = self._folder.access_head.read_bytes()
            data = json.loads(content)
            head = Head(int(data["n"]), str(data["mac"]))
            is_right = hmac.compare_digest(content, _head_content(key, head))
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError):
            is_right = False
        if is_right:
            return head
        if tolerant:
            return None
        raise DamagedError("it was changed")

    def _key(self, *, create: bool) -> bytes:
        """The chain's key; moved under the current master key where it is not."""
        try:
            content = self._folder.access_key.read_bytes()
        except FileNotFoundError:
            return self._new_key(create)
        try:
            data = json.loads(content)
            created, key_id, wrapped = int(data["created_ns"]), str(data["key_id"]), str(data["wrapped"])
            if content != _canonical({"created_ns": created, "key_id": key_id, "wrapped": wrapped}):
                raise ValueError
            key = unwrapped(self._master, base64.b64decode(wrapped, validate=True), _context(created), key_id)
        except (ValueError, KeyError, TypeError, binascii.Error, DamagedError):
            raise DamagedError(f"Cannot use {self._folder.access_key}: it was changed. Restore it.") from None
        if create and key_id != self._master.key_id:
            self._write_key(key, created)
        return key

    def _new_key(self, create: bool) -> bytes:
        if not create or self._folder.access_log.exists():
            raise DamagedError(
                f"Cannot use {self._folder.access_log}: access.key is missing. Restore it, or put the whole "
                "audit log elsewhere and begin a new one."
            )
        key = os.urandom(KEY_BYTES)
        self._write_key(key, int(self._clock() * 1e9))
        return key

    def _write_key(self, key: bytes, created_ns: int) -> None:
        wrapped = base64.b64encode(self._master.wrap(key, _context(created_ns))).decode("ascii")
        content = {"created_ns": created_ns, "key_id": self._master.key_id, "wrapped": wrapped}
        self._folder.replace(self._folder.access_key, _canonical(content))

    @contextmanager
    def _locked(self) -> Iterator[None]:
        import fcntl

        descriptor = self._folder.open(self._folder.access_lock)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            # Said, since a child forked meanwhile has the descriptor too, and would hold the lock for life.
            fcntl.flock(descriptor, fcntl.LOCK_UN)
            os.close(descriptor)


def operator() -> dict[str, Any]:
    """The user of the operating system who runs this, and where."""
    import pwd

    uid = os.getuid()
    try:
        name = pwd.getpwuid(uid).pw_name
    except KeyError:
        name = str(uid)
    who: dict[str, Any] = {"user": name, "uid": uid, "pid": os.getpid(), "host": socket.gethostname()}
    if sudo := os.environ.get("SUDO_USER"):
        who["sudo_user"] = sudo
    return who


def _check_lines(key: bytes, lines: list[bytes]) -> tuple[list[Entry | Problem], Head]:
    """The entries and what is wrong with them, and the last one."""
    found: list[Entry | Problem] = []
    last = Head(0, "")
    for number, line in enumerate(lines, 1):
        place = f"access.log line {number}"
        entry = _parsed(line)
        if entry is None:
            found.append(Problem(place, "it is no entry"))
            last = Head(last.number + 1, _UNKNOWN)
            continue
        if not hmac.compare_digest(_mac(key, line), entry.mac):
            found.append(Problem(place, f"entry {entry.number} was changed"))
            last = Head(last.number + 1, _UNKNOWN)
            continue
        if problem := _link(last, entry, place):
            found.append(problem)
        found.append(entry)
        last = Head(entry.number, entry.mac)
    return found, last


def _link(last: Head, entry: Entry, place: str) -> Problem | None:
    """What is wrong between an entry and the one before it."""
    if entry.number > last.number + 1:
        return Problem(place, f"entries {last.number + 1} to {entry.number - 1} are missing before it")
    if entry.number <= last.number:
        return Problem(place, f"entry {entry.number} is out of order or there twice")
    if last.mac not in (_UNKNOWN, entry.previous):
        return Problem(place, f"entry {entry.number} does not follow from the one before it")
    return None


def _parsed(line: bytes) -> Entry | None:
    try:
        content = json.loads(line)
        if _canonical(content) != line:
            return None
        fields = ("n", "action", "time", "who", "previous", "mac")
        number, action, time_, who, previous, mac = (content.pop(name) for name in fields)
        if type(number) is not int or not isinstance(mac, str):
            return None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return Entry(number, action, time_, who, content, previous, mac)


def _mac(key: bytes, line: bytes) -> str:
    content = json.loads(line)
    content.pop("mac")
    return hmac.new(key, _canonical(content), sha256).hexdigest()


def _head_content(key: bytes, head: Head) -> bytes:
    check = digest(derived(key, b"head"), str(head)).hex()
    return _canonical({"check": check, "mac": head.mac, "n": head.number})


def _context(created_ns: int) -> bytes:
    return b"spanwright access log " + str(created_ns).encode("ascii")


def _canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode("ascii")


def _stamp(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
