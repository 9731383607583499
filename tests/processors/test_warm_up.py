"""What steps load, ahead of its use."""

from __future__ import annotations

import pytest
from spanwright_processors import EditableSpan, Pipeline, attach
from spanwright_processors.steps.price import Price, PriceSettings
from spanwright_processors.warm_up import WarmUp
from support.spans import FunctionStep, Keep, chain, provider


class Loading(FunctionStep):
    """A step that counts how often it is told to load."""

    def __init__(self) -> None:
        super().__init__(lambda span: None)
        self.times = 0

    def warm_up(self) -> None:
        self.times += 1
        raise RuntimeError("nobody is to notice")

    def __call__(self, span: EditableSpan) -> None:
        """Nothing to do."""


@pytest.mark.parametrize("attached", [True, False])
def test_the_first_model_call_that_begins_has_it_loaded(attached: bool) -> None:
    """Once, at its start; other spans are no reason, and no failure reaches the application."""
    step = Loading()
    if attached:
        made = provider(Keep())
        attach(made, chain(step))
    else:
        made = provider(Pipeline(chain(step), []))
    tracer = made.get_tracer("t")
    tracer.start_span("GET /").end()
    assert step.times == 0
    call = tracer.start_span("chat gpt-4o")
    assert step.times == 1
    call.end()
    tracer.start_span("embeddings m").end()
    assert step.times == 1


def test_nothing_is_looked_for_where_no_step_loads() -> None:
    """Spans of such a chain are not even looked at."""
    assert not WarmUp(chain(FunctionStep(lambda span: None))).pending
    assert WarmUp(chain(Price())).pending


def test_loading_ahead_can_be_switched_off() -> None:
    """Then the table is loaded where the first span is priced."""
    step = Price(PriceSettings(warm_up=False))
    step.warm_up()
    assert not step._warms_up
