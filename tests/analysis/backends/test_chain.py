"""What is asked of Prometheus is there: the metrics of the real gateway, by their names and labels."""

from __future__ import annotations

from typing import Any

import pytest
from spanwright_analysis.backends.definition import Definition
from spanwright_analysis.backends.promql import SCOPE, base_name, counted, expressions, label, summed
from support.processes import eventually
from support.prometheus import Prometheus

from .conftest import TRACES


def test_every_metric_of_the_gateway_arrives(chain: Prometheus, definition: Definition) -> None:
    """Under the name and with the labels the generators use, as many as were sent."""
    for metric in definition.metrics.values():
        if not metric.by_gateway:
            continue
        found = chain.query(counted(metric))
        assert found, metric.name
        for labels, _ in found:
            wanted = {label(key) for key in metric.definition.attributes} | set(SCOPE)
            assert wanted <= labels.keys(), metric.name
            assert (labels["job"], labels["deployment_environment_name"]) == ("support-bot", "prod")
        if metric.kind != "sum":
            assert sum(value for _, value in found) == 2 * TRACES, metric.name


def test_figures_are_those_of_the_spans(chain: Prometheus, definition: Definition) -> None:
    """Costs, tokens, seconds and scores add up to what the spans said."""
    sums = {
        "spanwright.trace.cost": (750 * 2.5e-6 + 250 * 1.25e-6 + 100 * 1e-5),
        "spanwright.call.cost": (750 * 2.5e-6 + 250 * 1.25e-6 + 100 * 1e-5),
        "spanwright.trace.duration": 3.0,
        "spanwright.call.duration": 1.0,
        "spanwright.call.tokens.input": 1000,
        "spanwright.call.tokens.cache_read": 250,
        "spanwright.call.tokens.output": 100,
        "spanwright.call.time_to_first_token": 0.5,
        "spanwright.trace.retrieval.score": 0.5,
        "spanwright.trace.retrieval.normalised_score": 0.75,
        "spanwright.evaluation.score": 0.5,
    }
    for name, each in sums.items():
        found = sum(value for _, value in chain.query(summed(definition.metrics[name])))
        assert found == pytest.approx(2 * TRACES * each), name


def test_every_panel_shows_something(chain: Prometheus, definition: Definition) -> None:
    """The expression of every panel of gateway metrics gives values over those of the chain."""
    scope = ('job=~"support-bot"', 'deployment_environment_name=~".*"')
    for panel in definition.panels:
        for legend, expression in expressions(panel, *scope):
            asked = expression.replace("$__rate_interval", "10m").replace("$__interval", "10m")
            found = chain.query(asked)
            if panel.metric.by_gateway:
                assert found, (panel.title, legend, asked)


def test_share_of_a_whole(chain: Prometheus, definition: Definition) -> None:
    """Shares are those of what was sent: all tools failed, a quarter of the input was cached, scores low."""
    wanted = {
        "Failure rate by tool and version": 1.0,
        "Cache hit rate by model": 0.25,
        "Tail rate by pipeline": 1.0,
        "Handed to a person by reason": 1.0,
        "Not answered": 0.0,
        "Groundedness": 0.5,
        "Held back by the provider": 0.0,
    }
    for panel in definition.panels:
        if panel.title in wanted:
            [(_, expression)] = expressions(panel)
            [(_, value)] = chain.query(expression.replace("$__rate_interval", "10m"))
            assert value == pytest.approx(wanted[panel.title]), panel.title


def test_rules_run_and_fire(chain: Prometheus, definition: Definition) -> None:
    """All rules evaluate without an error over the chain's metrics; what is over budget fires or waits."""

    def rules() -> list[dict[str, Any]]:
        return [rule for group in chain.get("/api/v1/rules")["groups"] for rule in group["rules"]]

    def alerts() -> set[str]:
        return {rule["labels"]["spanwright_monitor"] for rule in rules() if rule.get("alerts")}

    wanted = {"request_p50", "request_cost", "groundedness"}
    assert eventually(lambda: wanted <= alerts(), 30), alerts()
    assert len(rules()) > 25
    assert [rule["lastError"] for rule in rules() if rule.get("lastError")] == []


def test_names_follow_the_unit(definition: Definition) -> None:
    """The name's unit is Prometheus' word for it; counts and shares have none."""
    names = {name: base_name(metric) for name, metric in definition.metrics.items()}
    assert names["spanwright.trace.duration"] == "spanwright_trace_duration_seconds"
    assert names["spanwright.trace.cost"] == "spanwright_trace_cost_USD"
    assert names["spanwright.cost.total"] == "spanwright_cost_USD"
    assert names["spanwright.calls"] == "spanwright_calls"
