"""While settings are wrong no content leaves, everything else does."""

from __future__ import annotations

from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from spanwright_processors import Counters, EditableLogRecord, attach
from spanwright_processors.refuse import refusing_chain
from spanwright_semconv.guard import content_is_guarded


def test_a_refused_span_keeps_its_figures_and_loses_its_content() -> None:
    """The span arrives, marked ``settings``; messages and free text are gone."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    counters = Counters()
    attach(provider, refusing_chain(counters))
    with provider.get_tracer("t").start_as_current_span("chat gpt-4o") as span:
        span.set_attributes(
            {
                "gen_ai.operation.name": "chat",
                "gen_ai.request.model": "gpt-4o",
                "gen_ai.input.messages": "[secret]",
                "gen_ai.usage.input_tokens": 3,
            }
        )
    (exported,) = exporter.get_finished_spans()
    assert exported.name == "chat gpt-4o"
    assert dict(exported.attributes or {}) == {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.usage.input_tokens": 3,
        "spanwright.processing.failed_steps": ("settings",),
    }
    assert counters.counts().step_failures == {"settings": 1}
    assert not content_is_guarded(provider)


def test_a_refused_log_record_loses_its_body() -> None:
    """Events with messages in their body are emptied as well."""
    record = EditableLogRecord("[secret]", {"gen_ai.input.messages": "[secret]"}, "e", 1, 2, {})
    refusing_chain(Counters()).process_log(record)
    assert record.body is None
    assert record.attributes == {"spanwright.processing.failed_steps": ("settings",)}
