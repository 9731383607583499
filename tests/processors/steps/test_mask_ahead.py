"""Names that a later span introduces are masked in the earlier ones, as far as it has ended by then."""

from __future__ import annotations

import pytest
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import set_span_in_context
from spanwright_processors import Counters, StepChain, attach
from spanwright_processors.otlp import process_traces
from spanwright_processors.steps.mask import Mask, MaskSettings
from support.editable import editable_span

INTRODUCTION = "Hello, my name is Priya Raman and my password is hunter2secret!"
MENTION = "the order of Priya Raman, hunter2secret!"


def spans_of_a_trace(provider: TracerProvider) -> None:
    """A retrieval, then the model call that introduces its user, then their root."""
    tracer = provider.get_tracer("t")
    root = tracer.start_span("root", attributes={"note": MENTION})
    context = set_span_in_context(root)
    for name, text in (("retrieval", MENTION), ("chat", INTRODUCTION), ("tool", MENTION)):
        tracer.start_span(name, context, attributes={"text": text}).end()
    root.end()


def leaking(spans: tuple[ReadableSpan, ...]) -> set[str]:
    return {
        span.name for span in spans for value in (span.attributes or {}).values() if "Raman" in str(value)
    }


def test_what_has_ended_is_looked_at_first() -> None:
    """With a batch processor, whose exporter reads a span when the trace is over or seconds later."""
    exporter, provider = InMemorySpanExporter(), TracerProvider(shutdown_on_exit=False)
    batch = BatchSpanProcessor(exporter)
    provider.add_span_processor(batch)
    attach(provider, StepChain([Mask()], Counters()))
    spans_of_a_trace(provider)
    provider.force_flush()
    assert leaking(exporter.get_finished_spans()) == set()
    assert "hunter2secret" not in str([span.to_json() for span in exporter.get_finished_spans()])
    provider.shutdown()


def test_what_has_not_ended_is_not_known() -> None:
    """The limit, with a processor that exports each span as it ends: only what came before is known."""
    exporter, provider = InMemorySpanExporter(), TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    attach(provider, StepChain([Mask()], Counters()))
    spans_of_a_trace(provider)
    assert leaking(exporter.get_finished_spans()) == {"retrieval"}
    provider.shutdown()


def test_spans_of_one_request_are_looked_at_first() -> None:
    """Where the steps run in a stage or over stored spans."""
    exporter, provider = InMemorySpanExporter(), TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    spans_of_a_trace(provider)
    provider.shutdown()
    request = encode_spans(exporter.get_finished_spans())
    process_traces(request, StepChain([Mask()], Counters()))
    assert b"Raman" not in request.SerializeToString()
    assert b"hunter2" not in request.SerializeToString()


def test_learning_changes_nothing() -> None:
    """The span's own turn comes later; another trace learns nothing."""
    step = Mask()
    introducing = editable_span({"text": INTRODUCTION})
    step.learn(introducing)
    assert introducing.attributes == {"text": INTRODUCTION}
    mentioning, elsewhere = editable_span({"text": MENTION}), editable_span({"text": MENTION}, trace_id=9)
    step(mentioning)
    step(elsewhere)
    assert mentioning.attributes["text"] == "the order of [NAME], [SECRET]"
    assert "Priya Raman" in elsewhere.attributes["text"]


def test_only_where_names_are_carried_over() -> None:
    """And only what is looked for at all."""
    assert Mask().learns
    assert not Mask(MaskSettings(carry_over=False)).learns
    assert StepChain([Mask()], Counters()).learns
    step = Mask(MaskSettings(entities=("EMAIL_ADDRESS",)))
    step.learn(editable_span({"text": INTRODUCTION}))
    mentioning = editable_span({"text": MENTION})
    step(mentioning)
    assert mentioning.attributes["text"] == MENTION


@pytest.mark.parametrize("value", ["x" * 2_000_000, b"\xff", 5, None, ["my name is Ada Lovelace"]])
def test_learning_survives(value: object) -> None:
    """Whatever an attribute holds."""
    Mask().learn(editable_span({"text": value}))
