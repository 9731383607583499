"""Filters, columns and expressions of Honeycomb's queries."""

from __future__ import annotations

import pytest
from spanwright_analysis.backends.definition import Definition
from spanwright_analysis.backends.honeycomb_query import (
    below,
    condition,
    percentile,
    population,
    share,
    value_column,
)


def test_filters_of_a_population(definition: Definition) -> None:
    """What a span has, lacks and equals."""
    assert population(definition.metrics["spanwright.calls"]) == [
        {"column": "gen_ai.usage.input_tokens", "op": "exists"},
        {"column": "spanwright.duplicate_of", "op": "does-not-exist"},
    ]
    assert population(definition.metrics["spanwright.tool.calls"]) == [
        {"column": "gen_ai.operation.name", "op": "=", "value": "execute_tool"}
    ]


def test_columns_and_operators(definition: Definition) -> None:
    """Durations are Honeycomb's own, in milliseconds; quantiles have names, and some have none."""
    assert value_column(definition.metrics["spanwright.trace.duration"]) == "duration_ms"
    assert value_column(definition.metrics["spanwright.call.cost"]) == "spanwright.cost.usd"
    assert [percentile(q) for q in (0.001, 0.05, 0.5, 0.99, 0.999)] == ["P001", "P05", "P50", "P99", "P999"]
    with pytest.raises(ValueError, match=r"Cannot ask Honeycomb for the quantile 0\.42"):
        percentile(0.42)


def test_expressions(definition: Definition) -> None:
    """One value, several, any, and a limit; a share is the mean of ones and noughts."""
    assert condition({"spanwright.outcome": ["error"]}) == 'EQUALS($spanwright.outcome, "error")'
    assert condition({"spanwright.outcome": ["a", "b"]}) == 'IN($spanwright.outcome, "a", "b")'
    assert condition({"error.type": None, "gen_ai.tool.name": ["x"]}) == (
        'AND(EXISTS($error.type), EQUALS($gen_ai.tool.name, "x"))'
    )
    score = definition.metrics["spanwright.trace.retrieval.score"]
    assert below(score, 0.65) == "IF(LT($spanwright.trace.retrieval.score.first, 0.65), 1, 0)"
    [panel] = [one for one in definition.panels if one.title == "Tail rate by pipeline"]
    assert share(panel)["expression"] == below(score, 0.65)
