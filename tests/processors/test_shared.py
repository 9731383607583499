"""Resources and scopes as they are exported."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, ClassVar, cast

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from spanwright_processors import StepChain, attach, attach_logs
from spanwright_processors.counters import Counters
from spanwright_processors.otlp import process_traces
from spanwright_processors.shared import SharedParts, edited_scope
from spanwright_processors.span import Attributes, EditableSpan
from spanwright_processors.step import Phase, Place
from spanwright_processors.steps.mask import Mask

EMAIL = "a.b@example.com"
RESOURCE = {
    "service.name": "shop",
    "process.command_line": f"run --for {EMAIL}",
    "deployment.environment.name": "prod",
}


class Failing:
    """Fails on attributes only."""

    Settings: ClassVar[type[Any]] = type(None)
    phase: ClassVar[Phase] = Phase.MASK

    def __call__(self, span: EditableSpan) -> None:
        """Nothing to do."""

    def edit_attributes(self, attributes: Attributes, place: Place, resource: Mapping[str, Any]) -> None:
        raise RuntimeError(EMAIL)


def masking() -> StepChain:
    return StepChain([Mask()], Counters())


def test_a_resource_is_masked_once_for_all_spans() -> None:
    """The same object comes back, and the very one given where nothing changes."""
    parts, raw, clean = SharedParts(masking()), Resource(RESOURCE, "schema"), Resource({"service.name": "x"})
    masked = parts.resource(raw)
    assert dict(masked.attributes) == {**RESOURCE, "process.command_line": "run --for [EMAIL]"}
    assert masked.schema_url == "schema"
    assert parts.resource(raw) is masked
    assert parts.resource(clean) is clean


def test_a_scope_is_masked_with_its_name() -> None:
    """Attributes, name and version."""
    parts = SharedParts(masking())
    raw = InstrumentationScope("lib", "1.0", "schema", {"owner": EMAIL})
    masked = parts.scope(raw, None)
    assert (masked.name, masked.version, masked.schema_url) == ("lib", "1.0", "schema")
    assert dict(masked.attributes or {}) == {"owner": "[EMAIL]"}
    plain = InstrumentationScope("lib", None)
    assert parts.scope(plain, None) is plain
    assert edited_scope(masking(), EMAIL, None, {}, {})[:2] == ("[EMAIL]", None)


def test_what_cannot_be_read_comes_out_empty() -> None:
    """And a step that fails costs the content, not what never holds any."""
    parts = SharedParts(masking())
    assert not parts.resource(cast(Any, object())).attributes
    assert parts.scope(cast(Any, object()), None).name == ""
    failing = SharedParts(StepChain([Failing()], Counters()))
    assert EMAIL not in repr(failing.resource(Resource(RESOURCE)).attributes)
    assert failing.resource(Resource(RESOURCE)).attributes["deployment.environment.name"] == "prod"


def test_only_so_many_are_remembered() -> None:
    """An application may make a scope for every span."""
    parts = SharedParts(masking())
    for number in range(1500):
        parts.scope(InstrumentationScope(f"scope {number}"), None)
    assert len(parts._known) <= 512


def test_exported_spans_and_records_carry_the_masked_ones() -> None:
    """Through every exporter, in a copy, and with the original's environment for the steps."""
    spans, records = InMemorySpanExporter(), InMemoryLogRecordExporter()  # type: ignore[no-untyped-call]
    tracer_provider = TracerProvider(resource=Resource(RESOURCE), shutdown_on_exit=False)
    logger_provider = LoggerProvider(resource=Resource(RESOURCE), shutdown_on_exit=False)
    tracer_provider.add_span_processor(SimpleSpanProcessor(spans))
    logger_provider.add_log_record_processor(SimpleLogRecordProcessor(records))
    attach(tracer_provider, masking())
    attach_logs(logger_provider, masking())
    tracer = tracer_provider.get_tracer("lib", attributes={"owner": EMAIL})
    tracer.start_span("a").end()
    tracer.start_span("b").end()
    logger_provider.get_logger("lib", attributes={"owner": EMAIL}).emit(body="text")
    first, second = spans.get_finished_spans()
    assert first.resource is second.resource
    for span in (first, copy.copy(second)):
        assert span.resource.attributes["process.command_line"] == "run --for [EMAIL]"
        scope: Any = span.instrumentation_scope
        assert dict(scope.attributes) == {"owner": "[EMAIL]"}
    assert EMAIL not in first.to_json()
    (record,) = records.get_finished_logs()
    assert record.resource.attributes["process.command_line"] == "run --for [EMAIL]"
    scope = record.instrumentation_scope
    assert dict(scope.attributes) == {"owner": "[EMAIL]"}


def test_resources_and_scopes_are_masked_in_place() -> None:
    """Once per group; the steps still read the resource as it was."""
    request = ExportTraceServiceRequest()
    group = request.resource_spans.add()
    group.resource.attributes.add(key="owner").value.string_value = "a.b@example.com"
    group.resource.attributes.add(key="service.name").value.string_value = "shop"
    scoped = group.scope_spans.add()
    scoped.scope.name = "lib"
    scoped.scope.attributes.add(key="owner").value.string_value = "a.b@example.com"
    scoped.spans.add(name="x")
    process_traces(request, masking())
    assert [pair.value.string_value for pair in group.resource.attributes] == ["[EMAIL]", "shop"]
    assert scoped.scope.attributes[0].value.string_value == "[EMAIL]"
    assert scoped.scope.name == "lib"
