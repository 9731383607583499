"""Honeycomb's triggers, by the rules its API publishes for them."""

from __future__ import annotations

from spanwright_analysis.backends.definition import Definition
from spanwright_analysis.backends.honeycomb_trigger import triggers

from .test_honeycomb import check_query


def test_every_trigger_is_one_that_honeycomb_takes(definition: Definition) -> None:
    """One calculation, no order and limit, a day at most, looked at often enough, compared as it may be."""
    made = triggers(definition)
    for name, one in made.items():
        query = one["query"]
        check_query(query)
        assert len(query["calculations"]) == 1, name
        assert not query.keys() & {"orders", "limit"}, name
        assert query["calculations"][0]["op"] != "HEATMAP"
        assert query["time_range"] <= min(86_400, 4 * one["frequency"]), name
        assert one["frequency"] % 60 == 0
        assert 60 <= one["frequency"] <= 86_400
        assert one["threshold"]["op"] in (">", ">=", "<", "<=")
        if "baseline_details" in one:
            assert one["baseline_details"]["type"] == "percentage"
            assert one["baseline_details"]["offset_minutes"] in (60, 1_440, 10_080, 40_320)
    assert len({one["name"] for one in made.values()}) == len(made)


def test_figures_are_those_of_the_definition(definition: Definition) -> None:
    """Milliseconds for durations, percent for what is compared with before."""
    made = triggers(definition)
    assert made["request-p99-simple-qa"]["threshold"] == {"op": ">", "value": 2500.0}
    assert made["groundedness"]["threshold"] == {"op": "<", "value": 0.75}
    assert made["groundedness"]["query"]["time_range"] == 300
    assert made["retrieval-tail"]["threshold"] == {"op": ">=", "value": 10.0}
    assert made["retrieval-tail"]["baseline_details"]["offset_minutes"] == 10_080
    assert made["handoff-reason"]["query"]["filter_combination"] == "OR"
