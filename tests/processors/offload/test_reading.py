from __future__ import annotations

from pathlib import Path

from spanwright_processors.offload.compression import decompressed
from spanwright_processors.offload.erasure import Erasure, erase
from spanwright_processors.offload.place import FolderPlace
from spanwright_processors.offload.reading import trace_texts
from spanwright_processors.offload.spool import Spool
from spanwright_processors.offload.store import Store
from support.full_texts import DAY, Clock, conversation, full_text, hexed


def test_the_spans_of_a_trace_by_time(tmp_path: Path) -> None:
    """From all days and segments; one span alone by its id."""
    place = FolderPlace(tmp_path)
    late, early = full_text("late " * 20, span=3, days=1), full_text("early " * 20, span=4)
    Store(place, clock=Clock()).store("one", [late, early, full_text(trace=9)])
    assert [one.span for one in trace_texts(place, hexed(1))] == [early, late]
    assert [one.span for one in trace_texts(place, hexed(1), f"{3:016x}")] == [late]
    assert trace_texts(place, hexed(5)) == []
    assert trace_texts(FolderPlace(tmp_path / "none"), hexed(1)) == []


def test_what_waits_is_shown_as_well(tmp_path: Path) -> None:
    """Before it is stored, and once if it is stored already."""
    spool, place = Spool(tmp_path / "spool", 1_000_000, 0), FolderPlace(tmp_path)
    stored, waiting = full_text(), full_text("waits " * 20, span=3)
    for span in (stored, waiting, full_text(trace=2)):
        spool.append(span.encode())
    Store(place, clock=Clock()).store("one", [stored])
    found = trace_texts(place, hexed(1), spool=tmp_path / "spool")
    assert [(one.span, one.is_waiting) for one in found] == [(stored, False), (waiting, True)]
    assert len(trace_texts(None, hexed(1), spool=tmp_path / "spool")) == 2
    erase(place, Erasure(traces=frozenset({hexed(1)})))
    assert trace_texts(place, hexed(1), spool=tmp_path / "spool") == []


def test_damage_is_named_and_costs_no_more_than_itself(tmp_path: Path) -> None:
    """A text that is missing or changed takes the values with it that need it, and no other."""
    place = FolderPlace(tmp_path)
    spans = [full_text(conversation(2)), full_text("other " * 20, span=3), full_text("third " * 20, 1, 4)]
    for number, span in enumerate(spans):
        Store(place, clock=Clock()).store(f"s{number}", [span])
    texts = {name: decompressed(place.get(name)) for name in place.names(f"{DAY}/texts")}
    other = next(name for name, content in texts.items() if b"other" in content)
    question = next(name for name, content in texts.items() if b"question 1" in content)
    place.put({other: place.get(question)})
    place.delete([question])
    (third,) = (name for name in place.names(f"{DAY}/traces") if "/s2" in name)
    place.put({third: b"damaged"})
    broken = sorted(str(one.missing[0].why) for one in trace_texts(place, hexed(1)))
    assert [why.replace(question, "QUESTION") for why in broken if "text" not in why[:5]] == [
        "QUESTION is missing",
        "its list of texts is damaged",
    ]
    assert broken[-1].endswith("is damaged")
    assert all(one.span.values == () for one in trace_texts(place, hexed(1)))
