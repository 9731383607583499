from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from spanwright_processors.offload import store as store_module
from spanwright_processors.offload.erased import noted
from spanwright_processors.offload.error import PlaceError
from spanwright_processors.offload.full_text import FullText
from spanwright_processors.offload.place import FolderPlace, StorePlace
from spanwright_processors.offload.reading import trace_texts
from spanwright_processors.offload.store import Store
from support.full_texts import DAY, Clock, bytes_in, conversation, full_text, hexed, message


def test_a_growing_conversation_is_stored_once(tmp_path: Path) -> None:
    """Whatever the number of its requests and of the processes that see them, each message is there once."""
    place, clock = FolderPlace(tmp_path), Clock()
    processes = [Store(place, clock=clock) for _ in range(4)]
    sent = 0
    for turn in range(1, 61):
        text = conversation(turn)
        sent += len(text)
        processes[turn % 4].store(f"segment-{turn}", [full_text(text, trace=turn)])
    stored = bytes_in(tmp_path)
    for turn in range(60):
        assert (
            stored.count(f"c question {turn} x".encode()) == stored.count(f"c answer {turn} y".encode()) == 1
        )
    assert sum(len(place.get(name)) for name in place.names("")) * 10 < sent
    for turn in range(1, 61):
        (found,) = trace_texts(place, hexed(turn))
        assert found.span.value("gen_ai.input.messages") == conversation(turn)


def test_storing_twice_changes_nothing(tmp_path: Path) -> None:
    """A segment that was stored as its process was killed is stored again by the next one."""
    place = FolderPlace(tmp_path)
    spans = [full_text(user="u"), full_text("other " * 20, 3)]
    for _ in range(2):
        Store(place, clock=Clock()).store("segment", spans)
        names = place.names("")
        assert len(names) == 4
    assert [one.span for one in trace_texts(place, hexed(1))] == [spans[0]]


class _Counting(StorePlace):
    def __init__(self) -> None:
        super().__init__("memory://counting")
        self.stored: list[str] = []

        self.listings = 0

    def put(self, objects: Mapping[str, bytes]) -> None:
        self.stored += objects
        super().put(objects)

    def names(self, folder: str) -> list[str]:
        self.listings += 1
        return super().names(folder)


def test_what_is_known_to_be_there_is_not_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a store that is paid by request, as far as a process remembers; on another day everything is new."""
    place, clock = _Counting(), Clock()
    store = Store(place, clock=clock)
    store.store("one", [full_text(conversation(2))])
    before = len(place.stored)
    store.store("two", [full_text(conversation(2), trace=2)])
    assert len(place.stored) == before + 1
    clock.advance(1)
    store.store("three", [full_text(conversation(2), trace=3, days=1)])
    assert len(place.stored) == 2 * before + 1
    monkeypatch.setattr(store_module, "REMEMBERED", 1)
    store.store("four", [full_text(conversation(2), trace=4)])
    store.store("five", [full_text(conversation(2), trace=5)])
    assert len(place.stored) > 2 * before + 3
    place.delete_folder("")


def test_what_is_too_old_is_not_stored(tmp_path: Path) -> None:
    """What waited longer than the retention has passed it."""
    place, clock = FolderPlace(tmp_path), Clock()
    store = Store(place, 2, clock=clock)
    clock.advance(2)
    store.store("one", [full_text(), full_text("new " * 30, days=1)])
    assert place.folders() == ["2026-09-22"]


def test_an_erased_span_that_comes_late_is_left_out(tmp_path: Path) -> None:
    """By its trace or its user, if it ended before the erasure; later ones are stored."""
    place, clock = FolderPlace(tmp_path), Clock()
    note = noted(place, "", clock, texts=(), traces=[hexed(1)], users=[])
    place.put({note.name: note.encode().replace(b'"is_done":false', b'"is_done":true')})
    clock.advance(0.1)
    Store(place, clock=clock).store("one", [full_text(), full_text("later " * 20, days=0.05, span=9)])
    assert [one.span.span_id for one in trace_texts(place, hexed(1))] == [9]


def test_an_erasure_under_way_is_waited_for(tmp_path: Path) -> None:
    """It may still remove what these spans need; when it is over, or its process is dead, they are stored."""
    place, clock = FolderPlace(tmp_path), Clock()
    store = Store(place, clock=clock)
    store.store("one", [full_text()])
    noted(place, DAY, clock, texts=None)
    with pytest.raises(PlaceError, match=r"Cannot store at file://\S+ yet: an erasure is under way\."):
        store.store("two", [full_text(trace=2)])
    clock.advance(0.1)
    store.store("two", [full_text(trace=2)])
    assert len(trace_texts(place, hexed(2))) == 1


def test_a_user_without_text_is_known(tmp_path: Path) -> None:
    """A span that only says whose the trace is leaves an object with that name, and no text."""
    place = FolderPlace(tmp_path)
    Store(place, clock=Clock()).store("one", [FullText(1, 2, "", 0, (), user="3f2a")])
    assert len(place.names("")) == 1
    assert "~" in place.names("")[0]
    assert trace_texts(place, hexed(1)) == []


def test_short_and_strange_texts(tmp_path: Path) -> None:
    """Empty, short, long, with surrogates, with NUL: all come back."""
    place = FolderPlace(tmp_path)
    texts = ["", "x", "\x00", "\ud800", "[]", "[1]", "x" * 100_000, json.dumps([message("\ud800é😀")])]
    spans = [full_text(text, span=number) for number, text in enumerate(texts, 1)]
    Store(place, clock=Clock()).store("one", spans)
    assert [one.span for one in trace_texts(place, hexed(1))] == spans


def test_erasures_are_asked_for_once_a_batch() -> None:
    """Afterwards, which is what counts; before only now and then, and while one is under way."""
    place, clock = _Counting(), Clock()
    store = Store(place, clock=clock)
    for number in range(10):
        store.store(f"s{number}", [full_text(trace=number + 1)])
    assert place.listings == 11
    clock.now += store_module.STALE_SECONDS
    store.store("later", [full_text()])
    assert place.listings == 13
    place.delete_folder("")
