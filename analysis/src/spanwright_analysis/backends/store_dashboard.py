"""Grafana's dashboard over `spanwright store` in PostgreSQL: the same panels, by SQL."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from . import store_sql
from .definition import Definition, Panel
from .grafana import bottom, data_source, frame, grid, look, row_panel
from .text import json_text

Json = dict[str, Any]

_STORE = {"type": "grafana-postgresql-datasource", "uid": "${store}"}


def dashboard(definition: Definition) -> str:
    """The dashboard's JSON model, for import or provisioning."""
    variables = [data_source("store", "Store (PostgreSQL)", "grafana-postgresql-datasource"), *_choices()]
    return json_text(
        frame("spanwright-store", definition, list(_panels(definition)), variables, ", from the store")
    )


def question(definition: Definition) -> str:
    """The question for any client of the store: the date without Grafana's macro."""
    asked = definition.question
    since = f"started >= now() - INTERVAL '{asked.days} days'"
    return store_sql.question(asked).replace("$__timeFilter(started)", since) + "\n"


def _panels(definition: Definition) -> Iterator[Json]:
    top, number = 0, 0
    for row in definition.rows:
        number += 1
        yield row_panel(number, row.title, top)
        top += 1
        for place, panel in enumerate(row.panels):
            number += 1
            position = grid(place, len(row.panels), panel.size, top)
            yield _panel(panel) | {"id": number, "gridPos": position}
        top += bottom(len(row.panels), row.panels[0].size)
    yield row_panel(number + 1, "The question", top)
    yield {
        "id": number + 2,
        "type": "table",
        "title": definition.question.title,
        "datasource": _STORE,
        "targets": [_target(0, "table", store_sql.question(definition.question))],
        "fieldConfig": {"defaults": {"custom": {}}, "overrides": []},
        "options": {"showHeader": True},
        "gridPos": {"h": 12, "w": 24, "x": 0, "y": top + 1},
    }


def _panel(panel: Panel) -> Json:
    made = store_sql.statements(panel)
    json = look(panel)
    if panel.show == "distribution":
        json |= {"type": "histogram", "options": {"legend": {"showLegend": False}}}
    elif made[0][0] == "table":
        json |= {"type": "table", "options": {"showHeader": True}}
    if panel.show == "rate":
        json["fieldConfig"]["defaults"]["unit"] = "short"
    targets = [_target(number, form, sql) for number, (form, sql) in enumerate(made)]
    return json | {"datasource": _STORE, "targets": targets}


def _target(number: int, form: str, sql: str) -> Json:
    return {
        "refId": chr(ord("A") + number),
        "datasource": _STORE,
        "editorMode": "code",
        "rawQuery": True,
        "rawSql": sql,
        "format": form,
    }


def _choices() -> Iterator[Json]:
    for column, name in store_sql.CHOICES.items():
        query = f"SELECT DISTINCT coalesce({column}, '') FROM traces WHERE $__timeFilter(started) ORDER BY 1"
        yield {
            "name": name,
            "label": name.capitalize(),
            "type": "query",
            "datasource": _STORE,
            "query": query,
            "refresh": 2,
            "includeAll": True,
            "multi": True,
            "current": {"text": ["All"], "value": ["$__all"]},
            "sort": 1,
        }
