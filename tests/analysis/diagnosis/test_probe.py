"""What the probe sees of providers and exporters."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter, SimpleSpanProcessor
from opentelemetry.trace import NoOpTracerProvider
from spanwright_analysis.diagnosis import probe
from spanwright_instrumentation.content import CAPTURE_VARIABLE, ContentPolicy
from spanwright_processors import attach
from spanwright_processors.settings import build_chain, load_settings

TRACES = ("_active_span_processor", "_span_processors")


def test_exporters_are_found_in_every_processor() -> None:
    """Simple and batching processors, and one that has no exporter."""
    provider = TracerProvider(shutdown_on_exit=False)
    batch = BatchSpanProcessor(OTLPSpanExporter("http://apm.example:4318/v1/traces"))
    provider.add_span_processor(SimpleSpanProcessor(ConsoleSpanExporter()))
    provider.add_span_processor(batch)
    found = probe._signal(provider, *TRACES)
    batch.shutdown()  # type: ignore[no-untyped-call]
    assert found["exporters"] == [
        {"name": "opentelemetry: ConsoleSpanExporter", "target": None},
        {"name": "opentelemetry: OTLPSpanExporter", "target": "http://apm.example:4318/v1/traces"},
    ]
    assert (found["is_sdk"], found["attached"], found["masks"]) == (True, False, False)


def test_an_attached_provider_is_seen_as_guarded() -> None:
    """And the sample goes through its steps, to nobody but the probe."""
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(ConsoleSpanExporter()))
    attach(provider, build_chain(load_settings({})))
    found = probe._signal(provider, *TRACES)
    assert (found["attached"], found["masks"]) == (True, True)
    sample = probe._sample(provider)
    assert sample is not None
    assert sample["leaked"] == []


def test_a_provider_of_nobody_s_is_no_sdk() -> None:
    """There is nothing to guard, and no sample."""
    assert probe._signal(NoOpTracerProvider(), *TRACES)["is_sdk"] is False
    assert probe._sample(NoOpTracerProvider()) is None


@pytest.mark.parametrize(
    ("endpoint", "target"),
    [
        ("http://user:key@host:4318/v1/traces?token=x", "http://host:4318/v1/traces"),
        ("localhost:4317", "localhost:4317"),
        (None, None),
    ],
)
def test_targets_hold_no_credentials(endpoint: str | None, target: str | None) -> None:
    """What the doctor prints can be pasted into an issue."""
    assert probe._target(SimpleNamespace(_endpoint=endpoint)) == target


@pytest.mark.parametrize(
    "asked", [None, "", "span_only", "EVENT_ONLY", "SPAN_AND_EVENT", "NO_CONTENT", "true"]
)
@pytest.mark.parametrize("guarded", [True, False])
def test_the_content_mode_is_the_instrumentors_own(
    monkeypatch: pytest.MonkeyPatch, asked: str | None, guarded: bool
) -> None:
    """The probe says what the content policy of the instrumentors decides."""
    monkeypatch.delenv(CAPTURE_VARIABLE, raising=False)
    if asked is not None:
        monkeypatch.setenv(CAPTURE_VARIABLE, asked)
    provider = TracerProvider(shutdown_on_exit=False)
    if guarded:
        attach(provider, build_chain(load_settings({})))
    assert probe._content(provider) == ContentPolicy().mode(provider).name
