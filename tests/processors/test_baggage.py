"""Baggage leaves without the entries that hold something to mask."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import pytest
from opentelemetry import baggage, propagate
from opentelemetry.baggage.propagation import W3CBaggagePropagator
from opentelemetry.context import Context
from spanwright_processors import StepChain, guard_baggage
from spanwright_processors.baggage import GuardedPropagator
from spanwright_processors.counters import Counters
from spanwright_processors.span import Attributes, EditableSpan
from spanwright_processors.step import Phase, Place
from spanwright_processors.steps.mask import Mask, MaskSettings

EMAIL = "a.b@example.com"


def sent(entries: Mapping[str, str], **settings: Any) -> str:
    context = Context()
    for name, value in entries.items():
        context = baggage.set_baggage(name, value, context)
    carrier: dict[str, str] = {}
    chain = StepChain([Mask(MaskSettings(**settings))], Counters())
    GuardedPropagator(W3CBaggagePropagator(), chain).inject(carrier, context)
    assert dict(baggage.get_all(context)) == entries
    return carrier.get("baggage", "")


@pytest.fixture
def propagator() -> Iterator[None]:
    before = propagate.get_global_textmap()
    yield
    propagate.set_global_textmap(before)


def test_entries_with_findings_are_left_out() -> None:
    """Not masked: who receives them takes them for data. The application keeps them."""
    assert sent({"tenant": "acme", "user": EMAIL, "session.id": "abc"}) == "tenant=acme,session.id=abc"
    assert sent({"user": EMAIL}) == ""
    assert sent({f"key {EMAIL}": "x"}) == ""


def test_clean_baggage_and_none_pass() -> None:
    """As they are."""
    assert sent({"tenant": "acme"}) == "tenant=acme"
    assert sent({}) == ""


def test_it_can_be_switched_off() -> None:
    """By a setting."""
    assert "example.com" in sent({"user": EMAIL}, baggage=False)


def test_a_failing_step_sends_nothing() -> None:
    """Closed, and the request goes on."""

    class Failing:
        Settings: ClassVar[type[Any]] = type(None)
        phase: ClassVar[Phase] = Phase.MASK

        def __call__(self, span: EditableSpan) -> None:
            """Nothing to do."""

        def edit_attributes(self, attributes: Attributes, place: Place, resource: Mapping[str, Any]) -> None:
            raise RuntimeError(EMAIL)

    carrier: dict[str, str] = {}
    context = baggage.set_baggage("tenant", "acme", Context())
    chain = StepChain([Failing()], Counters())
    GuardedPropagator(W3CBaggagePropagator(), chain).inject(carrier, context)
    assert carrier == {}


@pytest.mark.usefixtures("propagator")
def test_the_global_propagator_is_guarded_once() -> None:
    """Whatever it is; extraction and fields stay its own."""
    chain = StepChain([Mask()], Counters())
    guard_baggage(chain)
    first = propagate.get_global_textmap()
    guard_baggage(chain)
    assert propagate.get_global_textmap() is first
    assert "baggage" in first.fields
    assert baggage.get_all(propagate.extract({"baggage": "a=b"})) == {"a": "b"}
