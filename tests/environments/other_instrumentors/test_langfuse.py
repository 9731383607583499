"""Langfuse's drop-in module of OpenAI's SDK beside ours."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from support.one_call import call, driver, ours_alone
from support.recording import Recording, instrumented


@pytest.fixture(scope="module")
def langfuse_recording() -> Iterator[Recording]:
    """The SDK with its own copy of OpenAI's, which it patches when imported, for good."""
    recording = Recording()
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("LANGFUSE_TIMEOUT", "1")
        langfuse = pytest.importorskip("langfuse")
        client = langfuse.Langfuse(
            public_key="pk",
            secret_key="sk",
            tracer_provider=recording.tracer_provider,
            span_exporter=Nowhere(),
        )
        pytest.importorskip("langfuse.openai")
        yield recording
        client.shutdown()


class Nowhere:
    """An exporter that sends nothing."""

    def export(self, spans: Any) -> Any:
        from opentelemetry.sdk.trace.export import SpanExportResult

        return SpanExportResult.SUCCESS

    def shutdown(self) -> None: ...

    def force_flush(self, timeout_millis: int = 0) -> bool:
        return True


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("library", ["openai", "openai_responses"])
def test_langfuse(langfuse_recording: Recording, library: str, stream: bool) -> None:
    """Its drop-in module and ours: one span, ours."""
    provider, recording = driver(library), Recording()
    before = len(langfuse_recording.spans)
    with instrumented(provider.instrumentor(), recording):
        asyncio.run(call(provider, is_async=False, stream=stream))
    assert ours_alone(recording)
    assert langfuse_recording.spans[before:] == []
