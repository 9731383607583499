"""Grafana's dashboard: places, variables, and what its queries name."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from spanwright_analysis.backends.definition import Definition
from spanwright_analysis.backends.grafana import dashboard
from spanwright_analysis.backends.promql import buckets, counted, summed
from spanwright_analysis.backends.store_dashboard import dashboard as store_dashboard


def overlaps(one: dict[str, int], other: dict[str, int]) -> bool:
    beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
    below = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
    return not (beside or below)


@pytest.fixture(params=["metrics", "store"])
def board(request: pytest.FixtureRequest, definition: Definition) -> dict[str, Any]:
    made = dashboard(definition) if request.param == "metrics" else store_dashboard(definition)
    found: dict[str, Any] = json.loads(made)
    return found


def test_every_panel_of_the_definition_stands_once(board: dict[str, Any], definition: Definition) -> None:
    """Under its title, besides the rows and the question."""
    titles = [panel["title"] for panel in board["panels"] if panel["type"] != "row"]
    assert titles == [panel.title for panel in definition.panels] + [definition.question.title]
    ids = [panel["id"] for panel in board["panels"]]
    assert len(ids) == len(set(ids))


def test_no_panel_covers_another(board: dict[str, Any]) -> None:
    """All within the grid's 24 columns."""
    places = [panel["gridPos"] for panel in board["panels"]]
    assert all(place["x"] + place["w"] <= 24 for place in places)
    assert not any(overlaps(one, other) for index, one in enumerate(places) for other in places[index + 1 :])


def test_variables_used_are_there(board: dict[str, Any]) -> None:
    """And those there are used; Grafana's own begin with two underscores."""
    names = {variable["name"] for variable in board["templating"]["list"]}
    queries = json.dumps([panel.get("targets") for panel in board["panels"]]) + json.dumps(
        [panel.get("datasource") for panel in board["panels"]]
    )
    used = {name for name in re.findall(r"\$\{?(\w+)", queries) if not name.startswith("__")}
    assert used == names


def test_only_series_of_the_definition_are_asked_for(definition: Definition) -> None:
    """A name that nothing writes would be an empty panel."""
    known = {
        name(metric)
        for metric in definition.metrics.values()
        for name in (counted, summed, *([buckets] if metric.is_histogram else []))
    }
    found = set(re.findall(r"\bspanwright_\w+(?=\{|\[)", dashboard(definition)))
    assert found
    assert found <= known
