"""Masking what the application itself gave to be masked."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from spanwright_processors.detect.policy import Action
from spanwright_processors.steps.mask import Mask, MaskSettings
from spanwright_semconv.given_values import GivenValue, forget_given_values, give_values
from support.editable import editable_span


@pytest.fixture(autouse=True)
def _empty() -> Iterator[None]:
    forget_given_values()
    yield
    forget_given_values()


@pytest.mark.parametrize(
    "settings",
    [MaskSettings(), MaskSettings(carry_over=False), MaskSettings(min_score=0.6)],
)
def test_given_values_are_masked_in_their_trace(settings: MaskSettings) -> None:
    """The name in its parts, those that are words with their capital only; others whole, in any case."""
    give_values(1, [GivenValue("Grace Raman", True), GivenValue("Project Kestrel", False)])
    step = Mask(settings)
    text = '{"a": "Grace said: project kestrel is due. Will it fly? By the grace of RAMAN, kestrels do."}'
    span, other = editable_span({"k": text}, name="call Grace"), editable_span({"k": text}, trace_id=2)
    step(span)
    step(other)
    assert (
        span.attributes["k"]
        == '{"a": "[NAME] said: [GIVEN] is due. Will it fly? By the grace of [NAME], kestrels do."}'
    )
    assert span.name == "call [NAME]"
    assert other.attributes["k"] == text


def test_whatever_types_are_looked_for() -> None:
    """A choice of types does not switch off what was asked for by value; an action still decides."""
    give_values(1, [GivenValue("K-4711", False)])
    span = editable_span({"k": "order k-4711 is late"})
    Mask(MaskSettings(entities=("SECRET",)))(span)
    assert span.attributes["k"] == "order [GIVEN] is late"
    assert span.attributes["spanwright.pii.entity_types"] == ("GIVEN",)
    span = editable_span({"k": "order k-4711 is late"})
    Mask(MaskSettings(actions={"GIVEN": Action.DROP}))(span)
    assert span.attributes["k"] == "order  is late"


def test_a_forked_child_knows_none() -> None:
    """They belong to the parent's requests."""
    give_values(1, [GivenValue("K-4711", False)])
    step = Mask()
    step.fork()
    span = editable_span({"k": "order k-4711 is late"})
    step(span)
    assert span.attributes["k"] == "order k-4711 is late"
