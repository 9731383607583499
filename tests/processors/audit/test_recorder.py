from __future__ import annotations

import logging
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from spanwright_processors.audit.audit_log import Writer
from spanwright_processors.audit.recorder import Recorder, recorder
from spanwright_processors.process_exit import _flushed
from support.audit_trail import KEY, Trail, masked


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDIT_KEY", KEY)


def test_what_is_kept_can_be_read(trail: Trail) -> None:
    """After ``flush`` a record is on the disk and readable while the process goes on."""
    with trail.recorder() as one:
        one.keep(1, 2, None, [masked("bob@example.com"), masked("4242 4242 4242 4242", "[CARD]", "a")])
        assert one.flush()
        assert trail.shown() == ["bob@example.com", "4242 4242 4242 4242"]


def test_nothing_masked_nothing_written(trail: Trail) -> None:
    """Spans without anything masked leave no record and begin no file."""
    with trail.recorder() as one:
        one.keep(1, 2, "5f" * 16, [])
    assert trail.segments() == []


def test_the_caller_never_waits_for_the_disk(trail: Trail, monkeypatch: pytest.MonkeyPatch) -> None:
    """``keep`` returns while the writer is stuck, in the thread of whoever ends the span."""
    stuck = threading.Event()
    append = Writer.append

    def waits(self: Writer, *args: object, **options: object) -> None:
        assert stuck.wait(10)
        append(self, *args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(Writer, "append", waits)
    with trail.recorder() as one:
        started = time.thread_time()
        for number in range(200):
            one.keep(1, number, None, [masked("bob@example.com")])
        assert time.thread_time() - started < 1
        assert not one.flush(0.05)
        stuck.set()
    assert len(trail.shown()) == 200


def test_the_queue_is_bounded_and_losses_are_counted(
    trail: Trail, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What finds the queue full is lost, counted, told once in the log and in the file itself."""
    stuck = threading.Event()
    append = Writer.append

    def waits(self: Writer, *args: object, **options: object) -> None:
        assert stuck.wait(10)
        append(self, *args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(Writer, "append", waits)
    with trail.recorder(queue_bytes=65_536) as one:
        for number in range(300):
            one.keep(1, number, None, [masked("x" * 1000)])
        assert one.lost > 200
        stuck.set()
        assert one.flush()
        one.keep(1, 999, None, [masked("after")])
    shown = trail.shown()
    assert (len(shown) + one.lost, shown[-1]) == (301, "after")
    assert [note.partition(": ")[2] for note in trail.notes()] == [f"{one.lost} records were lost before it"]
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    assert "xxx" not in caplog.text


def test_a_full_disk_costs_originals_only(
    trail: Trail, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Where nothing can be written the caller goes on, the loss is counted, and later records are kept."""

    def fails(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with trail.recorder() as one:
        with monkeypatch.context() as patch:
            patch.setattr(Writer, "append", fails)
            one.keep(1, 1, None, [masked("bob@example.com")])
            assert one.flush()
        assert one.lost == 1
        one.keep(1, 2, None, [masked("later")])
    assert trail.shown() == ["later"]
    assert "No space left on device. Masking goes on" in caplog.text


def test_nothing_raises(trail: Trail, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever ``keep`` is given, the span's masking does not fail for it."""
    with trail.recorder() as one:
        one.keep(1, 1, None, [object()])  # type: ignore[list-item]
        one.keep(1, 1, ["no", "hash"], [masked("fine")])
        one.keep(1 << 200, 1, None, [masked("no trace id")])
    assert (one.lost, trail.shown()[:1]) == (2, ["fine"])
    assert "no trace id" not in caplog.text


def test_off_unless_a_folder_is_named(trail: Trail) -> None:
    """Without a folder nobody keeps anything."""
    assert recorder(replace(trail.settings, directory=None)) is None


@pytest.mark.usefixtures("key")
def test_what_is_due_goes_at_the_start(trail: Trail) -> None:
    """A process that starts deletes what is due before it does anything else."""
    trail.write("old")
    trail.clock.advance(30)
    one = recorder(trail.settings, trail.clock)
    assert isinstance(one, Recorder)
    assert trail.segments() == []
    assert one.close()


def test_what_is_due_goes_though_the_key_is_missing(trail: Trail, caplog: pytest.LogCaptureFixture) -> None:
    """A missing key is one clear error; nothing is kept then, and retention holds."""
    trail.write("old")
    trail.clock.advance(30)
    assert recorder(trail.settings, trail.clock) is None
    assert trail.segments() == []
    (record,) = caplog.records
    assert record.getMessage() == (
        "Cannot use mask.audit.key: the variable AUDIT_KEY is not set. Set it to 32 random bytes in base64. "
        "Until this is corrected, no original is kept."
    )


@pytest.mark.usefixtures("key")
def test_an_unsafe_folder_keeps_nothing(trail: Trail, caplog: pytest.LogCaptureFixture) -> None:
    """Where others could read along, no original is written."""
    trail.path.mkdir(mode=0o755)
    trail.path.chmod(0o755)
    assert recorder(trail.settings, trail.clock) is None
    assert "others have access" in caplog.text
    assert list(trail.path.iterdir()) == []


def test_what_is_due_goes_every_day(trail: Trail) -> None:
    """A process that runs on for weeks deletes what becomes due, and ends its files with their day."""
    with trail.recorder(retention_days=2) as one:
        for number in range(5):
            one.keep(1, number, None, [masked(f"day {number}")])
            assert one.flush()
            trail.clock.advance(1)
            one.keep(2, number, None, [masked("next")])
            assert one.flush()
            deadline = time.monotonic() + 5
            while len({path.parent.name for path in trail.segments()}) > 2 and time.monotonic() < deadline:
                time.sleep(0.01)
            assert len({path.parent.name for path in trail.segments()}) <= 2
    assert trail.shown() == ["day 4"]


def test_after_the_end(trail: Trail) -> None:
    """What comes after ``close`` is counted; what comes while the process ends is still written."""
    with trail.recorder() as one:
        one.keep(1, 1, None, [masked("before")])
        one.finish()
        one.keep(1, 2, None, [masked("last")])
        assert trail.shown() == ["before", "last"]
    one.keep(1, 3, None, [masked("too late")])
    assert (one.lost, trail.shown()) == (1, ["before", "last"])


def test_flushed_before_a_signal_ends_the_process(trail: Trail) -> None:
    """The recorder is among what is flushed where a process ends without exit handlers."""
    with trail.recorder() as one:
        assert one in _flushed


def test_in_a_forked_child(trail: Trail, tmp_path: Path) -> None:
    """What waits and the open file stay the parent's; the child's next record begins its own file."""
    with trail.recorder() as one:
        one.keep(1, 1, None, [masked("parent")])
        assert one.flush()
        child = Recorder(trail.log(), linger_seconds=0.0)
        child._queue.extend(one._queue)
        child.after_fork()
        child.keep(1, 2, None, [masked("child")])
        assert child.close()
        one.keep(1, 3, None, [masked("parent again")])
    assert sorted(trail.shown()) == ["child", "parent", "parent again"]
    assert len(trail.segments()) == 2
    assert trail.problems() == []
