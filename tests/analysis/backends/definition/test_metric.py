"""Metrics and populations."""

from __future__ import annotations

from typing import Any

import pytest
from spanwright_analysis.backends.definition import Definition, DefinitionError
from spanwright_analysis.backends.definition.metric import absent, read_metric, read_population


def test_what_a_span_must_have_to_be_measured(definition: Definition) -> None:
    """Its population's attributes, the value, and a condition; a duration is on every span."""
    metrics = definition.metrics
    assert metrics["spanwright.trace.cost"].has == ("spanwright.trace.spans", "spanwright.trace.cost.usd")
    assert metrics["spanwright.trace.duration"].has == ("spanwright.trace.spans",)
    assert "spanwright.cost.unknown_model" in metrics["spanwright.cost.unpriced_calls"].has


def test_kinds(definition: Definition) -> None:
    """A histogram tells a distribution, a counter a sum of values or how many."""
    kinds = {name: metric.kind for name, metric in definition.metrics.items()}
    assert kinds["spanwright.trace.cost"] == "distribution"
    assert kinds["spanwright.call.cost"] == "sum"
    assert kinds["spanwright.traces"] == "count"


def test_missing_labels_have_a_word() -> None:
    """No series is without a label: `none` for what an application may leave out, else `unknown`."""
    assert absent("spanwright.pipeline.name") == "none"
    assert absent("gen_ai.response.model") == absent("spanwright.outcome") == "unknown"


@pytest.mark.parametrize(
    ("name", "raw", "why"),
    [
        ("spanwright.nothing", {"of": "traces"}, "the registry has none of this name"),
        ("spanwright.traces", {"of": "tracks"}, "'of' must name one of"),
        (
            "spanwright.traces",
            {"of": "traces", "value": "spanwright.costs"},
            "no attribute 'spanwright.costs'",
        ),
        ("spanwright.traces", {"of": "traces", "values": 1}, "'values' is not known"),
    ],
)
def test_wrong_metrics_are_told(name: str, raw: dict[str, Any], why: str, definition: Definition) -> None:
    """What the registry or the populations lack."""
    with pytest.raises(DefinitionError, match=why):
        read_metric(name, raw, definition.populations)


def test_wrong_populations_are_told() -> None:
    """An attribute that nothing writes selects nothing."""
    with pytest.raises(DefinitionError, match=r"no attribute 'spanwright\.roots'"):
        read_population("traces", {"what": "traces", "has": ["spanwright.roots"]})
