"""The store as a service: the official exporters in front, rows behind."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter as GrpcExporter
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter as HttpExporter
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import SimpleLogRecordProcessor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter
from spanwright_analysis.store.parquet import ParquetStore
from spanwright_analysis.store.service import StoreService
from spanwright_analysis.store.settings import StoreSettings
from support.stage import free_address


def send(exporter: SpanExporter, name: str) -> None:
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    with provider.get_tracer("tests").start_as_current_span(
        name, attributes={"spanwright.outcome": "success"}
    ):
        pass
    provider.shutdown()


def send_score(endpoint: str) -> None:
    provider = LoggerProvider()
    provider.add_log_record_processor(SimpleLogRecordProcessor(OTLPLogExporter(endpoint)))
    attributes: dict[str, Any] = {"gen_ai.evaluation.name": "safety", "gen_ai.evaluation.score.value": 0.9}
    provider.get_logger("judge").emit(event_name="gen_ai.evaluation.result", attributes=attributes)
    provider.shutdown()


def get(address: str, path: str) -> str:
    with urllib.request.urlopen(f"http://{address}{path}", timeout=5) as response:
        return str(response.read().decode())


def test_spans_and_events_arrive_by_both_protocols(tmp_path: Path) -> None:
    """Sent by the SDK's own exporters to the command; metrics and readiness tell of it; SIGTERM ends it."""
    folder = tmp_path / "store"
    store = ParquetStore(folder)
    store.init()
    grpc, http, admin = free_address(), free_address(), free_address()
    environ = {**os.environ, "SPANWRIGHT_STORE_URL": str(folder), "SPANWRIGHT_STORE_COMMIT_MS": "20"}
    options = ["--grpc", grpc, "--http", http, "--admin", admin]
    command = [sys.executable, "-m", "spanwright_analysis.command", "store", "serve", *options]
    process = subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, text=True)
    try:
        for _ in range(200):
            try:
                assert get(admin, "/readyz") == "ok\n"
                break
            except OSError:
                time.sleep(0.1)
        send(GrpcExporter(f"http://{grpc}", insecure=True), "by grpc")
        send(HttpExporter(f"http://{http}/v1/traces"), "by http")
        send_score(f"http://{http}/v1/logs")
        assert [row[0] for row in store.run("SELECT name FROM traces ORDER BY 1").rows] == [
            "by grpc",
            "by http",
        ]
        assert store.run("SELECT score FROM evaluations").rows == [(0.9,)]
        assert 'spanwright_store_rows_total{spanwright_store_outcome="stored"' in get(admin, "/metrics")
    finally:
        process.terminate()
        _, said = process.communicate(timeout=30)
    assert process.returncode == 0
    assert "Shutting down." in said


def test_where_nothing_listens_it_does_not_start(tmp_path: Path) -> None:
    """An error that names the settings."""
    with pytest.raises(ValueError, match="listens nowhere"):
        StoreService(ParquetStore(tmp_path), StoreSettings(grpc=None, http=None))


async def test_errors_of_the_servers_name_the_stores_settings(tmp_path: Path) -> None:
    """As the user typed them."""
    settings = StoreSettings(admin=None, grpc=None, bearer_tokens_file=tmp_path / "none")
    with pytest.raises(ValueError, match=r"store\.bearer_tokens_file"):
        await StoreService(ParquetStore(tmp_path), settings).start()
    await asyncio.sleep(0)
