"""Masking with detectors that fail, take long, or get too much: closed value by value."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spanwright_processors.chain import StepChain
from spanwright_processors.counters import Counters
from spanwright_processors.detect.engine import Detector
from spanwright_processors.detect.finding import Finding
from spanwright_processors.span import EditableEvent, EditableLink, EditableLogRecord, EditableSpan
from spanwright_processors.steps.mask import Mask, MaskSettings
from support.editable import editable_span

REASONS = "spanwright.content.drop_reasons"
EMAIL = "a.b@example.com"
#: Makes a detector fail; the text around is what may not get out.
POISON = "poison"


class Poisoned(Detector):
    """Raises over some texts, as a detector with an error does, and quotes them."""

    def candidates(self, text: str, known: Sequence[Finding] = ()) -> list[Finding]:
        if POISON in text:
            raise RuntimeError(f"cannot read {text}")
        return super().candidates(text, known)


class Slow(Detector):
    """Takes 30 ms a text."""

    def candidates(self, text: str, known: Sequence[Finding] = ()) -> list[Finding]:
        time.sleep(0.03)
        return super().candidates(text, known)


def mask(monkeypatch: pytest.MonkeyPatch, detector: type[Detector], **settings: Any) -> tuple[Mask, Counters]:
    counters = Counters()
    monkeypatch.setattr("spanwright_processors.steps.mask.make_detector", lambda *_: detector())
    return Mask(MaskSettings(**settings), counters=counters), counters


def texts(span: EditableSpan | EditableLogRecord) -> str:
    return repr(asdict(span))


words = st.text(st.characters(categories=["L", "Zs", "P"]), max_size=30)
values = st.one_of(
    st.builds("{} private {} {}".format, words, st.sampled_from([POISON, EMAIL, "nothing"]), words),
    st.lists(st.just(f"private {POISON} text of some length"), max_size=2),
    st.dictionaries(
        st.sampled_from(["a", "b"]), st.just(f"private {POISON} text of some length"), max_size=2
    ),
    st.integers(),
)


@settings(deadline=None)
@given(
    attributes=st.dictionaries(
        st.sampled_from(["gen_ai.input.messages", "k", "tool.result", "x.y"]), values, max_size=4
    ),
    name=values.filter(lambda value: isinstance(value, str)),
    events=st.lists(st.dictionaries(st.just("exception.message"), values, max_size=1), max_size=2),
)
def test_a_failing_detector_costs_the_values_it_fails_on_and_no_others(
    attributes: dict[str, Any], name: str, events: list[dict[str, Any]]
) -> None:
    """Nothing it could not look at gets out; all else is as without the failure; the span says so."""
    original = dict(attributes)
    span = editable_span(
        attributes,
        name=name,
        events=[EditableEvent("exception", 1, dict(event)) for event in events],
        description=name,
    )
    span.links = [EditableLink(1, 2, dict(original))]
    counters = Counters()
    with pytest.MonkeyPatch.context() as monkeypatch:
        step, counters = mask(monkeypatch, Poisoned)
    step(span)
    everything = texts(span)
    assert POISON not in everything
    assert EMAIL not in everything
    for key, value in original.items():
        if POISON in repr(value):
            assert span.attributes[key] == "[FAILED]"
        elif "nothing" in repr(value) or isinstance(value, int):
            assert span.attributes[key] == value
    failed = sum(
        POISON in repr(value)
        for value in [
            name,
            name,
            *original.values(),
            *original.values(),
            *(v for e in events for v in e.values()),
        ]
    )
    assert counters.counts().values_dropped == ({"error": failed} if failed else {})
    assert span.attributes.get(REASONS) == (("error",) if failed else None)


def test_names_and_status_that_cannot_be_looked_at_become_neutral(monkeypatch: pytest.MonkeyPatch) -> None:
    """A span is still named, and an event."""
    step, counters = mask(monkeypatch, Poisoned)
    poison = f"some {POISON} and more text"
    span = editable_span({}, name=poison, events=[EditableEvent(poison, 1, {})], description=poison)
    step(span)
    assert (span.name, span.events[0].name, span.status_description) == ("span", "event", None)
    assert counters.counts().values_dropped == {"error": 3}


def test_log_records_likewise(monkeypatch: pytest.MonkeyPatch) -> None:
    """Body, attributes and event name, each for itself."""
    step, counters = mask(monkeypatch, Poisoned)
    poison = f"some {POISON} and more text"
    record = EditableLogRecord(
        body=poison,
        attributes={"a": poison, "b": EMAIL},
        event_name=poison,
        trace_id=1,
        span_id=2,
        resource={},
    )
    step.log(record)
    assert (record.body, record.attributes["a"], record.event_name) == ("[FAILED]", "[FAILED]", "event")
    assert record.attributes["b"] == "[EMAIL]"
    assert record.attributes[REASONS] == ("error",)
    assert counters.counts().values_dropped == {"error": 3}


def test_a_slow_detector_costs_what_is_not_looked_at_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """After the budget nothing more is looked at; what was before it is masked as ever."""
    step, counters = mask(monkeypatch, Slow, budget_ms=80)
    span = editable_span({f"key{number}": f"mail {EMAIL} of number {number}" for number in range(50)})
    began = time.perf_counter()
    step(span)
    assert time.perf_counter() - began < 1
    assert span.attributes["key0"] == "mail [EMAIL] of number 0"
    assert span.attributes["key49"] == "[TIMEOUT]"
    assert EMAIL not in texts(span)
    assert span.attributes[REASONS] == ("timeout",)
    assert counters.counts().values_dropped["timeout"] > 40


def test_the_budget_counts_inside_one_value(monkeypatch: pytest.MonkeyPatch) -> None:
    """A long conversation in one attribute is dropped as a whole; short values without text stay."""
    step, _ = mask(monkeypatch, Slow, budget_ms=50)
    turns = [f"turn {number} of {EMAIL} and some more" for number in range(50)]
    span = editable_span({"gen_ai.input.messages": repr(turns), "turns": turns, "model": "gpt-mini", "n": 3})
    step(span)
    assert span.attributes["turns"] == "[TIMEOUT]"
    assert (span.attributes["model"], span.attributes["n"]) == ("gpt-mini", 3)


def test_each_span_has_a_budget_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """A slow span takes nothing from the next one; without a budget nothing is dropped."""
    step, _ = mask(monkeypatch, Slow, budget_ms=100)
    unlimited, _ = mask(monkeypatch, Slow, budget_ms=0)
    long = {f"key{number}": f"text of number {number} and more" for number in range(8)}
    for each in (step, unlimited):
        span = editable_span(dict(long))
        each(span)
        assert ("[TIMEOUT]" in span.attributes.values()) is (each is step)
    span = editable_span({"a": f"mail {EMAIL} and more text"})
    step(span)
    assert span.attributes["a"] == "mail [EMAIL] and more text"


@pytest.mark.parametrize("error", [MemoryError, RecursionError, ValueError, UnicodeError])
def test_whatever_a_detector_raises(error: type[Exception], monkeypatch: pytest.MonkeyPatch) -> None:
    """The chain sees no failed step: the rest of the span's content stays."""

    class Raising(Detector):
        def candidates(self, text: str, known: Sequence[Finding] = ()) -> list[Finding]:
            if POISON in text:
                raise error
            return []

    step, _ = mask(monkeypatch, Raising)
    counters = Counters()
    span = editable_span({"a": f"a {POISON} of some length", "b": "a text of some length"})
    StepChain([step], counters).process(span)
    assert span.attributes["a"] == "[FAILED]"
    assert span.attributes["b"] == "a text of some length"
    assert counters.counts().step_failures == {}


@pytest.mark.parametrize("make", [lambda: {"k": "x" * 5000}, lambda: {"k": ["x" * 5000, "y"]}])
def test_oversize_values(make: Callable[[], dict[str, Any]]) -> None:
    """Too long to look at: dropped, marked, counted."""
    counters = Counters()
    step, span = Mask(MaskSettings(max_value_bytes=1024), counters=counters), editable_span(make())
    step(span)
    assert "xxx" not in texts(span)
    assert span.attributes[REASONS] == ("oversize",)
    assert counters.counts().values_dropped == {"oversize": 1}
