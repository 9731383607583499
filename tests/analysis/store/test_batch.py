"""Rows made of OTLP."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from spanwright_analysis.store.batch import NO_EVENT, Batch, Reader, query_key
from spanwright_analysis.store.columns import EVENTS, SPANS
from support.otlp_traces import DAY, NOW, ROOT, batch, logs, retrieval, traces


def span(of: Batch, number: int = 1) -> dict[str, Any]:
    row = list(of.spans.values())[number - 1]
    return dict(zip([column.name for column in SPANS], row, strict=True))


def events(of: Batch) -> list[dict[str, Any]]:
    names = [column.name for column in EVENTS]
    return [dict(zip(names, row, strict=True)) for row in of.events.values()]


def test_a_span_becomes_a_row() -> None:
    """Ids in hexadecimal, time in UTC, duration in ms, what has a column there, the rest aside."""
    found = span(batch(traces({**ROOT, "other": 1, "list": ["a"]}, resource={"service.version": "2"})))
    assert found["trace_id"] == f"{1:032x}"
    assert (found["span_id"], found["parent_span_id"]) == (f"{1:016x}", None)
    assert found["started"] == datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert (found["duration_ms"], found["failed"], found["kind"]) == (5.0, False, "client")
    assert (found["service"], found["service_version"], found["scope"]) == ("bot", "2", "tests")
    assert (found["outcome"], found["trace_spans"], found["is_root"]) == ("success", 2, True)
    assert json.loads(found["attributes"]) == {"other": 1, "list": ["a"]}


def test_a_value_of_another_type_stays_an_attribute() -> None:
    """A column holds what the registry says, or nothing; nothing is lost."""
    found = span(
        batch(traces({"gen_ai.usage.input_tokens": "many", "spanwright.cost.usd": 1, "error.type": 5}))
    )
    assert (found["input_tokens"], found["cost_usd"], found["error_type"]) == (None, 1.0, None)
    assert json.loads(found["attributes"]) == {"gen_ai.usage.input_tokens": "many", "error.type": 5}


def test_local_roots_are_those_with_a_roll_up_or_without_a_parent() -> None:
    """As in the views over a file."""
    made = batch(traces(ROOT, {}, {"spanwright.trace.spans": 1}))
    assert [span(made, number)["is_root"] for number in (1, 2, 3)] == [True, False, True]


def test_documents_are_read_once() -> None:
    """As JSON, with the sources of the first two; what is none stays the text it was."""
    found = span(batch(traces(retrieval(0.5, "why?"))))
    assert (found["first_source"], found["second_source"]) == ("aero/light", "lumen/x")
    assert json.loads(found["documents"])[0]["score"] == 0.5
    assert found["query_key"] == query_key("why?")
    cut = span(batch(traces({"gen_ai.retrieval.documents": '[{"id"'})))
    assert cut["documents"] is None
    assert json.loads(cut["attributes"]) == {"gen_ai.retrieval.documents": '[{"id"'}
    structured = span(batch(traces({"gen_ai.retrieval.documents": [{"source_doc_id": 7}]})))
    assert (structured["first_source"], structured["documents"]) == ("7", '[{"source_doc_id":7}]')


def test_the_pipeline_may_be_that_of_the_process() -> None:
    """A span's own name counts before its resource's; events have their span's."""
    resource = {"spanwright.pipeline.name": "of process", "spanwright.pipeline.type": "agent"}
    made = batch(traces({"spanwright.pipeline.name": "own"}, {}, resource=resource, events=[("e", {})]))
    assert [span(made, number)["pipeline"] for number in (1, 2)] == ["own", "of process"]
    assert span(made)["pipeline_type"] == "agent"
    assert events(made)[0]["pipeline"] == "own"


def test_events_of_spans_log_records_and_scores_of_roots() -> None:
    """Each with its source; a record that is no event is left out and counted."""
    made = batch(
        traces({**ROOT, "spanwright.eval.safety": 0.5}, events=[("spanwright.guardrail", {"x": 1})]),
        logs(("gen_ai.evaluation.result", {"gen_ai.evaluation.name": "safety"}), ("", {}), trace=1),
    )
    assert [(event["source"], event["name"], event["evaluation"]) for event in events(made)] == [
        ("span", "spanwright.guardrail", None),
        ("root", "gen_ai.evaluation.result", "safety"),
        ("log", "gen_ai.evaluation.result", "safety"),
    ]
    assert made.refused == {NO_EVENT: 1}


def test_events_that_differ_are_told_apart() -> None:
    """By all that they hold; the same event again is the same."""
    one, other = ("e", {"n": 1}), ("e", {"n": 2})
    assert len(batch(logs(one, other, one, trace=1)).events) == 2
    assert list(batch(logs(one)).events) == list(batch(logs(one)).events)


@pytest.mark.parametrize(
    ("at", "reason"),
    [(0, "no time"), (NOW + 2 * DAY, "time in the future"), (NOW - 40 * DAY, "older than the retention")],
)
def test_times_that_cannot_be_right_are_refused(at: float, reason: str) -> None:
    """So that no piece is made for a day that nobody will look at."""
    made = batch(traces(ROOT, at=at), first_day="2026-10-25")
    assert (len(made), made.refused) == (0, {reason: 1})


def test_the_largest_time_is_refused_too() -> None:
    """Whatever 64 bits hold."""
    message = traces(ROOT)
    message.resource_spans[0].scope_spans[0].spans[0].start_time_unix_nano = 2**64 - 1
    assert batch(message).refused == {"time in the future": 1}


def test_spans_without_ids_are_refused() -> None:
    """They could not be told apart."""
    message = traces(ROOT)
    message.resource_spans[0].scope_spans[0].spans[0].span_id = b"\x01"
    assert batch(message).refused == {"no trace id or span id": 1}


def test_batches_add_up() -> None:
    """What both hold counts as repeated, and the first stays."""
    one = batch(traces(ROOT))
    one.add(batch(traces({**ROOT, "spanwright.outcome": "error"}), traces(ROOT, trace=2)))
    assert (len(one), one.repeated, span(one)["outcome"]) == (2, 1, "success")


def test_the_clock_decides_what_is_the_future() -> None:
    """A day ahead is let pass, for clocks that differ."""
    early = Reader(clock=lambda: NOW - DAY / 2)
    assert len(early.traces(traces(ROOT))) == 1
    assert early.traces(traces(ROOT)).spans[f"{1:032x}", f"{1:016x}"][5] - timedelta(days=0) == datetime(
        2026, 11, 23, 12, tzinfo=UTC
    )
