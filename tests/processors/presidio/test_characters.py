"""Sets of characters."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st
from spanwright_processors.presidio.characters import EVERYTHING, NOTHING, Characters, joined

RANGES = st.lists(st.tuples(st.integers(0, 300), st.integers(0, 40)), max_size=5)
SETS = RANGES.map(lambda ranges: joined([(low, low + width) for low, width in ranges]))


def members(characters: Characters) -> set[int]:
    return {code for low, high in characters.ranges for code in range(low, high + 1)}


@given(one=SETS, other=SETS)
def test_are_sets(one: Characters, other: Characters) -> None:
    """Union, difference and inclusion are those of sets."""
    assert members(one | other) == members(one) | members(other)
    assert members(one - other) == members(one) - members(other)
    assert one.within(other) == (members(one) <= members(other))


@given(characters=SETS)
def test_written_as_a_class(characters: Characters) -> None:
    """The class matches the members and nothing else."""
    if characters.ranges:
        matched = re.compile(characters.as_class())
        assert {code for code in range(400) if matched.match(chr(code))} == members(characters)
    assert characters.ascii() == "".join(chr(code) for code in sorted(members(characters)) if code < 128)
    assert all(characters.has(chr(code)) == (code in members(characters)) for code in range(0, 400, 7))


def test_ends() -> None:
    """Nothing is in everything, and is not frequent."""
    assert NOTHING.within(EVERYTHING)
    assert NOTHING.frequency() == 0 < joined([(ord("a"), ord("z"))]).frequency()
