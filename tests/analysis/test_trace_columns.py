"""The figures beside a span's name."""

from __future__ import annotations

from typing import Any

import pytest
from opentelemetry.trace import StatusCode
from spanwright_analysis.trace_columns import COLUMNS, FEWER_COLUMNS, chunks, result
from support.editable import editable_span


def figures(attributes: dict[str, Any]) -> dict[str, str]:
    span = editable_span(attributes)
    return {column.heading: column.read(span) for column in COLUMNS if column.read(span)}


def test_a_model_call() -> None:
    """Its own tokens and cost, and the time to its first token."""
    assert figures(
        {
            "gen_ai.usage.input_tokens": 12345,
            "gen_ai.usage.cache_read.input_tokens": 1024,
            "gen_ai.usage.output_tokens": 7,
            "spanwright.time_to_first_token": 0.284,
            "spanwright.cost.usd": 0.0049,
        }
    ) == {
        "time": "1.00 s",
        "TTFT": "284 ms",
        "in": "12,345",
        "cached": "1,024",
        "out": "7",
        "cost": "$0.004900",
    }


def test_a_root_shows_its_trace() -> None:
    """The sums of the roll-up stand where a call has its own."""
    assert figures(
        {
            "spanwright.trace.usage.input_tokens": 30,
            "spanwright.trace.usage.cache_read.input_tokens": 0,
            "spanwright.trace.usage.output_tokens": 4,
            "spanwright.trace.cost.usd": 1.5,
        }
    ) == {"time": "1.00 s", "in": "30", "out": "4", "cost": "$1.50"}


def test_an_unknown_price_is_not_zero() -> None:
    """A call without a price says so; one that cost nothing says that."""
    assert figures({"spanwright.cost.unknown_model": "mine-7b"})["cost"] == "no price"
    assert figures({"spanwright.cost.usd": 0.0})["cost"] == "$0.000000"


@pytest.mark.parametrize("odd", ["12", True, (1, 2), None, {"a": 1}, b"x"])
def test_odd_values_are_left_out(odd: object) -> None:
    """A foreign file may hold anything under any name."""
    names = ("gen_ai.usage.input_tokens", "spanwright.cost.usd", "spanwright.time_to_first_token")
    assert figures(dict.fromkeys(names, odd)) == {"time": "1.00 s"}


@pytest.mark.parametrize(
    ("attributes", "status", "shown"),
    [
        ({}, StatusCode.UNSET, "ok"),
        ({}, StatusCode.ERROR, "error"),
        ({"spanwright.finish_reason": "length"}, StatusCode.UNSET, "length"),
        ({"spanwright.finish_reason": "stop"}, StatusCode.ERROR, "error"),
        ({"spanwright.outcome": "partial"}, StatusCode.UNSET, "partial"),
        ({"spanwright.outcome": "success", "spanwright.finish_reason": "stop"}, StatusCode.UNSET, "success"),
        ({"spanwright.outcome": "fallback"}, StatusCode.ERROR, "fallback"),
    ],
)
def test_result(attributes: dict[str, Any], status: StatusCode, shown: str) -> None:
    """An outcome before a finish reason before ok; an error over all but an outcome."""
    assert result(editable_span(attributes, status=status)) == shown


def test_chunks() -> None:
    """Scores with the source document, else the chunk's id, and how many came of how many asked for."""
    span = editable_span({"gen_ai.retrieval.top_k": 5, "spanwright.retrieval.returned": 2})
    documents: list[dict[str, object]] = [
        {"id": "1", "source_doc_id": "aero/one", "score": 0.81},
        {"id": "2", "score": 1},
        {"id": "3"},
    ]
    assert chunks(documents, span) == "0.810 aero/one · 1.000 2 · 2 of 5"
    assert chunks([], editable_span({})) == ""


def test_the_fewer_columns_are_among_the_columns() -> None:
    """A narrow terminal shows the same figures in the same order."""
    assert [column for column in COLUMNS if column in FEWER_COLUMNS] == list(FEWER_COLUMNS)
