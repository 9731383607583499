"""Jaeger, run for real: a tool's span under the model call that has ended stays where it was.

Jaeger takes ten minutes to build from its Go module, so this runs where ``SPANWRIGHT_JAEGER`` names a binary
of its version 1 (``cmd/all-in-one``, with the ``go.sum`` of the module itself).
"""

from __future__ import annotations

import json
import os
import subprocess
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from spanwright_analysis.otlp_file import OtlpFile
from support.processes import BIN, Process, eventually
from support.stage import free_address

BINARY = os.environ.get("SPANWRIGHT_JAEGER")
SERVICE = "larkspur-support-bot"

pytestmark = pytest.mark.skipif(BINARY is None, reason="SPANWRIGHT_JAEGER names no binary of Jaeger")

#: Starts a Jaeger; where it takes OTLP/gRPC, and where it answers.
Start = Callable[[], tuple[str, str]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    running: list[Process] = []

    def started() -> tuple[str, str]:
        names = ["admin.http", "collector.grpc-server", "collector.http-server", "collector.otlp.grpc"]
        names += ["collector.otlp.http", "query.grpc-server", "query.http-server"]
        addresses = {name: free_address() for name in names}
        command = [str(BINARY), *(f"--{name}.host-port={address}" for name, address in addresses.items())]
        environment = {"SPAN_STORAGE_TYPE": "memory", "OTEL_TRACES_SAMPLER": "always_off"}
        process = Process(command, environment, tmp_path, tmp_path / "jaeger.log")
        running.append(process)
        process.until(lambda output: "Health Check state change" in output or None, 30)
        return addresses["collector.otlp.grpc"], addresses["query.http-server"]

    yield started
    for process in running:
        process.kill()


def shown(query: str) -> list[dict[str, Any]]:
    """All spans, as Jaeger's page gets them."""
    with urllib.request.urlopen(
        f"http://{query}/api/traces?service={SERVICE}&limit=100", timeout=10
    ) as answer:
        return [span for trace in json.load(answer)["data"] for span in trace["spans"]]


def run_demo(otlp: str, folder: Path) -> dict[str, int]:
    """When each span began, in microseconds, by its id."""
    environment = {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://{otlp}"}
    command = [str(BIN / "spanwright"), "demo", "--local", "--folder", str(folder)]
    ran = subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout[-2000:] + ran.stderr[-2000:]
    return {f"{span.span_id:016x}": span.start_ns // 1000 for span in OtlpFile(folder / "traces.jsonl")}


def test_tools_stay_where_they_were(start: Start, tmp_path: Path) -> None:
    """Jaeger draws a child that begins after its parent where it is, unless it is told to adjust clocks."""
    otlp, query = start()
    began = run_demo(otlp, tmp_path / "demo")
    assert eventually(lambda: len(shown(query)) == len(began))
    spans = shown(query)
    tools = [span for span in spans if span["operationName"].startswith("execute_tool")]
    calls = {span["spanID"] for span in spans if span["operationName"].startswith("chat")}
    assert tools
    assert {span["references"][0]["spanID"] for span in tools} <= calls
    assert {span["spanID"]: span["startTime"] for span in spans} == began
