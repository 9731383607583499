"""Panels as they are read."""

from __future__ import annotations

from typing import Any

import pytest
from spanwright_analysis.backends.definition import Definition, DefinitionError
from spanwright_analysis.backends.definition.panel import read_panel, read_question

PANEL = {"title": "P", "metric": "spanwright.calls", "show": "rate"}


def test_shares_are_parts_of_a_whole(definition: Definition) -> None:
    """Tokens over tokens are a share, dollars over calls are dollars."""
    units = {panel.title: panel.unit for panel in definition.panels}
    assert units["Cache hit rate by model"] == "1"
    assert units["Cost of a call by prompt and version"] == "USD"
    assert units["Handed to a person by reason"] == "1"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"show": "sum"}, "'show' must be one of"),
        ({"show": "share"}, "'share' needs 'where'"),
        ({"show": "quantiles", "quantiles": [0.5]}, "is no histogram"),
        ({"by": ["gen_ai.tool.name"]}, "have no 'gen_ai.tool.name'"),
        ({"where": {"gen_ai.tools": ["a"]}}, "no attribute 'gen_ai.tools'"),
        ({"show": "ratio", "over": "calls"}, "'calls' is no metric here"),
        ({"metric": "spanwright.trace.cost", "show": "below", "limit": 0.004}, "0.004 is no bucket bound"),
        ({"colour": "red"}, "'colour' is not known"),
    ],
)
def test_wrong_panels_are_told(change: dict[str, Any], why: str, definition: Definition) -> None:
    """By their title, with what is missing or unknown."""
    with pytest.raises(DefinitionError, match=f"Cannot use panel 'P': .*{why}"):
        read_panel(PANEL | change, definition.metrics)


def test_the_question_asks_for_registered_attributes(definition: Definition) -> None:
    """Success, stop, below 0.72, lowest first, 50 at most."""
    asked = definition.question
    assert asked.below == ("spanwright.trace.retrieval.score.first", 0.72)
    assert asked.equals == {"spanwright.outcome": "success", "spanwright.trace.finish_reason": "stop"}
    assert asked.limit == 50
    with pytest.raises(DefinitionError, match=r"no attribute 'spanwright\.score'"):
        read_question(
            {"title": "Q", "is": {}, "below": {"spanwright.score": 1}, "show": [], "limit": 1, "days": 1}
        )
