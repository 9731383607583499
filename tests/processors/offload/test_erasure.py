from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spanwright_processors.offload.erased import LEASE_SECONDS
from spanwright_processors.offload.erasure import Erased, Erasure, erase
from spanwright_processors.offload.error import ContentError
from spanwright_processors.offload.full_text import FullText
from spanwright_processors.offload.place import FolderPlace, Place, StorePlace
from spanwright_processors.offload.prompt_registry import PromptRegistrar, prompts
from spanwright_processors.offload.reading import trace_texts
from spanwright_processors.offload.store import Store
from support.full_texts import DAY, Clock, bytes_in, conversation, full_text, hexed


def traces(*numbers: int) -> Erasure:
    return Erasure(traces=frozenset(map(hexed, numbers)))


def stored(place: Place, *spans: FullText) -> None:
    for number, span in enumerate(spans):
        Store(place, 0, PromptRegistrar(place, "w"), Clock()).store(f"segment-{number}", [span])


def test_a_shared_message_stays_until_its_last_reference_goes(tmp_path: Path) -> None:
    """Erasing one of two traces of a conversation takes only what the other does not have."""
    place = FolderPlace(tmp_path)
    stored(place, full_text(conversation(2), 1), full_text(conversation(1), 2))
    assert erase(place, traces(1)) == Erased(traces=1, spans=1, texts=2, shared=3)
    assert trace_texts(place, hexed(1)) == []
    assert [one.span.values[0].text for one in trace_texts(place, hexed(2))] == [conversation(1)]
    left = bytes_in(tmp_path)
    assert b"question 0" in left
    assert b"question 1" not in left
    assert erase(place, traces(2)) == Erased(traces=1, spans=1, texts=3)
    assert b"question" not in bytes_in(tmp_path)
    assert place.folders() == ["erasures"]


def test_all_of_a_user_goes_and_nothing_of_others(tmp_path: Path) -> None:
    """On all days; a trace one of whose spans names the user is theirs as a whole."""
    place = FolderPlace(tmp_path)
    stored(
        place,
        full_text("shared " * 20, 1, user="me"),
        full_text("only mine " * 20, 1, 3),
        full_text("only mine, later " * 20, 2, user="me", days=1),
        full_text("shared " * 20, 3, user="you"),
        full_text("nobody's " * 20, 4),
    )
    found = erase(place, Erasure(users=frozenset({"me"})))
    assert (found.traces, found.spans, found.texts, found.shared) == (2, 3, 2, 1)
    left = bytes_in(tmp_path)
    assert b"only mine" not in left
    assert (b"shared" in left, b"nobody's" in left) == (True, True)
    assert [len(trace_texts(place, hexed(number))) for number in (1, 2, 3, 4)] == [0, 0, 1, 1]


def test_a_day_goes_as_a_whole(tmp_path: Path) -> None:
    """Other days have their texts of their own."""
    place = FolderPlace(tmp_path)
    stored(place, full_text(trace=1), full_text(trace=1, days=1))
    found = erase(place, Erasure(days=frozenset({DAY, "2020-01-01"})))
    assert (found.traces, found.texts) == (1, 1)
    assert place.folders() == ["2026-09-22", "erasures"]
    assert len(trace_texts(place, hexed(1))) == 1


def test_part_of_a_trace_id_is_refused() -> None:
    """It may mean several."""
    with pytest.raises(ContentError, match="Give all 32 digits"):
        Erasure(traces=frozenset({"4bf9"}))


def test_a_process_that_knows_the_text_stores_it_again(tmp_path: Path) -> None:
    """What it has stored before was erased; a later trace that needs it finds it."""
    place, clock = FolderPlace(tmp_path), Clock()
    store = Store(place, clock=clock)
    for erasure in (traces(1), Erasure(days=frozenset({DAY})), Erasure(users=frozenset({"me"}))):
        store.store("one", [replace(full_text(user="me"), time_ns=int(clock.now * 1e9))])
        clock.now += 1
        erase(place, erasure, 0, clock)
        clock.now += 1
        store.store("two", [replace(full_text(trace=2), time_ns=int(clock.now * 1e9))])
        (found,) = trace_texts(place, hexed(2))
        assert (found.missing, found.span.values) == ((), full_text().values)


def test_what_is_not_there_is_still_told(tmp_path: Path) -> None:
    """Spans of the trace that wait in another process are left out when they come."""
    place, clock = FolderPlace(tmp_path), Clock()
    assert erase(place, traces(1), 0, clock) == Erased()
    Store(place, clock=clock).store("one", [full_text()])
    assert trace_texts(place, hexed(1)) == []


def test_a_long_erasure_looks_again(tmp_path: Path) -> None:
    """One that takes longer than others wait for renews its note before it removes anything."""
    place, clock = FolderPlace(tmp_path), Clock()
    stored(place, full_text())

    class Slow(FolderPlace):
        def names(self, folder: str) -> list[str]:
            clock.now += LEASE_SECONDS / 3
            return super().names(folder)

    assert erase(Slow(tmp_path), traces(1), 0, clock).texts == 1
    (note,) = place.names("erasures")
    assert b'"is_done":true' in place.get(note)


def test_damage_does_not_stop_an_erasure(tmp_path: Path) -> None:
    """A broken list of texts and a missing text are no reason to keep the rest."""
    place = FolderPlace(tmp_path)
    stored(place, full_text(conversation(40), 1), full_text("other " * 30, 2))
    (broken,) = place.names(f"{DAY}/traces/{hexed(2)}")
    place.put({broken: b"damaged"})
    for name in place.names(f"{DAY}/texts")[::5]:
        place.delete([name])
    erase(place, traces(1, 2))
    assert b"question" not in bytes_in(tmp_path)
    assert place.names(f"{DAY}/traces") == []


def test_what_a_killed_process_left_half_written_goes_too(tmp_path: Path) -> None:
    """It may hold the erased text."""
    place = FolderPlace(tmp_path)
    stored(place, full_text("secret plans " * 20))
    (text,) = place.names(f"{DAY}/texts")
    (tmp_path / f"{text}.4711.new").write_bytes(b"secret plans")
    erase(place, traces(1))
    assert [path for path in tmp_path.rglob("*") if path.is_file() and "erasures" not in path.parts] == []


def test_prompts_go_with_their_last_use(tmp_path: Path) -> None:
    """A prompt that only the erased user or traces used goes; one that others used, or used once, stays."""
    place = FolderPlace(tmp_path)
    spans = [
        full_text('[{"role":"system","content":"mine"}]', 1, user="me", prompt="a" * 64),
        full_text('[{"role":"system","content":"ours"}]', 2, user="me", prompt="b" * 64),
        full_text('[{"role":"system","content":"ours"}]', 3, user="you", prompt="b" * 64),
        full_text('[{"role":"system","content":"nobody\'s"}]', 4, prompt="c" * 64),
        full_text('[{"role":"system","content":"nobody\'s"}]', 5, prompt="c" * 64),
    ]
    Store(place, 0, PromptRegistrar(place, "w"), Clock()).store("one", spans)
    assert erase(place, Erasure(users=frozenset({"me"})), clock=Clock()).prompts == 1
    assert [prompt.text for prompt in prompts(place)] == ["ours", "nobody's"]
    assert erase(place, traces(4), clock=Clock()).prompts == 0
    assert erase(place, traces(5), clock=Clock()).prompts == 1
    assert [prompt.text for prompt in prompts(place)] == ["ours"]


def test_a_prompt_of_expired_traces_stays(tmp_path: Path) -> None:
    """That a trace has passed its retention does not make the prompt anybody's alone."""
    place, clock = FolderPlace(tmp_path), Clock()
    clock.advance(3)
    prompt = '[{"role":"system","content":"old"}]'
    store = Store(place, 0, PromptRegistrar(place, "w"), clock)
    store.store("one", [full_text(prompt, 1, prompt="a" * 64), full_text(prompt, 2, prompt="a" * 64, days=3)])
    place.delete_folder(DAY)
    assert erase(place, traces(2), 2, clock).prompts == 0
    assert len(prompts(place)) == 1


WORDS = st.lists(st.sampled_from(["alpha ", "beta ", "gamma ", "delta "]), min_size=1, max_size=3)
SPANS = st.lists(
    st.tuples(st.integers(1, 6), WORDS, st.sampled_from([None, "u", "v"])), min_size=1, max_size=12
)


@settings(deadline=None, max_examples=40)
@given(SPANS, st.frozensets(st.integers(1, 6)), st.frozensets(st.sampled_from(["u", "v"])))
def test_what_stays_is_whole_and_what_goes_is_gone(
    spans: list[tuple[int, list[str], str | None]], gone: frozenset[int], users: frozenset[str]
) -> None:
    """For any sharing of texts between any traces of any users."""
    place = StorePlace("memory://erasing")
    texts = [
        full_text('["' + '","'.join(word * 20 for word in words) + '"]', trace, number, user=user)
        for number, (trace, words, user) in enumerate(spans, 1)
    ]
    stored(place, *texts)
    theirs = gone | {trace for trace, _, user in spans if user in users}
    erase(place, Erasure(traces(*gone).traces, users))
    for trace in range(1, 7):
        expected = [] if trace in theirs else [one.values for one in texts if one.trace_id == trace]
        found = trace_texts(place, hexed(trace))
        assert sorted(one.span.values for one in found) == sorted(expected)
        assert all(one.missing == () for one in found)
    needed = {word for trace, words, _ in spans for word in words if trace not in theirs}
    assert len(place.names(f"{DAY}/texts")) == len(needed)
    place.delete_folder("")
