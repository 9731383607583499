"""One model call is counted by one span, whoever else tells of it."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.trace import StatusCode
from spanwright_processors.span import EditableSpan
from spanwright_processors.steps.once import Once, OnceSettings
from support.call_traces import Trace, traces
from support.editable import START_NS, editable_span

DUPLICATE = "spanwright.duplicate_of"
TOLD_BY = "spanwright.duplicated_by"
SECOND = 1_000_000_000


def call(
    span_id: int,
    tokens: tuple[int, int] | None = (10, 5),
    *,
    parent: int | None = 1,
    start: float = 0,
    end: float = 1,
    scope: str = "sdk",
    response: str | None = None,
    model: str = "gpt-4o",
    **more: Any,
) -> EditableSpan:
    """A model call; times in seconds."""
    attributes: dict[str, Any] = {"gen_ai.operation.name": "chat", "gen_ai.request.model": model}
    if tokens is not None:
        attributes |= {"gen_ai.usage.input_tokens": tokens[0], "gen_ai.usage.output_tokens": tokens[1]}
    if response is not None:
        attributes["gen_ai.response.id"] = response
    attributes |= more.pop("attributes", {})
    span = editable_span(
        attributes,
        span_id=span_id,
        parent=parent,
        start_ns=START_NS + int(start * SECOND),
        end_ns=START_NS + int(end * SECOND),
        **more,
    )
    span.scope_name = scope
    return span


def marks(*spans: EditableSpan, step: Once | None = None) -> list[int | None]:
    """The ids that the spans are marked with, after they came in this order."""
    once = step if step is not None else Once()
    for span in spans:
        once(span)
    found = [span.attributes.get(DUPLICATE) for span in spans]
    return [None if mark is None else int(mark, 16) for mark in found]


def test_the_innermost_counts() -> None:
    """Framework around instrumentor around SDK: the SDK's span counts, through plain spans between too."""
    http = editable_span({}, span_id=5, parent=4, start_ns=START_NS, end_ns=START_NS + SECOND)
    spans = (
        call(6, parent=5, scope="sdk"),
        http,
        call(4, parent=3, scope="instrumentor"),
        call(3, None, scope="framework"),
    )
    assert marks(*spans) == [None, None, 6, 6]


def test_a_call_in_a_tool_is_a_call_of_its_own() -> None:
    """A tool's span is a child of the call that asked for it; the call inside the tool counts."""
    asked = call(2, start=0, end=1)
    tool = editable_span({"gen_ai.operation.name": "execute_tool"}, span_id=3, parent=2)
    assert marks(asked, call(4, parent=3, start=2, end=3), tool) == [None, None, None]


def test_a_call_in_a_tool_inside_a_call() -> None:
    """Frameworks that run tools while their call's span is open: what the tool asks is another call."""
    tool = editable_span(
        {"gen_ai.operation.name": "execute_tool"},
        span_id=3,
        parent=2,
        start_ns=START_NS,
        end_ns=START_NS + SECOND,
    )
    assert marks(call(4, parent=3), tool, call(2, (900, 80), scope="framework")) == [None, None, None]
    assert marks(call(4, parent=3), tool, call(2, None, scope="framework")) == [None, None, None]
    assert marks(tool, call(2, (900, 80), scope="framework"), call(4, parent=3)) == [None, None, None]


def test_the_same_response_beside() -> None:
    """A gateway's span elsewhere repeats the call whose response it names, also a moment later."""
    assert marks(call(2, response="r"), call(3, scope="gateway", response="r")) == [None, 2]
    assert marks(call(2, response="r"), call(3, scope="log", response="r", start=1.2, end=1.2)) == [None, 2]


def test_ids_that_are_used_again_are_no_proof() -> None:
    """Servers that draw response ids by lot: other tokens, or another time, are another call."""
    assert marks(call(2, response="r"), call(3, (11, 5), scope="x", response="r")) == [None, None]
    assert marks(call(2, response="r"), call(3, scope="x", response="r", start=9, end=10)) == [None, None]


def test_the_same_tokens_beside() -> None:
    """Without ids: another scope's call at the same time, of the same model, with the same tokens."""
    assert marks(call(2), call(3, scope="gateway", model="openai/gpt-4o-2024-08-06")) == [None, 2]
    assert marks(call(2), call(3, scope="gateway", model="claude-sonnet-4-5")) == [None, None]
    assert marks(call(2), call(3, scope="gateway", start=5, end=6)) == [None, None]
    assert marks(call(2, response="a"), call(3, scope="gateway", response="b")) == [None, None]
    assert marks(call(2, (0, 0)), call(3, (0, 0), scope="gateway")) == [None, None]


def test_equal_calls_at_the_same_time_stay_apart() -> None:
    """One scope tells of a call once: its equal spans are equal calls, each with its own repeats."""
    spans = [call(2), call(3), call(4, scope="gateway"), call(5, scope="gateway"), call(6, scope="gateway")]
    assert marks(*spans) == [None, None, 2, 3, None]


def test_cached_input_may_be_counted_apart() -> None:
    """The same call with and without the cached tokens in its input."""
    cached = {"gen_ai.usage.cache_read.input_tokens": 64, "gen_ai.usage.cache_write.input_tokens": 16}
    assert marks(call(2, (120, 30), attributes=cached), call(3, (40, 30), scope="x")) == [None, 2]


def test_a_span_around_several_calls_repeats_the_last() -> None:
    """A framework's span around a failed call and its repetition, or with the sum of two."""
    failed = call(3, None, parent=2, end=0.4, status=StatusCode.ERROR)
    assert marks(failed, call(4, parent=2, start=0.5), call(2, scope="framework")) == [None, None, 4]
    again = (call(3, (1, 2), parent=2), call(4, (3, 4), parent=2), call(2, (4, 6), scope="framework"))
    assert marks(*again) == [None, None, 4]
    assert marks(failed, call(2, None, scope="framework")) == [None, 3]


def test_a_span_around_with_a_model_of_its_own_counts() -> None:
    """A small model asked inside a call to a large one: two calls."""
    small = call(3, (5, 1), parent=2, model="guard-mini")
    assert marks(small, call(2, (900, 80), scope="framework", model="gpt-4o")) == [None, None]
    estimated = call(2, (12, 5), scope="framework", model="gpt-4o")
    assert marks(call(3, (10, 5), parent=2), estimated) == [None, 3]


def test_tokens_are_never_lost() -> None:
    """A span that tells tokens counts where the one inside tells none, and says which one that was."""
    outer = call(2, scope="framework")
    assert marks(call(3, None, parent=2), outer) == [None, None]
    assert outer.attributes[TOLD_BY] == f"{3:016x}"


def test_a_call_of_its_own_inside_is_not_taken_for_the_same() -> None:
    """What failed inside, or is of another model or response, or was asked in a tool, is another call."""
    tool = editable_span({"gen_ai.operation.name": "execute_tool"}, span_id=4, parent=2)
    for inside in (
        [call(3, None, parent=2, status=StatusCode.ERROR)],
        [call(3, None, parent=2, model="guard-mini")],
        [call(3, None, parent=2, response="b")],
        [call(3, None, parent=4), tool],
    ):
        outer = call(2, scope="framework", response="a")
        marks(*inside, outer)
        assert TOLD_BY not in outer.attributes


def test_a_stream_whose_span_ended_before_it_was_read() -> None:
    """Its first chunk says how long it lasted at least: the call read meanwhile is the same one."""
    early = {"gen_ai.response.time_to_first_chunk": 0.4}
    ours = call(2, start=0.39, end=0.5)
    assert marks(ours, call(3, scope="framework", end=0.001, attributes=early)) == [None, 2]
    assert marks(call(2, start=0.39, end=0.5), call(3, scope="framework", end=0.001)) == [None, None]


def test_what_comes_late_is_marked_itself() -> None:
    """A stream's span that ends after the one around it, and after the root."""
    root = editable_span({}, span_id=1)
    late = call(3, parent=2, end=1.001)
    assert marks(call(2, scope="framework"), root, late) == [None, None, 2]
    assert marks(call(2, None, scope="framework"), call(3, parent=2)) == [None, None]


def test_embeddings_and_answers_do_not_repeat_each_other() -> None:
    """An embedding call inside a search inside a call is another call."""
    embedding = call(3, parent=2, attributes={"gen_ai.operation.name": "embeddings"})
    assert marks(embedding, call(2, scope="framework")) == [None, None]


def test_foreign_spans_hold_anything() -> None:
    """An operation that is no word is none."""
    for operation in ({"a": 1}, ["chat"], 7, None):
        assert marks(editable_span({"gen_ai.operation.name": operation})) == [None]


def test_other_traces_do_not_matter() -> None:
    """Calls are compared within their trace."""
    assert marks(call(2, response="r"), call(3, scope="x", response="r", trace_id=7)) == [None, None]


def test_usage_of_repeats_is_moved_where_wanted() -> None:
    """Backends that sum usage over all spans get it once; nothing is lost."""
    repeat = call(3, scope="gateway", response="r")
    marks(call(2, response="r"), repeat, step=Once(OnceSettings(move_usage=True)))
    assert not [key for key in repeat.attributes if key.startswith("gen_ai.usage.")]
    assert repeat.attributes["spanwright.original.attribute.gen_ai.usage.input_tokens"] == 10


def counted(trace: Trace, spans: list[EditableSpan]) -> list[tuple[int, int]]:
    """Tokens of the spans that count, of those that tell any."""
    once = Once()
    for span in spans:
        once(span)
    return sorted(
        (span.attributes["gen_ai.usage.input_tokens"], span.attributes["gen_ai.usage.output_tokens"])
        for span in spans
        if DUPLICATE not in span.attributes and "gen_ai.usage.input_tokens" in span.attributes
    )


@settings(max_examples=200, deadline=None)
@given(traces())
def test_each_call_is_counted_once(trace: Trace) -> None:
    """In the order in which spans end, the innermost of each call counts, and no other."""
    once = Once()
    for span in trace.spans:
        once(span)
    counting = [
        trace.truth[span.span_id]
        for span in trace.spans
        if span.span_id in trace.truth and DUPLICATE not in span.attributes
    ]
    assert Counter(counting) == Counter(range(len(trace.calls)))
    for span in trace.spans:
        mark = span.attributes.get(DUPLICATE)
        assert mark is None or trace.truth[int(mark, 16)] == trace.truth[span.span_id]


@settings(max_examples=200, deadline=None)
@given(traces(told=True, equal=False), st.randoms(use_true_random=False))
def test_in_whatever_order_spans_come(trace: Trace, rng: random.Random) -> None:
    """Shuffled, calls that differ are counted once each, by whichever of their spans came first."""
    spans = list(trace.spans)
    rng.shuffle(spans)
    assert counted(trace, spans) == sorted(trace.calls)


@settings(max_examples=200, deadline=None)
@given(traces(told=True, equal=False), st.data())
def test_missing_spans(trace: Trace, data: st.DataObject) -> None:
    """Where spans are lost or unsampled, every call that some span tells of is counted once."""
    kept = [span for span in trace.spans if data.draw(st.booleans())]
    known = {trace.truth[span.span_id] for span in kept if span.span_id in trace.truth}
    assert counted(trace, kept) == sorted(trace.calls[number] for number in known)


def test_memory_is_bounded() -> None:
    """Beyond so many open traces the oldest is forgotten and counted; its late spans count themselves."""
    once = Once(OnceSettings(max_traces=10, max_spans=50))
    for number in range(1, 12):
        once(call(2, response="r", trace_id=number))
    assert once.given_up_traces == 1
    assert marks(call(3, scope="x", response="r", trace_id=1), step=once) == [None]
    assert marks(call(3, scope="x", response="r", trace_id=11), step=once) == [2]
    for number in range(100):
        once(editable_span({}, span_id=100 + number, parent=1, trace_id=50))
    assert once._calls.held_spans <= 51


def test_a_fork_starts_anew() -> None:
    """Open calls are those of the parent process."""
    once = Once()
    once(call(2, response="r"))
    once.fork()
    assert marks(call(3, scope="x", response="r"), step=once) == [None]


@pytest.mark.parametrize("field", ["max_traces", "max_spans"])
def test_settings_check_themselves(field: str) -> None:
    """A limit of nothing is refused by its key."""
    with pytest.raises(ValueError, match=f"Cannot use once.{field}: 0 is less than 1"):
        OnceSettings(**{field: 0})  # type: ignore[arg-type]
