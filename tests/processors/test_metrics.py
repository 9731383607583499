"""Metrics go out with masked attributes, exemplars, scopes and resources."""

from __future__ import annotations

from typing import Any, ClassVar

from opentelemetry.sdk.metrics import AlwaysOnExemplarFilter, MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader, MetricExportResult, MetricsData
from opentelemetry.sdk.metrics.view import View
from opentelemetry.sdk.resources import Resource
from spanwright_processors import StepChain, attach_metrics
from spanwright_processors.counters import Counters
from spanwright_processors.metrics import GuardedMetricExporter, MetricStage
from spanwright_processors.steps.mask import Mask

EMAILS = ("a.b@example.com", "c.d@example.com")


def chain() -> StepChain:
    return StepChain([Mask()], Counters())


def provider(reader: InMemoryMetricReader) -> MeterProvider:
    return MeterProvider(
        [reader],
        Resource({"owner": EMAILS[0], "service.name": "shop"}),
        exemplar_filter=AlwaysOnExemplarFilter(),
        shutdown_on_exit=False,
        views=[View(instrument_name="histogram", attribute_keys={"plain"})],
    )


def record(made: MeterProvider) -> None:
    meter = made.get_meter("lib", attributes={"owner": EMAILS[0]})
    counter = meter.create_counter("counter")
    for number, email in enumerate(EMAILS, 1):
        counter.add(number, {"user": email, "n": number, "tags": ["x"]})
        counter.add(1, {"plain": "yes"})
    meter.create_histogram("histogram").record(1.5, {"plain": "yes", "user": EMAILS[0]})


def read(reader: InMemoryMetricReader) -> Any:
    data = reader.get_metrics_data()
    assert data is not None
    return data


def test_every_place_is_masked_and_series_stay_apart() -> None:
    """Points, exemplars, scope and resource; two users are two series still."""
    reader = InMemoryMetricReader()
    made = provider(reader)
    assert attach_metrics(made, chain())
    record(made)
    data = read(reader)
    assert not [email for email in EMAILS if email in data.to_json()]
    (resource,) = data.resource_metrics
    assert dict(resource.resource.attributes) == {"owner": "[EMAIL]", "service.name": "shop"}
    (scope,) = resource.scope_metrics
    assert dict(scope.scope.attributes) == {"owner": "[EMAIL]"}
    counter, histogram = scope.metrics
    users = [point.attributes.get("user") for point in counter.data.data_points]
    assert len({user for user in users if user}) == 2
    assert sum(point.value for point in counter.data.data_points) == 5
    (exemplar,) = histogram.data.data_points[0].exemplars
    assert exemplar.filtered_attributes == {"user": "[EMAIL]"}
    assert exemplar.value == 1.5
    made.shutdown()


def test_series_are_the_same_in_every_collection() -> None:
    """A pseudonym does not change between two exports."""
    reader = InMemoryMetricReader()
    made = provider(reader)
    attach_metrics(made, chain())
    attach_metrics(made, chain())
    seen = []
    for _ in range(2):
        record(made)
        points = read(reader).resource_metrics[0].scope_metrics[0].metrics[0].data.data_points
        seen.append(sorted(str(point.attributes.get("user")) for point in points))
    assert seen[0] == seen[1]
    made.shutdown()


def test_an_exporter_of_the_application_s_own() -> None:
    """Put behind the steps by hand; temporality and aggregation are those of the exporter."""

    kept: list[MetricsData] = []

    class Inner:
        _preferred_temporality: ClassVar[dict[type, Any]] = {}
        _preferred_aggregation: ClassVar[dict[type, Any]] = {}

        def export(self, data: MetricsData, timeout_millis: float, **_: Any) -> MetricExportResult:
            kept.append(data)
            return MetricExportResult.SUCCESS

        def force_flush(self, timeout_millis: float) -> bool:
            return timeout_millis > 0

        def shutdown(self, timeout_millis: float, **_: Any) -> None:
            kept.clear()

    inner: Any = Inner()
    exporter = GuardedMetricExporter(inner, chain())
    reader = InMemoryMetricReader()
    made = provider(reader)
    record(made)
    assert exporter.export(read(reader)) is MetricExportResult.SUCCESS
    assert EMAILS[0] not in kept[0].to_json()
    assert exporter.force_flush()
    exporter.shutdown()
    assert kept == []
    made.shutdown()


def test_what_cannot_be_read_is_left_out_and_counted() -> None:
    """Never the collection, never the process."""
    counters = Counters()
    broken: Any = object()
    data = MetricStage(StepChain([Mask()], counters)).edited(MetricsData(resource_metrics=[broken]))
    assert list(data.resource_metrics) == []
    assert counters.counts().content_dropped == 1


def test_a_provider_that_is_not_the_sdk_s() -> None:
    """Nothing is covered, and that is said."""
    assert not attach_metrics(object(), chain())
