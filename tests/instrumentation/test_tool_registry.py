"""What the registry of tool calls keeps, finds and forgets."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.trace import SpanContext, TraceFlags
from spanwright_instrumentation.tool_registry import ToolCall, ToolCallRegistry

TRACE = 0xA1


def model_span(trace_id: int = TRACE, span_id: int = 0xB1) -> SpanContext:
    return SpanContext(trace_id, span_id, is_remote=False, trace_flags=TraceFlags(TraceFlags.SAMPLED))


def forms(*values: object) -> Callable[[], list[object]]:
    return lambda: list(values)


def call_ids(*calls: ToolCall | None) -> list[str | None]:
    return [call.call_id if call else None for call in calls]


def test_claims_by_id_with_the_exact_arguments() -> None:
    """A call found by its id gives the model's span and the arguments text as it was generated."""
    registry = ToolCallRegistry()
    registry.remember(model_span(), [("c1", "lookup", '{"id": 7,}')])

    call = registry.claim("any name", call_id="c1")

    assert call is not None
    assert (call.model_span, call.name, call.arguments) == (model_span(), "lookup", '{"id": 7,}')


def test_an_id_may_be_claimed_again() -> None:
    """The second run of a retried tool finds the same model call."""
    registry = ToolCallRegistry()
    registry.remember(model_span(), [("c1", "lookup", "{}")])

    assert registry.claim("lookup", call_id="c1") is registry.claim("lookup", call_id="c1")


def test_an_unknown_id_is_not_replaced_by_a_guess() -> None:
    """A tool called with an id nobody remembers belongs to none of the pending calls."""
    registry = ToolCallRegistry()
    registry.remember(model_span(), [("c1", "lookup", "{}")])

    assert registry.claim("lookup", trace_id=TRACE, call_id="other") is None


def test_an_id_used_in_several_traces_means_the_own_trace() -> None:
    """Servers that number their calls give one id in every trace; the current trace's call is meant."""
    registry = ToolCallRegistry()
    registry.remember(model_span(1), [("call_0", "lookup", '{"a": 1}')])
    registry.remember(model_span(2), [("call_0", "lookup", '{"a": 2}')])

    call = registry.claim("lookup", trace_id=1, call_id="call_0")

    assert call is not None
    assert call.model_span.trace_id == 1


def test_without_id_the_only_pending_call_of_the_name_is_meant() -> None:
    """With one pending call of that name, differing arguments do not matter and are not even read."""
    registry = ToolCallRegistry()
    registry.remember(model_span(), [("c1", "lookup", '{"id": 7}'), ("c2", "other", "{}")])

    def unread() -> list[object]:
        raise AssertionError("arguments were read")

    assert call_ids(registry.claim("lookup", trace_id=TRACE, arguments=unread)) == ["c1"]
    assert registry.claim("lookup", trace_id=TRACE) is None


def test_other_traces_are_never_searched_by_name() -> None:
    """Without an id, a call of another trace, or a tool run in no trace, finds nothing."""
    registry = ToolCallRegistry()
    registry.remember(model_span(1), [("c1", "lookup", "{}")])

    assert registry.claim("lookup", trace_id=2) is None
    assert registry.claim("lookup", trace_id=0) is None


def test_parallel_calls_are_told_apart_by_arguments() -> None:
    """Arguments are compared as JSON values: order of keys and white space do not count."""
    registry = ToolCallRegistry()
    registry.remember(
        model_span(),
        [("c1", "lookup", '{"id": 1, "city": "Graz"}'), ("c2", "lookup", '{"city":"Linz","id":2}')],
    )

    second = registry.claim("lookup", trace_id=TRACE, arguments=forms({"id": 2, "city": "Linz"}))
    first = registry.claim("lookup", trace_id=TRACE, arguments=forms({"id": 1, "city": "Graz"}))

    assert call_ids(first, second) == ["c1", "c2"]


def test_parallel_equal_calls_get_distinct_ids() -> None:
    """Each pending call is claimed once, in the order the model gave."""
    registry = ToolCallRegistry()
    registry.remember(model_span(), [(f"c{number}", "roll", '{"sides": 6}') for number in range(3)])

    claimed = [registry.claim("roll", trace_id=TRACE, arguments=forms({"sides": 6})) for _ in range(4)]

    assert call_ids(*claimed) == ["c0", "c1", "c2", None]


def test_arguments_the_application_adds_do_not_hide_a_call() -> None:
    """Where nothing is equal, the call whose arguments all occur among the tool's is meant."""
    registry = ToolCallRegistry()
    registry.remember(model_span(), [("c1", "lookup", '{"id": 1}'), ("c2", "lookup", '{"id": 2}')])

    call = registry.claim("lookup", trace_id=TRACE, arguments=forms({"id": 2, "session": "s"}))

    assert call_ids(call) == ["c2"]


def test_several_pending_without_a_match_are_not_guessed() -> None:
    """A wrong parent is worse than none."""
    registry = ToolCallRegistry()
    registry.remember(model_span(), [("c1", "lookup", '{"id": 1}'), ("c2", "lookup", "not json")])

    assert registry.claim("lookup", trace_id=TRACE, arguments=forms({"id": 3})) is None
    assert registry.claim("lookup", trace_id=TRACE) is None


def test_the_newest_model_call_comes_first() -> None:
    """A call an earlier answer asked for and nobody ran does not take the place of the newest one."""
    registry = ToolCallRegistry()
    registry.remember(model_span(span_id=1), [("old", "lookup", "{}")])
    registry.remember(model_span(span_id=2), [("new", "lookup", "{}")])

    assert call_ids(registry.claim("lookup", trace_id=TRACE, arguments=forms({}))) == ["new"]


def test_forgets_after_its_time() -> None:
    """A call is found until its time is over, and its memory is freed with the next answer."""
    now = 0.0
    registry = ToolCallRegistry(expire_after=60, clock=lambda: now)
    registry.remember(model_span(), [("c1", "lookup", "{}")])
    now = 59.9
    assert registry.claim("x", call_id="c1") is not None
    now = 60.0
    assert registry.claim("x", call_id="c1") is None
    assert registry.claim("lookup", trace_id=TRACE) is None

    registry.remember(model_span(), [("c2", "lookup", "{}")])
    assert len(registry) == 1


@pytest.mark.parametrize(("limits", "kept"), [({"max_calls": 3}, 3), ({"max_argument_characters": 25}, 2)])
def test_is_bounded_by_count_and_by_size(limits: dict[str, int], kept: int) -> None:
    """The oldest calls make room, whichever bound is reached."""
    registry = ToolCallRegistry(**limits)  # type: ignore[arg-type]
    for number in range(10):
        registry.remember(model_span(number + 1), [(f"c{number}", "lookup", "x" * 10)])

    assert len(registry) == kept
    found = [number for number in range(10) if registry.claim("lookup", call_id=f"c{number}")]
    assert found == list(range(10 - kept, 10))
    assert all(registry.claim("lookup", trace_id=number + 1) is None for number in range(10 - kept))


def test_spans_that_are_not_recorded_anywhere_are_not_remembered() -> None:
    """Without a valid span context there is nothing to be a child of."""
    registry = ToolCallRegistry()
    registry.remember(model_span(0, 0), [("c1", "lookup", "{}")])

    assert len(registry) == 0


def test_threads_claim_each_call_once() -> None:
    """Eight threads claiming equal calls share them out without loss or doubling."""
    registry = ToolCallRegistry()
    registry.remember(model_span(), [(f"c{number}", "roll", "{}") for number in range(400)])
    claimed: list[str | None] = []

    def run() -> None:
        for _ in range(50):
            claimed.extend(call_ids(registry.claim("roll", trace_id=TRACE, arguments=forms({}))))

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(claimed, key=str) == sorted((f"c{number}" for number in range(400)), key=str)


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_forked_child_keeps_the_calls() -> None:
    """A worker forked between the answer and the tool finds the call, whatever other threads were doing."""
    registry = ToolCallRegistry()
    registry.remember(model_span(), [("c1", "lookup", "{}")])
    registry.before_fork()
    child = os.fork()
    if child == 0:
        registry.after_fork_in_child()
        os._exit(0 if registry.claim("lookup", call_id="c1") else 1)
    registry.after_fork_in_parent()

    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert registry.claim("lookup", call_id="c1") is not None


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(), children, max_size=3),
    max_leaves=8,
)


@given(
    arguments=st.lists(st.dictionaries(st.text(max_size=5), json_values, max_size=4), min_size=2, max_size=6),
    data=st.data(),
)
def test_each_running_tool_finds_a_call_with_its_arguments(
    arguments: list[dict[str, object]], data: st.DataObject
) -> None:
    """Whatever the order in which tools run, every one claims a call with equal arguments, none twice."""
    registry = ToolCallRegistry()
    calls = [(f"c{number}", "t", json.dumps(value)) for number, value in enumerate(arguments)]
    registry.remember(model_span(), calls)
    order = data.draw(st.permutations(range(len(arguments))))

    claimed = [registry.claim("t", trace_id=TRACE, arguments=forms(arguments[number])) for number in order]

    assert len({call.call_id for call in claimed if call}) == len(arguments)
    for number, call in zip(order, claimed, strict=True):
        assert call is not None
        assert json.loads(call.arguments or "") == arguments[number]
