"""Monitors and budgets as they are read."""

from __future__ import annotations

from typing import Any

import pytest
from spanwright_analysis.backends.definition import Budget, Definition, DefinitionError
from spanwright_analysis.backends.definition.monitor import read_budgets, read_monitor

MONITOR: dict[str, Any] = {
    "id": "m",
    "title": "M",
    "kind": "mean_below",
    "metric": "spanwright.evaluation.score",
    "limit": 0.5,
    "window": 300,
    "at_least": 1,
    "wait": 0,
    "severity": "warning",
    "advice": "Look.",
}


def test_a_monitor_is_read(definition: Definition) -> None:
    """Its figures, and the metric by its name."""
    monitor = read_monitor(MONITOR, definition.metrics)
    assert (monitor.limit, monitor.metric.name) == (0.5, "spanwright.evaluation.score")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"kind": "mean_above"}, "'kind' must be one of"),
        ({"kind": "budget_mean"}, "'budget_mean' needs 'budget'"),
        ({"metric": "spanwright.scores"}, "'spanwright.scores' is no metric here"),
        ({"where": {"gen_ai.tool.name": ["x"]}}, "have no 'gen_ai.tool.name'"),
        ({"treshold": 1}, "'treshold' is not known"),
        (
            {"kind": "tail_grown", "below": 0.66, "factor": 2, "baseline": 1},
            "0.66 is no bucket bound",
        ),
    ],
)
def test_wrong_monitors_are_told(change: dict[str, Any], why: str, definition: Definition) -> None:
    """By their id, with what is missing or unknown."""
    with pytest.raises(DefinitionError, match=f"Cannot use monitor m: .*{why}"):
        read_monitor(MONITOR | change, definition.metrics)


def test_budgets_are_of_known_types_and_whole() -> None:
    """A type of pipeline of the registry, with all three figures."""
    [budget] = read_budgets({"agent": {"p50": 1, "p99": 2, "cost": 3}})
    assert budget == Budget("agent", 1.0, 2.0, 3.0)
    assert budget.of("p99") == 2.0
    with pytest.raises(DefinitionError, match="budget chatbot: it is none of simple_qa"):
        read_budgets({"chatbot": {"p50": 1, "p99": 2, "cost": 3}})
    with pytest.raises(DefinitionError, match="budget agent: it needs p50, p99 and cost"):
        read_budgets({"agent": {"p50": 1}})
