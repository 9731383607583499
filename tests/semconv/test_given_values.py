"""Values to mask, from one half to the other."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from spanwright_semconv.given_values import (
    MOST_TRACES,
    MOST_VALUES,
    GivenValue,
    forget_given_values,
    give_values,
    given_values,
)


@pytest.fixture(autouse=True)
def _empty() -> Iterator[None]:
    forget_given_values()
    yield
    forget_given_values()


def test_values_add_up_within_a_trace() -> None:
    """Each once, without blanks around; an empty one is none; 0 is no trace."""
    name, other = GivenValue("Ana", True), GivenValue("K-4711", False)
    give_values(1, [name, GivenValue(" ", False)])
    give_values(1, [name, GivenValue(" K-4711 ", False)])
    give_values(0, [name])
    assert given_values(1) == (name, other)
    assert given_values(2) == given_values(0) == ()


def test_memory_is_bounded() -> None:
    """The oldest trace goes first; one trace has so many values, of so many characters."""
    for trace_id in range(1, MOST_TRACES + 2):
        give_values(trace_id, [GivenValue("x" * 1000, False)])
    assert given_values(1) == ()
    assert len(given_values(2)[0].value) == 512
    give_values(2, [GivenValue(str(number), False) for number in range(100)])
    assert len(given_values(2)) == MOST_VALUES


def test_shows_nothing() -> None:
    """A repr may end in a log."""
    assert "Ana" not in repr(GivenValue("Ana", True))
