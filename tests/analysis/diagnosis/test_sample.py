"""The sample span."""

from __future__ import annotations

from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from spanwright_analysis.diagnosis.sample import RAW_VALUES, described, question, send_sample
from spanwright_processors import attach
from spanwright_processors.settings import build_chain, load_settings
from spanwright_semconv import violations


def sent(*, masked: bool) -> dict[str, object]:
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    if masked:
        attach(provider, build_chain(load_settings({})))
    send_sample(provider.get_tracer("test"))
    (span,) = exporter.get_finished_spans()
    assert violations(span) == []
    return dict(described(span))


def test_without_steps_everything_is_seen_to_leak() -> None:
    """The sample shows a leak where there is one."""
    assert sent(masked=False)["leaked"] == list(RAW_VALUES)


def test_behind_the_steps_nothing_leaks() -> None:
    """All of its values are masked, it is priced, and no step failed."""
    found = sent(masked=True)
    after = found["after"]
    assert found["leaked"] == []
    assert isinstance(after, dict)
    assert after["message"] == "Write to [EMAIL]. My card is [CARD], my key [SECRET]."
    assert after["cost"] > 0
    assert after["failed_steps"] == []


def test_dropped_content_is_shown_as_it_is() -> None:
    """A message in another form, or none, is no reason to fail."""
    assert (question(None), question("[]"), question("text")) == ("None", "[]", "text")
