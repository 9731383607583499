"""Processes that store and erase at one place at the same time, in every order that can be found."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spanwright_processors.offload.erased import LEASE_SECONDS
from spanwright_processors.offload.erasure import Erasure, erase
from spanwright_processors.offload.error import PlaceError
from spanwright_processors.offload.full_text import FullText
from spanwright_processors.offload.place import Place, StorePlace
from spanwright_processors.offload.prompt_registry import PromptRegistrar, prompts
from spanwright_processors.offload.reading import trace_texts
from spanwright_processors.offload.store import Store
from support.full_texts import DAY, SYSTEM, Clock, conversation, full_text, hexed, message
from support.interleaving import interleaved

#: Erased; stored by the process that stored it; stored by another process; erased as well.
FIRST, SAME, OTHER, SECOND = range(1, 5)
PROMPT = "5d" * 32
_folder = itertools.count()


def _spans(trace: int) -> list[FullText]:
    """A turn of one conversation, and something of the trace's own."""
    own = full_text(f"only in {trace} " * 9, trace, 3, user=f"user {trace}")
    return [full_text(conversation(1 + trace % 2), trace, user=f"user {trace}", prompt=PROMPT), own]


def _storing(store: Callable[[Place], Store], trace: int, most: int = 40) -> Callable[[Place], None]:
    """As an ``Offloader`` does: again, as long as the place says no."""

    def work(place: Place) -> None:
        one = store(place)
        for _ in range(most):
            try:
                one.store(f"segment-{trace}", _spans(trace))
            except PlaceError:
                continue
            return
        pytest.fail("an erasure never ended")

    return work


class _Moved:
    """One process' store, which the test gives another place to go to."""

    def __init__(self, place: Place, clock: Clock, name: str) -> None:
        self._store = Store(place, 0, PromptRegistrar(place, name), clock)

    def __call__(self, place: Place) -> Store:
        self._store._place = self._store._notes._place = place
        assert self._store._registrar is not None
        self._store._registrar._place = place
        return self._store


def _place() -> StorePlace:
    return StorePlace(f"memory://races/{next(_folder)}")


def _texts(place: Place, trace: int) -> list[str]:
    found = trace_texts(place, hexed(trace))
    assert all(one.missing == () for one in found), found
    return sorted(value.text for one in found for value in one.span.values)


def _is_whole(place: Place, trace: int) -> bool:
    return _texts(place, trace) == sorted(value.text for span in _spans(trace) for value in span.values)


def _choices(data: st.DataObject) -> Callable[[int], int]:
    """Hypothesis' order at first, then in turn, so that everybody comes to an end."""
    drawn = data.draw(st.lists(st.integers(0, 11), max_size=60))
    order = itertools.chain(drawn, itertools.count())
    return lambda most: next(order) % most


def _switched(first: int, second: int) -> Callable[[int], int]:
    """The first actor for ``first`` operations, the other for ``second``, the first on to its end.

    In turn at last: the first waits for an erasure to end.
    """
    order = itertools.chain([0] * first, [1] * second, [0] * 20, itertools.count())
    return lambda most: next(order) % most


def _erasing(erasure: Erasure, clock: Clock) -> Callable[[Place], None]:
    def work(place: Place) -> None:
        erase(place, erasure, 0, clock)

    return work


@pytest.mark.parametrize("trace", [SAME, FIRST], ids=["another trace", "the erased trace"])
@pytest.mark.parametrize("begins", ["storing", "erasing"])
def test_every_two_switches(begins: str, trace: int) -> None:
    """Storing and erasing interrupt each other once, at every second operation of each."""
    for first, second in itertools.product(range(14), range(1, 16)):
        if (first + second) % 2:
            continue
        place, clock = _place(), Clock()
        same = _Moved(place, clock, "same")
        _storing(same, FIRST)(place)
        clock.advance(0.0001)
        works = [_storing(same, trace), _erasing(Erasure(traces=frozenset({hexed(FIRST)})), clock)]
        interleaved(place, works if begins == "storing" else works[::-1], _switched(first, second))
        assert _texts(place, FIRST) == [], (first, second)
        assert trace == FIRST or _is_whole(place, trace), (first, second)
        assert len(place.names(f"{DAY}/texts")) == (0 if trace == FIRST else 4), (first, second)
        assert len(prompts(place)) == (trace != FIRST), (first, second)


@settings(deadline=None, max_examples=40)
@given(st.data())
def test_storing_beside_erasing(data: st.DataObject) -> None:
    """What is stored is whole, what is erased is gone with all that nobody else refers to."""
    place, clock = _place(), Clock()
    same, other = _Moved(place, clock, "same"), _Moved(place, clock, "other")
    _storing(same, FIRST)(place)
    _storing(other, SECOND)(place)
    clock.advance(0.0001)
    interleaved(
        place,
        [
            _storing(same, SAME),
            _storing(other, OTHER),
            _erasing(Erasure(traces=frozenset({hexed(FIRST)})), clock),
            _erasing(Erasure(users=frozenset({f"user {SECOND}"})), clock),
        ],
        _choices(data),
    )
    assert _is_whole(place, SAME)
    assert _is_whole(place, OTHER)
    assert (_texts(place, FIRST), _texts(place, SECOND)) == ([], [])
    left = b"".join(content for _, content in place.get_all(place.names(DAY)))
    assert len(place.names(f"{DAY}/texts")) == 7, (
        left
    )  # 3 + 2 messages of the conversation, 2 texts of their own
    assert [prompt.sha256 for prompt in prompts(place)] == [PROMPT]
    place.delete_folder("")


@settings(deadline=None, max_examples=40)
@given(st.data(), st.integers(0, 14))
def test_an_erasure_that_is_killed(data: st.DataObject, operations: int) -> None:
    """Whatever it came to, what is stored beside it is whole, and a second run finishes it."""
    place, clock = _place(), Clock()
    same = _Moved(place, clock, "same")
    _storing(same, FIRST)(place)
    clock.advance(0.0001)
    erasure = Erasure(traces=frozenset({hexed(FIRST)}))

    def storing(place: Place) -> None:
        try:
            same(place).store("segment", _spans(SAME))
        except PlaceError:  # it would wait for the erasure's lease to end
            return

    interleaved(
        place,
        [storing, _erasing(erasure, clock)],
        _choices(data),
        kill_after={1: operations},
    )
    clock.now += LEASE_SECONDS + 1
    _storing(same, SAME)(place)
    assert _is_whole(place, SAME)
    erase(place, erasure, 0, clock)
    assert _is_whole(place, SAME)
    assert _texts(place, FIRST) == []
    place.delete_folder("")


def test_the_conversation_is_shared() -> None:
    """What these tests stand on: the traces have messages in common."""
    assert message(SYSTEM, "system")["role"] == "system"
    assert conversation(1)[:-1] == conversation(2)[: len(conversation(1)) - 1]
