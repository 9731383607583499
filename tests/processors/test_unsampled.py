"""Spans that no exporter gets."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk.environment_variables import OTEL_TRACES_SAMPLER, OTEL_TRACES_SAMPLER_ARG
from opentelemetry.sdk.trace import sampling
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from spanwright_processors import Pipeline, attach
from spanwright_processors.steps.cost_metric import CostMetric
from spanwright_processors.steps.roll_up import RollUp, RollUpSettings
from spanwright_processors.unsampled import (
    RecordUnsampled,
    UnsampledReader,
    record_all,
    unsampled_reader,
)
from support.spans import Collect, chain, provider

COST: dict[str, Any] = {"gen_ai.operation.name": "chat", "spanwright.cost.usd": 0.25}


def until(true: Callable[[], bool], seconds: float = 5.0) -> bool:
    deadline = time.monotonic() + seconds
    while not true() and time.monotonic() < deadline:
        time.sleep(0.005)
    return true()


def request(tracer: trace.Tracer) -> None:
    root = tracer.start_span("r")
    call = tracer.start_span("chat m", trace.set_span_in_context(root))
    call.set_attributes(COST)
    call.end()
    root.end()


@pytest.mark.parametrize("attached", [True, False])
def test_what_is_not_sampled_is_counted_and_not_exported(attached: bool) -> None:
    """All dollars are in the metric, whatever share of the traces is exported."""
    step, exporter = CostMetric(), Collect()
    sampler = RecordUnsampled(sampling.ALWAYS_OFF)
    steps = chain(step, RollUp())
    if attached:
        made = provider(SimpleSpanProcessor(exporter), sampler=sampler)
        attach(made, steps)
    else:
        made = provider(Pipeline(steps, [exporter]), sampler=sampler)
    for _ in range(3):
        request(made.get_tracer("t"))
    assert until(lambda: [usd for usd, _ in step.costs()] == [0.75])
    assert exporter.batches == []
    made.shutdown()


def test_sampled_traces_are_not_processed_twice() -> None:
    """The reader leaves to the exporters what they get."""
    step, exporter = CostMetric(), Collect()
    made = provider(SimpleSpanProcessor(exporter))
    attach(made, chain(step))
    request(made.get_tracer("t"))
    assert [usd for usd, _ in step.costs()] == [0.25]


def test_more_than_can_wait_is_counted_as_lost() -> None:
    """Memory is bounded where traces come faster than they are processed."""
    steps = chain(CostMetric())
    reader = UnsampledReader(steps.counters)
    reader._start = lambda: None  # type: ignore[method-assign]
    made = provider(sampler=RecordUnsampled(sampling.ALWAYS_OFF))
    for _ in range(2_050):
        reader.add(made.get_tracer("t").start_span("r"))
    assert steps.counters.counts().lost == {"queue_full": 2}
    reader.after_fork()
    assert reader._waiting.qsize() == 0


def test_only_steps_that_count_it_have_it_read() -> None:
    """Without one, what is not sampled costs nothing here."""
    assert unsampled_reader(chain(RollUp(RollUpSettings(count_unsampled=False)))) is None
    assert unsampled_reader(chain(RollUp())) is not None


@pytest.mark.parametrize("ratio", ["0", "1", None, "much", "7"])
def test_the_sampler_by_environment(monkeypatch: pytest.MonkeyPatch, ratio: str | None) -> None:
    """`spanwright_record_all` is found by the SDK, and samples as parentbased_traceidratio does."""
    monkeypatch.setenv(OTEL_TRACES_SAMPLER, "spanwright_record_all")
    if ratio is not None:
        monkeypatch.setenv(OTEL_TRACES_SAMPLER_ARG, ratio)
    from opentelemetry.sdk._configuration import _get_sampler, _import_sampler

    sampler = _import_sampler(_get_sampler())
    assert isinstance(sampler, RecordUnsampled)
    decision = sampler.should_sample(None, 2**127 - 1, "r").decision
    assert decision is (
        sampling.Decision.RECORD_ONLY if ratio == "0" else sampling.Decision.RECORD_AND_SAMPLE
    )


def test_a_sampled_span_is_left_to_the_sampler() -> None:
    """Its attributes and state too; the description tells who is inside."""
    inner = sampling.ALWAYS_ON
    result: Any = RecordUnsampled(inner).should_sample(None, 1, "r", attributes={"a": 1})
    assert (result.decision, dict(result.attributes)) == (sampling.Decision.RECORD_AND_SAMPLE, {"a": 1})
    assert RecordUnsampled(inner).get_description() == "RecordUnsampled{AlwaysOnSampler}"
    assert record_all().get_description().startswith("RecordUnsampled{ParentBased")
