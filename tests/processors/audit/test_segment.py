from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from spanwright_processors.audit.error import AuditError, DamagedError
from spanwright_processors.audit.folder import Folder, SegmentFile
from spanwright_processors.audit.frame import Frame, Kind
from spanwright_processors.audit.keys import MasterKey, master_key
from spanwright_processors.audit.segment import Item, SegmentReader, SegmentWriter, day_of, is_abandoned
from support.audit_trail import KEY, OTHER_KEY, USER

DAY = "2026-09-21"


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    folder = Folder(tmp_path / "audit")
    folder.prepare()
    return folder


@pytest.fixture
def master() -> MasterKey:
    return master_key("env:K", {"K": KEY})


def _item(content: bytes, trace_id: int = 1, user: str | None = None) -> Item:
    return Item(Kind.ORIGINALS, trace_id, 2, user, content)


def _writer(folder: Folder, master: MasterKey) -> SegmentWriter:
    writer = SegmentWriter(folder, master, DAY, 0, (3, "ab"))
    assert writer.file not in folder.segments()
    writer.begin()
    return writer


def _frames(reader: SegmentReader) -> list[Frame]:
    return [one for one in reader.frames() if isinstance(one, Frame)]


def test_records_come_back_under_the_key(folder: Folder, master: MasterKey) -> None:
    """Content, ids and numbers, also before the file is completed."""
    writer = _writer(folder, master)
    writer.append([_item(b"one"), _item(b"two", 5)])
    reader = SegmentReader(writer.file)
    key = reader.header.data_key(master)
    assert [reader.open(key, frame) for frame in _frames(reader)] == [b"one", b"two"]
    assert [(frame.head.number, frame.head.trace_id) for frame in _frames(reader)] == [(0, 1), (1, 5)]
    assert (reader.size, reader.header.anchor) == (writer.size, (3, "ab"))
    assert SegmentReader(writer.complete()).size == writer.size


def test_users_stand_in_the_file_as_keyed_digests(folder: Folder, master: MasterKey) -> None:
    """A user's records are found with the key, and nothing else tells the user."""
    writer = _writer(folder, master)
    writer.append([_item(b"one", user=USER)])
    reader = SegmentReader(writer.complete())
    assert _frames(reader)[0].head.user == reader.header.data_key(master).digest(USER)
    content = reader.file.path.read_bytes()
    assert USER.encode() not in content
    assert bytes.fromhex(USER) not in content


def test_each_file_has_a_key_of_its_own(folder: Folder, master: MasterKey) -> None:
    """A record moved to another file, or opened with its key, is not accepted."""
    writers = [_writer(folder, master), _writer(folder, master)]
    for writer in writers:
        writer.append([_item(b"same")])
    one, other = (SegmentReader(writer.complete()) for writer in writers)
    with pytest.raises(DamagedError):
        one.open(one.header.data_key(master), _frames(other)[0])


@pytest.mark.parametrize(
    "change", [{"trace_id": 9}, {"span_id": 9}, {"number": 1}, {"user": b"u" * 16}, {"kind": 2}]
)
def test_records_are_bound_to_their_ids(folder: Folder, master: MasterKey, change: dict[str, Any]) -> None:
    """A record under another trace, span, number, user or kind is not accepted."""
    writer = _writer(folder, master)
    writer.append([_item(b"one")])
    reader = SegmentReader(writer.complete())
    (frame,) = _frames(reader)
    with pytest.raises(DamagedError):
        reader.open(reader.header.data_key(master), frame._replace(head=frame.head._replace(**change)))


def test_the_header_is_covered(folder: Folder, master: MasterKey) -> None:
    """No byte of the header can change without notice."""
    file = _writer(folder, master).complete()
    content = file.path.read_bytes()
    for at in range(len(content)):
        file.path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        with pytest.raises((DamagedError, AuditError)):
            SegmentReader(file).header.data_key(master)


def test_another_master_key_opens_nothing(folder: Folder, master: MasterKey) -> None:
    """Without the key that wrapped a file's key there is an error that names the key."""
    file = _writer(folder, master).complete()
    with pytest.raises(AuditError, match=f"Cannot open what key {master.key_id} encrypted"):
        SegmentReader(file).header.data_key(master_key("env:K", {"K": OTHER_KEY}))


def test_a_failed_write_leaves_nothing_behind(
    folder: Folder, master: MasterKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a batch on a full disk is taken back, and the next batch follows what was whole."""
    writer = _writer(folder, master)
    writer.append([_item(b"one")])
    write = os.write

    def fails(descriptor: int, content: bytes) -> int:
        if len(content) < 60:
            raise OSError(28, "No space left on device")
        return write(descriptor, content[: len(content) // 2])

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", fails)
        with pytest.raises(OSError, match="No space"):
            writer.append([_item(b"lost" * 20)])
    writer.append([_item(b"two")])
    reader = SegmentReader(writer.complete())
    key = reader.header.data_key(master)
    assert [reader.open(key, frame) for frame in _frames(reader)] == [b"one", b"two"]
    assert not any(not isinstance(one, Frame) for one in reader.frames())


def test_abandoned_files_are_told_from_those_in_use(folder: Folder, master: MasterKey) -> None:
    """A file is abandoned when no process holds it and it was not completed."""
    used, left = _writer(folder, master), _writer(folder, master)
    left.leave()
    completed = _writer(folder, master).complete()
    assert [is_abandoned(file) for file in (used.file, left.file, completed)] == [False, True, False]
    gone = SegmentFile("2026-09-21/gone", folder.segments_path / "2026-09-21" / "gone.part")
    assert not is_abandoned(gone)
    used.leave()


def test_the_day_is_the_earlier_of_two(folder: Folder, master: MasterKey) -> None:
    """Moving a file to the folder of a later day does not make it younger."""
    file = _writer(folder, master).complete()
    later = folder.segments_path / "2026-12-31"
    later.mkdir()
    moved = file.path.rename(later / file.path.name)
    assert day_of(SegmentFile(f"2026-12-31/{moved.stem}", moved)) == DAY
    moved.write_bytes(b"nonsense")
    assert day_of(SegmentFile(f"2026-12-31/{moved.stem}", moved)) == "2026-12-31"


def test_a_file_begun_in_vain_is_removed(folder: Folder, master: MasterKey) -> None:
    """What could not be noted in the access log leaves no file."""
    writer = _writer(folder, master)
    writer.discard()
    assert list(folder.segments()) == []
