"""The store as its extra installs it, with a real PostgreSQL: the walk of the guide."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from support.otlp_traces import ROOT, retrieval, traces
from support.postgres import postgres_server


def spanwright(*arguments: str, url: str) -> str:
    ran = subprocess.run(
        [sys.executable, "-m", "spanwright_analysis.command", "store", *arguments],
        env={**os.environ, "SPANWRIGHT_STORE_URL": url},
        capture_output=True,
        text=True,
        check=True,
    )
    return ran.stdout


@pytest.mark.parametrize("place", ["PostgreSQL", "folder"])
def test_the_walk(place: str, tmp_path: Path) -> None:
    """init, load, query, status with what `pip install "spanwright-analysis[store]"` brings."""
    assert find_spec("spanwright_instrumentation") is None
    with postgres_server() as address:
        url = address if place == "PostgreSQL" else str(tmp_path / "store")
        (tmp_path / "traces.pb").write_bytes(traces(ROOT, retrieval(0.5)).SerializeToString())
        assert "keeps 3650 days" in spanwright("init", "--retention-days", "3650", url=url)
        assert "2 spans" in spanwright("load", str(tmp_path / "traces.pb"), url=url)
        (found,) = spanwright("query", "weak-retrieval", "--json", url=url).splitlines()
        assert json.loads(found)["top"] == 0.5
        assert "2 spans" in spanwright("status", url=url)
