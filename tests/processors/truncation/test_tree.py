"""Making decoded JSON fit."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spanwright_processors.truncation import encoded, fit, json_bytes, shape_of
from spanwright_processors.truncation.tree import level

leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=30),
    st.integers(1, 60).map(lambda n: "long text, " * n),
    st.integers(1, 60).map(lambda n: 'quoted "é"\n' * n),
)
values = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=12), st.dictionaries(st.text(max_size=40), inner, max_size=12)
    ),
    max_leaves=60,
)
KEYS = [
    "any",
    "gen_ai.input.messages",
    "gen_ai.output.messages",
    "gen_ai.system_instructions",
    "gen_ai.tool.definitions",
    "gen_ai.retrieval.documents",
]


@settings(max_examples=300, deadline=None)
@given(values, st.integers(32, 3000), st.sampled_from(KEYS))
def test_any_value_fits_any_budget(value: Any, budget: int, key: str) -> None:
    """For any JSON, budget and shape: within the bytes, still of its kind, and a second time unchanged."""
    short = fit(value, budget, shape_of(key))
    assert json_bytes(short) <= budget
    assert json.loads(encoded(short)) == short
    assert fit(short, budget, shape_of(key)) is short
    if json_bytes(value) <= budget:
        assert short is value
    elif isinstance(value, str | list | dict):
        assert isinstance(short, type(value))


@given(st.lists(st.integers(0, 1000), min_size=1), st.integers(0, 20_000))
def test_level_is_the_largest_that_fits(sizes: list[int], room: int) -> None:
    """All sizes cut to the level fit; cut to one more they would not, unless nothing needs cutting."""
    cut_at = level(sizes, room)
    assert sum(min(size, cut_at) for size in sizes) <= room or not cut_at
    if cut_at < max(sizes):
        assert sum(min(size, cut_at + 1) for size in sizes) > room


def message(role: str, text: str) -> dict[str, Any]:
    return {"role": role, "parts": [{"type": "text", "content": text}]}


def gap_of(messages: list[Any]) -> list[str]:
    return [entry["parts"][0]["content"] for entry in messages if entry["role"] == "elided"]


def test_a_conversation_keeps_the_system_message_and_the_last_ones() -> None:
    """The middle goes first, and one message says how many are missing."""
    chat = [message("system", "Be kind."), *(message("user", f"{n} " + "x" * 200) for n in range(100))]
    short = fit(chat, 4000, shape_of("gen_ai.input.messages"))
    assert short[0] == chat[0]
    assert gap_of(short[1:2]) == [f"…[{101 - (len(short) - 1)} messages left out]"]
    assert short[3:] == chat[-len(short[3:]) :]
    assert len(short) > 13


def test_a_second_backend_with_less_room_goes_on_counting() -> None:
    """The gap of an earlier cut counts as what it stood for."""
    chat = [message("user", "x" * 200) for _ in range(101)]
    twice = fit(fit(chat, 4000, shape_of("gen_ai.input.messages")), 1500, shape_of("gen_ai.input.messages"))
    (gap,) = gap_of(twice)
    assert gap == f"…[{101 - (len(twice) - 1)} messages left out]"


def test_a_huge_system_message_leaves_room_for_the_question() -> None:
    """System messages get half of the budget at most where the rest needs it."""
    question = message("user", "What is the answer?")
    short = fit([message("system", "rule " * 5000), question], 2000, shape_of("gen_ai.input.messages"))
    assert short[-1] == question
    assert short[0]["parts"][0]["content"].endswith(" chars]")
    assert 800 < json_bytes(short[0]) <= 1000


def test_documents_lose_text_before_they_are_left_out() -> None:
    """Ids and scores of all chunks stay as long as they fit: distributions are read from them."""
    documents = [{"id": f"chunk-{n}", "score": 1 - n / 100, "content": "text " * 500} for n in range(10)]
    short = fit(documents, 4000, shape_of("gen_ai.retrieval.documents"))
    assert [(d["id"], d["score"]) for d in short] == [(d["id"], d["score"]) for d in documents]
    assert all(d["content"].endswith(" chars]") for d in short)


def test_short_members_stay_beside_long_ones() -> None:
    """Of an object only what is long is cut."""
    short = fit({"id": 7, "name": "n", "text": "x" * 5000}, 300)
    assert (short["id"], short["name"]) == (7, "n")
    assert 250 < json_bytes(short) <= 300


def test_members_left_out_are_counted() -> None:
    """An object of too many members says how many are missing, over two cuts in one sum."""
    wide = {f"key-{n}": "v" * 40 for n in range(200)}
    twice = fit(fit(wide, 2000), 500)
    assert twice["…"] == f"…[{200 - (len(twice) - 1)} members left out]"


@pytest.mark.parametrize("depth", [70, 300, 600])
def test_deep_values_become_text(depth: int) -> None:
    """Nesting beyond any real message is cut as text and does not exhaust the stack."""
    value: Any = "x" * 100
    for _ in range(depth):
        value = [value]
    assert json_bytes(fit(value, 300)) <= 300


def test_numbers_longer_than_the_budget_become_text() -> None:
    """A number cannot be cut; where it does not fit it is text that says so."""
    assert fit([10**300], 64) == ["1" + "0" * 28 + "…[+272 chars]"] or json_bytes(fit([10**300], 64)) <= 64
