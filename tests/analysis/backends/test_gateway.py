"""The gateway's connector: what it counts, and under which attributes."""

from __future__ import annotations

import yaml
from spanwright_analysis.backends.definition import Definition
from spanwright_analysis.backends.gateway import event_metrics, span_metrics
from spanwright_semconv.metrics import METRICS


def test_every_metric_of_the_gateway_is_made_once(definition: Definition) -> None:
    """From spans or from events, with the registry's unit, attributes and bounds; sums only rise."""
    made = [*yaml.safe_load(span_metrics(definition)), *yaml.safe_load(event_metrics(definition))]
    names = [entry["name"] for entry in made]
    assert len(names) == len(set(names))
    assert set(names) == {name for name, metric in definition.metrics.items() if metric.by_gateway}
    for entry in made:
        registered = METRICS[entry["name"]]
        assert entry["unit"] == registered.unit
        assert tuple(one["key"] for one in entry["attributes"]) == registered.attributes
        assert all("default_value" in one for one in entry["attributes"])
        if registered.instrument == "histogram":
            assert tuple(entry["histogram"]["buckets"]) == registered.boundaries
        else:
            assert entry["sum"]["monotonic"] is True


def test_a_call_told_twice_counts_once(definition: Definition) -> None:
    """Population and value are one condition: several would be alternatives to the connector."""
    entries = {entry["name"]: entry for entry in yaml.safe_load(span_metrics(definition))}
    assert entries["spanwright.call.cost"]["conditions"] == [
        'attributes["gen_ai.usage.input_tokens"] != nil and attributes["spanwright.cost.usd"] != nil'
        ' and attributes["spanwright.duplicate_of"] == nil'
    ]
    assert entries["spanwright.trace.duration"]["histogram"]["value"] == "Seconds(end_time - start_time)"
