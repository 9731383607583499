from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spanwright_processors.audit.access_log import Head as Noted
from spanwright_processors.audit.erasure import erase
from spanwright_processors.audit.error import AuditError
from spanwright_processors.audit.frame import Frame, Head, Kind
from spanwright_processors.audit.reading import Query, readers
from spanwright_processors.audit.segment import SegmentReader
from spanwright_processors.audit.verification import verify
from support.audit_trail import USER, Trail, masked


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Trail:
    """Two processes' files with users, one record erased, and some reads."""
    trail = Trail(tmp_path_factory.mktemp("kept"))
    trail.write("one", "two", "three", trace_id=1, user_hash=USER)
    with trail.recorder() as recorder:
        recorder.keep(2, 1, None, [masked("four")])
        recorder.keep(2, 2, USER, [])
        recorder.keep(3, 3, None, [masked("five " * 200)])
    trail.shown(1)
    erase(trail.log(), Query((f"{3:032x}",)), "asked for")
    assert trail.problems() == []
    return trail


def _tampered(trail: Trail, change: Callable[[], object]) -> list[str]:
    """The problems after ``change``, which is taken back."""
    contents = trail.contents()
    try:
        change()
        return trail.problems()
    finally:
        trail.restore(contents)


def _with(trail: Trail, trace_id: int) -> SegmentReader:
    """The file whose first record is of that trace."""
    for reader in readers(trail.log()):
        first = next(reader.frames())
        if isinstance(first, Frame) and first.head.trace_id == trace_id:
            return reader
    raise AssertionError(trace_id)


def _place(trail: Trail, path: Path) -> str:
    """How problems of a file begin."""
    return path.name if path.parent == trail.path else f"{path.parent.name}/{path.stem}"


@settings(max_examples=300)
@given(st.data())
def test_any_flipped_byte_is_found_where_it_is(kept: Trail, data: st.DataObject) -> None:
    """Whatever byte of whatever file changes, a problem names that file, and a record or line of it."""
    contents = {path: content for path, content in kept.contents().items() if content}
    path = data.draw(st.sampled_from(sorted(contents)))
    content = bytearray(contents[path])
    content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    with suppress(AuditError):  # the id of a key is not covered before that key is had, which is an error too
        problems = _tampered(kept, lambda: path.write_bytes(content))
        assert any(problem.startswith(_place(kept, path)) for problem in problems), problems


def test_every_byte_of_a_record(kept: Trail) -> None:
    """The very record is named for every byte of it."""
    reader = _with(kept, trace_id=1)
    frames = list(reader.frames())
    content = reader.file.path.read_bytes()
    for at in range(frames[1].offset, frames[2].offset):
        changed = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
        problems = _tampered(kept, lambda changed=changed: reader.file.path.write_bytes(changed))  # type: ignore[misc]
        place = f"byte {frames[1].offset}"
        assert any(place in problem for problem in problems), at


@settings(max_examples=60)
@given(st.data())
def test_any_truncation_is_found(kept: Trail, data: st.DataObject) -> None:
    """Cutting off the end of any file shows, be it a whole record, a whole line or a byte."""
    contents = {path: content for path, content in kept.contents().items() if content}
    path = data.draw(st.sampled_from(sorted(contents)))
    cut = data.draw(st.integers(0, len(contents[path]) - 1))
    assert _tampered(kept, lambda: path.write_bytes(contents[path][:cut])) != []


def test_a_missing_file_is_found(kept: Trail) -> None:
    """Removing any file, before its day is over, shows."""
    for path, content in kept.contents().items():
        if content:
            assert _tampered(kept, path.unlink) != [], path
    assert _tampered(kept, lambda: shutil.rmtree(kept.path / "segments" / "2026-09-21")) != []


def test_records_in_another_order_or_place_are_found(kept: Trail) -> None:
    """Swapped, doubled and removed records show, also between two files."""
    first, second = _with(kept, trace_id=1), _with(kept, trace_id=2)
    one, other = (reader.file.path.read_bytes() for reader in (first, second))
    cuts = [frame.offset for frame in first.frames()] + [len(one)]
    records = [one[start:end] for start, end in pairwise(cuts)]
    head, foreign = one[: cuts[0]], other[next(iter(second.frames())).offset :]
    for changed in (
        [records[1], records[0], records[2]],
        [records[0], records[2]],
        [records[0], records[1], records[1], records[2]],
        [records[0], foreign, records[2]],
        [*records, foreign],
    ):
        content = head + b"".join(changed)
        problems = _tampered(kept, lambda content=content: first.file.path.write_bytes(content))  # type: ignore[misc]
        assert any(problem.startswith(first.file.name) for problem in problems)


def test_files_put_elsewhere_are_found(kept: Trail) -> None:
    """A copy under another name, a renamed file and one that was never begun here show."""
    path = kept.segments()[0]
    later = path.parent.with_name("2026-09-22")
    assert _tampered(kept, lambda: shutil.copy(path, path.with_name("4711-copy.seg"))) != []
    assert _tampered(kept, lambda: path.rename(path.with_name("4711-other.seg"))) != []
    later.mkdir(mode=0o700)
    assert _tampered(kept, lambda: path.rename(later / path.name)) != []
    later.rmdir()
    assert _tampered(kept, lambda: path.rename(path.with_suffix(".part"))) == []  # as after a kill


def test_erasing_without_a_word_is_found(kept: Trail) -> None:
    """Zeros are accepted only where the access log says that this record was erased, and then all of them."""
    reader = _with(kept, trace_id=1)
    frame = next(one for one in reader.frames() if isinstance(one, Frame))
    head = Head(Kind.ERASED, 0, 1, 1).encode(bytes(12), len(frame.body))
    content = bytearray(reader.file.path.read_bytes())
    content[frame.offset : frame.offset + len(head) + len(frame.body)] = head + bytes(len(frame.body))
    (problem,) = _tampered(kept, lambda: reader.file.path.write_bytes(content))
    assert problem.endswith("it was erased, and the access log has no word of it")

    reader = _with(kept, trace_id=2)
    *_, erased = reader.frames()
    content = bytearray(reader.file.path.read_bytes())
    content[erased.offset + 100] = 1
    (problem,) = _tampered(kept, lambda: reader.file.path.write_bytes(content))
    assert problem.endswith("it is erased in part: run the erasure again")


def test_open_access_is_found(kept: Trail, tmp_path: Path) -> None:
    """Permissions, links and files that do not belong there show."""
    path = kept.segments()[0]
    path.chmod(0o644)
    assert kept.problems() == [f"{path.relative_to(kept.path.parent)}: others have access to it (mode 644)"]
    path.chmod(0o600)
    link = path.with_name("link.seg")
    link.symlink_to(path)
    assert any("it is a link to another place" in problem for problem in kept.problems())
    link.unlink()
    stranger = path.with_name("notes.txt")
    stranger.touch(mode=0o600)
    assert any("it is no file of the audit log" in problem for problem in kept.problems())
    stranger.unlink()


def test_going_back_as_a_whole_shows_only_by_a_noted_head(trail: Trail) -> None:
    """Who puts the whole folder back to an earlier state is found by a head that was noted elsewhere."""
    trail.write("one")
    before = trail.contents()
    trail.shown()
    noted = verify(trail.log()).head
    assert verify(trail.log(), noted).problems == []
    trail.restore(before)
    assert trail.problems() == []
    (problem,) = verify(trail.log(), noted).problems
    assert problem.what == f"entry {noted.number} is not the one that was noted"
    assert verify(trail.log(), Noted(1, "0" * 64)).problems != []


def test_a_file_that_is_being_written_is_no_problem(trail: Trail) -> None:
    """Verifying beside a living process finds nothing wrong."""
    with trail.recorder() as recorder:
        for number in range(5):
            recorder.keep(1, number, None, [masked("one")])
            assert recorder.flush()
            assert trail.problems() == []


def test_counts(kept: Trail) -> None:
    """What was looked at is counted."""
    report = verify(kept.log())
    assert (report.files, report.records, report.erased) == (2, 5, 1)
    assert report.head == kept.log().access.head()
