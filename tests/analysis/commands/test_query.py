"""``spanwright query``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from opentelemetry.trace import SpanKind
from spanwright_analysis.command import main
from support.span_file import SpanFile, documents


@pytest.fixture
def weak_trace(span_file: SpanFile) -> SpanFile:
    root = span_file.span(
        "root", 0, 9, {"spanwright.outcome": "success", "spanwright.trace.finish_reason": "stop"}
    )
    values = {
        "gen_ai.operation.name": "retrieval",
        "gen_ai.retrieval.query.text": "how do I make it stop?",
        "gen_ai.retrieval.documents": documents((0.673, "aero/status-lights"), (0.671, "lumen/blinking")),
        "spanwright.retrieval.score.first": 0.673,
        "spanwright.retrieval.score.second": 0.671,
    }
    span_file.span("retrieval help_articles", 1, 2, values, root, SpanKind.CLIENT)
    return span_file


def test_a_named_question_prints_a_table(weak_trace: SpanFile, capsys: pytest.CaptureFixture[str]) -> None:
    """Scores, finish reason, query and where the chunks come from, with the whole trace id."""
    assert (
        main(["query", "weak-retrieval", str(weak_trace.path), "--below", "0.7", "--since", "2026-11-01"])
        == 0
    )
    out = " ".join(capsys.readouterr().out.split())
    assert (
        f"{0xABC0001 << 96 | 0x1234:032x} 0.673 0.671 stop how do I make aero/status-lights lumen/blinking"
        in out
    )
    assert "aero/status-lights" in out
    assert "lumen/blinking" in out
    assert out.endswith("1 row")


def test_its_parameters_decide(weak_trace: SpanFile, capsys: pytest.CaptureFixture[str]) -> None:
    """Each parameter of the question is an option of the command."""
    for option in (["--below", "0.6"], ["--since", "2026-12-01"], ["--limit", "0"]):
        assert main(["query", "weak-retrieval", str(weak_trace.path), *option]) == 0
        assert capsys.readouterr().out.splitlines()[-1] == "0 rows"


def test_shows_its_sql_on_request(weak_trace: SpanFile, capsys: pytest.CaptureFixture[str]) -> None:
    """The SQL can be taken to another engine, with the parameters' values."""
    main(["query", "weak-retrieval", str(weak_trace.path), "--show-sql"])
    out = capsys.readouterr().out
    assert "r.first_score < $below" in out
    assert "$below = 0.72" in out


def test_prints_json_lines(weak_trace: SpanFile, capsys: pytest.CaptureFixture[str]) -> None:
    """``--json`` gives one object for each row."""
    sql = "SELECT name, started, failed FROM spans ORDER BY started"
    assert main(["query", "sql", sql, str(weak_trace.path), "--json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert rows[0] == {"name": "root", "started": "2026-11-23 12:00:00", "failed": False}


def test_free_sql_prints_a_table(weak_trace: SpanFile, capsys: pytest.CaptureFixture[str]) -> None:
    """Empty values, numbers, booleans, times and maps have a readable form."""
    sql = "SELECT NULL AS none, 1/3 AS third, true AS yes, TIMESTAMP '2026-01-02 03:04:05' AS at,"
    sql += " MAP {'a': 1} AS map"
    assert main(["query", "sql", sql, str(weak_trace.path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split() == ["–", "0.3333", "true", "2026-01-02", "03:04:05", '{"a":', "1}"]


def test_says_why_it_cannot(tmp_path: Path, weak_trace: SpanFile, capsys: pytest.CaptureFixture[str]) -> None:
    """A missing file and wrong SQL are one sentence and exit code 1."""
    assert main(["query", "weak-retrieval", str(tmp_path / "missing")]) == 1
    assert "no such file" in capsys.readouterr().err
    assert main(["query", "sql", "SELEC", str(weak_trace.path)]) == 1
    assert "Cannot run the query" in capsys.readouterr().err
