"""What holds for every store."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from spanwright_analysis.named_queries import NAMED_QUERIES
from spanwright_analysis.span_store import QueryError
from spanwright_analysis.store.backend import Embedding, Erasure, Store, Written
from spanwright_analysis.store.batch import query_key
from spanwright_analysis.store.columns import SPANS
from spanwright_analysis.store.error import StoreError
from support.otlp_traces import DAY, NOW, ROOT, batch, logs, retrieval, traces

EVALUATION = "gen_ai.evaluation.result"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def rows(store: Store, sql: str, **parameters: Any) -> Sequence[tuple[Any, ...]]:
    return store.run(sql, parameters).rows


def test_written_adds_up() -> None:
    """Totals of several batches are sums."""
    assert Written(1, 2, 3) + Written(10, 20, 30) == Written(11, 22, 33)


def test_the_same_twice_is_stored_once(store: Store) -> None:
    """A batch that comes again, whole or in part, changes nothing; what is new in it is stored."""
    first = batch(traces(ROOT, retrieval(0.7), events=[("e", {"a": 1})]))
    assert store.write(first) == Written(2, 1, 0)
    assert store.write(first) == Written(0, 0, 3)
    both = batch(traces(ROOT, retrieval(0.7), events=[("e", {"a": 1})]), traces(ROOT, trace=2))
    assert store.write(both) == Written(1, 0, 3)
    assert rows(store, "SELECT count(*) FROM spans") == [(3,)]


def test_spans_of_several_days_are_found_together(store: Store) -> None:
    """Days are the store's affair; the views know one table."""
    store.write(batch(*(traces(ROOT, trace=1 + back, at=NOW - back * DAY) for back in range(5))))
    assert rows(store, "SELECT count(*), count(DISTINCT CAST(started AS DATE)) FROM traces") == [(5, 5)]


def test_the_question_runs_as_it_is_written(store: Store) -> None:
    """Outcome, finish reason, top score below a limit, since a date, the lowest first, 50 at most."""
    store.write(
        batch(
            traces(ROOT, retrieval(0.70, "weak"), trace=1),
            traces(ROOT, retrieval(0.60, "weakest"), trace=2),
            traces(ROOT, retrieval(0.80, "strong"), trace=3),
            traces({**ROOT, "spanwright.outcome": "error"}, retrieval(0.1), trace=4),
            traces({**ROOT, "spanwright.trace.finish_reason": "length"}, retrieval(0.1), trace=5),
            traces(ROOT, retrieval(0.1, "before"), trace=6, at=NOW - 3 * DAY),
            traces(ROOT, retrieval(0.65, "second try"), retrieval(0.68, "first try"), trace=7),
        )
    )
    question = NAMED_QUERIES[0]
    since = datetime(2026, 11, 22)
    found = store.run(question.sql, {"below": 0.72, "since": since, "limit": 50})
    assert found.columns == ("trace_id", "top", "second", "finish", "query", "first_chunk", "second_chunk")
    assert [(row[1], row[4]) for row in found.rows] == [
        (0.6, "weakest"),
        (0.65, "second try"),
        (0.7, "weak"),
    ]
    assert found.rows[0][5:] == ("aero/light", "lumen/x")
    written = question.sql.replace("$below", "0.72").replace("$since", "DATE '2026-11-22'")
    assert store.run(written.replace("$limit", "50")).rows == found.rows


def test_scores_come_from_events_else_from_the_root(store: Store) -> None:
    """One row for a score, however often it is told; the trace of an event without one is the call's."""
    call = {"gen_ai.operation.name": "chat", "gen_ai.response.id": "r-9"}
    score = {"gen_ai.evaluation.name": "groundedness", "gen_ai.evaluation.score.value": 0.4}
    store.write(
        batch(
            traces({**ROOT, "spanwright.eval.groundedness": 0.4, "spanwright.eval.safety": 1.0}, trace=1),
            logs((EVALUATION, score), trace=1),
            traces(call, trace=2),
            logs(
                (EVALUATION, {**score, "gen_ai.response.id": "r-9", "gen_ai.evaluation.score.label": "bad"})
            ),
        )
    )
    found = rows(store, "SELECT trace_id, evaluation, score, source, label FROM evaluations ORDER BY 1, 2")
    assert [(row[0][-1], *row[1:]) for row in found] == [
        ("1", "groundedness", 0.4, "log", None),
        ("1", "safety", 1.0, "root", None),
        ("2", "groundedness", 0.4, "log", "bad"),
    ]


def test_guardrails_and_requests_for_a_person_have_views(store: Store) -> None:
    """Events of spans and log records alike, with the pipeline of their span."""
    event = {"spanwright.guardrail.name": "injection", "spanwright.guardrail.score": 0.9,
             "spanwright.guardrail.action": "rejected", "spanwright.guardrail.stage": "input"}  # fmt: skip
    asked = ("spanwright.hitl.requested", {"spanwright.hitl.reason": "tool_writes"})
    store.write(batch(traces(ROOT, events=[("spanwright.guardrail", event), asked])))
    assert rows(store, "SELECT guardrail, stage, score, action, pipeline FROM guardrails") == [
        ("injection", "input", 0.9, "rejected", "support-answers")
    ]
    assert rows(store, "SELECT reason, service FROM hitl_requests") == [("tool_writes", "bot")]


def test_calls_have_their_figures(store: Store) -> None:
    """Model and tool calls by the names of the guide; what was marked as counted elsewhere is no call."""
    call = {"gen_ai.operation.name": "chat", "gen_ai.response.model": "gpt-4o-2024-08-06",
            "gen_ai.usage.input_tokens": 12, "spanwright.cost.usd": 1, "spanwright.time_to_first_token": 0.25,
            "gen_ai.input.messages": "[]"}  # fmt: skip
    tool = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "lookup", "error.type": "boom",
            "gen_ai.tool.call.arguments": {"id": 1}}  # fmt: skip
    store.write(batch(traces(ROOT, call, {**call, "spanwright.duplicate_of": "00" * 8}, tool)))
    assert rows(
        store, "SELECT model, input_tokens, cost_usd, first_token_ms, input_messages FROM model_calls"
    ) == [("gpt-4o-2024-08-06", 12, 1.0, 250.0, "[]")]
    assert rows(store, "SELECT tool, error_type, arguments FROM tool_calls") == [
        ("lookup", "boom", '{"id":1}')
    ]


def test_a_query_changes_nothing(store: Store) -> None:
    """Who may ask may not write."""
    store.write(batch(traces(ROOT)))
    with pytest.raises((QueryError, StoreError)):
        store.run("DELETE FROM spans")
    assert rows(store, "SELECT count(*) FROM spans") == [(1,)]


def test_a_query_that_cannot_run_says_why(store: Store) -> None:
    """The engine's reason reaches the user."""
    with pytest.raises(QueryError, match="nonsense"):
        store.run("SELECT nonsense FROM traces")


def test_percent_signs_are_themselves(store: Store) -> None:
    """LIKE works with parameters and without."""
    store.write(batch(traces(ROOT)))
    assert rows(store, "SELECT name FROM traces WHERE name LIKE 'span%'") == [("span 1",)]
    like = "SELECT name FROM traces WHERE name LIKE 'span%' AND pipeline = $pipeline"
    assert rows(store, like, pipeline="support-answers") == [("span 1",)]


def test_days_past_the_retention_go(store: Store) -> None:
    """None becomes older than was said; the rest stays, and so do resources that it needs."""
    store.write(
        batch(
            traces(ROOT, trace=1),
            traces(ROOT, trace=2, at=NOW - 30 * DAY),
            traces(ROOT, trace=3, at=NOW - 29 * DAY),
        )
    )
    assert store.first_day() == "2026-10-25"
    assert list(store.retain()) == ["2026-10-24"]
    assert rows(store, "SELECT trace_id FROM traces ORDER BY 1") == [(f"{1:032x}",), (f"{3:032x}",)]
    assert len(rows(store, "SELECT DISTINCT resource_id FROM resources")) == 1
    assert list(store.retain()) == []


def test_erasing_a_trace_or_a_user_is_for_good(store: Store) -> None:
    """Spans, events and embeddings go, and what comes again of them is not stored; others stay."""
    first, second = (
        traces(ROOT, retrieval(0.7, f"query {n}"), events=[("e", {})], trace=n, at=NOW - 60) for n in (1, 2)
    )
    third = traces({**ROOT, "user.hash": "other"}, retrieval(0.7, "query 3"), trace=3, at=NOW - 60)
    all_of_them = batch(first, second, third)
    store.write(all_of_them)
    store.put_embeddings("m", [Embedding(query_key(f"query {n}"), [1.0, float(n)]) for n in (1, 2, 3)])
    erased = store.erase(Erasure(traces=frozenset({f"{1:032x}"})))
    assert (erased.traces, erased.spans, erased.events, erased.embeddings) == (1, 2, 1, 1)
    erased = store.erase(Erasure(users=frozenset({"8f3a"})))
    assert (erased.traces, erased.spans, erased.events, erased.embeddings) == (1, 2, 1, 1)
    assert store.write(all_of_them).spans == 0
    assert rows(store, "SELECT trace_id FROM traces") == [(f"{3:032x}",)]


def test_erasing_a_trace_takes_what_was_told_of_its_calls(store: Store) -> None:
    """A score that names no trace, but a response of one, goes with it; scores of others stay."""
    call = {"gen_ai.operation.name": "chat", "gen_ai.response.id": "r-1"}
    scores = [(EVALUATION, {"gen_ai.response.id": of}) for of in ("r-1", "r-2")] + [(EVALUATION, {})]
    store.write(batch(traces(call, trace=1), logs(*scores)))
    assert store.erase(Erasure(traces=frozenset({f"{1:032x}"}))).events == 1
    assert rows(store, "SELECT response_id FROM events ORDER BY 1") == [("r-2",), (None,)]


def test_erasing_a_day(store: Store) -> None:
    """The day goes as a whole."""
    store.write(batch(traces(ROOT, trace=1), traces(ROOT, trace=2, at=NOW - DAY)))
    assert store.erase(Erasure(days=frozenset({"2026-11-22"}))).days == 1
    assert rows(store, "SELECT trace_id FROM traces") == [(f"{1:032x}",)]


def test_similar_queries_are_found_by_their_vectors(store: Store) -> None:
    """The nearest first, with the traces that asked; a text has one vector of a model."""
    store.write(
        batch(
            *(traces(ROOT, retrieval(0.7, f"q{n}"), trace=n) for n in (1, 2, 3)),
            traces(ROOT, retrieval(0.6, "q1"), trace=4),
        )
    )
    assert sorted(text for _, text in store.unembedded("m", LONG_AGO, 10)) == ["q1", "q2", "q3"]
    vectors = {"q1": [1.0, 0.0], "q2": [0.8, 0.6], "q3": [0.0, 1.0]}
    given = [Embedding(query_key(text), vector) for text, vector in vectors.items()]
    assert store.put_embeddings("m", given) == 3
    assert store.put_embeddings("m", given) == 0
    assert list(store.unembedded("m", LONG_AGO, 10)) == []
    assert store.embedding("m", query_key("q2")) == pytest.approx([0.8, 0.6])
    assert store.embedding("other", query_key("q2")) is None
    found = store.nearest("m", [1.0, 0.0], 3, LONG_AGO)
    assert [(round(row[0], 3), row[1], row[4]) for row in found.rows] == [
        (1.0, "q1", "success"),
        (1.0, "q1", "success"),
        (0.8, "q2", "success"),
    ]
    assert store.status().embeddings == {"m": 3}


def test_the_status_tells_days_and_sizes(store: Store) -> None:
    """Rows and bytes of each day."""
    store.write(batch(traces(ROOT, retrieval(0.7))))
    status = store.status()
    assert status.retention_days == 30
    (day,) = [day for day in status.days if day.rows]
    assert (day.table, day.day, day.rows, day.bytes > 0) == ("spans", "2026-11-23", 2, True)


def test_init_again_changes_only_what_it_is_told(store: Store) -> None:
    """It may be run at any time."""
    store.write(batch(traces(ROOT)))
    store.init()
    assert store.status().retention_days == 30
    store.init(0)
    assert (store.status().retention_days, store.first_day()) == (0, "")
    assert rows(store, "SELECT count(*) FROM spans") == [(1,)]


def test_any_text_can_be_stored(store: Store) -> None:
    """What a database does not take, NUL and halves of characters, is replaced; all else stays."""
    odd = "a\x00b \"\\ ' \t 😀 \u2028"
    documents = '[{"id":"\\u0000\\ud83d","score":1e999,"source_doc_id":"x"}]'
    span = {**retrieval(0.5, odd), "gen_ai.retrieval.documents": documents, "odd": odd, "n": float("nan"),
            "list": [1, None, {"k": b"\x00"}]}  # fmt: skip
    assert store.write(batch(traces(span))).spans == 1
    ((query, source),) = rows(store, "SELECT query_text, first_source FROM retrievals")
    assert (query, source) == (odd.replace("\x00", "\ufffd"), "x")
    ((held,),) = rows(store, "SELECT attributes ->> 'odd' FROM spans")
    assert held == query


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats() | st.binary()
    | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip
#: Examples share a store.
NEW_TRACES = count(1_000_000)
KEYS = st.sampled_from([column.attribute for column in SPANS if column.attribute]) | st.text(min_size=1)


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.dictionaries(KEYS, VALUES, max_size=8), min_size=1, max_size=4))
def test_whatever_a_span_holds_is_stored_or_refused(store: Store, spans: list[dict[str, Any]]) -> None:
    """No value of any type under any key keeps a batch from being stored, and its time at most is refused."""
    trace = next(NEW_TRACES)
    message = traces(*spans, trace=trace)
    made = batch(message)
    assert len(made.spans) == len(spans)
    assert store.write(made).spans + store.write(made).repeated >= len(spans)
    assert rows(store, "SELECT count(*) FROM spans WHERE trace_id = $trace", trace=f"{trace:032x}") == [
        (len(spans),)
    ]
