"""Honeycomb: a board of queries over spans, triggers, objectives, and the question as a query."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from .definition import Definition, Panel, Question
from .honeycomb_query import FAST, Json, percentile, population, share, value_column
from .honeycomb_trigger import triggers
from .text import json_text

#: Boards have twelve columns.
_COLUMNS = 12
_HEIGHT = 5
#: What stands in a board's panel for an id that Honeycomb gives: of a query, its annotation, an objective.
QUERY, ANNOTATION, OBJECTIVE = "query:", "annotation:", "slo:"


def files(definition: Definition) -> dict[str, str]:
    """Path -> text. In `board.json` ids stand for files: `query:NAME` for that of `queries/NAME.json`."""
    made = {f"queries/{name}.json": json_text(query) for name, query in queries(definition).items()}
    made |= {f"triggers/{name}.json": json_text(one) for name, one in triggers(definition).items()}
    for name, (column, objective) in objectives(definition).items():
        made[f"derived_columns/{name}.json"] = json_text(column)
        made[f"slos/{name}.json"] = json_text(objective)
    made["board.json"] = json_text(board(definition))
    return made


def slug(title: str) -> str:
    """A file's name from a title."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")


def queries(definition: Definition) -> Mapping[str, Json]:
    """File name -> `name` and `description` of a query's annotation, and the `query` itself."""
    made = {
        slug(panel.title): {"name": panel.title, "description": panel.note, "query": query_of(panel)}
        for panel in definition.panels
    }
    asked = definition.question
    made[slug(asked.title)] = {
        "name": asked.title,
        "description": "Lowest score first.",
        "query": question(asked),
    }
    return made


def query_of(panel: Panel) -> Json:
    """A panel's query over the last day."""
    filters, calculated, calculations = population(panel.metric), [], [_calculation(panel)]
    query: Json = {}
    if panel.show in ("share", "below"):
        calculated = [share(panel)]
    elif panel.show == "quantiles":
        column = value_column(panel.metric)
        calculations = [{"op": percentile(q), "column": column} for q in panel.quantiles]
    elif panel.show == "ratio":
        return _ratio(panel)
    if panel.show not in ("share", "below"):
        for key, values in panel.where.items():
            filters.append({"column": key, "op": "exists"} if values is None else _among(key, values))
    query["calculations"] = calculations
    if calculated:
        query["calculated_fields"] = calculated
    query |= {"filters": filters, "filter_combination": "AND", "time_range": 86_400}
    if panel.by:
        query["breakdowns"] = list(panel.by)
        if panel.show != "distribution":
            query["orders"] = [calculations[0] | {"order": "descending"}]
            query["limit"] = panel.top or 50
    return query


def _calculation(panel: Panel) -> Json:
    match panel.show:
        case "total":
            return {"op": "SUM", "column": value_column(panel.metric)}
        case "mean":
            return {"op": "AVG", "column": value_column(panel.metric)}
        case "share" | "below":
            return {"op": "AVG", "column": FAST}
        case "distribution":
            return {"op": "HEATMAP", "column": value_column(panel.metric)}
    return {"op": "COUNT"}


def _ratio(panel: Panel) -> Json:
    """Two calculations, and a formula over their names."""
    assert panel.over is not None
    above = {"op": "SUM", "column": value_column(panel.metric), "name": "above"}
    below: Json = {"op": "COUNT", "name": "below"}
    if panel.over.value is not None:
        below = {"op": "SUM", "column": value_column(panel.over), "name": "below"}
    return {
        "calculations": [above, below],
        "formulas": [{"name": "ratio", "expression": "DIV($above, $below)"}],
        "filters": population(panel.over),
        "filter_combination": "AND",
        "breakdowns": list(panel.by),
        "limit": 50,
        "time_range": 86_400,
    }


def _among(key: str, values: Any) -> Json:
    if len(values) == 1:
        return {"column": key, "op": "=", "value": values[0]}
    return {"column": key, "op": "in", "value": list(values)}


def question(asked: Question) -> Json:
    """One line for each trace, the lowest score first. The date is the time range."""
    attribute, limit = asked.below
    shown = [key for key in asked.show if "score" in key]
    others = [key for key in asked.show if key not in shown]
    return {
        "calculations": [{"op": "MIN", "column": key} for key in shown],
        "filters": [
            *({"column": key, "op": "=", "value": value} for key, value in asked.equals.items()),
            {"column": attribute, "op": "<", "value": limit},
        ],
        "filter_combination": "AND",
        "breakdowns": ["trace.trace_id", *others],
        "orders": [{"op": "MIN", "column": attribute, "order": "ascending"}],
        "limit": asked.limit,
        "time_range": asked.days * 86_400,
    }


def objectives(definition: Definition) -> Mapping[str, tuple[Json, Json]]:
    """Type of pipeline -> the column that tells requests in time, and the objective: 99 % in 30 days."""
    made = {}
    [root] = definition.populations["traces"].has
    for budget in definition.budgets:
        alias = f"sli.spanwright.{budget.type}.p99"
        of_type = f'AND(EXISTS(${root}), EQUALS($spanwright.pipeline.type, "{budget.type}"))'
        milliseconds = f"{budget.p99 * 1000:.10g}"
        column = {
            "alias": alias,
            "description": f"Whether a request of type {budget.type} took {milliseconds} ms at most.",
            "expression": f"IF({of_type}, LTE($duration_ms, {milliseconds}))",
        }
        objective = {
            "name": f"Requests in time: {budget.type}",
            "description": f"99 % of the requests within {budget.p99:.10g} s.",
            "sli": {"alias": alias},
            "time_period_days": 30,
            "target_per_million": 990_000,
            "tags": [{"key": "maker", "value": "spanwright"}],
        }
        made[budget.type.replace("_", "-")] = (column, objective)
    return made


def board(definition: Definition) -> Json:
    """The request that makes the board, once its queries have ids."""
    return {
        "name": definition.title,
        "description": "Made by `spanwright backends honeycomb`.",
        "type": "flexible",
        "layout_generation": "manual",
        "tags": [{"key": "maker", "value": "spanwright"}],
        "preset_filters": [
            {"column": "spanwright.pipeline.name", "alias": "Pipeline"},
            {"column": "service.name", "alias": "Service"},
            {"column": "deployment.environment.name", "alias": "Environment"},
        ],
        "panels": list(_panels(definition)),
    }


def _panels(definition: Definition) -> Iterator[Json]:
    top = 0
    for row in definition.rows:
        yield _text_panel(f"## {row.title}", top)
        top += 1
        small = row.panels[0].size == "small"
        width, height = (2, 3) if small else (4, _HEIGHT)
        abreast = _COLUMNS // width
        for place, panel in enumerate(row.panels):
            line, column = divmod(place, abreast)
            style = "graph" if small or panel.show == "distribution" else "combo"
            position = _position(column * width, top + line * height, width, height)
            yield _query_panel(slug(panel.title), style, position)
        top += -(-len(row.panels) // abreast) * height
    yield _text_panel("## The question", top)
    yield _query_panel(slug(definition.question.title), "table", _position(0, top + 1, _COLUMNS, 8))
    for index, name in enumerate(objectives(definition)):
        position = _position(index * 3, top + 9, 3, 4)
        yield {"type": "slo", "position": position, "slo_panel": {"slo_id": f"{OBJECTIVE}{name}"}}


def _text_panel(text: str, top: int) -> Json:
    return {"type": "text", "position": _position(0, top, _COLUMNS, 1), "text_panel": {"content": text}}


def _position(left: int, top: int, width: int, height: int) -> Json:
    return {"x_coordinate": left, "y_coordinate": top, "width": width, "height": height}


def _query_panel(name: str, style: str, position: Json) -> Json:
    return {
        "type": "query",
        "position": position,
        "query_panel": {
            "query_id": f"{QUERY}{name}",
            "query_annotation_id": f"{ANNOTATION}{name}",
            "query_style": style,
        },
    }
