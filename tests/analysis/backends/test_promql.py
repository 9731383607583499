"""PromQL of panels: names, labels, and what is divided by what."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from spanwright_analysis.backends.definition import Definition, Panel
from spanwright_analysis.backends.promql import (
    buckets,
    counted,
    duration,
    expressions,
    label,
    matchers,
    number,
    summed,
)
from support.prometheus import prometheus_tool


def of(definition: Definition, title: str) -> Panel:
    [panel] = [one for one in definition.panels if one.title == title]
    return panel


def test_names_of_series(definition: Definition) -> None:
    """Counters are totals, histograms have a sum, a count and buckets."""
    cost, calls = definition.metrics["spanwright.trace.cost"], definition.metrics["spanwright.calls"]
    assert (summed(cost), counted(cost)) == (
        "spanwright_trace_cost_USD_sum",
        "spanwright_trace_cost_USD_count",
    )
    assert buckets(cost) == "spanwright_trace_cost_USD_bucket"
    assert summed(calls) == counted(calls) == "spanwright_calls_total"
    assert summed(definition.metrics["spanwright.cost.total"]) == "spanwright_cost_USD_total"
    assert label("gen_ai.response.model") == "gen_ai_response_model"


def test_numbers_and_durations_are_written_as_prometheus_does() -> None:
    """No exponents, no trailing zeros, the largest unit."""
    assert [number(value) for value in (0.65, 2.5, 10.0, 0.0001)] == ["0.65", "2.5", "10", "0.0001"]
    assert [duration(value) for value in (300, 3_600, 86_400, 90)] == ["5m", "1h", "1d", "90s"]


def test_conditions() -> None:
    """One value, several, and any at all, for which the word for none does not count."""
    assert matchers({"spanwright.outcome": ["error"]}) == ('spanwright_outcome="error"',)
    assert matchers({"spanwright.outcome": ["error", "a.b"]}) == (r'spanwright_outcome=~"error|a\\.b"',)
    assert matchers({"error.type": None}) == ('error_type!~"|none"',)


def test_a_share_of_nothing_is_zero(definition: Definition) -> None:
    """Where none of those that are meant was seen, the others still give a value."""
    [(_, expression)] = expressions(of(definition, "Held back by the provider"))
    some = 'rate(spanwright_calls_total{spanwright_finish_reason="content_filter"}[$__rate_interval])'
    assert expression.startswith(f"(sum by (gen_ai_response_model) ({some}) or ")
    assert " * 0) / sum by (gen_ai_response_model)" in expression


def test_quantiles_have_a_line_each(definition: Definition) -> None:
    """Told apart by their percentage."""
    lines = expressions(of(definition, "Requests by pipeline: 50 %, 99 %"), 'job=~"$service"')
    assert [legend for legend, _ in lines] == [
        "{{spanwright_pipeline_name}} · 50 %",
        "{{spanwright_pipeline_name}} · 99 %",
    ]
    assert all('job=~"$service"' in expression for _, expression in lines)


def test_promql_parses_every_expression(definition: Definition, tmp_path: Path) -> None:
    """By Prometheus' own parser, Grafana's variables given values."""
    rules = [
        {
            "record": f"panel:{index}",
            "expr": expression.replace("$__rate_interval", "5m").replace("$__interval", "1m"),
        }
        for index, (_, expression) in enumerate(
            line for panel in definition.panels for line in expressions(panel, 'job=~"a|b"')
        )
    ]
    path = tmp_path / "rules.json"
    path.write_text(json.dumps({"groups": [{"name": "panels", "rules": rules}]}))
    command = [str(prometheus_tool("promtool")), "check", "rules", str(path)]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr
