"""One operation's span, metrics and events, from plain fields."""

from __future__ import annotations

import json
import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from unittest.mock import patch

import pytest
from opentelemetry import trace
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, Decision, Sampler, SamplingResult
from opentelemetry.trace import Link, SpanKind, StatusCode
from spanwright_instrumentation.content import CAPTURE_VARIABLE, frozen
from spanwright_instrumentation.invocation import DETAILS_EVENT, EXCEPTION_EVENT, Invocation, error_type
from spanwright_instrumentation.telemetry import Telemetry
from spanwright_instrumentation.tool_registry import registry
from support.recording import Recording

KNOWN = {"gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-5"}
MESSAGES = [{"role": "user", "parts": [{"type": "text", "content": "my card is 4242"}]}]


def begun(recording: Recording, **arguments: Any) -> Invocation:
    return Invocation(recording.telemetry, "chat", "gpt-5", attributes=KNOWN, **arguments)


def test_span_from_plain_fields() -> None:
    """Name, kind and attributes are what was said; None is left out; status stays unset."""
    recording = Recording()
    invocation = begun(recording)
    invocation.attributes.update({"gen_ai.response.id": "r-1", "gen_ai.response.model": None})
    invocation.stop()
    span = recording.span("chat gpt-5")
    assert span.kind is SpanKind.CLIENT
    assert span.status.status_code is StatusCode.UNSET
    assert dict(span.attributes or {}) == {
        "gen_ai.operation.name": "chat",
        **KNOWN,
        "gen_ai.response.id": "r-1",
    }


def test_operation_alone_names_the_span_without_a_suffix() -> None:
    """Where the model is not known, nothing is made up."""
    recording = Recording()
    Invocation(recording.telemetry, "chat", None, attributes={"gen_ai.provider.name": "openai"}).stop()
    assert recording.spans[0].name == "chat"


def test_ends_once() -> None:
    """Of all ends the first one counts, also when threads race for it."""
    recording = Recording()
    invocation = begun(recording)
    barrier = threading.Barrier(8)

    def end(failed: int) -> None:
        barrier.wait()
        if failed % 2:
            invocation.fail(ValueError("late"))
        else:
            invocation.stop()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(end, range(8)))
    assert len(recording.spans) == 1
    assert len(recording.metric_points("gen_ai.client.inference.duration")) == 1


def test_discarded_never_ends() -> None:
    """What another process ends is not ended here."""
    recording = Recording()
    invocation = begun(recording)
    invocation.discard()
    invocation.stop()
    assert recording.spans == []


def test_failure_names_the_exception_and_quotes_it_only_as_content() -> None:
    """``error.type`` is the qualified name; the message, which may quote the prompt, follows the content
    policy."""
    for capture, quoted in (("NO_CONTENT", False), ("SPAN_ONLY", True)):
        recording = Recording(capture)
        begun(recording).fail(json.JSONDecodeError("my card is 4242", "", 0))
        span = recording.spans[0]
        assert span.status.status_code is StatusCode.ERROR
        assert span.status.description == "json.decoder.JSONDecodeError"
        assert (span.attributes or {})["error.type"] == "json.decoder.JSONDecodeError"
        assert ("4242" in span.to_json()) is quoted


def test_status_of_an_http_error() -> None:
    """An exception that knows its HTTP status has it in the description."""

    class RefusedError(Exception):
        status_code = 429

    recording = Recording()
    begun(recording).fail(RefusedError())
    assert recording.spans[0].status.description == f"{error_type(RefusedError())}: HTTP status 429"


def test_error_type_of_builtins_has_no_module() -> None:
    """``ValueError``, not ``builtins.ValueError``."""
    assert error_type(ValueError()) == "ValueError"


@pytest.mark.parametrize("capture", ["NO_CONTENT", "SPAN_ONLY", "EVENT_ONLY", "SPAN_AND_EVENT"])
def test_content_goes_where_the_policy_says(capture: str) -> None:
    """On spans as JSON text, on events structured, and nowhere else."""
    exporter: Any = InMemoryLogRecordExporter()  # type: ignore[no-untyped-call]
    logs = LoggerProvider(shutdown_on_exit=False)
    logs.add_log_record_processor(SimpleLogRecordProcessor(exporter))
    recording = Recording(capture)
    with patch.dict("os.environ", {CAPTURE_VARIABLE: capture}):
        telemetry = Telemetry("test", tracer_provider=recording.tracer_provider, logger_provider=logs)
    invocation = Invocation(telemetry, "chat", "gpt-5", attributes=KNOWN)
    assert invocation.captures_content is (capture != "NO_CONTENT")
    invocation.content["gen_ai.input.messages"] = MESSAGES
    invocation.fail(ValueError("my card is 4242"))

    span = recording.spans[0]
    on_span = (span.attributes or {}).get("gen_ai.input.messages")
    assert (on_span is not None) is (capture in ("SPAN_ONLY", "SPAN_AND_EVENT"))
    assert on_span is None or json.loads(str(on_span)) == MESSAGES
    records = {each.log_record.event_name: each.log_record for each in exporter.get_finished_logs()}
    if capture in ("NO_CONTENT", "SPAN_ONLY"):
        assert records == {}
        return
    details = records[DETAILS_EVENT]
    assert details.span_id == span.context.span_id
    assert details.attributes is not None
    assert details.attributes["gen_ai.request.model"] == "gpt-5"
    assert _plain(details.attributes["gen_ai.input.messages"]) == MESSAGES
    assert records[EXCEPTION_EVENT].attributes == {
        "exception.type": "ValueError",
        "exception.message": "my card is 4242",
    }


def _plain(value: Any) -> Any:
    """Log attributes without the SDK's own immutable containers."""
    if isinstance(value, str):
        return value
    return {k: _plain(v) for k, v in value.items()} if hasattr(value, "items") else [_plain(v) for v in value]


def test_unsampled_span_costs_no_content() -> None:
    """Nothing is to be read for a span that is not recorded; metrics still count."""
    recording = Recording()
    telemetry = Telemetry(
        tracer_provider=TracerProvider(sampler=ALWAYS_OFF, shutdown_on_exit=False),
        meter_provider=recording.meter_provider,
    )
    with patch.dict("os.environ", recording.environment):
        invocation = Invocation(telemetry, "chat", "gpt-5", attributes=KNOWN)
    assert not invocation.captures_content
    assert not invocation.is_recording
    invocation.stop()
    assert len(recording.metric_points("gen_ai.client.inference.duration")) == 1


class Sampling(Sampler):
    """Samples everything, notes what it sees, and gives the span these attributes to start with."""

    def __init__(self, attributes: dict[str, Any] | None = None) -> None:
        self.attributes = attributes
        self.seen: list[Any] = []

    def should_sample(self, *args: Any, **kwargs: Any) -> SamplingResult:
        self.seen.append(dict(kwargs.get("attributes") or args[4]))
        return SamplingResult(Decision.RECORD_AND_SAMPLE, self.attributes)

    def get_description(self) -> str:
        return "sampling"


def test_attributes_survive_a_sampler_that_drops_them() -> None:
    """Some samplers forget what a span was started with; it is set again."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider(sampler=Sampling(), shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    Invocation(Telemetry(tracer_provider=provider), "chat", "gpt-5", attributes=KNOWN).stop()
    (span,) = exporter.get_finished_spans()
    assert dict(span.attributes or {}) == {"gen_ai.operation.name": "chat", **KNOWN}


def test_samplers_see_what_they_may_decide_by() -> None:
    """Operation, provider, model and server are there when the span starts."""
    sampler = Sampling()
    provider = TracerProvider(sampler=sampler, shutdown_on_exit=False)
    Invocation(Telemetry(tracer_provider=provider), "chat", "gpt-5", attributes=KNOWN).stop()
    assert sampler.seen == [{"gen_ai.operation.name": "chat", **KNOWN}]


def test_current_only_while_attached() -> None:
    """The span is current between ``attach`` and ``detach``, and what begins there is its child."""
    recording = Recording()
    outer = begun(recording)
    assert trace.get_current_span() is not outer.span
    with outer.current():
        assert trace.get_current_span() is outer.span
        inner = Invocation(
            recording.telemetry,
            "execute_tool",
            "t",
            kind=SpanKind.INTERNAL,
            attributes={"gen_ai.tool.name": "t"},
        )
        inner.stop()
    assert trace.get_current_span() is not outer.span
    outer.stop()
    assert recording.tree() == "chat gpt-5\n  execute_tool t"


def test_what_is_over_already() -> None:
    """Parent, links, start and end may be given for an operation of the past."""
    recording = Recording()
    parent, linked = begun(recording), begun(recording)
    late = begun(
        recording,
        parent=parent.context,
        links=[Link(linked.span_context)],
        start_time=parent.started_at + 1_000,
    )
    late.stop(end_time=parent.started_at + 2_000_001_000)
    for each in (parent, linked):
        each.stop()
    span = next(each for each in recording.spans if each.links)
    assert (span.end_time or 0) - (span.start_time or 0) == 2_000_000_000
    assert span.parent == parent.span_context
    assert span.links[0].context == linked.span_context


def test_tool_calls_are_remembered_with_the_span() -> None:
    """The tools an answer asks for find the model call's span by the call's id."""
    registry.clear()
    recording = Recording("NO_CONTENT")
    call = recording.chat(("call_1", "lookup", '{"id": 1}'))
    known = registry.claim("lookup", call_id="call_1")
    assert known is not None
    assert (known.model_span, known.arguments) == (call.span_context, '{"id": 1}')


def test_broken_telemetry_stays_inside(caplog: pytest.LogCaptureFixture) -> None:
    """Whatever fails in a tracer, a meter or a logger, the application hears nothing of it."""

    class Broken:
        def __getattr__(self, name: str) -> Any:
            raise RuntimeError("out of order")

    with caplog.at_level(logging.INFO):
        invocation = Invocation(Broken(), "chat", "gpt-5")  # type: ignore[arg-type]
        with invocation.current():
            pass
        invocation.attributes["gen_ai.response.id"] = object()
        invocation.stop()
    assert caplog.records == []


def test_frozen_attributes_become_text() -> None:
    """An attribute with a structure is JSON text on the span, of the value as it was when frozen."""
    recording = Recording()
    invocation = begun(recording)
    found = [{"id": "a"}]
    invocation.attributes["gen_ai.retrieval.documents"] = frozen(found)
    found.clear()
    invocation.stop()
    assert recording.attributes("chat gpt-5")["gen_ai.retrieval.documents"] == '[{"id":"a"}]'


def test_content_that_cannot_be_written_costs_only_itself() -> None:
    """A value nested too deeply for JSON, or one that refuses to be read, is left out of a whole span."""

    class Refusing:
        def __str__(self) -> str:
            raise RuntimeError("private")

    deep: list[Any] = []
    for _ in range(50_000):
        deep = [deep]
    recording = Recording()
    invocation = begun(recording)
    invocation.content.update(
        {
            "gen_ai.tool.definitions": [Refusing()],
            "gen_ai.system_instructions": deep,
            "gen_ai.input.messages": MESSAGES,
        }
    )
    invocation.stop()
    found = recording.attributes("chat gpt-5")
    assert json.loads(found["gen_ai.input.messages"]) == MESSAGES
    assert found["gen_ai.request.model"] == "gpt-5"
    assert found.keys().isdisjoint({"gen_ai.tool.definitions", "gen_ai.system_instructions"})


def test_messages_changed_afterwards_are_recorded_as_sent() -> None:
    """An application that goes on with its list of messages before the span is exported changes no span."""
    recording = Recording()
    invocation = begun(recording)
    sent: list[dict[str, Any]] = [{"role": "user", "parts": [{"type": "text", "content": "first"}]}]
    invocation.content["gen_ai.input.messages"] = sent
    invocation.freeze_content()
    sent[0]["parts"].clear()
    sent.append({"role": "assistant", "parts": []})
    invocation.stop()
    found = json.loads(recording.attributes("chat gpt-5")["gen_ai.input.messages"])
    assert found == [{"role": "user", "parts": [{"type": "text", "content": "first"}]}]


def test_attributes_made_when_the_span_is_read() -> None:
    """What is made later stands beside what is known; if making it fails, the known stays."""
    recording = Recording()
    known = {"gen_ai.provider.name": "qdrant", "spanwright.rerank.applied": False}
    for later in (
        lambda: {"spanwright.retrieval.returned": 3, "gen_ai.retrieval.top_k": None},
        lambda: 1 / 0,
    ):
        invocation = Invocation(recording.telemetry, "retrieval", attributes=known)
        invocation.later = later  # type: ignore[assignment]
        invocation.stop()

    whole, broken = (dict(span.attributes or {}) for span in recording.spans)
    assert whole.pop("spanwright.retrieval.returned") == 3
    assert whole == broken == {**known, "gen_ai.operation.name": "retrieval"}
