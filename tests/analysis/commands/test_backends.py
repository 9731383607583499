"""``spanwright backends``: files for one backend in a folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from spanwright_analysis.backends import BACKENDS
from spanwright_analysis.command import main


@pytest.mark.parametrize("backend", sorted(BACKENDS))
def test_writes_the_files_of_a_backend(
    backend: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every file is there, whole, and the command says how many."""
    assert main(["backends", backend, "--folder", str(tmp_path / "made")]) == 0
    files = [path for path in (tmp_path / "made").rglob("*") if path.is_file()]
    assert files
    assert capsys.readouterr().out.startswith(f"{len(files)} file")
    for path in files:
        if path.suffix == ".json":
            json.loads(path.read_text())


def test_takes_budgets_of_ones_own(tmp_path: Path) -> None:
    """A team's file changes budgets and limits, and switches monitors off."""
    own = tmp_path / "own.yaml"
    own.write_text(
        "budgets: {agent: {p50: 1.5, p99: 4, cost: 0.04}}\n"
        "monitors: {groundedness: {limit: 0.8}, daily_cost: null}\n"
    )
    assert main(["backends", "grafana", "--folder", str(tmp_path), "--own", str(own)]) == 0
    rules = (tmp_path / "rules.yaml").read_text()
    assert "> 0.04" in rules
    assert "< 0.8" in rules
    assert "SpanwrightDailyCost" not in rules


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("monitors: {groundednes: {limit: 0.8}}", "'groundednes' is not known"),
        ("budgets: {chat: {p50: 1, p99: 2, cost: 1}}", "budget chat"),
        ("budgets: {agent: {p50: 1}}", "needs p50, p99 and cost"),
        ("monitors: {retrieval_tail: {below: 0.66}}", "0.66 is no bucket bound"),
        ("monitors: [1", "Cannot read"),
        ("- 1", "holds no map"),
        ("dashboard: {}", "'dashboard' is not known"),
    ],
)
def test_says_what_is_wrong(text: str, why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that cannot be used is told by its key, and nothing is written."""
    own = tmp_path / "own.yaml"
    own.write_text(text)
    assert main(["backends", "grafana", "--folder", str(tmp_path / "made"), "--own", str(own)]) == 1
    assert why in capsys.readouterr().err
    assert not (tmp_path / "made").exists()
