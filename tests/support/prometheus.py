"""The real Prometheus: its `promtool`, and a server that takes OTLP and answers queries, on loopback."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from support.stage import free_address

ROOT = Path(__file__).resolve().parents[2]
#: A Go module's version: Prometheus 3.16.0.
_VERSION = "v0.316.0"
_MODULE = "github.com/prometheus/prometheus/cmd"
#: Without what finds scrape targets in clouds, which is most of it.
_TAGS = "remove_all_sd,netgo"
_START_SECONDS = 30.0


def prometheus_tool(name: str) -> Path:
    """``promtool`` or ``prometheus``, built once from its Go module; skips the test where it cannot be."""
    folder = ROOT / ".build" / f"prometheus-{_VERSION}"
    if not (folder / name).is_file():
        if shutil.which("go") is None:
            found = shutil.which(name) if name == "promtool" else None
            if found is None:
                pytest.skip(f"{name} is built from source and 'go' is not on PATH")
            return Path(found)
        _build(folder)
    return folder / name


def _build(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (folder / "prometheus").is_file():
            return
        unfinished = folder / "unfinished"
        built = subprocess.run(
            ["go", "install", "-tags", _TAGS, *(f"{_MODULE}/{name}@{_VERSION}" for name in _TOOLS)],
            env=os.environ | {"GOBIN": str(unfinished), "GOFLAGS": ""},
            capture_output=True,
            text=True,
            check=False,
        )
        if built.returncode:
            pytest.skip(f"Prometheus cannot be built here: {built.stderr[-300:]}")
        for name in _TOOLS:
            (unfinished / name).rename(folder / name)


_TOOLS = ("promtool", "prometheus")


class Prometheus:
    """A running server."""

    def __init__(self, address: str) -> None:
        self.url = f"http://{address}"
        #: Where OTLP metrics are sent, without `/v1/metrics`.
        self.otlp = f"{self.url}/api/v1/otlp"

    def get(self, path: str, **parameters: str) -> Any:
        """The `data` of an answer of its API. Raises ``AssertionError`` with its message for an error."""
        query = urllib.parse.urlencode(parameters)
        try:
            with urllib.request.urlopen(f"{self.url}{path}?{query}", timeout=20) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            raise AssertionError(error.read().decode()) from error

    def query(self, expression: str) -> list[tuple[dict[str, str], float]]:
        """(labels, value) of each series of an instant query."""
        found = self.get("/api/v1/query", query=expression)["result"]
        return [(one["metric"], float(one["value"][1])) for one in found]


@contextmanager
def running_prometheus(folder: Path, rules: Path | None = None) -> Iterator[Prometheus]:
    """A server with its data in ``folder``, evaluating ``rules`` every second."""
    address = free_address()
    config = folder / "prometheus.yml"
    files = [] if rules is None else [str(rules)]
    config.write_text(
        json.dumps(
            {
                "global": {"evaluation_interval": "1s"},
                "otlp": {"promote_resource_attributes": ["deployment.environment.name"]},
                "storage": {"tsdb": {"out_of_order_time_window": "30m"}},
                "rule_files": files,
            }
        )
    )
    command = [
        str(prometheus_tool("prometheus")),
        f"--config.file={config}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address={address}",
        "--web.enable-otlp-receiver",
        "--log.level=warn",
    ]
    with (folder / "prometheus.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)
    try:
        _wait(process, f"http://{address}/-/ready", folder / "prometheus.log")
        yield Prometheus(address)
    finally:
        process.kill()
        process.wait()


def _wait(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        assert process.poll() is None, log.read_text()[-2000:]
        assert time.monotonic() < deadline, log.read_text()[-2000:]
        with suppress(OSError), urllib.request.urlopen(url, timeout=1) as answer:
            if answer.status == 200:
                return
        time.sleep(0.05)
