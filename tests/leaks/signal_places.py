"""Places beside spans and log records: resource, scope, metrics, propagated baggage."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from urllib.parse import quote

from leaks.place import place
from opentelemetry import baggage, metrics, propagate, trace
from opentelemetry.context import attach, detach
from support.planted import Planted

Group = Sequence[Planted]


def _resource(group: Group) -> Mapping[str, str]:
    pairs = [f"note.{value.kind}={quote(value.sentence)}" for value in group]
    return {"OTEL_RESOURCE_ATTRIBUTES": ",".join(pairs)}


@place("resource attributes", environment=_resource)
def resource(_: Group) -> None:
    with trace.get_tracer("leaks").start_as_current_span("work"):
        pass


@place("attributes of instrumentation scopes")
def scope_attributes(group: Group) -> None:
    for value in group:
        tracer = trace.get_tracer("leaks", attributes={"note": value.sentence})
        tracer.start_span("work").end()


@place("names of instrumentation scopes", "email")
def scope_names(group: Group) -> None:
    for value in group:
        trace.get_tracer(f"of {value.text}", f"1.0+{value.text}").start_span("work").end()


@place("metric attributes and exemplars")
def metric_attributes(group: Group) -> None:
    meter = metrics.get_meter("leaks")
    counter, histogram = meter.create_counter("c"), meter.create_histogram("h")
    with trace.get_tracer("leaks").start_as_current_span("work"):
        for value in group:
            counter.add(1, {"note": value.sentence})
            histogram.record(1.0, {"note": value.sentence})


@place("baggage in the headers of requests")
def baggage_headers(group: Group) -> None:
    for value in group:
        token = attach(baggage.set_baggage("note", value.sentence))
        try:
            headers: dict[str, str] = {}
            propagate.inject(headers)
            print(headers)  # what any client's instrumentation sends
        finally:
            detach(token)


_NUMBERS = ("email", "phone", "card", "iban", "ssn", "secret")
_IDS = ("session.id", "gen_ai.agent.id", "mcp.session.id", "enduser.pseudo.id", "gen_ai.request.model")


@place("ids that are somebody's numbers or keys", *_NUMBERS)
def number_ids(group: Group) -> None:
    for value in group:
        if value.kind in _NUMBERS:
            with trace.get_tracer("leaks").start_as_current_span("work") as span:
                span.set_attributes(dict.fromkeys(_IDS, value.text))
                span.set_attribute("gen_ai.conversation.id", f"sms:{value.text}")
                span.set_attribute("note", json.dumps({"order_id": value.text, "id": f"x/{value.text}"}))
