"""The processors need nothing but what they say they need."""

from __future__ import annotations

from importlib.util import find_spec

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from spanwright_processors import attach
from spanwright_processors.settings import build_chain, load_settings


@pytest.mark.parametrize("module", ["presidio_analyzer", "regex", "fsspec", "spanwright_instrumentation"])
def test_extras_are_absent(module: str) -> None:
    """Else this environment proves nothing."""
    assert find_spec(module) is None


def test_the_default_steps_run() -> None:
    """Every step starts, and content is masked, priced and kept."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    chain = build_chain(load_settings({}))
    attach(provider, chain)
    span = provider.get_tracer("test").start_span("chat gpt-4o")
    message = '[{"role": "user", "parts": [{"type": "text", "content": "I am ann@example.org, hello"}]}]'
    span.set_attributes(
        {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "openai",
            "gen_ai.request.model": "gpt-4o",
            "gen_ai.response.model": "gpt-4o-2024-08-06",
            "gen_ai.usage.input_tokens": 1000,
            "gen_ai.usage.output_tokens": 10,
            "gen_ai.input.messages": message,
        }
    )
    span.end()
    provider.force_flush()
    (seen,) = exporter.get_finished_spans()
    found = dict(seen.attributes or {})
    assert "spanwright.processing.failed_steps" not in found
    assert found["gen_ai.input.messages"] == message.replace("ann@example.org", "[EMAIL]")
    assert found["spanwright.cost.micro_usd"]
