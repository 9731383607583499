"""Arrays that grow by messages come out as if each were looked at as a whole."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spanwright_processors.detect import FindingCache, conversations
from spanwright_processors.detect.conversations import Conversations, is_array
from spanwright_processors.detect.found import Found
from spanwright_processors.detect.outcomes import Outcome
from spanwright_processors.detect.policy import Policy
from spanwright_processors.detect.redaction import Redactor
from spanwright_processors.detect.trace_memory import TraceNames
from support.scanners import NATIVE, PURE

VALUES = [
    *("Hold the power button for ten seconds. ", "mail dana@example.com", "I'm Priya Raman.", "Priya called"),
    *("call 415-555-2671", "x\\u0040y.com", "日本 é", '{"a": "b@c.com"}', "4242424242424242"),
]  # fmt: skip
contents = st.lists(st.sampled_from(VALUES), max_size=3).map(" ".join)
items = (
    st.dictionaries(
        st.sampled_from(["role", "content", "name", "email", "customer", "id"]),
        contents | st.integers() | st.dictionaries(st.sampled_from(["name", "text"]), contents, max_size=2),
        max_size=3,
    )
    | contents
    | st.integers()
)
layouts: st.SearchStrategy[dict[str, Any]] = st.sampled_from([{}, {"ensure_ascii": False}, {"indent": 1}])


def redacted(redactor: Redactor, text: str, known: dict[str, tuple[str, bool]]) -> tuple[Any, ...]:
    names = TraceNames()
    names.needles = dict(known)
    found = Found(names)
    new = redactor.text("gen_ai.input.messages", text, found)
    return new, found.types, found.counts, set(found.learned), found.masked


@given(st.lists(st.lists(items, min_size=1, max_size=2), min_size=2, max_size=5), layouts, st.booleans())
@settings(deadline=None, max_examples=200)
def test_a_growing_array_is_masked_as_a_whole_would_be(
    turns: list[list[Any]], layout: dict[str, Any], learns: bool
) -> None:
    """Whatever its items are, and although the trace learns a name meanwhile."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(conversations, "_SHORTEST", 10)
        for detector in (PURE, NATIVE):
            growing = Redactor(detector, FindingCache(100_000), Policy())
            said: list[Any] = []
            for number, turn in enumerate(turns):
                said += turn
                known = {"priya": ("PERSON", False)} if learns and number > 1 else {}
                text = json.dumps(said, **layout)
                alone = Redactor(detector, FindingCache(0), Policy())
                for _ in range(2):
                    assert redacted(growing, text, known) == redacted(alone, text, known)


def seen(*texts: str) -> Conversations:
    cache = FindingCache(100_000)
    known = Conversations(cache)
    for number, text in enumerate(texts):
        known.keep(text, b"", Outcome((), frozenset({str(number)}), ()), cache.era)
    return known


def array(*messages: str) -> str:
    return json.dumps([{"role": "user", "content": f"{each} {'x' * 300}"} for each in messages])


def test_the_longest_beginning_is_found() -> None:
    """Among arrays that begin alike, and for the array itself."""
    known = seen(array("a"), array("a", "b"), array("a", "c"))
    for text, types in (
        (array("a", "b", "d"), {"1"}),
        (array("a", "c", "d"), {"2"}),
        (array("a", "d"), {"0"}),
    ):
        beginning = known.beginning(text, b"")
        assert beginning is not None
        assert beginning.outcome.types == types
    same = known.beginning(array("a", "b"), b"")
    assert same is not None
    assert same.length == len(array("a", "b")) - 1


def test_what_goes_on_is_a_beginning_too() -> None:
    """Kept with the digest of what it begins with, an array is found like one kept by itself."""
    cache = FindingCache(100_000)
    known, outcome = Conversations(cache), Outcome((), frozenset(), ())
    known.keep(array("é"), b"", outcome, cache.era)
    known.keep(array("é", "b"), b"", outcome, cache.era, known.beginning(array("é", "b"), b""))
    beginning = known.beginning(array("é", "b", "c"), b"")
    assert beginning is not None
    assert beginning.length == len(array("é", "b")) - 1


@pytest.mark.parametrize(
    "text",
    [
        array("b"),
        array("a")[:-1] + "x]",
        array("a")[:-1] + ', "and text"]',
        array("a")[:-1] + ", {}]",
        array("a")[:-1] + ", 1]",
        array("a")[:-1],
        "[]",
    ],
)
def test_other_texts_are_looked_at_whole(text: str) -> None:
    """What begins otherwise, or goes on with anything but an object with a key."""
    assert seen(array("a")).beginning(text, b"") is None


def test_what_decides_beside_the_text_counts() -> None:
    """Another policy, and other names known, have seen nothing."""
    assert seen(array("a")).beginning(array("a", "b"), b"other") is None


def test_arrays_worth_remembering() -> None:
    """Those of some length; objects and text are none."""
    assert is_array(array("a", "b"))
    assert not is_array('["a"]')
    assert not is_array(json.dumps({"a": "x" * 600}))
    assert not is_array("")
