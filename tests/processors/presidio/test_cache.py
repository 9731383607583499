"""Files in the user's cache."""

from __future__ import annotations

import os
import stat
import threading
import time
from pathlib import Path

import pytest
from spanwright_processors.presidio import cache


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "it.json"


def test_what_was_written_is_read(file: Path) -> None:
    """By this user alone, and nothing else is left in the folder."""
    assert cache.write(file, "ä text")
    assert cache.read(file) == "ä text"
    assert [each.name for each in file.parent.iterdir()] == ["it.json"]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_what_is_not_whole_is_not_read(file: Path) -> None:
    """Cut, changed, not text, or not there."""
    assert cache.read(file) is None
    cache.write(file, "text")
    whole = file.read_bytes()
    for damaged in (whole[:-1], whole.replace(b"text", b"tent"), b"\xff\xfe", b""):
        file.write_bytes(damaged)
        assert cache.read(file) is None


def test_what_others_can_write_is_not_read(file: Path) -> None:
    """Definitions of somebody else's could find nothing."""
    cache.write(file, "text")
    for path, mode in ((file, 0o622), (file.parent, 0o777)):
        before = stat.S_IMODE(path.stat().st_mode)
        path.chmod(mode)
        assert cache.read(file) is None
        path.chmod(before)
    assert cache.read(file) == "text"


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a file away")
def test_what_is_another_user_s_is_not_read(file: Path) -> None:
    """Whatever its mode."""
    cache.write(file, "text")
    os.chown(file, 12345, -1)
    assert cache.read(file) is None


def test_where_nothing_can_be_written_it_says_so(tmp_path: Path) -> None:
    """And leaves nothing behind; turns are free there."""
    (tmp_path / "cache").write_text("a file where the folder should be")
    assert not cache.write(tmp_path / "cache" / "it.json", "text")
    with cache.turn(tmp_path / "cache" / "it.json", 1.0):
        pass


def test_one_after_the_other(file: Path) -> None:
    """The second waits for the first, and no longer than it may."""
    order: list[str] = []
    inside, leave = threading.Event(), threading.Event()

    def first() -> None:
        with cache.turn(file, 5):
            inside.set()
            leave.wait(5)
            order.append("first")

    thread = threading.Thread(target=first)
    thread.start()
    inside.wait(5)
    began = time.monotonic()
    with cache.turn(file, 0.2):
        assert 0.1 < time.monotonic() - began < 3
    leave.set()
    with cache.turn(file, 5):
        order.append("second")
    thread.join()
    assert order == ["first", "second"]


def test_a_lock_ends_with_its_process(file: Path) -> None:
    """Whoever is killed in the middle holds nobody up."""
    child = os.fork()
    if child == 0:
        cache.turn(file, 5).__enter__()
        os._exit(0)
    os.waitpid(child, 0)
    began = time.monotonic()
    with cache.turn(file, 5):
        assert time.monotonic() - began < 1


def test_the_folder_is_the_user_s(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As the desktop's standard says."""
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache.folder() == tmp_path / "spanwright"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache.folder() == Path.home() / ".cache" / "spanwright"
