"""What one exporter gets: its own view, in bounded parts."""

from __future__ import annotations

import json
from typing import Any
from unittest.mock import Mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor, SpanExportResult
from spanwright_processors import Pipeline, attach
from spanwright_processors.exported_spans import ExportedSpans
from spanwright_processors.exporters import BoundedExport, bound_exporter, describe, parts
from spanwright_processors.steps.truncate import Truncate, TruncateSettings
from spanwright_semconv import violations
from support.spans import Collect, FunctionStep, chain, ended, provider

KEY = "gen_ai.tool.call.result"
SPANS = ExportedSpans()


class Tempo(Collect):
    """An exporter that is told by its class."""


class Langfuse(Collect):
    """An exporter that is told by its address."""

    _endpoint = "https://cloud.langfuse.com/api/public/otel/v1/traces"


SEVERAL = TruncateSettings(exporters={"Tempo": "tempo", "langfuse.com": "langfuse"})


def lengths(exporter: Collect) -> list[int]:
    found = (span.attributes or {} for batch in exporter.batches for span in batch)
    return [len(str(attributes[KEY]).encode()) for attributes in found]


def test_each_exporter_gets_its_own_view_of_a_span_processed_once() -> None:
    """Three backends with three limits, one run of the steps, whoever made the processors and when."""
    runs: list[str] = []
    tempo, langfuse, datadog = Tempo(), Langfuse(), Collect()
    made = provider(SimpleSpanProcessor(tempo))
    attach(made, chain(FunctionStep(lambda span: runs.append(span.name)), Truncate(SEVERAL)))
    made.add_span_processor(SimpleSpanProcessor(langfuse))
    made.add_span_processor(BatchSpanProcessor(datadog))
    span = made.get_tracer("t").start_span("s")
    span.set_attributes({KEY: "é" * 50_000})
    span.end()
    made.force_flush()
    made.shutdown()
    assert runs == ["s"]
    assert [lengths(one) for one in (tempo, langfuse, datadog)] == [[1_999], [63_999], [23_999]]
    for one in (tempo, langfuse, datadog):
        assert (one.batches[0][0].attributes or {})[f"spanwright.truncated.bytes.{KEY}"] == 100_000
        assert violations(one.batches[0][0]) == []


def test_a_pipeline_has_views_too() -> None:
    """Its exporters are its own."""
    tempo, datadog = Tempo(), Collect()
    pipeline = Pipeline(chain(Truncate(SEVERAL)), [tempo, datadog])
    pipeline.on_end(ended("s", {KEY: "x" * 50_000}))
    pipeline.shutdown()
    assert [lengths(one) for one in (tempo, datadog)] == [[2_000], [24_000]]


def test_detached_exporters_are_as_they_were() -> None:
    """The object has its own method again; to others it was the same object all the time."""
    exporter = Tempo()
    processor = SimpleSpanProcessor(exporter)
    attachment = attach(provider(processor), chain(Truncate(SEVERAL)))
    assert isinstance(exporter.export, BoundedExport)
    assert processor.span_exporter is exporter
    attachment.detach()
    assert "export" not in vars(exporter)


def test_a_view_that_fails_shows_no_content() -> None:
    """As everywhere: a step that raises costs that view its content."""

    class Failing(Truncate):
        def for_exporter(self, description: str) -> Truncate | None:
            return Failing()

        def may_cut(self, values: Any) -> bool:
            return True

        def __call__(self, span: Any) -> None:
            raise RuntimeError(span.name)

    exporter = Collect()
    bound_exporter(exporter, SPANS, chain(Failing()).steps)
    exporter.export([ended("s", {KEY: "secret"})])
    assert "secret" not in exporter.batches[0][0].to_json()
    assert exporter.batches[0][0].name == "span"


sizes = st.lists(st.integers(0, 90_000), max_size=40)


@settings(max_examples=60, deadline=None)
@given(sizes, st.integers(65_536, 200_000))
def test_no_part_is_over_the_limit_and_no_span_is_lost(sizes: list[int], limit: int) -> None:
    """For any spans: parts in their order, each within the limit as OTLP really encodes it."""
    spans = [_span(index, size) for index, size in enumerate(sizes)]
    found = list(parts(spans, limit, SPANS))
    assert [span.name for part in found for span in part] == [span.name for span in spans]
    assert all(encode_spans(part).ByteSize() <= limit * 1.02 + 500 for part in found)


def _span(index: int, size: int) -> ReadableSpan:
    return ReadableSpan(str(index), context=CONTEXT, attributes={"k": "é" * (size // 2)})


CONTEXT = ended("s").context


def test_what_fits_is_passed_on_as_it_is() -> None:
    """The very sequence, and the very spans."""
    spans = [ended("a"), ended("b")]
    assert list(parts(spans, 10_000, SPANS)) == [spans]
    assert next(iter(parts(spans, 10_000, SPANS))) is spans


def test_a_span_larger_than_a_message_keeps_what_is_no_content() -> None:
    """Ids and figures, as many as fit; nothing is over the receiver's limit."""
    attributes = {f"key number {number}": "x" * 40 for number in range(40_000)}
    attributes |= {"gen_ai.request.model": "m", "gen_ai.response.id": "r"}
    span = ReadableSpan("s", context=CONTEXT, attributes=attributes)
    ((small,),) = parts([span], 1_000_000, SPANS)
    assert encode_spans([small]).ByteSize() < 1_000_000
    assert (small.attributes or {})["gen_ai.request.model"] == "m"
    assert (small.attributes or {})["spanwright.content.truncated"] is True


def test_a_failure_ends_the_export() -> None:
    """The parts that are left would wait for the same receiver; the SDK is told."""

    class Refusing(Collect):
        def export(self, spans: Any) -> SpanExportResult:
            super().export(spans)
            return SpanExportResult.FAILURE

    exporter = Refusing()
    bound_exporter(exporter, SPANS, [], 70_000)
    result = exporter.export([_span(n, 60_000) for n in range(3)])
    assert result is SpanExportResult.FAILURE
    assert len(exporter.batches) == 1


def test_messages_through_the_sdks_batches_are_bounded() -> None:
    """512 spans of 17 kB would be 8.7 MB: with the steps attached no export is over 3.5 MB."""
    exporter = Collect()
    processor = BatchSpanProcessor(exporter, max_queue_size=600, max_export_batch_size=512)
    made = provider(processor)
    attach(made, chain(Truncate(TruncateSettings(message_chars=0))))
    text = json.dumps([{"role": "user", "parts": [{"type": "text", "content": "x" * 17_000}]}])
    for _ in range(512):
        span = made.get_tracer("t").start_span("chat m")
        span.set_attribute("gen_ai.input.messages", text)
        span.end()
    made.shutdown()
    assert sum(map(len, exporter.batches)) == 512
    assert max(encode_spans(batch).ByteSize() for batch in exporter.batches) <= 3_600_000


def test_what_is_asked_of_the_method_is_answered_by_it() -> None:
    """An application's tests may have put a mock there."""
    exporter = Mock()
    made = provider(SimpleSpanProcessor(exporter))
    attach(made, chain())
    made.get_tracer("t").start_span("s").end()
    exporter.export.assert_called_once()


def test_an_exporter_is_bound_once_and_only_where_there_is_something_to_do() -> None:
    """A second look changes nothing; an object that cannot be changed is left alone."""

    class Slotted:
        __slots__ = ()

        def export(self, spans: Any) -> SpanExportResult:
            return SpanExportResult.SUCCESS

    exporter = Collect()
    assert bound_exporter(exporter, SPANS, [], None) is None
    assert bound_exporter(exporter, SPANS, []) is not None
    assert bound_exporter(exporter, SPANS, []) is None
    slotted: Any = Slotted()
    assert bound_exporter(slotted, SPANS, []) is None


@pytest.mark.parametrize("attribute", ["_endpoint", "endpoint"])
def test_an_exporter_is_described_by_class_and_address(attribute: str) -> None:
    """That is what a setting is compared with."""
    exporter = Collect()
    setattr(exporter, attribute, "http://here:4318")
    assert describe(exporter) == "support.spans.Collect http://here:4318"
