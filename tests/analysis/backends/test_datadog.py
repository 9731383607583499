"""Datadog's files; that its own client takes them is tested in tests/environments/backends."""

from __future__ import annotations

import json

from spanwright_analysis.backends.datadog import dashboard, files, question_filter, signal_metric
from spanwright_analysis.backends.definition import Definition


def test_metrics_are_made_of_all_spans(definition: Definition) -> None:
    """By population, value and attributes; a duration is Datadog's own, in nanoseconds."""
    made = signal_metric(definition.metrics["spanwright.trace.duration"])["data"]
    assert made["id"] == "spanwright.spans.trace.duration"
    assert made["attributes"]["filter"]["query"] == "@spanwright.trace.spans:*"
    assert made["attributes"]["compute"] == {
        "aggregation_type": "distribution",
        "include_percentiles": True,
        "path": "@duration",
    }
    assert {"path": "@spanwright.pipeline.name", "tag_name": "pipeline"} in made["attributes"]["group_by"]
    scores = signal_metric(definition.metrics["spanwright.evaluation.score"])["data"]
    assert scores["type"] == "logs_metrics"


def test_the_question() -> None:
    """As a search of root spans, lowest score first."""
    from spanwright_analysis.backends.definition import load

    definition = load()
    assert question_filter(definition.question) == (
        "@spanwright.outcome:success @spanwright.trace.finish_reason:stop "
        "@spanwright.trace.retrieval.score.first:<0.72"
    )
    widget = dashboard(definition)["widgets"][-1]["definition"]["widgets"][0]["definition"]
    assert widget["requests"][0]["query"]["sort"]["order"] == "asc"


def test_every_panel_stands_in_its_group(definition: Definition) -> None:
    """Under its title."""
    groups = json.loads(files(definition)["dashboard.json"])["widgets"]
    titles = [one["definition"]["title"] for group in groups for one in group["definition"]["widgets"]]
    assert titles == [panel.title for panel in definition.panels] + [definition.question.title]
