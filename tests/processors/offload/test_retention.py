from __future__ import annotations

from pathlib import Path

from spanwright_processors.offload.erased import KEPT_SECONDS, noted
from spanwright_processors.offload.place import FolderPlace
from spanwright_processors.offload.prompt_registry import PromptRegistrar, prompts
from spanwright_processors.offload.reading import trace_texts
from spanwright_processors.offload.retention import Purged, purge
from spanwright_processors.offload.store import Store
from support.full_texts import DAY, Clock, full_text, hexed

PROMPT = '[{"role":"system","content":"the prompt"}]'


def test_forty_days(tmp_path: Path) -> None:
    """With a trace a day, those of the last thirty days are there on any day, and not one more."""
    place, clock = FolderPlace(tmp_path), Clock()
    store = Store(place, 30, clock=clock)
    for number in range(40):
        store.store(f"s{number}", [full_text(trace=number + 1, days=number)])
        purge(place, 30, 0, clock)
        kept = [one for one in range(number + 1) if trace_texts(place, hexed(one + 1))]
        assert kept == list(range(max(0, number - 29), number + 1))
        clock.advance(1)
    assert len(purge(place, 5, 0, clock).days) == 26


def test_nothing_is_deleted_where_no_days_are_given(tmp_path: Path) -> None:
    """0 is for ever; folders that are no days are none of its business."""
    place, clock = FolderPlace(tmp_path), Clock()
    Store(place, clock=clock).store("one", [full_text()])
    place.put({"archive/2020/x": b"", "1999/x": b""})
    clock.advance(10_000)
    assert purge(place, 0, 0, clock) == Purged([], 0)
    assert purge(place, 1, 0, clock) == Purged([DAY], 0)
    assert place.folders() == ["1999", "archive"]


def test_prompts_outlive_their_traces(tmp_path: Path) -> None:
    """They go when they were not used for longer, whatever was joined meanwhile."""
    place, clock = FolderPlace(tmp_path), Clock()
    for days in range(3):
        registrar = PromptRegistrar(place, f"w{days}")
        span = full_text(PROMPT, days=days, prompt="ab" * 32)
        Store(place, 1, registrar, clock).store(f"s{days}", [span])
        clock.advance(1)
        purge(place, 1, 10, clock)
        assert [prompt.text for prompt in prompts(place)] == ["the prompt"]
    assert len(place.names("prompts")) == 2
    clock.advance(8.9)
    assert purge(place, 1, 10, clock).prompts == 0
    clock.advance(1)
    assert purge(place, 1, 10, clock).prompts == 1
    assert place.names("") == []


def test_notes_of_erasures_go(tmp_path: Path) -> None:
    """When everybody has heard of them."""
    place, clock = FolderPlace(tmp_path), Clock()
    noted(place, DAY, clock, texts=())
    place.put({"erasures/strange.json": b""})
    purge(place, 30, 400, clock)
    assert len(place.names("erasures")) == 1
    clock.now += KEPT_SECONDS + 1
    purge(place, 30, 400, clock)
    assert place.names("erasures") == []
