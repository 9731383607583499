"""The view over an SDK span: what steps change is in the result, what they leave alone is the SDK's."""

from __future__ import annotations

from typing import Any

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.trace import ReadableSpan, SpanLimits
from opentelemetry.trace import SpanContext, SpanKind, StatusCode, TraceFlags
from opentelemetry.trace.status import Status
from spanwright_processors import EditableEvent, EditableLink, EditableSpan
from spanwright_processors.guard import EndOrder
from spanwright_processors.sdk import EMPTY_FIELDS, SpanView, processed_fields
from support.spans import Keep, chain, ended, provider, raises

REMOTE = SpanContext(0xABC, 0xDEF, is_remote=True, trace_flags=TraceFlags(1))


def rich_span() -> ReadableSpan:
    keep = Keep()
    tracer = provider(keep).get_tracer("lib", "1.2")
    span = tracer.start_span(
        "chat m",
        context=trace.set_span_in_context(trace.NonRecordingSpan(REMOTE)),
        kind=SpanKind.CLIENT,
        links=[trace.Link(SpanContext(1, 2, is_remote=False), {"l": "one"})],
        start_time=10,
    )
    span.set_attributes({"s": "text", "list": ["a", "b"], "n": 1, "b": True, "map": {"k": [1, {"x": b"y"}]}})
    span.add_event("first", {"e": "one"}, timestamp=11)
    span.add_event("second", {"e": "two"}, timestamp=12)
    span.set_status(Status(StatusCode.ERROR, "broken"))
    span.end(end_time=20)
    return keep.spans[0]


def processed(raw: ReadableSpan, *steps: Any) -> ReadableSpan:
    return EndOrder(chain(*steps)).add(raw)


def test_a_step_sees_the_whole_span() -> None:
    """Every field of the view, as the application set it."""
    raw = rich_span()
    span = SpanView(raw).span
    assert raw.context is not None
    assert span.name == "chat m"
    assert span.kind is SpanKind.CLIENT
    assert (span.trace_id, span.span_id) == (0xABC, raw.context.span_id)
    assert (span.parent_span_id, span.parent_is_remote, span.is_local_root) == (0xDEF, True, True)
    assert (span.start_ns, span.end_ns) == (10, 20)
    assert span.attributes == {
        "s": "text",
        "list": ("a", "b"),
        "n": 1,
        "b": True,
        "map": {"k": (1, {"x": b"y"})},
    }
    assert [(event.name, event.timestamp_ns, event.attributes) for event in span.events] == [
        ("first", 11, {"e": "one"}),
        ("second", 12, {"e": "two"}),
    ]
    assert [(link.trace_id, link.span_id, link.attributes) for link in span.links] == [(1, 2, {"l": "one"})]
    assert (span.status_code, span.status_description) == (StatusCode.ERROR, "broken")
    assert dict(span.resource) == {"service.name": "test"}
    assert (span.scope_name, span.scope_version) == ("lib", "1.2")


def test_without_a_change_the_result_is_the_sdks_own() -> None:
    """Untouched fields are shared, not copied: nothing is cleaned, cut or reordered twice."""
    raw = rich_span()
    fields = processed_fields(raw, chain(lambda span: None))
    assert set(fields) == set(EMPTY_FIELDS)
    assert all(fields[name] is getattr(raw, name) for name in fields)


def test_every_edit_reaches_the_exporter() -> None:
    """Name, attributes, events, links and status text of the exported span are those the steps left."""

    def edit(span: EditableSpan) -> None:
        span.name = "renamed"
        span.kind = SpanKind.PRODUCER
        span.attributes["s"] = "masked"
        del span.attributes["list"]
        span.attributes["new"] = 2.5
        span.events[0].attributes["e"] = "masked"
        del span.events[1]
        span.events.append(EditableEvent("added", 15, {"a": 1}))
        span.links[0].attributes["l"] = "masked"
        span.links.append(EditableLink(3, 4, {}))
        span.status_description = "masked"

    raw = rich_span()
    result = processed(raw, edit)
    assert (result.name, result.kind) == ("renamed", SpanKind.PRODUCER)
    assert dict(result.attributes or {}) == {
        "s": "masked",
        "n": 1,
        "b": True,
        "map": {"k": (1, {"x": b"y"})},
        "new": 2.5,
    }
    assert [(event.name, event.timestamp, dict(event.attributes or {})) for event in result.events] == [
        ("first", 11, {"e": "masked"}),
        ("added", 15, {"a": 1}),
    ]
    assert [(link.context.span_id, dict(link.attributes or {})) for link in result.links] == [
        (2, {"l": "masked"}),
        (4, {}),
    ]
    assert (result.status.status_code, result.status.description) == (StatusCode.ERROR, "masked")
    assert (result.context, result.parent) == (raw.context, raw.parent)
    assert (result.start_time, result.end_time, result.resource) == (10, 20, raw.resource)
    assert result.instrumentation_scope is raw.instrumentation_scope
    assert raw.name == "chat m"
    assert dict(raw.attributes or {})["s"] == "text"


def test_dropped_counts_go_on() -> None:
    """What the SDK's limits dropped is still told after an edit; steps' own attributes are not limited."""
    keep = Keep()
    limits = SpanLimits(max_span_attributes=2, max_events=1, max_links=1, max_event_attributes=1)
    span = provider(keep, span_limits=limits).get_tracer("t").start_span("s")
    span.set_attributes({"a": 1, "b": 2, "c": 3})
    span.add_event("one", {"x": 1, "y": 2})
    span.add_event("two", {"x": 1, "y": 2})
    span.add_link(SpanContext(1, 2, is_remote=False))
    span.add_link(SpanContext(1, 3, is_remote=False))
    span.end()

    def edit(edited: EditableSpan) -> None:
        edited.attributes.update(d=4, e=5)
        edited.events[0].attributes["z"] = "new"
        edited.links[0].attributes["z"] = "new"

    result = processed(keep.spans[0], edit)
    assert dict(result.attributes or {}) == {"b": 2, "c": 3, "d": 4, "e": 5}
    assert (result.dropped_attributes, result.dropped_events, result.dropped_links) == (1, 1, 1)
    assert result.events[0].dropped_attributes == 1


def test_a_replaced_status_keeps_the_sdks_rules() -> None:
    """The SDK allows a description with ERROR alone and warns otherwise: another code goes without."""

    def edit(span: EditableSpan) -> None:
        span.status_code = StatusCode.OK

    result = processed(rich_span(), edit)
    assert (result.status.status_code, result.status.description) == (StatusCode.OK, None)


def test_a_span_no_view_opens_on_comes_back_empty() -> None:
    """Where our own code fails, the span is exported without content, marked and counted."""
    raw = ended("secret", {"a": "secret"})
    raw._status = None  # type: ignore[assignment]
    steps = chain()
    raw._kind = SpanKind.CLIENT
    assert processed_fields(raw, steps) is EMPTY_FIELDS
    assert steps.counters.counts().content_dropped == 1
    result = EndOrder(steps).add(raw)
    assert dict(result.attributes or {}) == {"spanwright.processing.failed_steps": ("view",)}
    assert (result.name, result.events, result.links) == ("span", (), ())
    assert result.kind is SpanKind.CLIENT


def test_a_step_that_writes_no_text_as_name_gives_a_neutral_one() -> None:
    """Exporters sort and encode names: only text may stand there."""

    def edit(span: EditableSpan) -> None:
        span.name = None  # type: ignore[assignment]

    assert processed(rich_span(), edit).name == "span"


def test_half_a_character_in_a_name_costs_no_batch() -> None:
    """A lone surrogate in a name, event name or status text would make the encoder refuse all spans."""
    keep = Keep()
    span = provider(keep).get_tracer("t").start_span("n\ud800é")
    span.add_event("e\udfff")
    span.set_status(Status(StatusCode.ERROR, "d\ud800"))
    span.end()
    result = processed(keep.spans[0])
    assert (result.name, result.events[0].name, result.status.description) == ("n?é", "e?", "d?")
    assert encode_spans([result])


def test_a_failing_step_shows_in_the_exported_span() -> None:
    """Content gone, mark set, ids and times kept."""
    result = processed(rich_span(), raises(ValueError("text")))
    assert dict(result.attributes or {}) == {
        "n": 1,
        "b": True,
        "spanwright.processing.failed_steps": ("function",),
    }
    assert result.status.description is None
    assert "text" not in repr([dict(event.attributes or {}) for event in result.events])
