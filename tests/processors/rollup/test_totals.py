"""The totals of trees, against an independent recomputation over the whole tree."""

from __future__ import annotations

import random
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.trace import StatusCode
from spanwright_processors.rollup import Totals
from spanwright_processors.span import EditableSpan
from spanwright_processors.steps.roll_up import RollUp
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
        for name in draw(st.sampled_from([(), ("first",), ("first", "second")])):
            attributes[f"spanwright.retrieval.score.normalised.{name}"] = draw(st.floats(0, 1))
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
    figures["steps"] = sum(s.status_code is not StatusCode.ERROR for s in by_operation["model_calls"])
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
    last = max(retrievals, key=lambda s: (s.end_ns, s.span_id), default=None)
    for scale in ("score", "score.normalised"):
        firsts = [s.attributes.get(f"spanwright.retrieval.{scale}.first") for s in retrievals]
        if any(first is not None for first in firsts):
            found[f"retrieval.{scale}.min"] = min(first for first in firsts if first is not None)
        for name in ("first", "second"):
            if last is not None and f"spanwright.retrieval.{scale}.{name}" in last.attributes:
                found[f"retrieval.{scale}.{name}"] = last.attributes[f"spanwright.retrieval.{scale}.{name}"]
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


def test_sums_of_money_are_exact() -> None:
    """The sum is that of the decimals the prices were, not of the floats they became."""
    totals = Totals()
    for span_id in range(10):
        totals.add(node("chat", 1, span_id, attributes={"spanwright.cost.usd": 0.1}))
    assert totals.cost() == Decimal(1)
    assert Totals().cost() is None


def test_merged_totals_are_those_of_all_spans() -> None:
    """It makes no difference whether spans are added to one subtree or to two that are merged."""
    calls = [node("chat", 1, n, attributes={"gen_ai.usage.input_tokens": n}, end_ns=n) for n in range(6)]
    one, left, right = Totals(), Totals(), Totals()
    for call in calls:
        one.add(call)
        (left if call.span_id % 2 else right).add(call)
    left.merge(right)
    assert (left.spans, left.usage, left.last_call) == (one.spans, one.usage, one.last_call)
