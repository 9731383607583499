"""The question in TraceQL, by Tempo's own grammar."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from spanwright_analysis.backends.definition import Definition
from spanwright_analysis.backends.traceql import below, lowest, question

ROOT = Path(__file__).resolve().parents[3]
_VERSIONS = ("@grafana/lezer-traceql@1.0.0", "@lezer/lr@1.4.2")
_PARSE = """
import { parser } from "@grafana/lezer-traceql";
for (const query of JSON.parse(process.argv[1])) {
  let wrong = false;
  parser.parse(query).iterate({ enter: (node) => { wrong = wrong || node.type.isError; } });
  console.log(wrong ? "wrong" : "right");
}
"""


@pytest.fixture(scope="module")
def grammar() -> Path:
    """A folder with the grammar from npm; skips the test where there is no Node, or no registry."""
    if shutil.which("npm") is None:
        pytest.skip("Tempo's grammar is an npm package and 'npm' is not on PATH")
    folder = ROOT / ".build" / "traceql-1.0.0"
    if not (folder / "node_modules" / "@grafana").is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text('{"type": "module"}')
        command = ["npm", "install", "--silent", "--no-audit", "--no-fund", *_VERSIONS]
        if subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode:
            pytest.skip("Tempo's grammar cannot be installed here")
    return folder


def parsed(grammar: Path, *queries: str) -> list[str]:
    command = ["node", "--input-type=module", "-e", _PARSE, json.dumps(queries)]
    ran = subprocess.run(command, cwd=grammar, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.split()


def test_tempo_parses_the_question(grammar: Path, definition: Definition) -> None:
    """The search, the metric, and the traces behind an alert; a query that is none is told."""
    asked, metric = definition.question, definition.metrics["spanwright.trace.retrieval.score"]
    queries = [question(asked), lowest(asked), below(metric, 0.65, "support")]
    # The grammar of Grafana's editor lacks this field, which Tempo has.
    queries = [query.replace("nestedSetParent < 0", "kind = client") for query in queries]
    assert parsed(grammar, *queries, "{ span.a < }") == [*["right"] * 3, "wrong"]


def test_only_roots_are_asked_for(definition: Definition) -> None:
    """The figures of a trace stand on its root; the score stands beside each trace."""
    query = question(definition.question)
    assert query.startswith('{ nestedSetParent < 0 && span."spanwright.outcome" = "success" && ')
    assert 'span."spanwright.trace.retrieval.score.first" < 0.72 }' in query
    shown = ("retrieval.score.first", "retrieval.score.second", "finish_reason")
    columns = ", ".join(f'span."spanwright.trace.{name}"' for name in shown)
    assert query.endswith(f"select({columns})")
