"""Datadog: metrics it makes of spans, a dashboard and monitors over them, and the question."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .datadog_monitors import monitors
from .datadog_query import Query, formula, metric_name, queries, span_filter, tag
from .definition import Definition, Metric, Panel, Question
from .definition.metric import DURATION
from .text import json_text

Json = dict[str, Any]

_UNITS = {"s": "second", "USD": "dollar", "1": "fraction"}
#: Tags that choose what a dashboard shows.
_CHOICES = ("env", "service", "pipeline")


def files(definition: Definition) -> dict[str, str]:
    """Path -> text."""
    made = {"dashboard.json": json_text(dashboard(definition))}
    for metric in definition.metrics.values():
        if metric.by_gateway:
            folder = "logs_metrics" if metric.of.is_event else "spans_metrics"
            made[f"{folder}/{metric.name}.json"] = json_text(signal_metric(metric))
    made["retention_filter.json"] = json_text(retention_filter(definition))
    for name, monitor in monitors(definition).items():
        made[f"monitors/{name}.json"] = json_text(monitor)
    return made


def signal_metric(metric: Metric) -> Json:
    """The request that has Datadog make a metric of all spans, or log records, that it takes in."""
    compute: Json = {"aggregation_type": "count" if metric.kind == "count" else "distribution"}
    if metric.kind != "count":
        compute |= {"include_percentiles": metric.is_histogram, "path": _path(metric)}
    return {
        "data": {
            "id": metric_name(metric),
            "type": "logs_metrics" if metric.of.is_event else "spans_metrics",
            "attributes": {
                "compute": compute,
                "filter": {"query": span_filter(metric)},
                "group_by": [
                    {"path": "env", "tag_name": "env"},
                    {"path": "service", "tag_name": "service"},
                    *({"path": f"@{key}", "tag_name": tag(key)} for key in metric.definition.attributes),
                ],
            },
        }
    }


def retention_filter(definition: Definition) -> Json:
    """The request that has Datadog keep every root span, which the question is asked of."""
    [root] = definition.populations["traces"].has
    return {
        "data": {
            "type": "apm_retention_filter",
            "attributes": {
                "name": "Spanwright: root spans of LLM requests",
                "rate": 1.0,
                "filter": {"query": f"@{root}:*"},
                "enabled": True,
                "filter_type": "spans-sampling-processor",
            },
        }
    }


def _path(metric: Metric) -> str:
    return "@duration" if metric.value == DURATION else f"@{metric.value}"


def dashboard(definition: Definition) -> Json:
    """The request that makes the dashboard."""
    groups = [_group(row.title, [_widget(panel) for panel in row.panels]) for row in definition.rows]
    groups.append(_group("The question", [_question(definition.question)]))
    return {
        "title": definition.title,
        "description": "Made by `spanwright backends datadog`.",
        "layout_type": "ordered",
        "reflow_type": "auto",
        "template_variables": [
            {"name": name, "prefix": name, "available_values": [], "defaults": ["*"]} for name in _CHOICES
        ],
        "widgets": groups,
    }


def _group(title: str, widgets: list[Json]) -> Json:
    return {"definition": {"type": "group", "title": title, "layout_type": "ordered", "widgets": widgets}}


def _widget(panel: Panel) -> Json:
    if panel.show == "distribution":
        return {"definition": _heatmap(panel)}
    asked = queries(panel)
    single = {"aggregator": "avg"} if panel.size == "small" else {}
    requests: Json = {
        "formulas": [_formula(panel, query) for query in asked],
        "queries": [{"data_source": "metrics"} | one | single for query in asked for one in query.asked],
        "response_format": "scalar" if panel.size == "small" else "timeseries",
    }
    if not panel.metric.by_gateway:
        return {"definition": _top_spans(panel)}
    if panel.size == "small":
        shape: Json = {"type": "query_value", "autoscale": True, "precision": 3}
    else:
        requests["display_type"] = "line"
        shape = {"type": "timeseries", "show_legend": True, "legend_layout": "auto"}
    return {"definition": {"title": panel.title} | shape | {"requests": [requests]}}


def _formula(panel: Panel, query: Query) -> Json:
    json: Json = {"formula": formula(query)}
    if query.alias:
        json["alias"] = query.alias
    if panel.show == "rate":
        return json
    unit = "fraction" if panel.is_share else _UNITS.get(panel.unit)
    if unit is not None:
        json["number_format"] = {"unit": {"type": "canonical_unit", "unit_name": unit}}
    return json


def _heatmap(panel: Panel) -> Json:
    name = metric_name(panel.metric)
    return {
        "title": panel.title,
        "type": "heatmap",
        "requests": [
            {
                "request_type": "histogram",
                "query": {
                    "data_source": "metrics",
                    "name": "query1",
                    "query": f"histogram:{name}{{{', '.join(f'${choice}' for choice in _CHOICES)}}}",
                },
            }
        ],
    }


def _top_spans(panel: Panel) -> Json:
    """A list straight from indexed spans, by an attribute with too many values for a metric's tag."""
    metric = panel.metric
    [key] = panel.by
    compute: Json = {"aggregation": "count"}
    if metric.value is not None:
        compute = {"aggregation": "sum", "metric": f"@{metric.value}"}
    query = {
        "data_source": "spans",
        "name": "query1",
        "search": {"query": f"{span_filter(metric)} $env $service"},
        "indexes": ["*"],
        "compute": compute,
        "group_by": [{"facet": f"@{key}", "limit": panel.top or 10, "sort": compute | {"order": "desc"}}],
    }
    request = {"formulas": [{"formula": "query1"}], "queries": [query], "response_format": "scalar"}
    return {"title": panel.title, "type": "toplist", "requests": [request]}


def _question(question: Question) -> Json:
    columns = ["timestamp", "service", *(f"@{key}" for key in question.show)]
    attribute, _ = question.below
    return {
        "definition": {
            "title": question.title,
            "type": "list_stream",
            "requests": [
                {
                    "response_format": "event_list",
                    "columns": [{"field": field, "width": "auto"} for field in columns],
                    "query": {
                        "data_source": "trace_stream",
                        "query_string": question_filter(question),
                        "indexes": [],
                        "sort": {"column": f"@{attribute}", "order": "asc"},
                    },
                }
            ],
        }
    }


def question_filter(question: Question) -> str:
    """The question as a search of spans."""
    attribute, limit = question.below
    parts = [f"@{key}:{value}" for key, value in question.equals.items()]
    return " ".join([*parts, f"@{attribute}:<{limit}"])


def as_data(definition: Definition) -> Mapping[str, Json]:
    """What is sent to Datadog, by file."""
    return {"dashboard.json": dashboard(definition), **monitors(definition)}
