from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from spanwright_processors.disk import (
    is_held,
    lock,
    make_folder,
    sync_file_system,
    sync_folder,
    write_all,
)


def test_everything_is_written(tmp_path: Path) -> None:
    """A pipe takes less than it is given; the rest follows."""
    read, write = os.pipe()
    counter = [sys.executable, "-c", "import sys; print(len(sys.stdin.buffer.read()))"]
    with subprocess.Popen(counter, stdin=read, stdout=subprocess.PIPE, text=True) as counting:
        os.close(read)
        write_all(write, bytes(1_000_000))
        os.close(write)
        assert counting.stdout is not None
        assert counting.stdout.read() == "1000000\n"
    sync_folder(tmp_path)


def test_held_while_a_descriptor_is_open(tmp_path: Path) -> None:
    """A file is its process' until the last descriptor closes; what cannot be opened is left alone."""
    path = tmp_path / "file"
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR)
    assert not is_held(path)
    lock(descriptor)
    assert is_held(path)
    os.close(descriptor)
    assert not is_held(path)
    path.unlink()
    assert is_held(path)


def test_folders_are_the_owners_alone(tmp_path: Path) -> None:
    """Those above it too, whatever the umask; one that is there stays as it is."""
    before = os.umask(0)
    try:
        make_folder(tmp_path / "a" / "b")
        make_folder(tmp_path / "a" / "b")
    finally:
        os.umask(before)
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "a", tmp_path / "a" / "b")]
    assert modes == [0o700, 0o700]


def test_a_file_system_is_synced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By its own call, or where the system has none, by that for all."""
    sync_file_system(tmp_path)
    with pytest.raises(OSError, match="none"):
        sync_file_system(tmp_path / "none")
    synced: list[None] = []
    monkeypatch.setattr(os, "sync", lambda: synced.append(None))
    monkeypatch.setattr("ctypes.CDLL", lambda *_, **__: object())
    sync_file_system(tmp_path)
    assert synced == [None]
