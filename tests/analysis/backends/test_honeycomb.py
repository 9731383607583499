"""Honeycomb's board, queries and objectives, by the shapes its API publishes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from spanwright_analysis.backends.definition import Definition
from spanwright_analysis.backends.honeycomb import board, files, objectives, queries, slug

# Of Honeycomb's API reference (queries, triggers, boards, SLOs, derived columns), 2026-11.
OPERATORS = {"COUNT", "SUM", "AVG", "MIN", "MAX", "COUNT_DISTINCT", "HEATMAP", "CONCURRENCY"}
OPERATORS |= {
    f"P{number}"
    for number in ("001", "01", "05", "10", "20", "25", "50", "75", "80", "90", "95", "99", "999")
}
FILTERS = {"=", "!=", ">", ">=", "<", "<=", "exists", "does-not-exist", "in", "not-in", "contains"}
QUERY = {
    "calculations",
    "calculated_fields",
    "formulas",
    "filters",
    "filter_combination",
    "breakdowns",
    "orders",
    "havings",
    "limit",
    "time_range",
    "granularity",
}


def check_query(query: dict[str, Any]) -> None:
    assert query.keys() <= QUERY
    made = {one["name"] for one in query.get("calculated_fields", [])}
    for one in query["calculations"]:
        assert one.keys() <= {"op", "column", "name", "filters"}
        assert one["op"] in OPERATORS
        assert ("column" in one) == (one["op"] != "COUNT")
        assert one.get("column") != "share" or "share" in made
    for one in query["filters"]:
        assert one["op"] in FILTERS
        assert ("value" in one) == ("exist" not in one["op"])
        assert isinstance(one.get("value", []), list) == (one["op"] in ("in", "not-in") or "value" not in one)
    asked = [(one["op"], one.get("column")) for one in query["calculations"]]
    for one in query.get("orders", []):
        assert (one.get("op"), one.get("column")) in asked or one["column"] in query["breakdowns"]
    names = {one.get("name") for one in query["calculations"]}
    for one in query.get("formulas", []):
        assert {part.strip(" $)") for part in one["expression"].partition("(")[2].split(",")} <= names
    assert query.get("limit", 1) <= 1_000


def test_every_query_is_one_of_honeycombs(definition: Definition) -> None:
    """Fields, operators, and what may be ordered by."""
    for one in queries(definition).values():
        assert one.keys() == {"name", "description", "query"}
        check_query(one["query"])


def test_the_board_names_queries_that_are_there(definition: Definition) -> None:
    """Each once, none over another, within twelve columns."""
    made = board(definition)
    places = [panel["position"] for panel in made["panels"]]
    assert all(place["x_coordinate"] + place["width"] <= 12 for place in places)
    shown = [panel["query_panel"]["query_id"] for panel in made["panels"] if panel["type"] == "query"]
    assert sorted(shown) == sorted(f"query:{name}" for name in queries(definition))
    taken = set()
    for place in places:
        for x in range(place["x_coordinate"], place["x_coordinate"] + place["width"]):
            for y in range(place["y_coordinate"], place["y_coordinate"] + place["height"]):
                assert (x, y) not in taken
                taken.add((x, y))
    assert len(made["preset_filters"]) <= 5
    assert {panel["query_panel"]["query_style"] for panel in made["panels"] if panel["type"] == "query"} <= {
        "graph",
        "table",
        "combo",
    }


def test_objectives_are_the_budgets(definition: Definition) -> None:
    """99 % of the requests of a type within its P99 budget; other spans are left out of the column."""
    column, objective = objectives(definition)["simple-qa"]
    assert column["expression"] == (
        'IF(AND(EXISTS($spanwright.trace.spans), EQUALS($spanwright.pipeline.type, "simple_qa")), '
        "LTE($duration_ms, 2500))"
    )
    assert objective["sli"]["alias"] == column["alias"]
    assert objective["target_per_million"] == 990_000


def test_tags_are_ones_that_honeycomb_takes(definition: Definition) -> None:
    """Keys of lower-case letters only: what its own provider refused once."""
    made = [json.loads(text) for text in files(definition).values()]
    keys = {tag["key"] for one in made for tag in one.get("tags", [])}
    assert keys
    assert all(key.isalpha() and key.islower() and len(key) <= 32 for key in keys)


def test_the_question(definition: Definition) -> None:
    """One line for each trace, the lowest score first, 50 at most."""
    query = queries(definition)[slug(definition.question.title)]["query"]
    assert query["orders"][0] == {
        "op": "MIN",
        "column": "spanwright.trace.retrieval.score.first",
        "order": "ascending",
    }
    assert query["limit"] == 50
    assert query["breakdowns"][0] == "trace.trace_id"


def test_files_are_named_after_what_is_in_them(definition: Definition) -> None:
    """By title; two of one name would be one file."""
    assert slug("Requests by pipeline: 50 %, 99 %") == "requests-by-pipeline-50-99"
    made = files(definition)
    assert len([name for name in made if name.startswith("queries/")]) == len(definition.panels) + 1
    assert all(json.loads(text) for text in made.values())


def test_a_query_that_honeycomb_has_not_is_told() -> None:
    """The check itself finds a wrong operator."""
    with pytest.raises(AssertionError):
        check_query({"calculations": [{"op": "MEAN", "column": "duration_ms"}], "filters": []})
