"""Grafana's dashboard: metrics from Prometheus or Mimir, traces from Tempo."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from . import promql, traceql
from .definition import Definition, Panel, Question
from .text import json_text

Json = dict[str, Any]

#: Grafana's name of a unit.
UNITS: Mapping[str, str] = {"s": "s", "USD": "currencyUSD", "1": "percentunit"}
_COLUMNS = 24
_HEIGHT = {"small": 4, "normal": 8}
#: Panels side by side.
_ABREAST = {"small": 6, "normal": 3}
_PROMETHEUS = {"type": "prometheus", "uid": "${metrics}"}
_TEMPO = {"type": "tempo", "uid": "${traces}"}

#: Variable -> the attribute whose label it chooses.
_CHOICES = {
    "service": "job",
    "environment": "deployment_environment_name",
    "pipeline": "spanwright_pipeline_name",
}


def dashboard(definition: Definition) -> str:
    """The dashboard's JSON model, for import or provisioning."""
    panels = list(laid_out(definition))
    return json_text(frame("spanwright", definition, panels, [*_data_sources(), *_choices(definition)]))


def frame(
    uid: str, definition: Definition, panels: list[Json], variables: list[Json], suffix: str = ""
) -> Json:
    """A dashboard without its panels and variables."""
    return {
        "uid": uid,
        "title": definition.title + suffix,
        "tags": list(definition.tags),
        "schemaVersion": 41,
        "version": 1,
        "editable": True,
        "graphTooltip": 1,
        "refresh": "1m",
        "time": {"from": "now-6h", "to": "now"},
        "timezone": "browser",
        "annotations": {"list": []},
        "links": [],
        "templating": {"list": variables},
        "panels": panels,
    }


def laid_out(definition: Definition) -> Iterator[Json]:
    """All panels, each with its place and id."""
    made: list[tuple[str, list[tuple[Panel, Json]]]] = [
        (row.title, [(panel, _panel(panel)) for panel in row.panels]) for row in definition.rows
    ]
    top, number = 0, 0
    for title, panels in made:
        number += 1
        yield row_panel(number, title, top)
        top += 1
        for place, (panel, json) in enumerate(panels):
            number += 1
            yield json | {"id": number, "gridPos": grid(place, len(panels), panel.size, top)}
        top += bottom(len(panels), panels[0][0].size)
    yield row_panel(number + 1, "The question", top)
    below = {"h": 12, "w": _COLUMNS, "x": 0, "y": top + 1}
    yield _question(definition.question) | {"id": number + 2, "gridPos": below}


def row_panel(number: int, title: str, top: int) -> Json:
    return {
        "id": number,
        "type": "row",
        "title": title,
        "collapsed": False,
        "panels": [],
        "gridPos": {"h": 1, "w": _COLUMNS, "x": 0, "y": top},
    }


def grid(place: int, count: int, size: str, top: int) -> Json:
    """Where the panel at ``place`` of a row of ``count`` stands."""
    abreast = min(count, _ABREAST[size])
    width, height = _COLUMNS // abreast, _HEIGHT[size]
    line, column = divmod(place, abreast)
    return {"h": height, "w": width, "x": column * width, "y": top + line * height}


def bottom(count: int, size: str) -> int:
    """Height of a row of ``count`` panels."""
    abreast = min(count, _ABREAST[size])
    return -(-count // abreast) * _HEIGHT[size]


def _panel(panel: Panel) -> Json:
    scope = _scope(panel)
    targets = [
        {
            "refId": chr(ord("A") + index),
            "datasource": _PROMETHEUS,
            "editorMode": "code",
            "expr": expression,
            "legendFormat": "{{le}}" if panel.show == "distribution" else legend,
            "range": not _is_stat(panel),
            "instant": _is_stat(panel),
            "format": "heatmap" if panel.show == "distribution" else "time_series",
        }
        for index, (legend, expression) in enumerate(promql.expressions(panel, *scope))
    ]
    return look(panel) | {"datasource": _PROMETHEUS, "targets": targets}


def look(panel: Panel) -> Json:
    """How a panel looks, whatever it is fed from."""
    json: Json = {"title": panel.title, "description": panel.note, "type": _type(panel)}
    json["options"] = _OPTIONS[json["type"]]
    defaults: Json = {"unit": _unit(panel), "custom": {}} if json["type"] != "heatmap" else {"custom": {}}
    if panel.is_share:
        defaults |= {"min": 0, "decimals": 2}
    if panel.unit == "USD":
        defaults["decimals"] = 4
    json["fieldConfig"] = {"defaults": defaults, "overrides": []}
    return json


def _type(panel: Panel) -> str:
    if panel.show == "distribution":
        return "heatmap"
    return "stat" if _is_stat(panel) else "timeseries"


def _is_stat(panel: Panel) -> bool:
    return panel.size == "small"


def _unit(panel: Panel) -> str:
    if panel.show == "rate":
        return "reqps"
    if panel.is_share:
        return "percentunit"
    known = dict(UNITS) | {"1": "none"}
    return known.get(panel.unit, "short")


_OPTIONS: Mapping[str, Json] = {
    "timeseries": {
        "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True, "calcs": []},
        "tooltip": {"mode": "multi", "sort": "desc"},
    },
    "stat": {
        "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
        "colorMode": "none",
        "graphMode": "none",
        "justifyMode": "auto",
        "orientation": "auto",
        "textMode": "auto",
    },
    "heatmap": {
        "calculate": False,
        "color": {"mode": "scheme", "scheme": "Blues", "steps": 64},
        "yAxis": {"axisPlacement": "left"},
        "legend": {"show": False},
        "tooltip": {"mode": "single", "yHistogram": True},
        "cellGap": 1,
    },
}


def _scope(panel: Panel) -> list[str]:
    """The dashboard's choices that the panel's series know."""
    kept = ["service", "environment"]
    metrics = [panel.metric, *([panel.over] if panel.over else [])]
    if all("spanwright.pipeline.name" in metric.definition.attributes for metric in metrics):
        kept.append("pipeline")
    return [f'{_CHOICES[name]}=~"${name}"' for name in kept]


def _data_sources() -> list[Json]:
    return [
        data_source("metrics", "Metrics (Prometheus, Mimir)", "prometheus"),
        data_source("traces", "Traces (Tempo)", "tempo"),
    ]


def data_source(name: str, title: str, kind: str) -> Json:
    """A variable that chooses a data source."""
    return {"name": name, "label": title, "type": "datasource", "query": kind, "current": {}, "hide": 0}


def _choices(definition: Definition) -> Iterator[Json]:
    series = promql.counted(definition.metrics["spanwright.traces"])
    for name, label in _CHOICES.items():
        query = f"label_values({series}, {label})"
        yield {
            "name": name,
            "label": name.capitalize(),
            "type": "query",
            "datasource": _PROMETHEUS,
            "query": {"query": query, "refId": "choices"},
            "refresh": 2,
            "includeAll": True,
            "allValue": ".*",
            "multi": True,
            "current": {"text": ["All"], "value": ["$__all"]},
            "sort": 1,
        }


def _question(question: Question) -> Json:
    target = {
        "refId": "A",
        "datasource": _TEMPO,
        "queryType": "traceql",
        "query": traceql.question(question),
        "limit": question.limit,
        "tableType": "traces",
    }
    attribute, _ = question.below
    return {
        "type": "table",
        "title": question.title,
        "description": f"Tempo; the time range is the dashboard's. Lowest {attribute} first.",
        "datasource": _TEMPO,
        "targets": [target],
        "fieldConfig": {"defaults": {"custom": {}}, "overrides": []},
        "options": {"showHeader": True, "sortBy": [{"displayName": attribute, "desc": False}]},
    }
