"""The official file exporter with a path from the environment."""

from __future__ import annotations

from importlib.metadata import entry_points
from pathlib import Path

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from spanwright_analysis.file_exporter import EnvironmentFileSpanExporter
from spanwright_analysis.otlp_file import OtlpFile


def export_one(name: str) -> None:
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(EnvironmentFileSpanExporter()))
    provider.get_tracer("test").start_span(name).end()
    provider.shutdown()


def test_it_appends_to_the_file_that_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Folders are made, and what stands there stays."""
    path = tmp_path / "new" / "spans.jsonl"
    monkeypatch.setenv("SPANWRIGHT_TRACES_FILE", str(path))
    export_one("first")
    export_one("second")
    assert [span.name for span in OtlpFile(path)] == ["first", "second"]


@pytest.mark.parametrize("value", [None, ""])
def test_without_a_name_it_is_traces_jsonl_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str | None
) -> None:
    """An empty variable counts as unset."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SPANWRIGHT_TRACES_FILE", value) if value is not None else monkeypatch.delenv(
        "SPANWRIGHT_TRACES_FILE", raising=False
    )
    export_one("here")
    assert (tmp_path / "traces.jsonl").is_file()


def test_it_is_found_by_name() -> None:
    """``OTEL_TRACES_EXPORTER=spanwright_file`` selects it."""
    (point,) = entry_points(group="opentelemetry_traces_exporter", name="spanwright_file")
    assert point.load() is EnvironmentFileSpanExporter
