"""Files that the Collector's file exporter wrote, as `spanwright store load` reads them."""

from __future__ import annotations

import subprocess
import time
import urllib.request
from pathlib import Path
from typing import Any

import yaml
from spanwright_analysis.store.batch import Reader
from spanwright_analysis.store.loading import batches
from spanwright_analysis.store.sources import Sources
from support.otlp_traces import ROOT, logs, retrieval, traces
from support.stage import free_address

FORMATS: dict[str, dict[str, Any]] = {
    "json": {},
    "json, compressed": {"compression": "zstd"},
    "json, rotated": {"rotation": {"max_megabytes": 1}},
    "protobuf": {"format": "proto"},
    "protobuf, compressed": {"format": "proto", "compression": "zstd"},
}


def post(http: str, signal: str, message: Any) -> None:
    request = urllib.request.Request(
        f"http://{http}/v1/{signal}", message.SerializeToString(), {"Content-Type": "application/x-protobuf"}
    )
    for _ in range(300):
        try:
            urllib.request.urlopen(request, timeout=5).close()
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the Collector does not listen")


def test_every_format_of_the_file_exporter_is_read(collector_binary: Path, tmp_path: Path) -> None:
    """Traces and logs in one file, plain, rotated and compressed, with nothing told of the format."""
    http = free_address()
    exporters = {
        f"file/{at}": {"path": str(tmp_path / str(at)), **of} for at, of in enumerate(FORMATS.values())
    }
    pipeline = {"receivers": ["otlp"], "exporters": list(exporters)}
    config = {
        "receivers": {"otlp": {"protocols": {"http": {"endpoint": http}}}},
        "exporters": exporters,
        "service": {
            "telemetry": {"metrics": {"level": "none"}},
            "pipelines": {"traces": pipeline, "logs": pipeline},
        },
    }
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(config))
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [collector_binary, "--config", tmp_path / "config.yaml"], stdout=log, stderr=log
        )
        try:
            post(http, "traces", traces(ROOT, retrieval(0.5), at=time.time() - 60))
            post(http, "logs", logs(("gen_ai.evaluation.result", {}), trace=1, at=time.time() - 60))
            post(http, "traces", traces(ROOT, trace=2, at=time.time() - 60))
        finally:
            process.terminate()
            process.wait(30)
    for at, name in enumerate(FORMATS):
        sources = Sources([str(tmp_path / str(at))])
        (batch,) = batches(sources, Reader())
        assert (name, len(batch.spans), len(batch.events), sources.problems) == (name, 3, 1, [])
