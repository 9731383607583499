"""The metrics of an operation."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from spanwright_instrumentation.instruments import MOST_GAPS, Instruments
from spanwright_semconv import metrics

SPAN: dict[str, Any] = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-5",
    "gen_ai.response.model": "gpt-5-2026",
    "server.address": "api.openai.com",
    "server.port": 443,
    "gen_ai.response.id": "unbounded",
    "session.id": "unbounded",
}
DIMENSIONS = {key: value for key, value in SPAN.items() if value != "unbounded"}
USAGE = {
    "gen_ai.usage.input_tokens": 100,
    "gen_ai.usage.output_tokens": 20,
    "gen_ai.usage.cache_read.input_tokens": 60,
    "gen_ai.usage.reasoning.output_tokens": 0,
}

Points = dict[str, list[tuple[float, dict[str, Any]]]]


def recorded(
    operation: str, attributes: dict[str, Any], modality: str = "text", chunk_times: Sequence[int] = ()
) -> Points:
    """Metric -> (sum, dimensions) of each point, after one operation of half a second."""
    reader = InMemoryMetricReader()
    provider = MeterProvider([reader], shutdown_on_exit=False)
    Instruments(provider.get_meter("test")).record_operation(
        operation, 0.5, attributes, modality, None, chunk_times=chunk_times
    )
    data = reader.get_metrics_data()
    found: Points = {}
    for metric in data.resource_metrics[0].scope_metrics[0].metrics if data else ():
        assert metric.unit == metrics.METRICS[metric.name].unit
        for point in metric.data.data_points:
            value = getattr(point, "sum", None)
            found.setdefault(metric.name, []).append(
                (point.value if value is None else value, dict(point.attributes or {}))  # type: ignore[union-attr]
            )
    return found


def test_inference() -> None:
    """Duration, tokens in and out, and the subsets that are not 0, with bounded dimensions only."""
    counted = {**DIMENSIONS, "gen_ai.token.modality": "text"}
    assert recorded("chat", {**SPAN, **USAGE}) == {
        "gen_ai.client.inference.duration": [(0.5, DIMENSIONS)],
        "gen_ai.client.inference.usage.input_tokens": [(100, counted)],
        "gen_ai.client.inference.usage.output_tokens": [(20, counted)],
        "gen_ai.client.inference.operation.input_tokens": [(100, DIMENSIONS)],
        "gen_ai.client.inference.operation.output_tokens": [(20, DIMENSIONS)],
        "gen_ai.client.inference.usage.cache_read.input_tokens": [(60, counted)],
    }


def test_stream() -> None:
    """A stream adds the time to its first chunk."""
    found = recorded("chat", {**SPAN, "gen_ai.response.time_to_first_chunk": 0.25})
    assert found["gen_ai.client.inference.time_to_first_chunk"] == [(0.25, DIMENSIONS)]


def test_time_per_chunk() -> None:
    """Each chunk but the first is measured, from the one before it."""
    first = {**SPAN, "gen_ai.response.time_to_first_chunk": 0.25}
    found = recorded("chat", first, chunk_times=(0, 5_000_000_000, 5_250_000_000, 6_000_000_000))
    assert found["gen_ai.client.inference.time_per_output_chunk"] == [(1.0, DIMENSIONS)]


def test_times_per_chunk_of_long_streams() -> None:
    """Of a long stream some are measured, drawn without touching the application's random numbers."""
    first = {**SPAN, "gen_ai.response.time_to_first_chunk": 0.25}
    random.seed(7)
    state = random.getstate()
    times = [at * 1_000_000_000 for at in range(1_000)]
    found = recorded("chat", first, chunk_times=times)
    assert found["gen_ai.client.inference.time_per_output_chunk"] == [(float(MOST_GAPS), DIMENSIONS)]
    assert random.getstate() == state


@pytest.mark.parametrize("times", [(), (1,), (1, 2)])
def test_no_second_chunk_no_time_per_chunk(times: Sequence[int]) -> None:
    """A stream of one chunk has no time between two."""
    found = recorded("chat", {**SPAN, "gen_ai.response.time_to_first_chunk": 0.25}, chunk_times=times)
    assert "gen_ai.client.inference.time_per_output_chunk" not in found


def test_answer_without_usage_counts_no_tokens() -> None:
    """Tokens are never estimated."""
    assert recorded("chat", SPAN).keys() == {"gen_ai.client.inference.duration"}


def test_failed_inference_counts_zero_unknown_tokens() -> None:
    """As the conventions say; the error is a dimension of the duration only."""
    found = recorded("chat", {**SPAN, "error.type": "TimeoutError"})
    unknown = {**DIMENSIONS, "gen_ai.token.modality": "unknown"}
    assert found == {
        "gen_ai.client.inference.duration": [(0.5, {**DIMENSIONS, "error.type": "TimeoutError"})],
        "gen_ai.client.inference.usage.input_tokens": [(0, unknown)],
        "gen_ai.client.inference.usage.output_tokens": [(0, unknown)],
    }


def test_other_operations_have_their_own_duration() -> None:
    """Tools, agents and workflows by their own metric, everything else by that of client operations."""
    expected = {
        "embeddings": "gen_ai.client.operation.duration",
        "retrieval": "gen_ai.client.operation.duration",
        "execute_tool": "gen_ai.execute_tool.duration",
        "invoke_agent": "gen_ai.invoke_agent.duration",
        "invoke_workflow": "gen_ai.invoke_workflow.duration",
    }
    assert {operation: list(recorded(operation, {**SPAN, **USAGE})) for operation in expected} == {
        operation: [metric] for operation, metric in expected.items()
    }


def test_buckets_are_those_of_the_conventions() -> None:
    """The histogram's advisory boundaries reach the SDK."""
    reader = InMemoryMetricReader()
    meter = MeterProvider([reader], shutdown_on_exit=False).get_meter("test")
    definition = metrics.GEN_AI_CLIENT_INFERENCE_DURATION
    Instruments(meter).record(definition, 0.5, {})
    data = reader.get_metrics_data()
    assert data is not None
    (point,) = data.resource_metrics[0].scope_metrics[0].metrics[0].data.data_points
    assert tuple(point.explicit_bounds) == definition.boundaries  # type: ignore[union-attr]
