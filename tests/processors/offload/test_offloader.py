from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.context import _SUPPRESS_INSTRUMENTATION_KEY, get_value
from spanwright_processors.counters import Counters
from spanwright_processors.offload import manifest
from spanwright_processors.offload import offloader as offloader_module
from spanwright_processors.offload import store as store_module
from spanwright_processors.offload.error import PlaceError
from spanwright_processors.offload.full_text import FullText
from spanwright_processors.offload.manifest import StoredSpan
from spanwright_processors.offload.offloader import Offloader, spool_folder
from spanwright_processors.offload.place import FolderPlace
from spanwright_processors.offload.reading import trace_texts
from spanwright_processors.offload.settings import OffloadSettings
from support.full_texts import DAY, Clock, full_text, hexed, settings, texts_of
from support.processes import eventually

Make = Callable[..., Offloader]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """Builds an ``Offloader`` for a folder of the test's; all are closed at its end."""
    made: list[Offloader] = []

    def build(place: FolderPlace | None = None, **given: Any) -> Offloader:
        counters = given.pop("counters", None) or Counters()
        chosen = settings(tmp_path / "texts", **given)
        made.append(Offloader(chosen, place, counters, linger_seconds=0.0, clock=Clock()))
        return made[-1]

    yield build
    for one in made:
        one.close()


def keep(one: Offloader, trace: int = 1, text: str = "hello " * 20, user: str | None = None) -> str | None:
    return one.keep(trace, 2, user, full_text(text, trace))


def stored(folder: Path, trace: int = 1) -> list[str]:
    return texts_of(found.span for found in trace_texts(FolderPlace(folder), hexed(trace)))


class Failing(FolderPlace):
    """A place that cannot be reached while ``fails``."""

    def __init__(self, path: Path, fails: bool = True) -> None:
        super().__init__(path)
        self.fails = fails

    def put(self, objects: Mapping[str, bytes]) -> None:
        if self.fails:
            raise PlaceError("Cannot reach s3://x: TimeoutError.")
        super().put(objects)


def test_what_is_kept_is_stored(make: Make, tmp_path: Path) -> None:
    """The reference comes at once, the text a moment later, and the spool is empty then."""
    one = make()
    expected = f"file://{tmp_path}/texts/{DAY}/traces/{hexed(1)}/#{2:016x}"
    assert keep(one) == expected
    assert one.flush()
    assert stored(tmp_path / "texts") == ["hello " * 20]
    assert eventually(lambda: list((tmp_path / "texts" / "spool").iterdir()) == [])
    assert one.flush()


def test_what_has_a_reference_is_on_the_disk(make: Make, tmp_path: Path) -> None:
    """Whatever the store does."""
    one = make(Failing(tmp_path / "store"))
    assert keep(one) is not None
    assert trace_texts(None, hexed(1), spool=tmp_path / "texts" / "spool")[0].is_waiting
    assert not one.flush(1.0)


def test_a_store_that_comes_back_gets_everything(make: Make, tmp_path: Path, caplog: pytest.LogCaptureFixture,
                                                 monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    """In the meantime texts wait on the disk, and one line in the log says why."""
    monkeypatch.setattr(offloader_module, "FIRST_PAUSE", 0.01)
    place = Failing(tmp_path / "store")
    one = make(place)
    for number in range(20):
        assert keep(one, number + 1) is not None
        one.flush(0.2)
    assert [record.getMessage() for record in caplog.records] == [
        "Cannot reach s3://x: TimeoutError. Spans go on; full texts wait in the spool while there is room, "
        "then they are lost and counted."
    ]
    place.fails = False
    assert eventually(one.flush)
    assert all(stored(tmp_path / "store", number + 1) for number in range(20))


def test_no_room_means_no_reference(make: Make, tmp_path: Path) -> None:
    """What does not fit is lost and counted by reason; what was accepted stays."""
    counters = Counters()
    one = make(Failing(tmp_path / "store"), counters=counters, spool_bytes=65_536, queue_bytes=65_536)
    kept = [keep(one, number + 1, "x" * 10_000) for number in range(20)]
    assert kept[:12].count(None) == 0
    assert kept[-1] is None
    assert counters.counts().content_lost == {"queue_full": kept.count(None)}


def test_the_caller_never_waits_for_the_store(make: Make, tmp_path: Path) -> None:
    """A store that hangs holds nobody up but a flush, for as long as that was told to wait."""
    hanging = threading.Event()

    class Hanging(FolderPlace):
        def put(self, objects: Mapping[str, bytes]) -> None:
            hanging.wait(20.0)
            super().put(objects)

    one = make(Hanging(tmp_path / "store"))
    keep(one)
    before = time.monotonic()
    assert all(keep(one, number) for number in range(2, 50))
    assert not one.flush(0.1)
    assert time.monotonic() - before < 5.0
    hanging.set()
    assert one.flush(10.0)


def test_a_full_disk(make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Spool and store refuse: memory takes what it may, then texts are lost and counted."""
    import os

    counters, write = Counters(), os.write
    one = make(counters=counters, queue_bytes=65_536)

    def full(descriptor: int, content: Any) -> int:
        if threading.current_thread().name.startswith(("MainThread", "spanwright")):
            raise OSError(28, "No space left on device")
        return write(descriptor, content)

    monkeypatch.setattr(os, "write", full)
    kept = [keep(one, number + 1, "x" * 10_000) for number in range(20)]
    assert [ref is None for ref in kept] == [False] * 6 + [True] * 14
    assert not one.flush(0.5)
    monkeypatch.undo()
    assert eventually(one.flush)
    assert counters.counts().content_lost == {"queue_full": 14}
    assert stored(tmp_path / "texts", 6) == ["x" * 10_000]


def test_a_user_who_comes_to_light_late(make: Make, tmp_path: Path) -> None:
    """A span without text may be the first that says whose the trace is; all of it is theirs then."""
    one = make()
    keep(one)
    assert one.keep(1, 3, "3f2a", None) is None
    assert one.keep(1, 4, "3f2a", None) is None
    keep(one, text="later " * 20)
    assert one.flush()
    names = FolderPlace(tmp_path / "texts").names(f"{DAY}/traces")
    assert sum("~" in name for name in names) >= 1
    from spanwright_processors.offload.erasure import Erasure, erase

    assert erase(FolderPlace(tmp_path / "texts"), Erasure(users=frozenset({"3f2a"}))).spans == 2


def test_nothing_is_ever_raised(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    """What cannot be encoded is lost and counted, and the log quotes nothing of it."""
    counters = Counters()
    one = make(counters=counters)
    text: Any = full_text()
    object.__setattr__(text, "values", (("bob@example.com", {1, 2}),))
    assert one.keep(1, 2, None, text) is None
    assert counters.counts().content_lost == {"error": 1}
    assert "bob" not in caplog.text
    assert "Cannot keep the full text of a span: TypeError." in caplog.text


def test_one_bad_span_costs_itself(make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be stored for a fault of ours is lost and counted; the others of its batch are stored."""
    real = manifest.stored_span

    def stored_span(span: FullText, pieces: dict[str, bytes]) -> StoredSpan:
        if span.trace_id == 2:
            raise ValueError
        return real(span, pieces)

    monkeypatch.setattr(store_module, "stored_span", stored_span)
    counters = Counters()
    one = make(counters=counters)
    one._linger = 0.3
    assert all(keep(one, number) for number in (1, 2, 3))
    assert one.flush()
    assert [len(stored(tmp_path / "texts", number)) for number in (1, 2, 3)] == [1, 0, 1]
    assert counters.counts().content_lost == {"error": 1}


def test_after_the_end(make: Make) -> None:
    """What comes after ``close`` is lost and counted."""
    counters = Counters()
    one = make(counters=counters)
    assert keep(one) is not None
    assert one.close()
    assert keep(one) is None
    assert counters.counts().content_lost == {"shutdown": 1}


def test_the_store_is_not_observed(make: Make, tmp_path: Path) -> None:
    """What the store's library does makes no spans: they would make more."""
    seen: list[object] = []

    class Observed(FolderPlace):
        def put(self, objects: Mapping[str, bytes]) -> None:
            seen.append(get_value(_SUPPRESS_INSTRUMENTATION_KEY))
            super().put(objects)

    one = make(Observed(tmp_path / "store"))
    keep(one)
    assert one.flush()
    assert set(seen) == {True}


def test_what_is_due_is_deleted(make: Make, tmp_path: Path) -> None:
    """When a process first stores something, by its retention."""
    FolderPlace(tmp_path / "texts").put({"2026-09-19/traces/x/y.zst": b"", "2026-09-20/traces/x/y.zst": b""})
    one = make(retention_days=2)
    keep(one)
    assert one.flush()
    assert FolderPlace(tmp_path / "texts").folders() == ["2026-09-20", DAY, "spool"]


def test_what_another_process_left_is_stored(make: Make, tmp_path: Path) -> None:
    """By the next one that has something to store."""
    dead = make(Failing(tmp_path / "texts"))
    keep(dead)
    dead.flush(0.3)
    dead.close(0.3)
    dead.after_fork()  # lets go of its files
    one = make()
    keep(one, 2)
    assert one.flush()
    assert stored(tmp_path / "texts") == ["hello " * 20]


def test_where_texts_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside the texts, or for an object store in the user's state folder, one for each place."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert spool_folder(OffloadSettings(url=str(tmp_path))) == tmp_path / "spool"
    one, other = (spool_folder(OffloadSettings(url=f"s3://bucket/{name}")) for name in "ab")
    assert one is not None
    assert other is not None
    assert one.parent == other.parent == tmp_path / "spanwright" / "spool"
    assert one != other
    given = OffloadSettings(url="s3://bucket", spool=tmp_path / "here")
    assert spool_folder(given) == tmp_path / "here"
