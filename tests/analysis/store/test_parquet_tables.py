"""DuckDB's part in the folder."""

from __future__ import annotations

from pathlib import Path

from spanwright_analysis.store.columns import TABLES
from spanwright_analysis.store.parquet_tables import (
    COLUMNS,
    EMBEDDINGS,
    TEMPLATE,
    connect,
    make_views,
    reading,
    resource_rows,
    stage,
    write,
    write_templates,
)
from support.otlp_traces import DAY, NOW, ROOT, batch, traces


def test_templates_tell_the_columns(tmp_path: Path) -> None:
    """A store without a row can be asked."""
    for table in (*COLUMNS, EMBEDDINGS):
        (tmp_path / table).mkdir()
    write_templates(tmp_path)
    connection = connect()
    make_views(connection, {table: [tmp_path / table / TEMPLATE] for table in (*COLUMNS, EMBEDDINGS)})
    described = connection.execute("DESCRIBE spans").fetchall()
    assert [row[0] for row in described] == [column.name for column in TABLES["spans"]]
    assert connection.execute("SELECT count(*) FROM traces").fetchall() == [(0,)]


def test_rows_come_through_files(tmp_path: Path) -> None:
    """Whatever is in the names of the files, and however long a row is."""
    folder = tmp_path / "it's [a] folder"
    folder.mkdir()
    connection = connect()
    long = "x" * (20 << 20)
    stage(
        connection,
        "spans",
        batch(traces({**ROOT, "gen_ai.input.messages": long})).spans.values(),
        folder / "in",
    )
    assert write(connection, "SELECT * FROM incoming", folder / "out.parquet") == 1
    found = connection.execute(
        f"SELECT length(input_messages), started::VARCHAR FROM {reading([folder / 'out.parquet'])}"
    ).fetchall()
    assert found == [(20 << 20, "2026-11-23 12:00:00")]


def test_a_resource_is_filed_on_each_of_its_days() -> None:
    """It goes with the last day that needs it."""
    made = batch(traces(ROOT, trace=1), traces(ROOT, trace=2), traces(ROOT, trace=3, at=NOW - DAY))
    assert len(resource_rows(made)) == 2
