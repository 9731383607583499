"""``spanwright traces``."""

from __future__ import annotations

from pathlib import Path

import pytest
from spanwright_analysis.command import main
from spanwright_analysis.commands.traces import read_traces
from spanwright_analysis.otlp_file import OtlpFile
from support.span_file import SpanFile


def test_prints_trees_at_a_fixed_width_in_a_pipe(
    support_trace: SpanFile, capsys: pytest.CaptureFixture[str]
) -> None:
    """Piped output has no colours, no terminal's width, and no line broken in a column."""
    assert main(["traces", str(support_trace.path)]) == 0
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert {len(line) for line in out.splitlines() if line.startswith("━━")} == {110}
    assert "  └─ execute_tool lookup_order" in out


def test_width_and_excerpt_are_as_asked(support_trace: SpanFile, capsys: pytest.CaptureFixture[str]) -> None:
    """``--width`` sets the width, ``--excerpt`` how much of a text is shown."""
    main(["traces", str(support_trace.path), "--width", "120", "--excerpt", "12"])
    out = capsys.readouterr().out
    assert out.splitlines()[0].endswith("UTC")
    assert len(out.splitlines()[0]) == 120
    assert "Hold the Fi…" in out


def test_shows_the_newest_traces(span_file: SpanFile) -> None:
    """``--last`` keeps the newest, printed oldest first; 0 keeps all."""
    for number in range(5):
        span_file.span(f"trace {number}", 10 - number, 20)
    file = OtlpFile(span_file.path)
    assert [trace.roots[0].span.name for trace in read_traces(file, last=2)] == ["trace 1", "trace 0"]
    assert len(read_traces(file, last=0)) == 5


def test_shows_the_traces_whose_id_begins_so(span_file: SpanFile, capsys: pytest.CaptureFixture[str]) -> None:
    """``--trace`` takes a beginning of the id in either case."""
    span_file.span("first", 0, 1)
    span_file.span("second", 0, 1)
    assert main(["traces", str(span_file.path), "--trace", "0ABC0002"]) == 0
    out = capsys.readouterr().out
    assert "second" in out
    assert "first" not in out


def test_tells_of_lines_it_passed_over(span_file: SpanFile, capsys: pytest.CaptureFixture[str]) -> None:
    """A cut line is told on standard error; the rest is shown."""
    span_file.span("whole", 0, 1)
    span_file.write('{"resourceSpans":[')
    assert main(["traces", str(span_file.path)]) == 0
    assert "1 line(s)" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "why"), [("missing.jsonl", "Cannot read"), ("empty.jsonl", "holds none that match")]
)
def test_says_why_there_is_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, why: str
) -> None:
    """Exit code 1 and one sentence for a missing file and one without traces."""
    (tmp_path / "empty.jsonl").touch()
    assert main(["traces", str(tmp_path / name)]) == 1
    assert why in capsys.readouterr().err
