"""Questions that have a name, and their known answers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from opentelemetry.trace import SpanKind
from spanwright_analysis.named_queries import NAMED_QUERIES, moment
from spanwright_analysis.span_store import SpanStore
from support.span_file import SpanFile, documents

(WEAK_RETRIEVAL,) = [query for query in NAMED_QUERIES if query.name == "weak-retrieval"]
SINCE_EVER = {"below": 0.72, "since": datetime(1970, 1, 1), "limit": 50}


def answered(
    file: SpanFile, start: float, *scores: float, outcome: str = "success", finish_reason: str = "stop"
) -> None:
    """A trace that began at ``start`` and retrieved once for each score; second scores are 0.01 lower."""
    root = file.span(
        "invoke_workflow answer",
        start,
        start + 5,
        {
            "gen_ai.operation.name": "invoke_workflow",
            "spanwright.outcome": outcome,
            "spanwright.trace.finish_reason": finish_reason,
            "spanwright.trace.spans": 1 + len(scores),
        },
    )
    for score in scores:
        values = {
            "gen_ai.operation.name": "retrieval",
            "gen_ai.retrieval.query.text": f"query at {score}",
            "gen_ai.retrieval.documents": documents((score, "aero/one"), (score - 0.01, "lumen/two")),
            "spanwright.retrieval.score.first": score,
            "spanwright.retrieval.score.second": score - 0.01,
        }
        file.span("retrieval articles", start + 1, start + 2, values, root, SpanKind.CLIENT)


def ask(file: SpanFile, **parameters: Any) -> list[tuple[Any, ...]]:
    result = SpanStore(file.path).run(WEAK_RETRIEVAL.sql, SINCE_EVER | parameters)
    index = result.columns.index
    return [tuple(row[index(name)] for name in ("top", "query", "finish")) for row in result.rows]


def test_weak_retrieval_finds_what_the_specification_asks(span_file: SpanFile) -> None:
    """Outcome success, finish reason stop, top score below the limit, lowest first; nothing else."""
    answered(span_file, 0, 0.70)
    answered(span_file, 10, 0.65)
    answered(span_file, 20, 0.81)
    answered(span_file, 30, 0.72)
    answered(span_file, 40, 0.5, outcome="error")
    answered(span_file, 50, 0.5, finish_reason="length")
    answered(span_file, 60)
    assert ask(span_file) == [(0.65, "query at 0.65", "stop"), (0.7, "query at 0.7", "stop")]


def test_weak_retrieval_gives_both_scores_and_sources(span_file: SpanFile) -> None:
    """The second chunk's score and origin stand beside the first's."""
    answered(span_file, 0, 0.6)
    (row,) = SpanStore(span_file.path).run(WEAK_RETRIEVAL.sql, SINCE_EVER).rows
    assert row[1:3] == pytest.approx((0.6, 0.59))
    assert row[-2:] == ("aero/one", "lumen/two")


def test_of_several_retrievals_the_weakest_counts(span_file: SpanFile) -> None:
    """A trace is listed once, with its weakest retrieval."""
    answered(span_file, 0, 0.9, 0.6, 0.7)
    assert ask(span_file) == [(0.6, "query at 0.6", "stop")]


def test_weak_retrieval_since_and_limit(span_file: SpanFile) -> None:
    """Traces before the date are left out, and the limit keeps the lowest scores."""
    day = 86_400_000.0
    answered(span_file, 0, 0.5)
    answered(span_file, day, 0.7)
    answered(span_file, day, 0.6)
    since = datetime(2026, 11, 24)
    assert [row[0] for row in ask(span_file, since=since)] == [0.6, 0.7]
    assert [row[0] for row in ask(span_file, since=since, limit=1)] == [0.6]
    assert [row[0] for row in ask(span_file, below=0.55)] == [0.5]


def test_distances_are_no_scores(span_file: SpanFile) -> None:
    """Where less is better, a small value is no weak retrieval."""
    root = span_file.span(
        "root", 0, 5, {"spanwright.outcome": "success", "spanwright.trace.finish_reason": "stop"}
    )
    values = {
        "gen_ai.operation.name": "retrieval",
        "spanwright.retrieval.score.first": 0.1,
        "spanwright.retrieval.score.kind": "distance",
    }
    span_file.span("retrieval", 1, 2, values, root)
    assert ask(span_file) == []


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2026-11-01", datetime(2026, 11, 1)),
        ("2026-11-01T12:30", datetime(2026, 11, 1, 12, 30)),
        ("2026-11-01T12:30+02:00", datetime(2026, 11, 1, 10, 30)),
        ("2026-11-01T12:30:00Z", datetime(2026, 11, 1, 12, 30)),
    ],
)
def test_moments_are_utc(text: str, meant: datetime) -> None:
    """A date without a zone is UTC, as the stored times are."""
    assert moment(text) == meant


@pytest.mark.parametrize("query", NAMED_QUERIES, ids=lambda query: query.name)
def test_every_named_query_runs_with_its_defaults(query: Any, support_trace: SpanFile) -> None:
    """Its SQL exists and takes exactly the parameters it declares."""
    parameters = {parameter.name: parameter.default for parameter in query.parameters}
    SpanStore(support_trace.path).run(query.sql, parameters)
