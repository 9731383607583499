from __future__ import annotations

import os

import pytest
from spanwright_processors.audit.access_log import AccessLog
from spanwright_processors.audit.audit_log import AuditLog, Writer
from spanwright_processors.audit.error import AuditError
from spanwright_processors.audit.frame import Kind
from spanwright_processors.audit.originals import Record
from spanwright_processors.audit.retention import purge
from spanwright_processors.audit.segment import Item, SegmentWriter
from spanwright_processors.audit.settings import AuditSettings
from support.audit_trail import Trail, masked


def _item(value: str, trace_id: int = 1) -> Item:
    return Item(Kind.ORIGINALS, trace_id, 2, None, Record(0, (masked(value),)).encode())


def test_a_new_file_each_day(trail: Trail) -> None:
    """Records of two days never stand in one file, so that a day can be deleted as a whole."""
    writer = Writer(trail.log())
    writer.append([_item("one")])
    trail.clock.advance(1)
    writer.append([_item("two")])
    assert [path.parent.name for path in trail.segments()] == ["2026-09-21", "2026-09-22"]
    assert [path.suffix for path in trail.segments()] == [".seg", ".part"]
    writer.complete()
    assert trail.shown() == ["one", "two"]
    assert trail.problems() == []


def test_a_large_file_is_followed_by_another(trail: Trail) -> None:
    """A file ends at about the size that is set."""
    writer = Writer(trail.log(segment_bytes=65_536))
    for _ in range(3):
        writer.append([Item(Kind.ORIGINALS, 1, 2, None, os.urandom(60_000))])
    writer.complete()
    assert [path.stat().st_size > 60_000 for path in trail.segments()] == [True, True]
    assert not writer.is_open


def test_a_file_that_cannot_be_noted_is_not_begun(trail: Trail, monkeypatch: pytest.MonkeyPatch) -> None:
    """No originals are written that the access log does not know of."""

    def fails(*_: object, **__: object) -> None:
        raise AuditError("Cannot write it: a test. Try again.")

    writer = Writer(trail.log())
    with monkeypatch.context() as patch:
        patch.setattr(AccessLog, "append", fails)
        with pytest.raises(AuditError):
            writer.append([_item("one")])
    assert trail.segments() == []
    writer.append([_item("two")])
    writer.complete()
    assert (trail.shown(), trail.problems()) == (["two"], [])


def test_what_was_lost_is_told(trail: Trail) -> None:
    """The number of lost records stands before the next one."""
    writer = Writer(trail.log())
    writer.append([_item("one")], lost=3)
    writer.complete()
    assert trail.shown() == ["one"]
    assert [note.partition(": ")[2] for note in trail.notes()] == ["3 records were lost before it"]
    assert trail.problems() == []


def test_rotation(trail: Trail) -> None:
    """After a change of the key both old and new records are read while both keys are given."""
    trail.write("old")
    old = trail.environ["AUDIT_KEY"]
    new = "ab" * 32
    trail.environ["AUDIT_KEY"] = f"{new},{old}"
    trail.write("new")
    assert (sorted(trail.shown()), trail.problems()) == (["new", "old"], [])
    trail.environ["AUDIT_KEY"] = new
    with pytest.raises(AuditError, match="Give it behind the current one"):
        trail.shown()
    trail.write("newer", trace_id=2)
    assert trail.shown(2) == ["newer"]


def test_opening_needs_library_key_and_folder(trail: Trail) -> None:
    """What is missing is one clear error."""
    with pytest.raises(AuditError, match="the variable AUDIT_KEY is not set"):
        AuditLog.opened(trail.settings, {})
    with pytest.raises(AuditError, match="no provider for vault: is installed"):
        AuditLog.opened(AuditSettings(directory=trail.path, key="vault://audit"), {})


def test_killed_while_beginning_a_file(trail: Trail, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that was noted and never came to be seen is no sign of tampering, and goes with its day."""

    def dies(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(SegmentWriter, "begin", dies)
    monkeypatch.setattr(SegmentWriter, "discard", SegmentWriter.leave)  # nobody is there to do it
    with pytest.raises(KeyboardInterrupt):
        Writer(trail.log()).append([_item("one")])
    assert [path.suffix for path in trail.contents() if path.parent.parent.name == "segments"] == [".new"]
    assert trail.problems() == []
    trail.clock.advance(30)
    purge(trail.log().folder, 30, trail.clock)
    assert list(trail.log().folder.segments_path.iterdir()) == []
