"""A message seen before: the same edits, the same noted, and nothing of it kept."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spanwright_processors.detect import FindingCache
from spanwright_processors.detect.found import Found
from spanwright_processors.detect.json_text import Edit
from spanwright_processors.detect.outcomes import can_be_remembered, outcome
from spanwright_processors.detect.policy import Action, Policy
from spanwright_processors.detect.redaction import Redactor
from spanwright_processors.detect.trace_memory import TraceNames
from support.scanners import NATIVE, PURE

FILLER = "The customer writes that the headset pairs but drops the call after two minutes. "
PIECES = ["dana@example.com", "415-555-2671", "Hi Tom,\n", "I'm Priya Raman.", "Priya", "x\\u0040y.com", "é"]
messages = st.lists(st.sampled_from(PIECES), max_size=3).map(lambda pieces: FILLER + " ".join(pieces))
policies = st.sampled_from(
    [
        Policy(),
        Policy(min_score=0.9),
        Policy(actions={"EMAIL_ADDRESS": Action.KEEP}),
        Policy(allow=frozenset({"priya"})),
    ]
)


def found_in(redactor: Redactor, text: str, names: TraceNames) -> tuple[Any, ...]:
    found = Found(names, trace_id=7)
    return redactor.text("content", text, found), found.types, found.counts, found.learned, found.masked


@given(st.lists(messages, max_size=6), policies, st.booleans())
@settings(deadline=None)
def test_a_message_seen_before_is_masked_and_noted_the_same(
    texts: list[str], policy: Policy, knows: bool
) -> None:
    """Whatever was seen by another policy, and by traces that know other names."""
    names = TraceNames()
    names.needles = {"headset": ("PERSON", False)} if knows else {}
    for detector in (PURE, NATIVE):
        cache = FindingCache(100_000)
        other, same = Redactor(detector, cache, Policy(min_score=0.7)), Redactor(detector, cache, policy)
        for text in [*texts, *texts]:
            found_in(other, text, TraceNames())
            fresh = found_in(Redactor(detector, FindingCache(0), policy), text, names)
            assert found_in(same, text, TraceNames()) is not None
            assert found_in(same, text, names) == fresh


def test_a_name_learned_meanwhile_counts() -> None:
    """What was clean is looked at again once the trace knows a name in it."""
    redactor, names = Redactor(NATIVE, FindingCache(100_000), Policy()), TraceNames()
    text = FILLER + "Priya called."
    assert redactor.text("", text, Found(names)) == text
    names.needles["priya"] = ("PERSON", True)
    assert redactor.text("", text, Found(names)) == FILLER + "[NAME] called."
    assert redactor.text("", text, Found(TraceNames())) == text


def test_forgetting_counts_for_what_is_looked_at_meanwhile() -> None:
    """What another engine found before the change is not kept after it."""
    cache = FindingCache(100_000)
    era = cache.era
    cache.clear()
    cache.keep(b"key", (), 0, era)
    assert cache.get(b"key") is None
    cache.keep(b"key", (1,), 1, cache.era)
    assert cache.get(b"key") == (1,)


def test_memory_is_bounded_in_bytes() -> None:
    """Of more than fits, what was used last stays."""
    cache = FindingCache(50_000)
    redactor = Redactor(PURE, cache, Policy())
    for number in range(2_000):
        redactor.text("", f"{FILLER} {number} dana@example.com", Found(TraceNames()))
    assert len(cache._young) + len(cache._old) < 50_000 / 200


def test_nothing_of_a_text_is_kept() -> None:
    """Digests, positions, types and placeholders only."""
    cache = FindingCache(100_000)
    Redactor(PURE, cache, Policy()).text(
        "", FILLER + "I'm Priya Raman, dana@example.com", Found(TraceNames())
    )
    kept = repr(cache._young)
    assert "[EMAIL]" in kept
    assert not any(word in kept for word in ("dana", "Priya", "Raman", "headset"))


@pytest.mark.parametrize("action", list(Action))
def test_only_what_is_the_same_for_all_is_remembered(action: Action) -> None:
    """Pseudonyms and hashes depend on keys and traces; the last four characters are a part of the value."""
    remembered = action in (Action.MASK, Action.DROP, Action.KEEP)
    assert can_be_remembered(Policy(actions={"EMAIL_ADDRESS": action})) is remembered
    assert not can_be_remembered(Policy(distinct=True))


def test_what_does_not_come_out_again_is_not_remembered() -> None:
    """Where more was learned than replaced, or at another place."""
    edit = Edit(0, 4, "[NAME]", "PERSON")
    assert outcome("dana x", [edit], {"PERSON"}, [("PERSON", "dana", 0.8)]) is not None
    assert outcome("dana x", [edit], {"PERSON"}, []) is None
    assert outcome("dana x", [edit], {"PERSON"}, [("PERSON", "Dana", 0.8)]) is None
