"""Attributes whose names are paths, put together again."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spanwright_processors.dialects.flattened import layout_of, plain_rows, unflattened

TREES = st.recursive(
    st.integers(),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3),
        st.dictionaries(st.sampled_from(["a", "b", "role", "x1"]), inner, min_size=1, max_size=3),
    ),
    max_leaves=10,
)


def flat(value: Any, path: str = "") -> list[tuple[str, Any]]:
    if isinstance(value, dict):
        pairs = value.items()
    elif isinstance(value, list):
        pairs = {str(at): item for at, item in enumerate(value)}.items()
    else:
        return [(path, value)]
    return [pair for key, item in pairs for pair in flat(item, f"{path}.{key}" if path else key)]


@given(TREES.filter(lambda tree: not isinstance(tree, int)), st.randoms(use_true_random=False))
def test_what_was_flattened_comes_back(tree: Any, rng: Any) -> None:
    """In whatever order the attributes stand."""
    pairs = flat(tree)
    rng.shuffle(pairs)
    assert unflattened(pairs) == tree


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([("2.a", 1), ("10.a", 2)], [{"a": 1}, {"a": 2}]),
        ([("a", 1), ("a.b", 2)], {"a": {"": 1, "b": 2}}),
        ([("a.b", 2), ("a", 1)], {"a": {"b": 2, "": 1}}),
        ([("0", 1), ("x", 2)], {"0": 1, "x": 2}),
        ([], {}),
    ],
)
def test_gaps_and_contradictions(pairs: list[tuple[str, Any]], expected: Any) -> None:
    """Gaps in numbering close up; a value in another's path stays beside it."""
    assert unflattened(pairs) == expected


def test_plain_rows() -> None:
    """Rows of role and content, in the two forms dialects have; anything else is for the long way."""
    layout = layout_of(["m.7.role", "m.0.role", "m.7.content"], 2)
    assert layout == ((1, 3, 3), (0, 2, 3))
    assert plain_rows(layout, ["user", "system", "hi"]) == [("system", None, None), ("user", "hi", None)]
    assert plain_rows(layout, ["user", "system", 7]) is None
    assert layout_of(["0.message.content", "0.message.finish_reason"], 0) == ((2, 0, 1),)
    for path in ("0.message.tool_calls.0.id", "role", "0.other", "0"):
        assert layout_of([path, "0.role"], 0) is None
