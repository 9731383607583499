"""The OTLP view gives what the SDK view gives, and leaves every byte alone that no step changed."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.common._log_encoder import encode_logs
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.trace import SpanContext, SpanKind, StatusCode, TraceFlags
from opentelemetry.trace.status import Status
from spanwright_processors import (
    Counters,
    EditableEvent,
    EditableLink,
    EditableSpan,
    attach_logs,
    build_chain,
    load_settings,
)
from spanwright_processors.guard import EndOrder
from spanwright_processors.otlp import SpanView, decoded, process_logs, process_span, process_traces
from support.spans import FunctionStep, Keep, Shout, chain, provider, raises

LEAVES = st.one_of(
    st.text(max_size=30),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    st.binary(max_size=20),
)
KEYS = st.text(min_size=1, max_size=12)
VALUES = st.recursive(
    st.one_of(st.none(), LEAVES),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=8,
)
ATTRIBUTES = st.dictionaries(KEYS, VALUES, max_size=6)
CONTEXTS = st.builds(
    SpanContext,
    st.integers(1, 2**128 - 1),
    st.integers(1, 2**64 - 1),
    st.booleans(),
    st.just(TraceFlags(TraceFlags.SAMPLED)),
)
STATUSES = st.one_of(
    st.just(Status()), st.just(Status(StatusCode.OK)), st.builds(Status, st.just(StatusCode.ERROR), st.text())
)


class FixedIds(IdGenerator):
    """Hypothesis wants nothing random that it has not drawn."""

    def generate_trace_id(self) -> int:
        return 0xA1

    def generate_span_id(self) -> int:
        return 0xB2


@st.composite
def spans(draw: st.DrawFn) -> ReadableSpan:
    """A span as the SDK ends it, with attributes of every kind, events, links, status and any parent."""
    keep = Keep()
    parent = draw(st.one_of(st.none(), CONTEXTS))
    span = (
        provider(keep, id_generator=FixedIds())
        .get_tracer(draw(st.text(min_size=1, max_size=8)), draw(st.one_of(st.none(), st.just("1.0"))))
        .start_span(
            draw(st.text(max_size=20)),
            context=trace.set_span_in_context(trace.NonRecordingSpan(parent)) if parent else None,
            kind=draw(st.sampled_from(SpanKind)),
            start_time=draw(st.integers(1, 2**62)),
            links=[trace.Link(link, draw(ATTRIBUTES)) for link in draw(st.lists(CONTEXTS, max_size=2))],
        )
    )
    span.set_attributes(draw(ATTRIBUTES))
    for name in draw(st.lists(st.text(max_size=10), max_size=3)):
        span.add_event(name, draw(ATTRIBUTES), draw(st.integers(1, 2**62)))
    span.set_status(draw(STATUSES))
    span.end(draw(st.integers(1, 2**62)))
    return keep.spans[0]


def delete_first(span: EditableSpan) -> None:
    for key in list(span.attributes)[:1]:
        del span.attributes[key]


def add(span: EditableSpan) -> None:
    span.attributes.update(added="x", number=1.5, nested={"k": ("a", {"b": b"c"})}, nothing=None)


def add_what_otlp_cannot_hold(span: EditableSpan) -> None:
    span.attributes.update(big=2**70, half="\ud800", inside=("ok", {"k": "\udfff"}))


def change_events(span: EditableSpan) -> None:
    span.events = [EditableEvent("new", 7, {"k": "v"}), *reversed(span.events)]
    span.links = [*span.links[1:], EditableLink(5, 6, {"k": "v"})]


def drop_events(span: EditableSpan) -> None:
    span.events, span.links = span.events[:1], []


def describe(span: EditableSpan) -> None:
    span.name = f"{span.kind.name} {span.is_local_root} {span.scope_name} {span.scope_version}"
    span.attributes["seen"] = (
        f"{span.trace_id} {span.span_id} {span.parent_span_id} {span.parent_is_remote} {span.start_ns} "
        f"{span.end_ns} {span.status_code} {span.status_description!r} {sorted(span.resource.items())}"
    )


def recover(span: EditableSpan) -> None:
    span.status_code = StatusCode.OK  # with the description left: the SDK allows none with OK


def write_half_characters(span: EditableSpan) -> None:
    span.name += "\ud800"
    if span.status_description is not None:
        span.status_description += "\udfff"
    for event in span.events:
        event.name = "\ud800é"


EDITS: list[Any] = [
    FunctionStep(write_half_characters),
    Shout(),
    FunctionStep(delete_first),
    FunctionStep(add),
    FunctionStep(add_what_otlp_cannot_hold),
    FunctionStep(change_events),
    FunctionStep(drop_events),
    FunctionStep(describe),
    FunctionStep(lambda span: setattr(span, "kind", SpanKind((span.kind.value + 1) % 5))),
    FunctionStep(recover),
    FunctionStep(raises(ValueError())),
]


def canonical(request: ExportTraceServiceRequest) -> ExportTraceServiceRequest:
    """Attributes in order of their keys: order says nothing in OTLP."""
    for resource_spans in request.resource_spans:
        for scope_spans in resource_spans.scope_spans:
            for span in scope_spans.spans:
                owners: list[Any] = [span, *span.events, *span.links]
                for owner in owners:
                    pairs = sorted(owner.attributes, key=lambda pair: pair.key)
                    del owner.attributes[:]
                    owner.attributes.extend(pairs)
    return request


@settings(max_examples=300, deadline=None)
@given(spans(), st.lists(st.sampled_from(EDITS), max_size=4))
def test_the_same_steps_give_the_same_span_through_both_views(raw: ReadableSpan, steps: list[Any]) -> None:
    """Encoding what the SDK view gives equals processing what the raw span encodes to."""
    logging.disable(logging.CRITICAL)  # the encoder reports what OTLP cannot hold
    try:
        through_sdk = encode_spans([EndOrder(chain(*steps)).add(raw)])
        through_otlp = encode_spans([raw])
        process_traces(through_otlp, chain(*steps))
    finally:
        logging.disable(logging.NOTSET)
    assert canonical(through_otlp) == canonical(through_sdk)


MESSAGES = st.lists(
    st.builds(
        lambda role, text: {"role": role, "parts": [{"type": "text", "content": text}]},
        st.sampled_from(["user", "assistant"]),
        st.one_of(
            st.text(max_size=60),
            st.sampled_from(["Mail ada@example.com", "key sk-proj-abcdef0123456789abcdef"]),
        ),
    ),
    max_size=3,
).map(lambda messages: json.dumps(messages, ensure_ascii=False))
GENAI = st.fixed_dictionaries(
    {"gen_ai.operation.name": st.sampled_from(["chat", "embeddings", "execute_tool", "invoke_workflow"])},
    optional={
        "gen_ai.provider.name": st.just("openai"),
        "gen_ai.request.model": st.sampled_from(["gpt-4o", "no-such-model"]),
        "gen_ai.response.model": st.just("gpt-4o-2024-08-06"),
        "gen_ai.usage.input_tokens": st.integers(0, 10_000),
        "gen_ai.usage.output_tokens": st.integers(0, 10_000),
        "gen_ai.usage.cache_read.input_tokens": st.integers(0, 100),
        "gen_ai.response.finish_reasons": st.lists(st.sampled_from(["stop", "length"]), max_size=2),
        "gen_ai.input.messages": MESSAGES,
        "gen_ai.output.messages": MESSAGES,
        "gen_ai.system_instructions": MESSAGES,
        "user.id": st.text(max_size=10),
        "anything": VALUES,
    },
)


@settings(max_examples=60, deadline=None)
@given(st.lists(GENAI, min_size=1, max_size=4))
def test_every_installed_step_gives_the_same_trace_through_both_views(calls: list[dict[str, Any]]) -> None:
    """The configured pipeline over a whole trace: prices, masks, sums and cuts are equal to the byte."""
    keep = Keep()
    tracer = provider(keep).get_tracer("t")
    with tracer.start_as_current_span("invoke_workflow w"):
        for attributes in calls:
            child = tracer.start_span(attributes["gen_ai.operation.name"], kind=SpanKind.CLIENT)
            child.set_attributes(attributes)
            child.end()
    chains = [build_chain(load_settings({}), Counters()) for _ in range(2)]
    order = EndOrder(chains[0])
    through_sdk = encode_spans([order.add(span) for span in keep.spans])
    through_otlp = encode_spans(keep.spans)
    process_traces(through_otlp, chains[1])
    assert canonical(through_otlp) == canonical(through_sdk)
    assert chains[0].counters.counts() == chains[1].counters.counts()
    assert chains[0].counters.counts().step_failures == {}


@given(spans())
def test_an_untouched_message_stays_as_it_is_byte_for_byte(raw: ReadableSpan) -> None:
    """Steps that change nothing change no byte, unknown fields included."""
    request = encode_spans([raw])
    before = request.SerializeToString() + b"\xba\x3e\x03abc"  # field 999 of a later protocol
    parsed = ExportTraceServiceRequest.FromString(before)
    process_traces(parsed, chain(lambda span: span.attributes.update(span.attributes)))
    assert parsed.SerializeToString() == before


@given(ATTRIBUTES)
def test_values_are_decoded_to_what_the_sdk_holds(attributes: dict[str, Any]) -> None:
    """Arrays are tuples, maps dicts; every kind comes back equal and of the same type."""
    keep = Keep()
    span = provider(keep).get_tracer("t").start_span("s")
    span.set_attributes(attributes)
    span.end()
    held = dict(keep.spans[0].attributes or {})
    pairs = encode_spans(keep.spans).resource_spans[0].scope_spans[0].spans[0].attributes
    assert repr(decoded(pairs)) == repr(held)


def text(key: str, value: str) -> KeyValue:
    return KeyValue(key=key, value=AnyValue(string_value=value))


def test_a_key_that_occurs_twice_hides_nothing() -> None:
    """The value that steps cannot see does not go out, at the top or in a map."""
    span = Span(attributes=[text("k", "hidden"), text("k", "seen"), KeyValue(key="m")])
    span.attributes[2].value.kvlist_value.values.extend([text("x", "hidden"), text("x", "seen")])
    process_span(span, {}, Scope(), chain())
    assert decoded(span.attributes) == {"k": "seen", "m": {"x": "seen"}}
    assert b"hidden" not in span.SerializeToString()


class Scope:
    name = "scope"
    version = ""


@pytest.mark.parametrize(
    ("flags", "parent", "remote", "root"),
    [
        (0, b"", None, True),
        (0x100, b"", None, True),
        (0, b"12345678", None, False),
        (0x100, b"12345678", False, False),
        (0x300, b"12345678", True, True),
        (0x301, b"\0" * 8, None, True),
    ],
)
def test_flags_tell_whether_the_parent_is_remote(
    flags: int, parent: bytes, remote: bool | None, root: bool
) -> None:
    """Bit 0x100 says that it is known, 0x200 that it is so; a span without a parent is a root anyway."""
    span = SpanView(Span(flags=flags, parent_span_id=parent), {}, Scope()).span
    assert (span.parent_is_remote, span.is_local_root) == (remote, root)


def batch(*entries: tuple[str, int, bytes]) -> ExportTraceServiceRequest:
    request = ExportTraceServiceRequest()
    for name, end, parent in entries:
        span = request.resource_spans.add().scope_spans.add().spans.add()
        span.name, span.end_time_unix_nano, span.parent_span_id = name, end, parent
        span.attributes.append(text("k", "letters"))
    return request


def message_spans(request: ExportTraceServiceRequest) -> list[Span]:
    return [span for group in request.resource_spans for scope in group.scope_spans for span in scope.spans]


def test_steps_see_a_batch_in_the_order_in_which_spans_ended() -> None:
    """Whatever their order in the batch; local roots come last, also after what has outlived them."""
    seen: list[str] = []
    request = batch(("root", 9, b""), ("late", 12, b"12345678"), ("early", 3, b"12345678"))
    process_traces(request, chain(lambda span: seen.append(span.name)))
    assert seen == ["early", "late", "root"]
    assert [span.name for span in message_spans(request)] == ["root", "late", "early"]


def test_one_bad_span_costs_its_content_and_not_the_batch() -> None:
    """What cannot be written back is emptied and marked; its neighbours are processed as ever."""

    def spoil(span: EditableSpan) -> None:
        if span.name == "bad":
            span.events = [EditableEvent("letters", -1, {})]  # no time in OTLP is negative

    request = batch(("good", 1, b""), ("bad", 2, b""), ("other", 3, b""))
    message_spans(request)[1].events.add(name="letters")
    steps = chain(spoil, lambda span: span.attributes.update(k="LETTERS"))
    process_traces(request, steps)
    good, bad, other = message_spans(request)
    assert decoded(good.attributes) == decoded(other.attributes) == {"k": "LETTERS"}
    assert decoded(bad.attributes) == {"spanwright.processing.failed_steps": ("view",)}
    assert b"letters" not in bad.SerializeToString()
    assert (bad.name, bad.end_time_unix_nano) == ("span", 2)
    assert steps.counters.counts().content_dropped == 1


def test_an_unknown_status_code_is_left_as_it_is() -> None:
    """A code of a later protocol is UNSET to steps and stays in the message."""
    span = Span()
    span.status.code = 7  # type: ignore[assignment]
    seen: list[StatusCode] = []
    process_span(span, {}, Scope(), chain(lambda edited: seen.append(edited.status_code)))
    assert seen == [StatusCode.UNSET]
    assert span.status.code == 7


BODIES = st.one_of(st.none(), VALUES)


class Unmask(Shout):
    def log(self, record: Any) -> None:
        raise ValueError


STEPS = st.sampled_from([[], [Shout()], [Unmask()], [Unmask(), Shout()]])


@settings(max_examples=150, deadline=None)
@given(BODIES, ATTRIBUTES, STEPS, st.sampled_from(["e", "gen_ai.x", "INFO", "BAD: e"]))
def test_log_records_agree_in_both_views(
    body: Any, attributes: Mapping[str, Any], steps: list[Any], name: str
) -> None:
    """The same steps on the same log record, through the SDK and through OTLP, encode to the same."""
    requests = []
    for attached in (True, False):
        exporter = InMemoryLogRecordExporter()  # type: ignore[no-untyped-call]
        made = LoggerProvider(resource=Resource({"r": "x"}), shutdown_on_exit=False)
        made.add_log_record_processor(SimpleLogRecordProcessor(exporter))
        if attached:
            attach_logs(made, chain(*steps))
        texts: Any = {"event_name": name, "severity_text": name, "attributes": dict(attributes)}
        made.get_logger("t").emit(body=body, timestamp=5, observed_timestamp=6, **texts)
        requests.append(encode_logs(exporter.get_finished_logs()))
    process_logs(requests[1], chain(*steps))
    assert log_parts(requests[0]) == log_parts(requests[1])


def log_parts(request: ExportLogsServiceRequest) -> tuple[Any, ...]:
    (record,) = request.resource_logs[0].scope_logs[0].log_records
    pairs = sorted(record.attributes, key=lambda pair: pair.key)
    texts = (record.event_name, record.severity_text)
    return pairs, record.body.WhichOneof("value"), record.body, texts, record.time_unix_nano


def test_a_log_record_that_cannot_be_written_loses_its_content() -> None:
    """Our own failure empties the record and no other."""

    class Spoil(Shout):
        def log(self, record: Any) -> None:
            record.body = 2**70 if record.body == "bad" else record.body

    request = ExportLogsServiceRequest()
    records = request.resource_logs.add().scope_logs.add().log_records
    for body in ("bad", "good"):
        records.append(LogRecord(body=AnyValue(string_value=body), attributes=[text("k", "v")]))
    process_logs(request, chain(Spoil()))
    assert decoded(records[0].attributes) == {"spanwright.processing.failed_steps": ("view",)}
    assert records[0].body == AnyValue()
    assert (records[1].body.string_value, decoded(records[1].attributes)) == ("good", {"k": "v"})
