"""The store as a service: the official exporters in front, rows behind."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from threading import Thread
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
from support.otlp_traces import ROOT, traces
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


@contextmanager
def running(
    *command: str, admin: str, variables: Mapping[str, str], ends_well: bool = True
) -> Iterator[subprocess.Popen[str]]:
    """`spanwright …` from when it is ready; it is ended by SIGTERM, and must end well."""
    process = subprocess.Popen(
        [sys.executable, "-m", "spanwright_analysis.command", *command],
        env={**os.environ, **variables},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        for _ in range(300):
            try:
                assert get(admin, "/readyz") == "ok\n"
                break
            except OSError:
                time.sleep(0.1)
        yield process
    finally:
        process.terminate()
        _, said = process.communicate(timeout=30)
    assert (process.returncode == 0) is ends_well
    assert ("Shutting down." in said) is ends_well


def serving(
    folder: Path, grpc: str, http: str, admin: str, *, ends_well: bool = True
) -> AbstractContextManager[subprocess.Popen[str]]:
    options = ["--grpc", grpc, "--http", http, "--admin", admin]
    variables = {"SPANWRIGHT_STORE_URL": str(folder), "SPANWRIGHT_STORE_COMMIT_MS": "20"}
    return running("store", "serve", *options, admin=admin, variables=variables, ends_well=ends_well)


def test_spans_and_events_arrive_by_both_protocols(tmp_path: Path) -> None:
    """Sent by the SDK's own exporters to the command; metrics and readiness tell of it; SIGTERM ends it."""
    folder = tmp_path / "store"
    store = ParquetStore(folder)
    store.init()
    grpc, http, admin = free_address(), free_address(), free_address()
    with serving(folder, grpc, http, admin):
        send(GrpcExporter(f"http://{grpc}", insecure=True), "by grpc")
        send(HttpExporter(f"http://{http}/v1/traces"), "by http")
        send_score(f"http://{http}/v1/logs")
        assert [row[0] for row in store.run("SELECT name FROM traces ORDER BY 1").rows] == [
            "by grpc",
            "by http",
        ]
        assert store.run("SELECT score FROM evaluations").rows == [(0.9,)]
        assert 'spanwright_store_rows_total{spanwright_store_outcome="stored"' in get(admin, "/metrics")


def test_what_goes_through_the_stage_is_stored_masked(tmp_path: Path) -> None:
    """The store is the stage's next hop: what the stage accepts is masked, and on the disk."""
    folder = tmp_path / "store"
    store = ParquetStore(folder)
    store.init()
    grpc, http, admin = free_address(), free_address(), free_address()
    of_stage, admin_of_stage = free_address(), free_address()
    stage = {
        "SPANWRIGHT_STAGE_NEXT_ENDPOINT": f"http://{grpc}",
        "SPANWRIGHT_STAGE_GRPC": of_stage,
        "SPANWRIGHT_STAGE_HTTP": "none",
        "SPANWRIGHT_STAGE_ADMIN": admin_of_stage,
        "SPANWRIGHT_STAGE_WORKERS": "1",
    }
    with serving(folder, grpc, http, admin), running("stage", admin=admin_of_stage, variables=stage):
        send(GrpcExporter(f"http://{of_stage}", insecure=True), "mail from jane.doe@example.com")
    assert store.run("SELECT name FROM traces").rows == [("mail from [EMAIL]",)]


def test_what_was_accepted_outlives_a_kill(tmp_path: Path) -> None:
    """Killed without farewell, between two requests or in one; what senders repeat is there once."""
    folder = tmp_path / "store"
    store = ParquetStore(folder)
    store.init()
    grpc, http, admin = free_address(), free_address(), free_address()
    accepted: list[int] = []

    def post(numbers: Iterable[int]) -> None:
        for number in numbers:
            body = traces(ROOT, {}, trace=number, at=time.time() - 60).SerializeToString()
            request = urllib.request.Request(
                f"http://{http}/v1/traces", body, {"Content-Type": "application/x-protobuf"}
            )
            with suppress(OSError), urllib.request.urlopen(request, timeout=10):
                accepted.append(number)

    with serving(folder, grpc, http, admin, ends_well=False) as process:
        senders = [Thread(target=post, args=[range(begin, 41, 4)]) for begin in range(1, 5)]
        for sender in senders:
            sender.start()
        while len(accepted) < 12:
            time.sleep(0.01)
        process.kill()
        for sender in senders:
            sender.join()
    stored = {int(trace, 16) for (trace,) in store.run("SELECT trace_id FROM traces").rows}
    assert 12 <= len(accepted) < 40
    assert set(accepted) <= stored
    with serving(folder, grpc, http, admin):
        post(range(1, 41))
    assert store.run("SELECT count(*), count(DISTINCT trace_id) FROM spans").rows == [(80, 40)]


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
