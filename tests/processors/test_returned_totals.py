"""Totals in the header of an HTTP answer, and back on the caller's root."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.instrumentation import propagators
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.trace import SpanKind
from spanwright_processors import attach
from spanwright_processors.returned_totals import TotalsPropagator, return_totals
from spanwright_processors.rollup import RemoteTotals
from spanwright_processors.steps.roll_up import RollUp, RollUpSettings
from support.spans import Collect, chain, provider

KNOWN: Any = propagators


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    before = KNOWN.get_global_response_propagator()
    KNOWN.set_global_response_propagator(None)
    yield
    KNOWN.set_global_response_propagator(before)


def call(tracer: trace.Tracer, usd: float) -> None:
    with tracer.start_as_current_span("chat m") as span:
        cost = {"spanwright.cost.usd": usd, "gen_ai.usage.input_tokens": 7}
        span.set_attributes({"gen_ai.operation.name": "chat", **cost})


def test_one_total_over_two_services() -> None:
    """The called service tells what it cost by the time it answers; the caller's root has both."""
    answers: dict[str, str] = {}
    called = provider(SimpleSpanProcessor(Collect()))
    attach(called, chain(RollUp(RollUpSettings(return_totals=True))))
    with called.get_tracer("b").start_as_current_span("POST", kind=SpanKind.SERVER):
        call(called.get_tracer("b"), 0.2)
        KNOWN.get_global_response_propagator().inject(answers)
    exporter = Collect()
    caller = provider(SimpleSpanProcessor(exporter))
    attach(caller, chain(RollUp(RollUpSettings(accept_totals=True))))
    with caller.get_tracer("a").start_as_current_span("r"):
        call(caller.get_tracer("a"), 0.1)
        with caller.get_tracer("a").start_as_current_span("POST", kind=SpanKind.CLIENT) as request:
            captured = (answers["spanwright-totals"],)
            request.set_attribute("http.response.header.spanwright_totals", captured)
    root = dict(exporter.batches[-1][0].attributes or {})
    assert root["spanwright.trace.cost.usd"] == 0.1
    assert root["spanwright.trace.remote.usage.input_tokens"] == 7
    assert root["spanwright.trace.overall.cost.usd"] == 0.3


def test_nothing_is_returned_unless_asked_for() -> None:
    """What a request costs is nobody's business by default."""
    attach(provider(), chain(RollUp()))
    assert KNOWN.get_global_response_propagator() is None


def test_a_request_without_calls_returns_nothing() -> None:
    """No header where there is nothing to tell, and none outside of a span."""
    carrier: dict[str, str] = {}
    TotalsPropagator(lambda _trace, _span: None).inject(carrier)
    made = provider()
    attach(made, chain(RollUp(RollUpSettings(return_totals=True))))
    with made.get_tracer("b").start_as_current_span("GET", kind=SpanKind.SERVER):
        KNOWN.get_global_response_propagator().inject(carrier)
    assert carrier == {}


def test_the_propagator_that_was_there_stays() -> None:
    """It goes first; what fails here does not reach the server."""

    class Before:
        def inject(self, carrier: Any, context: Any = None, **_: Any) -> None:
            carrier["before"] = "yes"

    def failing(trace_id: int, span_id: int) -> RemoteTotals:
        raise RuntimeError(f"{trace_id} {span_id}")

    KNOWN.set_global_response_propagator(Before())
    assert return_totals(failing)
    assert return_totals(failing)
    carrier: dict[str, str] = {}
    with provider().get_tracer("b").start_as_current_span("GET"):
        KNOWN.get_global_response_propagator().inject(carrier)
    assert carrier == {"before": "yes"}


def test_a_setter_is_used() -> None:
    """Servers write headers in forms of their own."""

    class Setter:
        def set(self, carrier: list[tuple[str, str]], key: str, value: str) -> None:
            carrier.append((key, value))

    carrier: list[tuple[str, str]] = []
    totals = RemoteTotals(Decimal("0.5"), 0, 1, 2, 3)
    with provider().get_tracer("b").start_as_current_span("GET"):
        TotalsPropagator(lambda _trace, _span: totals).inject(carrier, setter=Setter())
    assert carrier == [("spanwright-totals", "usd=0.5;unknown=0;calls=1;in=2;out=3")]
