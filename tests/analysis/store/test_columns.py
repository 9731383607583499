"""The columns of the tables."""

from __future__ import annotations

from pathlib import Path

import spanwright_analysis.store as package
from spanwright_analysis.store.columns import KEYS, SPANS, TABLES, place
from spanwright_semconv import attributes


def test_the_migration_makes_these_columns_in_this_order() -> None:
    """What PostgreSQL has is what rows are made for."""
    text = (Path(package.__file__).parent / "sql/postgres/0001_tables.sql").read_text()
    for table, columns in TABLES.items():
        body = text.split(f"CREATE TABLE {table} (\n")[1].split("\n    PRIMARY KEY")[0]
        made = [line.strip().rstrip(",").split(" ", 1) for line in body.splitlines()]
        kinds = [(name, kind.replace(' COLLATE "C"', "").replace(" NOT NULL", "")) for name, kind in made]
        assert kinds == [(column.name, column.kind.postgres) for column in columns]
        assert f"PRIMARY KEY ({', '.join(KEYS[table])}, started)" in text


def test_each_attribute_has_one_column() -> None:
    """Nothing is stored twice, and a place is found by its name."""
    for columns in TABLES.values():
        keys = [column.attribute for column in columns if column.attribute]
        assert len(keys) == len(set(keys))
        assert len({column.name for column in columns}) == len(columns)
    assert SPANS[place(SPANS, "query_text")].attribute == attributes.GEN_AI_RETRIEVAL_QUERY_TEXT
