"""What the stage measures of its requests."""

from __future__ import annotations

from typing import Any

import pytest
from opentelemetry import metrics
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from spanwright_processors.stage import measures
from spanwright_processors.stage.answer import ACCEPTED, Answer, Outcome
from spanwright_processors.stage.measures import Measures
from spanwright_processors.stage.signals import Signal


def points(reader: InMemoryMetricReader) -> dict[str, list[Any]]:
    data = reader.get_metrics_data()
    assert data is not None
    return {
        metric.name: list(metric.data.data_points)
        for resource in data.resource_metrics
        for scope in resource.scope_metrics
        for metric in scope.metrics
    }


def test_requests_by_signal_transport_and_outcome(monkeypatch: pytest.MonkeyPatch) -> None:
    """And what is under way, read when the metrics are."""
    reader = InMemoryMetricReader()
    provider = MeterProvider([reader], shutdown_on_exit=False)

    def get_meter(name: str) -> metrics.Meter:
        return provider.get_meter(name)

    monkeypatch.setattr(measures, "get_meter", get_meter)
    measured = Measures(lambda: 42, lambda: 2)
    measured.answered(Signal.TRACES, "grpc", ACCEPTED, 0.2, 100)
    measured.answered(Signal.LOGS, "http", Answer(Outcome.BUSY), 0.1, 10)
    measured.worker_restarted()
    measured.reloaded(succeeded=False)
    found = points(reader)
    sizes = {
        tuple(point.attributes.values()): point.value for point in found["spanwright.stage.request.size"]
    }
    assert sizes == {("traces", "grpc", "accepted"): 100, ("logs", "http", "busy"): 10}
    assert sorted(point.sum for point in found["spanwright.stage.request.duration"]) == [0.1, 0.2]
    for name, value in (("waiting", 42), ("workers", 2), ("worker_restarts", 1)):
        assert [point.value for point in found[f"spanwright.stage.{name}"]] == [value]
    (reload,) = found["spanwright.stage.reloads"]
    assert dict(reload.attributes) == {"spanwright.stage.outcome": "refused"}
    provider.shutdown()
