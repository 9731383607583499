"""The same totals over OTLP messages, however their spans are ordered and batched."""

from __future__ import annotations

import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.proto.trace.v1.trace_pb2 import TracesData
from spanwright_processors.otlp import decoded, process_traces
from spanwright_processors.steps.roll_up import RollUp
from support.spans import chain

TRACE = "spanwright.trace."
ROOT = 1


def message(trace_id: int, span_id: int, parent: int, end: int) -> dict[str, Any]:
    ids = (trace_id * 100 + one if one else 0 for one in (span_id, parent))  # unique, as random ones are
    return {"trace_id": trace_id, **dict(zip(("span_id", "parent"), ids, strict=True)), "end": end}


@st.composite
def traces(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Trees of model calls below roots; any span may end after its root, or before its parent."""
    spans = []
    for trace_id in range(1, draw(st.integers(1, 3)) + 1):
        for span_id in range(ROOT, draw(st.integers(1, 9)) + 1):
            parent = 0 if span_id == ROOT else draw(st.integers(ROOT, span_id - 1))
            spans.append(message(trace_id, span_id, parent, draw(st.integers(1, 50))))
    return spans


def batch(spans: list[dict[str, Any]]) -> TracesData:
    data = TracesData()
    scope = data.resource_spans.add().scope_spans.add()
    for span in spans:
        made = scope.spans.add(
            trace_id=span["trace_id"].to_bytes(16, "big"),
            span_id=span["span_id"].to_bytes(8, "big"),
            end_time_unix_nano=span["end"],
            flags=0x100,
        )
        if span["parent"]:
            made.parent_span_id = span["parent"].to_bytes(8, "big")
        for key, value in (("gen_ai.operation.name", "chat"), ("gen_ai.request.model", "m")):
            made.attributes.add(key=key).value.string_value = value
        made.attributes.add(key="gen_ai.usage.input_tokens").value.int_value = span["span_id"]
        made.attributes.add(key="spanwright.cost.usd").value.double_value = 0.1
    return data


def last_totals(found: list[TracesData]) -> dict[int, dict[str, Any]]:
    """By trace: what its root says, or the last span that corrected it."""
    totals: dict[int, dict[str, Any]] = {}
    spans = [s for data in found for group in data.resource_spans[0].scope_spans for s in group.spans]
    for span in spans:
        if not span.parent_span_id:
            totals[int.from_bytes(span.trace_id, "big")] = decoded(span.attributes)
    for span in spans:
        for event in span.events:
            told = decoded(event.attributes)
            known = totals[int.from_bytes(span.trace_id, "big")]
            if told[TRACE + "spans"] > known[TRACE + "spans"]:
                totals[int.from_bytes(span.trace_id, "big")] = told
    return totals


def check(spans: list[dict[str, Any]], totals: dict[int, dict[str, Any]]) -> None:
    for trace_id in {span["trace_id"] for span in spans}:
        own = [span["span_id"] for span in spans if span["trace_id"] == trace_id]
        assert totals[trace_id][TRACE + "spans"] == len(own)
        assert totals[trace_id][TRACE + "usage.input_tokens"] == sum(own)
        assert totals[trace_id][TRACE + "cost.micro_usd"] == 100_000 * len(own)


@settings(max_examples=150, deadline=None)
@given(traces(), st.randoms(use_true_random=False))
def test_a_batch_of_whole_traces_is_summed_on_its_roots(
    spans: list[dict[str, Any]], shuffle: random.Random
) -> None:
    """As groupbytrace sends them: in any order, whatever ended after its root, no correction is needed."""
    shuffle.shuffle(spans)
    data, step = batch(spans), RollUp()
    process_traces(data, chain(step))
    roots = [s for s in data.resource_spans[0].scope_spans[0].spans if not s.parent_span_id]
    assert not any(s.events for s in data.resource_spans[0].scope_spans[0].spans)
    check(spans, {int.from_bytes(s.trace_id, "big"): decoded(s.attributes) for s in roots})
    assert (len(step._forest), step._forest.held_spans) == (0, 0)


@settings(max_examples=150, deadline=None)
@given(traces(), st.randoms(use_true_random=False), st.integers(1, 5))
def test_traces_over_several_batches_are_right_in_the_end(
    spans: list[dict[str, Any]], shuffle: random.Random, size: int
) -> None:
    """Without groupbytrace: what comes in a later batch than its root corrects it, to the same totals."""
    shuffle.shuffle(spans)
    step, found = RollUp(), [batch(spans[at : at + size]) for at in range(0, len(spans), size)]
    for data in found:
        process_traces(data, chain(step))
    check(spans, last_totals(found))
