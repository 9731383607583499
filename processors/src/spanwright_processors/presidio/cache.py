"""Files that can be made again, in the user's cache: whole or not there, and read only where nobody else can
write.
"""

from __future__ import annotations

import hashlib
import os
import stat
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

#: Between two looks whether another process has made the file, in seconds.
_PAUSE = 0.1
#: Who else may write, in the bits of a file's mode.
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


def folder() -> Path:
    """The folder for files that can be made again, of this user and this project."""
    if sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        default = "LOCALAPPDATA" if sys.platform == "win32" else "XDG_CACHE_HOME"
        base = Path(os.environ.get(default) or Path.home() / ".cache")
    return base / "spanwright"


def read(file: Path) -> str | None:
    """The text that ``write`` wrote; None if there is none, it is not whole, or others could have written it.

    Definitions that somebody else has put there could find nothing, so that everything would leave.
    """
    try:
        if _others_may_write(file.parent) or _others_may_write(file):
            return None
        digest, _, text = file.read_text(encoding="utf-8").partition("\n")
    except (OSError, UnicodeDecodeError):
        return None
    return text if digest == _digest(text) else None


def write(file: Path, text: str) -> bool:
    """Put ``text`` there for this user alone. False, and nothing is left behind, where that cannot be."""
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=file.name)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as unfinished:
                unfinished.write(f"{_digest(text)}\n{text}")
            os.replace(name, file)
        except BaseException:
            os.unlink(name)
            raise
    except OSError:
        return False
    return True


@contextmanager
def turn(file: Path, seconds: float) -> Iterator[None]:
    """One process after the other in here, of those that want to make ``file``.

    The lock ends with the process that holds it. After ``seconds``, and where there are no locks or nothing
    can be written, in it goes all the same: the file is then made twice, which costs time only.
    """
    lock = _opened(file.with_suffix(".lock"))
    if lock is None:
        yield
        return
    try:
        _wait_for(lock, time.monotonic() + seconds)
        yield
    finally:
        _release(lock)


def _opened(lock: Path) -> int | None:
    try:
        lock.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return os.open(lock, os.O_CREAT | os.O_RDWR, 0o600)
    except OSError:
        return None


def _wait_for(lock: int, deadline: float) -> None:
    fcntl = _file_locks()
    while fcntl is not None and time.monotonic() < deadline:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_PAUSE)
        except OSError:  # a file system without locks
            return
        else:
            return


def _release(lock: int) -> None:
    fcntl = _file_locks()
    with suppress(OSError):
        if fcntl is not None:
            fcntl.flock(lock, fcntl.LOCK_UN)  # said aloud: a forked child may hold the file open as well
        os.close(lock)


def _file_locks() -> Any:
    if sys.platform == "win32":
        return None
    import fcntl

    return fcntl


def _others_may_write(path: Path) -> bool:
    if not hasattr(os, "getuid"):
        return False
    status = path.stat()
    return status.st_uid not in (os.getuid(), 0) or bool(status.st_mode & _OTHERS_WRITE)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
