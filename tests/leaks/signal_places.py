"""Places beside spans and log records: resource, scope, trace state, metrics, propagated baggage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import quote

from leaks.place import place
from opentelemetry import baggage, metrics, propagate, trace
from opentelemetry.context import attach, detach
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, TraceState
from support.planted import Planted

Group = Sequence[Planted]


def _resource(group: Group) -> Mapping[str, str]:
    pairs = [f"note.{value.kind}={quote(value.sentence)}" for value in group]
    return {"OTEL_RESOURCE_ATTRIBUTES": ",".join(pairs)}


@place("resource attributes", environment=_resource, known_leak="resources are not masked yet")
def resource(_: Group) -> None:
    with trace.get_tracer("leaks").start_as_current_span("work"):
        pass


@place("names and attributes of instrumentation scopes", known_leak="scopes are not masked yet")
def scopes(group: Group) -> None:
    for value in group:
        tracer = trace.get_tracer(f"of: {value.sentence}", attributes={"note": value.sentence})
        tracer.start_span("work").end()


@place("trace state", "secret", known_leak="trace state is not masked yet")
def trace_state(group: Group) -> None:
    for value in group:
        state = TraceState([("vendor", value.text)])
        if value.kind == "secret" and len(state):
            remote = SpanContext(2**120 + id(value), 5, True, TraceFlags(1), state)
            context = trace.set_span_in_context(NonRecordingSpan(remote))
            trace.get_tracer("leaks").start_span("work", context).end()


@place("metric attributes and exemplars", known_leak="metrics are not masked yet")
def metric_attributes(group: Group) -> None:
    meter = metrics.get_meter("leaks")
    counter, histogram = meter.create_counter("c"), meter.create_histogram("h")
    with trace.get_tracer("leaks").start_as_current_span("work"):
        for value in group:
            counter.add(1, {"note": value.sentence})
            histogram.record(1.0, {"note": value.sentence})


@place("baggage in the headers of requests", known_leak="baggage is not masked yet")
def baggage_headers(group: Group) -> None:
    for value in group:
        token = attach(baggage.set_baggage("note", value.sentence))
        try:
            headers: dict[str, str] = {}
            propagate.inject(headers)
            print(headers)  # what any client's instrumentation sends
        finally:
            detach(token)


@place(
    "ids that are telephone numbers or keys", "phone", "secret", known_leak="only addresses are looked for"
)
def number_ids(group: Group) -> None:
    for value in group:
        if value.kind in ("phone", "secret"):
            with trace.get_tracer("leaks").start_as_current_span("work") as span:
                span.set_attributes({"session.id": value.text, "gen_ai.conversation.id": f"sms:{value.text}"})
