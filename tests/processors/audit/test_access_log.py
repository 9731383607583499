from __future__ import annotations

import getpass
import json
import multiprocessing
import os
from itertools import permutations
from pathlib import Path

import pytest
from spanwright_processors.audit.access_log import AccessLog, Entry, Head, Problem, operator
from spanwright_processors.audit.error import AuditError
from spanwright_processors.audit.folder import Folder
from spanwright_processors.audit.keys import master_key
from support.audit_trail import KEY, OTHER_KEY, START, Clock

ENTRIES = 5


def _log(path: Path, keys: str = KEY) -> AccessLog:
    folder = Folder(path)
    folder.prepare()
    return AccessLog(folder, master_key("env:K", {"K": keys}), Clock())


@pytest.fixture
def log(tmp_path: Path) -> AccessLog:
    log = _log(tmp_path / "audit")
    for number in range(ENTRIES):
        log.append("show", reason=f"case {number}")
    return log


@pytest.fixture
def path(log: AccessLog, tmp_path: Path) -> Path:
    return tmp_path / "audit" / "access.log"


def _problems(log: AccessLog) -> list[str]:
    return [f"{one.place}: {one.what}" for one in log.check() if isinstance(one, Problem) and not one.is_note]


def _entries(log: AccessLog) -> list[Entry]:
    return [one for one in log.check() if isinstance(one, Entry)]


def test_entries_say_who_when_and_why(log: AccessLog) -> None:
    """An entry has the user of the system, the time and the reason; a whole chain has no problems."""
    assert _problems(log) == []
    entry = _entries(log)[-1]
    assert (entry.number, entry.action, entry.details) == (5, "show", {"reason": "case 4"})
    assert entry.time == "2026-09-21T14:13:20.000Z"
    assert Clock()() == START
    assert entry.who["user"] == getpass.getuser()
    assert entry.who["uid"] == os.getuid()
    assert log.head() == Head(5, entry.mac)


def test_sudo_is_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who became another user by sudo is named as well."""
    monkeypatch.setenv("SUDO_USER", "mallory")
    assert operator()["sudo_user"] == "mallory"


def test_changed_bytes_are_found_where_they_are(log: AccessLog, path: Path) -> None:
    """Any flipped byte of an entry is named by its line."""
    content = path.read_bytes()
    lines = content.splitlines(keepends=True)
    start = 0
    for number, line in enumerate(lines, 1):
        for at in range(start, start + len(line), 7):
            path.write_bytes(content[:at] + bytes([content[at] ^ 4]) + content[at + 1 :])
            problems = _problems(log)
            expected = f"access.log line {number}: "
            assert any(problem.startswith((expected, "access.log: entries")) for problem in problems), at
        start += len(line)


@pytest.mark.parametrize("number", range(ENTRIES))
def test_a_removed_entry_is_found(log: AccessLog, path: Path, number: int) -> None:
    """The place of a missing entry is named, the last one as well."""
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:number] + lines[number + 1 :]))
    expected = (
        f"access.log: entries {ENTRIES} to {ENTRIES} are missing at the end"
        if number == ENTRIES - 1
        else f"access.log line {number + 1}: entries {number + 1} to {number + 1} are missing before it"
    )
    assert _problems(log) == [expected]


def test_any_other_order_is_found(log: AccessLog, path: Path) -> None:
    """Only the order in which entries were written has no problems."""
    lines = path.read_bytes().splitlines(keepends=True)
    for order in permutations(range(ENTRIES)):
        path.write_bytes(b"".join(lines[number] for number in order))
        assert bool(_problems(log)) == (list(order) != sorted(order)), order


def test_an_entry_put_in_twice_or_from_elsewhere_is_found(log: AccessLog, path: Path, tmp_path: Path) -> None:
    """Copies, and entries of another audit log under the same master key, do not fit."""
    content = path.read_bytes()
    lines = content.splitlines(keepends=True)
    path.write_bytes(content.replace(lines[1], lines[1] * 2))
    assert _problems(log)[0] == "access.log line 3: entry 2 is out of order or there twice"
    other = _log(tmp_path / "other")
    other.append("show", reason="case 0")
    path.write_bytes(content.replace(lines[0], (tmp_path / "other" / "access.log").read_bytes()))
    assert _problems(log)[0] == "access.log line 1: entry 1 was changed"


def test_cutting_the_end_is_found_by_the_head(log: AccessLog, path: Path) -> None:
    """Entries missing at the end show, wherever the cut is; also after further entries."""
    content = path.read_bytes()
    for cut in (0, 1, len(content) // 2, len(content) - 200, len(content) - 1):
        path.write_bytes(content[:cut])
        assert any("missing at the end" in problem for problem in _problems(log)), cut
    path.write_bytes(content[: content.rindex(b"\n", 0, -1) + 1])
    log.append("show", reason="after the cut")
    assert _problems(log) == ["access.log line 5: entries 5 to 5 are missing before it"]


def test_the_head_is_covered(log: AccessLog, path: Path) -> None:
    """access.head cannot be changed, removed or put back to an earlier one alone."""
    head = path.with_name("access.head")
    content = head.read_bytes()
    for at in range(0, len(content), 5):
        head.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        assert _problems(log) == ["access.head: it was changed"]
    head.unlink()
    assert _problems(log) == ["access.head: it is missing"]
    head.write_bytes(content)
    log.append("show")
    log.append("show")
    head.write_bytes(content)
    assert _problems(log) == ["access.head: it says 5 entries, access.log has 7"]


def test_the_key_is_covered(log: AccessLog, path: Path) -> None:
    """A changed or missing access.key is named, and nothing more is written over it."""
    key = path.with_name("access.key")
    content = key.read_bytes()
    for at in range(0, len(content), 5):
        key.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        with pytest.raises(AuditError):
            log.append("show")
        problems = _problems_or_error(log)
        assert problems[0].startswith(("access.key: ", "Cannot open what key"))
    key.unlink()
    with pytest.raises(AuditError, match=r"access\.key is missing\. Restore it"):
        log.append("show")
    assert _problems(log)[0].startswith("access.key: ")


def _problems_or_error(log: AccessLog) -> list[str]:
    try:
        return _problems(log)
    except AuditError as error:  # the id of the key was changed: it is not to be had
        return [str(error)]


def test_a_killed_process_leaves_no_problem(log: AccessLog, path: Path) -> None:
    """Half an entry is a note until the next one takes its place; an entry without its head is accepted."""
    content, head = path.read_bytes(), path.with_name("access.head").read_bytes()
    log.append("show", reason="whole")
    path.with_name("access.head").write_bytes(head)
    assert _problems(log) == []
    line = path.read_bytes()[len(content) :]
    for cut in (1, len(line) // 2, len(line) - 1):
        path.write_bytes(content + line[:cut])
        assert _problems(log) == []
        assert [one.what for one in log.check() if isinstance(one, Problem)] == [
            "it ends within an entry, as where a process was killed"
        ]
    log.append("show", reason="next")
    assert _problems(log) == []
    assert [entry.details["reason"] for entry in _entries(log)][-2:] == ["case 4", "next"]


def test_a_long_entry_is_followed(tmp_path: Path) -> None:
    """The last entry is found however long it is."""
    log = _log(tmp_path / "audit")
    log.append("erase", traces=["f" * 32] * 20_000)
    log.append("show")
    assert _problems(log) == []


def test_another_master_key_takes_over(log: AccessLog, tmp_path: Path) -> None:
    """While both keys are given, the chain's key moves under the new one; then the old one can go."""
    _log(tmp_path / "audit", f"{OTHER_KEY} {KEY}").append("show", reason="both")
    rotated = _log(tmp_path / "audit", OTHER_KEY)
    rotated.append("show", reason="new alone")
    assert _problems(rotated) == []
    with pytest.raises(AuditError, match="Cannot open what key"):
        log.append("show")


def test_a_disk_that_fails_is_an_error(log: AccessLog, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be noted raises, so that it is not done."""

    def fails(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(AuditError, match=r"^Cannot write .*access\.log: No space left on device\."):
        log.append("show")


def _append(path: Path, times: int) -> None:
    log = _log(path)
    for number in range(times):
        log.append("show", number=number, pid=os.getpid())


def test_several_processes_write_one_chain(tmp_path: Path) -> None:
    """Entries of processes that write at the same time form one chain without gaps."""
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_append, args=(tmp_path / "audit", 10)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    log = _log(tmp_path / "audit")
    assert _problems(log) == []
    assert len(_entries(log)) == 30
    assert len({entry.details["pid"] for entry in _entries(log)}) == 3


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc")
def test_a_child_forked_meanwhile_does_not_keep_the_lock(log: AccessLog) -> None:
    """A descriptor that a child has inherited in the middle of an entry blocks nobody."""
    with log._locked():
        inherited = [
            os.dup(int(one.name))
            for one in Path("/proc/self/fd").iterdir()
            if one.is_symlink() and os.readlink(one).endswith("access.lock")
        ]
    assert inherited
    log.append("show")
    for descriptor in inherited:
        os.close(descriptor)


def test_users_stand_there_as_digests(log: AccessLog, tmp_path: Path) -> None:
    """A user is the same digest throughout one access log and another one in the next."""
    assert log.user_digest("bob") == log.user_digest("bob")
    assert log.user_digest("bob") != _log(tmp_path / "other").user_digest("bob")


def test_lines_are_json(path: Path) -> None:
    """Other tools can read the access log."""
    assert [json.loads(line)["n"] for line in path.read_text().splitlines()] == [1, 2, 3, 4, 5]
