"""A running Collector, as tests see it."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

_BUILD = Path(__file__).resolve().parents[2] / "collector-config" / "build.sh"


def built_collector() -> Path:
    """The binary, built where it is not yet; the test is skipped where there is no Go."""
    if shutil.which("go") is None:
        pytest.skip("the Collector is built from source and 'go' is not on PATH")
    built = subprocess.run([_BUILD], capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr[-2000:]
    return Path(built.stdout.strip())


@dataclass(frozen=True)
class Collector:
    grpc: str
    http: str
    traces: Path
    logs: Path
    process: subprocess.Popen[bytes]

    def stop(self) -> None:
        """End it as an operator would; it writes out what it has accepted."""
        self.process.terminate()
        assert self.process.wait(timeout=20) == 0
