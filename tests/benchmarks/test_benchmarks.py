"""The benchmarks run; what they print is for people to judge, never for a test."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from spanwright_processors.settings import load_settings

from benchmarks.__main__ import topics

ROOT = Path(__file__).resolve().parents[2]


#: Topic -> figures that others rely on.
FIGURES = {
    "bench_calls": {
        "chat, 2 kB: added, caller",
        "chat, 2 kB: added, in all",
        "stream, 200 chunks: added a chunk",
    },
    "bench_steps": {f"2 kB: {step}" for step in load_settings({}).steps},
}
#: Topics of the Collector alone, which is built with Go.
NEED_GO = {"bench_path"}


@pytest.mark.parametrize("topic", topics())
def test_every_topic_prints_its_rows(topic: str, tmp_path: Path) -> None:
    """`make bench` measures the calls, every step that is installed, and masking, each beside a baseline."""
    ran = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--quick", topic],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    rows = json.loads((tmp_path / ".build/bench/result.json").read_text())
    assert rows or (topic in NEED_GO and not shutil.which("go"))
    assert all(row["unit"] and row["value"] == row["value"] for row in rows)
    names = {row["name"] for row in rows}
    for figure in FIGURES.get(topic, ()):
        assert any(name.startswith(figure) for name in names), figure


def test_a_store_is_measured_where_its_client_is() -> None:
    """Two rows for each of its clients, as the stores' environments print them for `make bench`."""
    ran = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "benchmarks.retrievers", "qdrant"],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    names = [row["name"] for row in json.loads(ran.stdout)]
    assert names == [
        f"{client}: {what}"
        for client in ("qdrant", "qdrant, asynchronous")
        for what in ("bare client", "added, caller")
    ]
