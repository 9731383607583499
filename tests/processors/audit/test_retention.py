from __future__ import annotations

import os

import pytest
from spanwright_processors.audit.folder import Folder
from spanwright_processors.audit.retention import (
    complete_abandoned,
    purge,
    purge_and_note,
)
from support.audit_trail import START, Trail, masked


def test_forty_days(trail: Trail) -> None:
    """With a record a day, those of the last thirty days are there on any day, and not one more."""
    for number in range(40):
        trail.write(f"day {number}")
        purge_and_note(trail.log())
        assert trail.shown() == [f"day {one}" for one in range(max(0, number - 29), number + 1)]
        trail.clock.advance(1)
    assert trail.problems() == []
    trail.clock.advance(60)
    assert len(purge_and_note(trail.log())) == 30
    assert list(Folder(trail.path).segments_path.iterdir()) == []
    assert trail.problems() == []


def test_purging_needs_no_key(trail: Trail) -> None:
    """What is due is deleted though the key is gone; that it is missing then is no sign of tampering."""
    trail.write("one")
    trail.clock.advance(30)
    assert [name.partition("/")[0] for name in purge(Folder(trail.path), 30, trail.clock)] == ["2026-09-21"]
    assert (trail.segments(), trail.problems()) == ([], [])


def test_deletion_is_noted(trail: Trail) -> None:
    """The access log names the files; a run without anything due leaves no entry."""
    trail.write("one")
    before = trail.log().access.head().number
    purge_and_note(trail.log())
    assert trail.log().access.head().number == before
    trail.clock.advance(31)
    purge_and_note(trail.log())
    assert trail.log().access.head().number == before + 1


def test_moved_and_open_files_are_deleted_too(trail: Trail) -> None:
    """Neither a later folder nor a process that never ended prolongs a record's life."""
    trail.write("one")
    (path,) = trail.segments()
    later = path.parent.with_name("2027-01-01")
    path.parent.rename(later)
    (later / path.name).rename(later / f"{path.stem}.part")
    (later / "4711-dead.new").write_bytes(b"")
    trail.clock.advance(30)
    assert len(purge(Folder(trail.path), 30, trail.clock)) == 1
    assert trail.segments() == []


def test_days_that_are_kept_are_not_touched(trail: Trail) -> None:
    """A file that does not even begin as one goes by its folder's day."""
    trail.write("one")
    (path,) = trail.segments()
    path.write_bytes(b"nonsense")
    assert purge(Folder(trail.path), 30, trail.clock) == []
    trail.clock.advance(30)
    assert len(purge(Folder(trail.path), 30, trail.clock)) == 1


def test_a_killed_process_file_is_completed(trail: Trail) -> None:
    """What a process left behind is completed by the next one, so that cutting it shows from then on."""
    trail.write("one")
    (path,) = trail.segments()
    os.rename(path, path := path.with_suffix(".part"))
    assert complete_abandoned(trail.log()) == [f"2026-09-21/{path.stem}"]
    assert (trail.shown(), trail.problems()) == (["one"], [])
    (path,) = trail.segments()
    os.truncate(path, path.stat().st_size - 1)
    assert any("when it was completed" in problem for problem in trail.problems())


def test_files_in_use_are_not_completed(trail: Trail) -> None:
    """The file of a living process stays its own."""
    with trail.recorder() as recorder:
        recorder.keep(1, 1, None, [masked("one")])
        assert recorder.flush()
        assert complete_abandoned(trail.log()) == []


def test_an_undeletable_file_is_an_error(trail: Trail, monkeypatch: pytest.MonkeyPatch) -> None:
    """Retention that cannot be kept is not passed over in silence."""
    trail.write("one")
    trail.clock.advance(30)

    def fails(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("pathlib.Path.unlink", fails)
    with pytest.raises(PermissionError):
        purge(Folder(trail.path), 30, trail.clock)
    assert trail.clock.now > START
