"""The totals on local roots, against an independent recomputation over whole trees."""

from __future__ import annotations

import math
import random
import threading
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.trace import SpanKind, StatusCode
from spanwright_processors.span import EditableSpan
from spanwright_processors.steps.roll_up import RollUp, RollUpSettings
from support.editable import editable_span

TRACE = "spanwright.trace."
USAGE = ["input_tokens", "output_tokens", "cache_read.input_tokens", "cache_write.input_tokens"]
CALLS = {
    "model_calls": {"chat", "generate_content", "text_completion"},
    "embedding_calls": {"embeddings"},
    "tool_calls": {"execute_tool"},
    "retrieval_calls": {"retrieval"},
}
OPERATIONS = ["chat", "text_completion", "embeddings", "execute_tool", "retrieval", "invoke_agent", None]


def node(operation: str | None, parent: int | None, span_id: int, **more: Any) -> EditableSpan:
    attributes = {"gen_ai.operation.name": operation} if operation else {}
    attributes |= more.pop("attributes", {})
    return editable_span(attributes, parent=parent, span_id=span_id, **more)


@st.composite
def spans(draw: st.DrawFn, span_id: int, parent: int | None, remote: bool = False) -> EditableSpan:
    """One span with random figures, as instrumentors write them."""
    operation = draw(st.sampled_from(OPERATIONS))
    attributes: dict[str, Any] = {}
    if operation in ("chat", "text_completion", "embeddings", "invoke_agent"):
        for name in draw(st.sets(st.sampled_from(USAGE))):
            attributes[f"gen_ai.usage.{name}"] = draw(st.integers(0, 10**6))
        priced = draw(st.one_of(st.none(), st.integers(0, 10**9).map(lambda nano: nano / 10**9)))
        if priced is not None and operation != "invoke_agent":
            attributes["spanwright.cost.usd"] = priced
        attributes["gen_ai.request.model"] = draw(st.sampled_from(["a", "b", "c"]))
        if draw(st.booleans()):
            attributes["gen_ai.response.finish_reasons"] = (draw(st.sampled_from(["stop", "length"])),)
    if operation == "retrieval" and draw(st.booleans()):
        attributes["spanwright.retrieval.score.first"] = draw(st.floats(-1, 1))
        if draw(st.booleans()):
            attributes["spanwright.retrieval.score.second"] = draw(st.floats(-1, 1))
    for key in ("session.id", "user.hash", "spanwright.pipeline.name"):
        if draw(st.integers(0, 4)) == 0:
            attributes[key] = draw(st.sampled_from(["x", "y"]))
    if draw(st.integers(0, 9)) == 0:
        attributes["spanwright.outcome"] = draw(st.sampled_from(["success", "partial", "fallback"]))
    start = draw(st.integers(0, 50))
    return node(
        operation,
        parent,
        span_id,
        attributes=attributes,
        remote=remote,
        start_ns=start,
        end_ns=start + draw(st.integers(0, 50)),
        status=draw(st.sampled_from([StatusCode.UNSET, StatusCode.UNSET, StatusCode.ERROR])),
    )


@st.composite
def traces(draw: st.DrawFn) -> list[list[EditableSpan]]:
    """Trees of one trace, each with its local root first; a second root has its parent in the first tree."""
    trees: list[list[EditableSpan]] = []
    used: list[int] = []
    for number in range(draw(st.integers(1, 2))):
        root_id = 100 * number + 1
        root = draw(spans(root_id, draw(st.sampled_from(used)) if used else None, remote=True))
        tree = [root]
        for offset in range(draw(st.integers(0, 12))):
            parent = draw(st.sampled_from(tree)).span_id
            tree.append(draw(spans(root_id + offset + 1, parent)))
        used += [span.span_id for span in tree]
        trees.append(tree)
    return trees


def expected(tree: list[EditableSpan]) -> dict[str, Any]:
    """The totals recomputed from the whole tree at once, rule by rule."""
    if not any("gen_ai.operation.name" in span.attributes for span in tree):
        return {}
    by_operation = {name: [s for s in tree if s.operation in kinds] for name, kinds in CALLS.items()}
    calls = by_operation["model_calls"] + by_operation["embedding_calls"]
    figures: dict[str, Any] = {name: len(found) for name, found in by_operation.items()}
    figures["spans"] = len(tree)
    figures["errors"] = sum(span.status_code is StatusCode.ERROR for span in tree)
    for name in USAGE:
        counts = [
            c.attributes[f"gen_ai.usage.{name}"] for c in calls if f"gen_ai.usage.{name}" in c.attributes
        ]
        if counts:
            figures[f"usage.{name}"] = sum(counts)
    costs = [
        Decimal(str(c.attributes["spanwright.cost.usd"]))
        for c in calls
        if "spanwright.cost.usd" in c.attributes
    ]
    if costs:
        total = sum(costs, start=Decimal(0))
        figures["cost.usd"] = float(total)
        figures["cost.micro_usd"] = int((total * 10**6).quantize(Decimal(1), ROUND_HALF_EVEN))
    figures["cost.unknown_calls"] = sum(is_unpriced(call) for call in calls)
    figures |= scores(by_operation["retrieval_calls"])
    last = max(by_operation["model_calls"], key=lambda s: (s.end_ns, s.span_id), default=None)
    if last is not None and "gen_ai.response.finish_reasons" in last.attributes:
        figures["finish_reason"] = last.attributes["gen_ai.response.finish_reasons"][0]
    return {TRACE + name: value for name, value in figures.items()} | context(tree)


def is_unpriced(call: EditableSpan) -> bool:
    reported = any(f"gen_ai.usage.{name}" in call.attributes for name in USAGE)
    failed = call.status_code is StatusCode.ERROR
    return "spanwright.cost.usd" not in call.attributes and (reported or not failed)


def scores(retrievals: list[EditableSpan]) -> dict[str, Any]:
    found = {}
    firsts = [s.attributes.get("spanwright.retrieval.score.first") for s in retrievals]
    if any(first is not None for first in firsts):
        found["retrieval.score.min"] = min(first for first in firsts if first is not None)
    last = max(retrievals, key=lambda s: (s.end_ns, s.span_id), default=None)
    for name in ("first", "second"):
        if last is not None and f"spanwright.retrieval.score.{name}" in last.attributes:
            found[f"retrieval.score.{name}"] = last.attributes[f"spanwright.retrieval.score.{name}"]
    return found


def context(tree: list[EditableSpan]) -> dict[str, Any]:
    root = tree[0]
    found: dict[str, Any] = {}
    for key in ("session.id", "user.hash", "spanwright.pipeline.name", "spanwright.outcome"):
        holders = sorted((s for s in tree if key in s.attributes), key=lambda s: (s.start_ns, s.span_id))
        if key in root.attributes:
            found[key] = root.attributes[key]
        elif holders:
            found[key] = holders[0].attributes[key]
    if root.status_code is StatusCode.ERROR:
        found["spanwright.outcome"] = "error"
    elif "spanwright.outcome" not in found:
        found["spanwright.outcome"] = inferred(tree)
    return found


def inferred(tree: list[EditableSpan]) -> str:
    failed = [s for s in tree if s.status_code is StatusCode.ERROR]
    if any(span.operation == "execute_tool" for span in failed):
        return "partial"
    answered = [s for s in tree if s.operation in CALLS["model_calls"] and s not in failed]
    model = "gen_ai.request.model"
    fell_back = any(
        f.operation in CALLS["model_calls"]
        and a.start_ns >= f.end_ns
        and a.attributes[model] != f.attributes[model]
        for f in failed
        for a in answered
    )
    return "fallback" if fell_back else "success"


@settings(max_examples=250, deadline=None)
@given(traces(), st.randoms(use_true_random=False))
def test_totals_equal_an_independent_recomputation(
    trees: list[list[EditableSpan]], shuffle: random.Random
) -> None:
    """For any trees of one trace and any order of ends in which each root ends last in its tree."""
    before = [expected(tree) for tree in trees]
    own = {root.span_id: dict(root.attributes) for root, *_ in trees}
    order = [span for tree in trees for span in shuffle.sample(tree[1:], len(tree) - 1)]
    shuffle.shuffle(order)
    for root, *below in trees:
        last = max((order.index(span) for span in below), default=-1)
        order.insert(shuffle.randint(last + 1, len(order)), root)
    step = RollUp()
    for span in order:
        step(span)
    for (root, *_), figures in zip(trees, before, strict=True):
        assert root.attributes == own[root.span_id] | figures
    assert (len(step._forest), step._forest.held_spans, step.late_spans) == (0, 0, 0)


@given(traces(), st.randoms(use_true_random=False))
def test_no_order_of_ends_leaks(trees: list[list[EditableSpan]], shuffle: random.Random) -> None:
    """Children that end after their root are counted; nothing is held once all have ended."""
    order = [span for tree in trees for span in tree]
    shuffle.shuffle(order)
    step = RollUp()
    for span in order:
        step(span)
    counted = sum(root.attributes.get("spanwright.trace.spans", 0) for root, *_ in trees)
    if all(any(span.operation for span in tree[:1]) for tree in trees):
        assert counted + step.late_spans == len(order)
    assert (len(step._forest), step._forest.held_spans) == (0, 0)


def chat(span_id: int, parent: int | None, **more: Any) -> EditableSpan:
    usage = {"gen_ai.usage.input_tokens": 10, "spanwright.cost.usd": 0.1, "gen_ai.request.model": "a"}
    return node("chat", parent, span_id, attributes=usage | more.pop("attributes", {}), **more)


def rolled_up(*order: EditableSpan) -> dict[str, Any]:
    """The attributes of the last span after all went through one step."""
    step = RollUp()
    for span in order:
        step(span)
    return order[-1].attributes


def test_a_tool_below_an_ended_model_span_counts() -> None:
    """The specification's topology: the tool span's parent, a model span, ends before the tool starts."""
    model, tool, inner = chat(2, 1), node("execute_tool", 2, 3), chat(4, 3)
    totals = rolled_up(model, inner, tool, node("invoke_workflow", None, 1))
    assert totals[TRACE + "model_calls"] == 2
    assert totals[TRACE + "tool_calls"] == 1
    assert totals[TRACE + "cost.usd"] == 0.2


def test_a_root_that_is_no_genai_span_gets_the_totals() -> None:
    """An HTTP server span over GenAI children carries cost, session and outcome."""
    server = editable_span(
        {"http.request.method": "POST"}, kind=SpanKind.SERVER, span_id=1, parent=99, remote=None
    )
    totals = rolled_up(chat(2, 1, attributes={"session.id": "s"}), server)
    assert totals[TRACE + "cost.usd"] == 0.1
    assert totals["session.id"] == "s"
    assert totals["spanwright.outcome"] == "success"


def test_a_trace_without_genai_spans_is_left_alone() -> None:
    """Ordinary traffic gets no attribute of ours."""
    assert rolled_up(editable_span({"a": 1}, span_id=2, parent=1), editable_span({"b": 2}, span_id=1)) == {
        "b": 2
    }


def test_usage_that_an_agent_repeats_is_not_summed() -> None:
    """An agent span's usage is that of the calls below it."""
    repeated = {"gen_ai.usage.input_tokens": 10, "spanwright.cost.usd": 0.1}
    agent = node("invoke_agent", 1, 2, attributes=repeated)
    totals = rolled_up(chat(3, 2), agent, node("invoke_workflow", None, 1, attributes=dict(repeated)))
    assert totals[TRACE + "usage.input_tokens"] == 10
    assert totals[TRACE + "cost.usd"] == 0.1


def test_sums_of_money_are_exact() -> None:
    """Ten times 0.1 dollars is 1 dollar, and micro-dollars are rounded once, from the exact sum."""
    calls = [chat(n, 1) for n in range(2, 12)]
    assert math.fsum([0.1] * 10) == rolled_up(*calls, node(None, None, 1))[TRACE + "cost.usd"] == 1.0
    tiny = [chat(n, 1, attributes={"spanwright.cost.usd": 4e-7}) for n in range(2, 12)]
    assert rolled_up(*tiny, node(None, None, 1))[TRACE + "cost.micro_usd"] == 4


def test_unknown_prices_do_not_make_a_cost_of_zero() -> None:
    """Where no call has a price there is no cost, only the number of unpriced calls."""
    unpriced = node(
        "chat", 1, 2, attributes={"gen_ai.usage.input_tokens": 5, "spanwright.cost.unknown_model": "x"}
    )
    totals = rolled_up(unpriced, node(None, None, 1))
    assert totals[TRACE + "cost.unknown_calls"] == 1
    assert TRACE + "cost.usd" not in totals


ERROR = StatusCode.ERROR


@pytest.mark.parametrize(
    ("below", "root", "outcome"),
    [
        ([], {}, "success"),
        ([], {"status": ERROR, "attributes": {"spanwright.outcome": "fallback"}}, "error"),
        ([], {"attributes": {"spanwright.outcome": "partial"}}, "partial"),
        ([node("execute_tool", 1, 5, status=ERROR)], {}, "partial"),
        ([node("retrieval", 1, 5, status=ERROR)], {}, "success"),
        ([chat(5, 1, start_ns=0, end_ns=1, status=ERROR)], {}, "success"),
        (
            [chat(5, 1, start_ns=0, end_ns=1, status=ERROR, attributes={"gen_ai.request.model": "b"})],
            {},
            "fallback",
        ),
        ([node(None, 1, 5, attributes={"spanwright.outcome": "fallback"})], {}, "fallback"),
    ],
)
def test_outcomes(below: list[EditableSpan], root: dict[str, Any], outcome: str) -> None:
    """Error by the root's status, else as the application set it, else a failed tool, else a second model."""
    again = [
        editable_span(dict(s.attributes), parent=1, span_id=5, status=s.status_code, end_ns=1) for s in below
    ]
    totals = rolled_up(*again, chat(2, 1, start_ns=10), node("invoke_workflow", None, 1, **root))
    assert totals["spanwright.outcome"] == outcome


def test_a_model_that_ran_beside_the_failed_one_is_no_fallback() -> None:
    """Only a call that started after the failure can stand in for it."""
    failed = chat(2, 1, start_ns=0, end_ns=10, status=ERROR, attributes={"gen_ai.request.model": "b"})
    totals = rolled_up(failed, chat(3, 1, start_ns=5), node(None, None, 1))
    assert totals["spanwright.outcome"] == "success"


def test_of_spans_that_disagree_the_first_to_start_wins() -> None:
    """What the root lacks comes from the span that started first; what it has stays."""
    late = chat(2, 1, start_ns=20, attributes={"session.id": "late", "user.hash": "u"})
    early = chat(3, 1, start_ns=10, attributes={"session.id": "early", "user.hash": "v"})
    totals = rolled_up(early, late, node(None, None, 1, attributes={"user.hash": "own"}))
    assert (totals["session.id"], totals["user.hash"]) == ("early", "own")


def test_personal_data_is_seen_although_masking_comes_later() -> None:
    """A child's flag, set by a later step, reaches the root; also when another thread folds the root."""
    for threads in (False, True):
        step, root = RollUp(), node("invoke_workflow", None, 1)
        for child in (chat(2, 1), chat(3, 1)):
            step(child)
            child.attributes["spanwright.pii.detected"] = child.span_id == 3
        if threads:
            worker = threading.Thread(target=step, args=(root,))
            worker.start()
            worker.join()
        else:
            step(root)
        assert root.attributes[TRACE + "pii.detected"] is True


def test_late_spans_are_counted_with_what_is_below_them() -> None:
    """A span that outlives its root changes no total; its own children are counted with it."""
    step = RollUp()
    root = node("invoke_workflow", None, 1)
    for span in (chat(4, 3), root, chat(3, 2), chat(2, 1), chat(5, 4)):
        step(span)
    assert root.attributes[TRACE + "spans"] == 1
    assert step.late_spans == 4
    assert (len(step._forest), step._forest.held_spans) == (0, 0)


def test_at_most_max_traces_are_open() -> None:
    """Beyond the bound the oldest trace is given up: its root gets no totals rather than wrong ones."""
    step = RollUp(RollUpSettings(max_traces=2))
    for trace in (1, 2, 3):
        step(chat(2, 1, trace_id=trace))
    step(chat(3, 1, trace_id=1))
    roots = [node("invoke_workflow", None, 1, trace_id=trace) for trace in (1, 2, 3)]
    for root in roots:
        step(root)
    assert step.given_up_traces == 1
    assert [TRACE + "spans" in root.attributes for root in roots] == [False, True, True]


def test_a_trace_without_end_is_given_up() -> None:
    """One root that never ends cannot hold more spans than the bound."""
    step = RollUp(RollUpSettings(max_spans=100))
    for span_id in range(2, 1000):
        step(chat(span_id, 1))
    assert step.given_up_traces == 1
    assert step._forest.held_spans == 0


def test_ids_in_a_circle_end() -> None:
    """Spans that are each other's parents are counted as late and hold nothing."""
    step = RollUp()
    for span in (chat(2, 2), chat(3, 4), chat(4, 3)):
        step(span)
    assert step.late_spans == 3
    assert (len(step._forest), step._forest.held_spans) == (0, 0)


def test_traces_in_parallel_threads_keep_apart() -> None:
    """Each of many threads folds its own traces; every root gets its own sums."""
    step = RollUp()
    wrong: list[int] = []

    def fold(first: int) -> None:
        for trace in range(first, first + 200):
            for span_id in range(2, 7):
                step(chat(trace * 10 + span_id, trace * 10 + 1, trace_id=trace))
            root = node("invoke_workflow", None, trace * 10 + 1, trace_id=trace)
            step(root)
            if root.attributes[TRACE + "usage.input_tokens"] != 50:
                wrong.append(trace)

    threads = [threading.Thread(target=fold, args=(first,)) for first in (1000, 2000, 3000, 4000)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert len(step._forest) == 0


def test_a_fork_starts_anew() -> None:
    """What was open in the parent process ends there; the child counts its own spans only."""
    step = RollUp()
    step(chat(2, 1))
    step._lock.acquire()
    step.fork()
    root = node("invoke_workflow", None, 1)
    step(root)
    assert root.attributes[TRACE + "spans"] == 1


@pytest.mark.parametrize("field", ["max_traces", "max_spans"])
def test_bounds_are_checked(field: str) -> None:
    """A bound below 1 is refused at the start, and its key quoted."""
    with pytest.raises(ValueError, match=rf"Cannot use roll_up\.{field}: 0 is less than 1"):
        RollUpSettings(**{field: 0})


def test_odd_attributes_are_survived() -> None:
    """Values of foreign types are left out of the sums and raise nothing."""
    odd = {
        "gen_ai.usage.input_tokens": "10",
        "spanwright.cost.usd": "much",
        "gen_ai.request.model": ["a"],
        "gen_ai.response.finish_reasons": [],
    }
    retrieval = node("retrieval", 1, 3, attributes={"spanwright.retrieval.score.first": "good"})
    listed = editable_span({"gen_ai.operation.name": ["chat"]}, parent=1, span_id=4)
    totals = rolled_up(node("chat", 1, 2, attributes=odd), retrieval, listed, node(None, None, 1))
    assert totals[TRACE + "model_calls"] == 1
    assert TRACE + "usage.input_tokens" not in totals
