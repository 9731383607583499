from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spanwright_processors.offload.full_text import FullText
from spanwright_processors.offload.spool import SEGMENT_BYTES, Spool, unframed, waiting
from support.full_texts import full_text, texts_of

ROOM = 10_000_000


def spooled(folder: Path | None, most_bytes: int = ROOM, most_memory: int = 0) -> Spool:
    return Spool(folder, most_bytes, most_memory)


def taken(spool: Spool) -> list[str]:
    return [text for segment in spool.take() for text in texts_of(segment.spans())]


def put(spool: Spool, *texts: str) -> list[bool]:
    return [spool.append(full_text(text).encode()) for text in texts]


def test_what_is_appended_is_on_the_disk(tmp_path: Path) -> None:
    """At once, for any process to read; gone when it is done."""
    spool = spooled(tmp_path / "spool")
    assert put(spool, "one", "two") == [True, True]
    assert texts_of(waiting(tmp_path / "spool")) == ["one", "two"]
    (segment,) = spool.take()
    assert segment.path is not None
    assert stat.S_IMODE(segment.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(segment.path.parent.stat().st_mode) == 0o700
    put(spool, "three")
    assert taken(spool) == ["one", "two", "three"]
    spool.done(segment)
    assert taken(spool) == ["three"]
    assert spool.waiting() == sum(path.stat().st_size for path in (tmp_path / "spool").iterdir())


def test_a_segment_has_an_end(tmp_path: Path) -> None:
    """A long wait makes several files, each small enough to be stored at once."""
    spool = spooled(tmp_path, most_bytes=2 * ROOM)
    put(spool, *["x" * (SEGMENT_BYTES // 2)] * 5)
    assert [len(list(segment.spans())) for segment in spool.take()] == [2, 2, 1]


def test_no_more_than_there_is_room_for(tmp_path: Path) -> None:
    """The files of all processes together are bounded; what does not fit is refused, later ones may fit."""
    other, spool = spooled(tmp_path), spooled(tmp_path, most_bytes=5_000)
    put(other, "x" * 3_000)
    assert put(spool, "y" * 1_000, "z" * 3_000, "z" * 100) == [True, False, True]
    for segment in other.take():
        other.done(segment)
    spool.adopt()
    assert put(spool, "z" * 3_000) == [True]


def test_without_a_disk_memory_takes_some(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the disk refuses, half a frame is taken back, and texts wait in memory, which is bounded."""
    spool = spooled(tmp_path, most_memory=2_000)
    put(spool, "first")
    write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, content: _half(write, descriptor, content))
    assert put(spool, "x" * 1_000, "y" * 1_000) == [True, False]
    monkeypatch.undo()
    assert taken(spool) == ["first", "x" * 1_000]
    assert [segment.path is None for segment in spool.take()] == [False, True]


def _half(write: object, descriptor: int, content: bytes) -> int:
    if len(content) < 600:
        raise OSError(28, "No space left on device")
    return write(descriptor, content[:600])  # type: ignore[operator,no-any-return]


def test_a_disk_that_refused_is_asked_again(tmp_path: Path) -> None:
    """After a pause, since asking costs time; until then memory takes what comes."""
    (tmp_path / "spool").write_text("a file where the folder should be")
    now, refusals = [0.0], list[OSError]()
    spool = Spool(tmp_path / "spool", ROOM, ROOM, refusals.append, lambda: now[0])
    put(spool, "one")
    (tmp_path / "spool").unlink()
    put(spool, "two")
    now[0] = 60.0
    put(spool, "three")
    assert [segment.path is None for segment in spool.take()] == [True, False]
    assert taken(spool) == ["one", "two", "three"]
    assert [error.strerror for error in refusals] == ["Not a directory"]


def test_no_folder_means_memory() -> None:
    """A system without file locks spools in memory."""
    spool = spooled(None, most_memory=2_000)
    assert put(spool, "one") == [True]
    assert (spool.adopt(), taken(spool)) == (0, ["one"])


def test_what_a_process_left_is_adopted(tmp_path: Path) -> None:
    """Files nobody holds are stored by whoever comes next, the living's are left alone."""
    dead, living, heir = (spooled(tmp_path) for _ in range(3))
    put(dead, "dead")
    put(living, "living")
    (tmp_path / "begun.new").write_bytes(b"")
    dead.forget()
    put(heir, "own")
    assert heir.adopt() == 1
    assert taken(heir) == ["dead", "own"]
    assert spooled(tmp_path).adopt() == 0
    assert not (tmp_path / "begun.new").exists()
    assert heir.waiting() + living.waiting() == sum(path.stat().st_size for path in tmp_path.iterdir())


def test_a_child_leaves_its_parents_files_alone(tmp_path: Path) -> None:
    """After a fork nothing waits, and the parent's files are still there and its own."""
    spool = spooled(tmp_path)
    put(spool, "parent")
    pid = os.fork()
    if not pid:
        spool.forget()
        put(spool, "child")
        os._exit(0 if taken(spool) == ["child"] else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert taken(spool) == ["parent"]
    assert spooled(tmp_path).adopt() == 1  # the child's


@settings(deadline=None)
@given(st.data())
def test_damage_costs_no_more_than_itself(data: st.DataObject) -> None:
    """Whatever bytes are changed or cut, spans that are whole are read, and nothing else is."""
    import tempfile

    texts = [f"text {number} " + "x" * number * 7 for number in range(8)]
    with tempfile.TemporaryDirectory() as folder:
        spool = spooled(Path(folder))
        put(spool, *texts)
        (segment,) = spool.take()
        assert segment.path is not None
        content = bytearray(segment.path.read_bytes())
        spool.done(segment)
    assert texts_of(unframed(bytes(content))) == texts
    place = data.draw(st.integers(0, len(content) - 1))
    if data.draw(st.booleans()):
        found = texts_of(unframed(bytes(content[:place])))
        assert found == texts[: len(found)]
        assert len(found) >= len(texts) - 1 or place < len(content) * 7 // 8
    else:
        content[place] ^= 1 << data.draw(st.integers(0, 7))
        found = texts_of(unframed(bytes(content)))
        assert len(found) == len(texts) - 1
        assert set(found) < set(texts)


def test_other_frames_are_no_spans(tmp_path: Path) -> None:
    """What a later version may write is left out."""
    spool = spooled(tmp_path)
    spool.append(b'{"later": true}')
    spool.append(b"[1, 2]")
    put(spool, "one")
    assert taken(spool) == ["one"]
    assert isinstance(next(waiting(tmp_path)), FullText)
