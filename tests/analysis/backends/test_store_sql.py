"""SQL of the panels, run over the store's own views."""

from __future__ import annotations

import re
from importlib import import_module
from typing import Any

import pytest
from spanwright_analysis.backends.definition import Definition, Panel
from spanwright_analysis.backends.store_sql import question, statements

#: What Grafana puts in the place of its macros, as DuckDB and PostgreSQL both read it.
_MACROS = (
    (r"\$__timeGroupAlias\((\w+), \$__interval\)", r"date_trunc('minute', \1) AS time"),
    (r"\$__timeFilter\((\w+)\)", r"\1 BETWEEN TIMESTAMP '2020-01-01' AND TIMESTAMP '2100-01-01'"),
    (r"\$(?:service|environment|pipeline)\b", "'', 'support'"),
)


def filled(sql: str) -> str:
    """The statement as Grafana would send it."""
    for pattern, replacement in _MACROS:
        sql = re.sub(pattern, replacement, sql)
    assert "$" not in sql
    return sql


def of(definition: Definition, title: str) -> Panel:
    [panel] = [one for one in definition.panels if one.title == title]
    return panel


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The embedded store: the same views as in PostgreSQL."""
    pytest.importorskip("spanwright_analysis.store.parquet")
    made = import_module("spanwright_analysis.store.parquet").ParquetStore(tmp_path_factory.mktemp("store"))
    made.init(30)
    return made


def test_every_statement_runs_over_the_stores_views(store: Any, definition: Definition) -> None:
    """All columns are there and of the right type: the question's and each panel's."""
    for panel in definition.panels:
        for _, sql in statements(panel):
            store.run(filled(sql))
    store.run(filled(question(definition.question)))


def test_time_series_have_a_time_a_name_and_a_value(store: Any, definition: Definition) -> None:
    """The columns that Grafana makes lines of."""
    for panel in definition.panels:
        for form, sql in statements(panel):
            if form == "time_series":
                assert list(store.run(filled(sql)).columns) == ["time", "metric", "value"], panel.title


def test_shares_are_of_all(definition: Definition) -> None:
    """The condition is what is counted, not what is looked at."""
    [(_, sql)] = statements(of(definition, "Failure rate by tool and version"))
    assert "avg(CASE WHEN error_type IS NOT NULL THEN 1.0 ELSE 0.0 END)" in sql
    assert "error_type" not in sql.partition("WHERE")[2]


def test_top_lists_and_shares_of_requests(definition: Definition) -> None:
    """Users by cost, the dearest first; reasons over all requests."""
    [(form, sql)] = statements(of(definition, "Cost by user"))
    assert (form, "ORDER BY value DESC\nLIMIT 20" in sql) == ("table", True)
    [(_, sql)] = statements(of(definition, "Handed to a person by reason"))
    assert "FROM hitl_requests" in sql
    assert "SELECT count(*) FROM traces" in sql


def test_text_is_quoted() -> None:
    """A value with an apostrophe stays a value."""
    from spanwright_analysis.backends.store_sql import _quoted

    assert _quoted("it's") == "'it''s'"
