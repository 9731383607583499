"""The stage beside a stock Collector that redacts by the same patterns: spans for a second of CPU.

Same requests (100 spans, four in a trace, two texts of 1.9 kB in a span, each with an address), same receiver
behind both. The Collector redacts by regular expressions and does nothing else; the stage runs all steps.
"As written": the patterns as they stand in our rules, at the beginning of a word. "Second line": rewritten so
that Go's engine can look for letters, and looser for it (docs/decisions/0256); that is what stands behind the
stage. Neither knows checksums, names, or JSON.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml
from spanwright_processors.masking.settings import MaskSettings
from spanwright_processors.stage.second_line import redaction_processor

from .measure import Row
from .otlp_load import SPANS, cpu_seconds, request, send, sink

_ROOT = Path(__file__).resolve().parents[1]
#: Requests that are sent before the measured ones.
_WARM = 4


def rows(quick: bool) -> list[Row]:
    count = 10 if quick else 100
    bodies = [request(number) for number in range(count + _WARM)]
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder, sink() as receiver:
        built = subprocess.run(
            [_ROOT / "collector-config" / "build.sh"], capture_output=True, text=True, check=False
        )
        if built.returncode == 0:
            for name, redaction in _redactions().items():
                collector = _collector(built.stdout.strip(), Path(folder), receiver.address, redaction)
                with collector as (address, process):
                    found[f"stock Collector, {name}"] = _rate(address, process, bodies)
        with _stage(receiver.address) as (address, process):
            found["stage, all steps"] = _rate(address, process, bodies)
    baseline = next(iter(found), "")
    return [
        Row(
            "stage",
            name,
            rate,
            "spans/s a core",
            baseline if name != baseline else "",
            rate / found[baseline] if name != baseline else None,
        )
        for name, rate in found.items()
    ]


def _rate(address: str, process: subprocess.Popen[bytes], bodies: list[bytes]) -> float:
    """Spans for a second of CPU, user and system, of the process and its children."""
    send(address, bodies[:_WARM])
    before = cpu_seconds(process.pid)
    send(address, bodies[_WARM:])
    return (len(bodies) - _WARM) * SPANS / (cpu_seconds(process.pid) - before)


def _redactions() -> dict[str, dict[str, Any]]:
    second_line = redaction_processor(MaskSettings())
    as_written = [rf"\b{one}" if one.startswith("(?:") else one for one in second_line["blocked_values"]]
    return {"as written": second_line | {"blocked_values": as_written}, "second line": second_line}


@contextmanager
def _collector(
    binary: str, folder: Path, sink: str, redaction: dict[str, Any]
) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    address, health = _free(), _free()
    configuration = {
        "receivers": {"otlp": {"protocols": {"grpc": {"endpoint": address, "max_recv_msg_size_mib": 20}}}},
        "processors": {"redaction": redaction},
        "exporters": {
            "otlp_grpc": {"endpoint": sink, "tls": {"insecure": True}, "sending_queue": {"enabled": False}}
        },
        "extensions": {"health_check": {"endpoint": health}},
        "service": {
            "extensions": ["health_check"],
            "telemetry": {"metrics": {"level": "none"}},
            "pipelines": {
                "traces": {"receivers": ["otlp"], "processors": ["redaction"], "exporters": ["otlp_grpc"]}
            },
        },
    }
    file = folder / "collector.yaml"
    file.write_text(yaml.safe_dump(configuration))
    with _running([binary, "--config", str(file)], {}, f"http://{health}/") as process:
        yield address, process


@contextmanager
def _stage(sink: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    address, admin = _free(), _free()
    environment = {
        "SPANWRIGHT_STAGE_GRPC": address,
        "SPANWRIGHT_STAGE_HTTP": "none",
        "SPANWRIGHT_STAGE_ADMIN": admin,
        "SPANWRIGHT_STAGE_NEXT_ENDPOINT": f"http://{sink}",
    }
    command = [str(Path(sys.executable).with_name("spanwright")), "stage", "--quiet"]
    with _running(command, environment, f"http://{admin}/readyz") as process:
        yield address, process


@contextmanager
def _running(
    command: list[str], environment: dict[str, str], health: str
) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command, env=os.environ | environment, stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            try:
                urllib.request.urlopen(health, timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield process
    finally:
        process.terminate()
        process.wait()


def _free() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"
