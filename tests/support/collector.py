"""A running Collector, as tests see it."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path


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
