from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from spanwright_processors.disk import is_held, lock, sync_folder, write_all


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
