"""Queries of Datadog's metrics."""

from __future__ import annotations

import re

from spanwright_analysis.backends.datadog_query import metric_name, queries, selected, span_filter, tag
from spanwright_analysis.backends.definition import Definition, Metric, Panel


def of(definition: Definition, title: str) -> Panel:
    [panel] = [one for one in definition.panels if one.title == title]
    return panel


def test_spans_of_a_metric(definition: Definition) -> None:
    """Attributes it has, lacks and equals, as one search."""
    metrics = definition.metrics
    assert span_filter(metrics["spanwright.tool.calls"]) == "@gen_ai.operation.name:execute_tool"
    assert span_filter(metrics["spanwright.call.cost"]) == (
        "@gen_ai.usage.input_tokens:* @spanwright.cost.usd:* -@spanwright.duplicate_of:*"
    )


def test_filters_in_braces() -> None:
    """Plain ones are joined by commas; alternatives need words between them all."""
    assert selected({}) == "*"
    assert selected({"spanwright.outcome": ["error"]}, "$env") == "$env, spanwright_outcome:error"
    assert selected({"spanwright.outcome": ["a", "b"]}, "$env") == "$env AND spanwright_outcome IN (a, b)"
    assert selected({"error.type": None}) == "error_type:*"


def test_durations_come_in_seconds(definition: Definition) -> None:
    """Datadog has them in nanoseconds; other values are in their unit."""
    lines = queries(of(definition, "Requests by pipeline: 50 %, 99 %"))
    assert [line.formula for line in lines] == ["query1 / 1000000000", "query2 / 1000000000"]
    assert (
        lines[1]
        .asked[0]["query"]
        .startswith("p99:spanwright.spans.trace.duration{$env, $service, $pipeline}")
    )
    assert queries(of(definition, "Cost of a request"))[0].formula == "query1"


def test_shares_divide_by_all(definition: Definition) -> None:
    """The condition stands above the line only; below, values are counted under the limit."""
    [line] = queries(of(definition, "Failure rate by tool and version"))
    some, all_of_them = (one["query"] for one in line.asked)
    assert "error_type:*" in some
    assert "error_type" not in all_of_them
    assert line.formula == "default_zero(query1) / query2"
    [tail] = queries(of(definition, "Tail rate by pipeline"))
    assert tail.asked[0]["query"].startswith("count(v: v<0.65):spanwright.spans.trace.retrieval.score{")


def test_only_tags_that_the_metric_has_are_named(definition: Definition) -> None:
    """A tag nobody writes would be an empty widget."""
    for panel in definition.panels:
        if panel.show == "distribution":
            continue
        tags = {tag(key) for metric in _metrics(panel) for key in metric.definition.attributes}
        for line in queries(panel):
            for one in line.asked:
                groups = re.findall(r"by \{([^}]*)\}", one["query"])
                assert {name.strip() for group in groups for name in group.split(",")} <= tags, panel.title
                assert metric_name(panel.metric).rpartition(".")[0].split(".")[0] in one["query"]


def _metrics(panel: Panel) -> list[Metric]:
    return [panel.metric, *([panel.over] if panel.over else [])]
