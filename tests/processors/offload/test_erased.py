from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from spanwright_processors.offload.erased import LEASE_SECONDS, Note, Notes, done, noted, renewed
from spanwright_processors.offload.place import StorePlace
from support.full_texts import DAY, Clock

NAMES = st.frozensets(st.text("0123456789abcdef", min_size=1, max_size=64))


@settings(deadline=None)
@given(
    st.builds(
        Note, st.just("n"), st.floats(0, 4e9), st.just(DAY), NAMES, NAMES, st.none() | NAMES, st.booleans()
    )
)
def test_a_note_comes_back(note: Note) -> None:
    """Whatever stands in it."""
    assert Note.decode("n", note.encode()) == note


def test_what_others_hear() -> None:
    """A new note, its end, and which texts went; what cannot be read is none."""
    place, clock = StorePlace("memory://erased"), Clock()
    notes = Notes(place, clock)
    assert notes.latest() == []
    note = noted(place, DAY, clock, texts=["a", "b"], traces=["t"], users=["u"])
    place.put({"erasures/broken.json": b"{"})
    assert notes.latest() == [note]
    assert not note.is_over(clock())
    done(place, note, ["a"])
    (heard,) = notes.latest()
    assert (heard.is_over(clock()), heard.texts, heard.traces) == (True, frozenset("a"), frozenset("t"))
    assert notes.latest() == [heard]
    place.delete(place.names(""))
    assert notes.latest() == []


def test_a_killed_erasure_ends_by_itself() -> None:
    """Nobody waits for longer than its lease; one that goes on renews it."""
    place, clock = StorePlace("memory://erased"), Clock()
    note = noted(place, DAY, clock, texts=None)
    clock.now += LEASE_SECONDS + 1
    assert note.is_over(clock())
    later = renewed(place, note, clock)
    assert (later.name, later.is_over(clock())) == (note.name, False)
    assert Notes(place, clock).latest() == [later]
    place.delete(place.names(""))
