"""What SQL over pgvector asks for."""

from __future__ import annotations

from typing import Any

import pytest
from spanwright_instrumentation import measure
from spanwright_instrumentation.measure import Measure
from spanwright_instrumentation.vector_sql import read_statement


@pytest.mark.parametrize(
    ("selected", "score", "used"),
    [
        ("embedding <=> %s AS distance", "distance", measure.COSINE_DISTANCE),
        ("embedding <-> %s::vector AS d", "d", measure.EUCLIDEAN),
        ("embedding <#> %(q)s::VECTOR(2) AS d", "d", measure.NEGATIVE_INNER_PRODUCT),
        ("(embedding <#> %s) * -1 AS product", "product", measure.INNER_PRODUCT),
        ("-(embedding <#> $1) AS product", "product", measure.INNER_PRODUCT),
        ("1 - (items.embedding <=> %s) AS similarity", "similarity", measure.COSINE_SIMILARITY),
        ('embedding <=> CAST(%s AS vector) as "Far"', "Far", measure.COSINE_DISTANCE),
        ("embedding <=> '[1,2]'", "?column?", measure.COSINE_DISTANCE),
        ("embedding <+> %s AS d", "d", measure.DISTANCE),
        ("0.7 * (embedding <=> %s) + 0.3 * age AS mixed", "mixed", None),
    ],
)
def test_the_selected_distance(selected: str, score: str, used: Measure | None) -> None:
    """Its column, and how it measures; an expression nobody knows has a score and no measure."""
    found = read_statement(f"SELECT id, round(age, 2), {selected} FROM items ORDER BY 2 LIMIT 5")
    assert found
    assert (found.score, found.measure, found.table) == (score, used, "items")


@pytest.mark.parametrize(
    ("end", "parameters", "rows"),
    [
        ("LIMIT 5", None, 5),
        ("limit %(n)s::INTEGER", {"q": "[1]", "n": 7}, 7),
        ("LIMIT %s", ["[1]", 7], 7),
        ("LIMIT $2", ["[1]", 7], 7),
        ("FETCH FIRST 3 ROWS ONLY", None, 3),
        ("LIMIT %s", ["[1]"], None),
        ("LIMIT %(n)s", {}, None),
        ("", None, None),
    ],
)
def test_the_number_of_rows(end: str, parameters: Any, rows: int | None) -> None:
    """Written out, or a parameter by name or place; unknown where it is missing."""
    found = read_statement(f"SELECT id FROM items ORDER BY embedding <=> %s {end}")
    assert found
    assert found.limit(parameters) == rows
    assert found.score is None


def test_a_vector_and_a_filter_in_the_statement() -> None:
    """A literal is as good as a parameter; a condition is a filter."""
    found = read_statement('select * from "a"."b" where x = 1 order by e <-> \'[0.5, 1e-3]\' limit 1')
    assert found
    assert (found.vector, found.is_filtered, found.table) == ((0.5, 0.001), True, "a.b")


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1",
        "SELECT id FROM items WHERE a <> b",
        "INSERT INTO t SELECT a <=> b FROM c",
        "CREATE INDEX ON t (a <-> b)",
        "",
    ],
)
def test_other_statements_are_none(sql: str) -> None:
    """No operator, or no selection."""
    assert read_statement(sql) is None
