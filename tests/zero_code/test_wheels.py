"""What is released is what was tested: the built wheels, installed as a user installs them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from support.otlp_receiver import OtlpReceiver
from support.processes import BIN
from zero_code.apps.call import SECRET

ROOT = Path(__file__).resolve().parents[2]
DISTRIBUTIONS = ("", "_semconv", "_processors", "_instrumentation", "_analysis")


def uv(*arguments: str | Path) -> None:
    ran = subprocess.run([BIN / "uv", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr


def test_the_wheels_work_alone(receiver: OtlpReceiver, tmp_path: Path) -> None:
    """``pip install spanwright`` from built wheels gives an application spans, masked, priced, and kept."""
    wheels, environment = tmp_path / "wheels", tmp_path / "environment"
    uv("build", "--quiet", "--all-packages", "--wheel", "--out-dir", wheels)
    assert {path.name.split("-")[0] for path in wheels.glob("*.whl")} == {
        f"spanwright{d}" for d in DISTRIBUTIONS
    }
    uv("venv", "--quiet", "--python", sys.executable, environment)
    uv(
        *("pip", "install", "--quiet", "--python", environment / "bin" / "python"),
        *("--constraints", ROOT / "requirements.lock", "--find-links", wheels, "spanwright"),
    )
    variables = {
        "PATH": f"{environment / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
        "OTEL_EXPORTER_OTLP_ENDPOINT": receiver.url,
        "OTEL_METRICS_EXPORTER": "none",
        "SPANWRIGHT_OFFLOAD_URL": str(tmp_path / "texts"),
    }
    ran = subprocess.run(
        ["opentelemetry-instrument", "python", ROOT / "tests/zero_code/apps/plain.py", "1"],
        env=variables | {"PYTHONPATH": str(ROOT / "tests")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "application done\n", "")
    [span] = receiver.spans
    assert "[EMAIL]" in span.attributes["gen_ai.input.messages"]
    assert span.attributes["spanwright.cost.usd"] > 0
    assert str(span.attributes["spanwright.content.ref"]).startswith((tmp_path / "texts").as_uri())
    assert SECRET.encode() not in receiver.raw_bytes
