"""A real Collector, built by the Collector Builder, running one of our configurations on loopback."""

from __future__ import annotations

import os
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.collector import Collector, built_collector
from support.stage import free_address

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 30.0


@pytest.fixture(scope="session")
def collector_binary() -> Path:
    return built_collector()


@pytest.fixture
def start_collector(collector_binary: Path, tmp_path: Path) -> Iterator[Callable[[str], Collector]]:
    """Start the Collector with a configuration of collector-config/ and wait until it is healthy."""
    running: list[subprocess.Popen[bytes]] = []

    def start(config: str) -> Collector:
        grpc, http, health = free_address(), free_address(), free_address()
        traces, logs = tmp_path / "traces.jsonl", tmp_path / "logs.jsonl"
        settings = {
            "COLLECTOR_OTLP_GRPC": grpc,
            "COLLECTOR_OTLP_HTTP": http,
            "COLLECTOR_HEALTH": health,
            "COLLECTOR_TRACES_FILE": str(traces),
            "COLLECTOR_LOGS_FILE": str(logs),
        }
        with (tmp_path / "collector.log").open("wb") as log:
            process = subprocess.Popen(
                [collector_binary, "--config", ROOT / "collector-config" / config],
                env=os.environ | settings,
                stdout=log,
                stderr=log,
            )
        running.append(process)
        deadline = time.monotonic() + START_SECONDS
        while not _healthy(health):
            assert process.poll() is None, (tmp_path / "collector.log").read_text()[-2000:]
            assert time.monotonic() < deadline, "the Collector did not become healthy"
            time.sleep(0.05)
        return Collector(grpc, http, traces, logs, process)

    yield start
    for process in running:
        if process.poll() is None:
            process.kill()
            process.wait()


def _healthy(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"http://{address}/", timeout=1) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
