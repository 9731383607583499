"""The generated files are what the registry says, and hold what the conventions promise."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import generate
import pytest
from generator.registry import load
from spanwright_semconv import attributes, enums
from spanwright_semconv.metrics import METRICS

ROOT = Path(__file__).parents[2]
DURATION = (0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92)


def test_generated_files_are_up_to_date() -> None:
    """Regeneration would change nothing."""
    done = subprocess.run(
        [sys.executable, "semconv/generate.py", "--check"],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_check_reports_a_difference(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--check` writes nothing, names each stale or surplus file and exits with 1; a plain run mends them."""
    generated = tmp_path / "_generated"
    generated.mkdir()
    (generated / "surplus.py").write_text("")
    monkeypatch.setattr(generate, "GENERATED", generated)
    monkeypatch.setattr(generate, "PAGE", tmp_path / "docs" / "page.md")
    monkeypatch.setattr(generate, "REPOSITORY", tmp_path)
    assert generate.main(["--check"]) == 1
    assert "Cannot accept _generated/surplus.py" in capsys.readouterr().err
    assert not (tmp_path / "docs").exists()
    assert generate.main([]) == 0
    assert generate.main(["--check"]) == 0
    assert not (generated / "surplus.py").exists()


def test_generated_code_is_formatted() -> None:
    """ruff would leave the generated modules as they are, though it is told to skip them."""
    command = [
        sys.executable,
        "-m",
        "ruff",
        "format",
        "--isolated",
        "--no-cache",
        "--check",
        "--line-length",
        "110",
    ]
    done = subprocess.run([*command, generate.GENERATED], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_every_attribute_has_its_constant() -> None:
    """Dots and dashes become underscores, letters upper case."""
    for entry in load(generate.REGISTRY).attributes:
        assert getattr(attributes, entry.key.upper().replace(".", "_").replace("-", "_")) == entry.key


@pytest.mark.parametrize("key", (Path(__file__).parent / "named_attributes.txt").read_text().split())
def test_every_attribute_the_project_names_is_registered(key: str) -> None:
    """The attributes of the conventions in use are all there."""
    assert getattr(attributes, key.upper().replace(".", "_")) == key


def test_enumerations() -> None:
    """Enumerations are string enumerations with the official values."""
    assert enums.Operation("invoke_workflow") is enums.Operation.INVOKE_WORKFLOW
    assert enums.Provider.GCP_VERTEX_AI.value == "gcp.vertex_ai"
    assert set(enums.Outcome) == {"success", "error", "partial", "fallback"}


def test_metrics() -> None:
    """Histograms carry the official bucket boundaries, counters none; units are UCUM."""
    duration = METRICS["gen_ai.client.inference.duration"]
    assert (duration.instrument, duration.unit, duration.boundaries) == ("histogram", "s", DURATION)
    assert METRICS["gen_ai.client.inference.operation.input_tokens"].boundaries == tuple(
        4.0**n for n in range(14)
    )
    for metric in METRICS.values():
        assert (metric.boundaries is not None) == (metric.instrument == "histogram"), metric.name
