"""The attributes of metrics, their exemplars, scopes and resources, masked before any exporter sees them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from opentelemetry.metrics import get_meter_provider
from opentelemetry.sdk.metrics.export import (
    Metric,
    MetricExporter,
    MetricExportResult,
    MetricReader,
    MetricsData,
    ResourceMetrics,
    ScopeMetrics,
)
from opentelemetry.sdk.resources import Resource

from .chain import StepChain
from .shared import SharedParts
from .span import Attributes
from .step import Place

#: Sets of attributes remembered: series come again with every collection.
_MOST = 4096
_MARK = "_spanwright_guard"


class MetricStage:
    """Edits what was collected. Different series stay different: pseudonyms stand in their attributes."""

    def __init__(self, chain: StepChain) -> None:
        self._chain = chain
        self._shared = SharedParts(chain)
        self._series: dict[Any, Attributes] = {}

    def edited(self, data: MetricsData) -> MetricsData:
        """``data`` after the attribute steps; what cannot be read is left out. Raises no ``Exception``."""
        try:
            return replace(data, resource_metrics=[self._resource(one) for one in data.resource_metrics])
        except Exception:
            self._chain.counters.view_failed()
            return MetricsData(resource_metrics=[])

    def _resource(self, metrics: ResourceMetrics) -> ResourceMetrics:
        resource = metrics.resource
        return replace(
            metrics,
            resource=self._shared.resource(resource),
            scope_metrics=[self._scope(one, resource) for one in metrics.scope_metrics],
        )

    def _scope(self, metrics: ScopeMetrics, resource: Resource) -> ScopeMetrics:
        return replace(
            metrics,
            scope=metrics.scope and self._shared.scope(metrics.scope, resource),
            metrics=[self._metric(one, resource.attributes) for one in metrics.metrics],
        )

    def _metric(self, metric: Metric, resource: Mapping[str, Any]) -> Metric:
        points = [self._point(point, resource) for point in metric.data.data_points]
        if all(new is old for new, old in zip(points, metric.data.data_points, strict=True)):
            return metric
        data: Any = metric.data
        return replace(metric, data=replace(data, data_points=points))

    def _point(self, point: Any, resource: Mapping[str, Any]) -> Any:
        attributes = self._attributes(point.attributes or {}, resource)
        exemplars = [self._exemplar(one, resource) for one in point.exemplars or ()]
        same = attributes == (point.attributes or {}) and all(
            new is old for new, old in zip(exemplars, point.exemplars or (), strict=True)
        )
        return point if same else replace(point, attributes=attributes, exemplars=exemplars)

    def _exemplar(self, exemplar: Any, resource: Mapping[str, Any]) -> Any:
        if not exemplar.filtered_attributes:
            return exemplar
        filtered = self._chain.process_attributes(exemplar.filtered_attributes, Place.EXEMPLAR, resource)
        return replace(exemplar, filtered_attributes=filtered)

    def _attributes(self, attributes: Mapping[str, Any], resource: Mapping[str, Any]) -> Attributes:
        try:
            key = frozenset((name, type(value), value) for name, value in attributes.items())
            known = self._series.get(key)
        except TypeError:  # a list among the values
            return self._chain.process_attributes(attributes, Place.METRIC, resource)
        if known is None:
            known = self._chain.process_attributes(attributes, Place.METRIC, resource)
            if len(self._series) >= _MOST:
                self._series.clear()
            self._series[key] = known
        return known


class GuardedMetricExporter(MetricExporter):
    """``inner``, which gets only what ``chain`` has edited: for readers that an application makes itself."""

    def __init__(self, inner: MetricExporter, chain: StepChain) -> None:
        super().__init__(inner._preferred_temporality, inner._preferred_aggregation)
        self._inner = inner
        self._stage = MetricStage(chain)

    def export(
        self, metrics_data: MetricsData, timeout_millis: float = 10_000, **kwargs: Any
    ) -> MetricExportResult:
        return self._inner.export(self._stage.edited(metrics_data), timeout_millis, **kwargs)

    def force_flush(self, timeout_millis: float = 10_000) -> bool:
        return self._inner.force_flush(timeout_millis)

    def shutdown(self, timeout_millis: float = 30_000, **kwargs: Any) -> None:
        self._inner.shutdown(timeout_millis, **kwargs)


def attach_metrics(meter_provider: object | None = None, chain: StepChain | None = None) -> bool:
    """Run ``chain`` on everything the readers of ``meter_provider`` collect; True if all of them are covered.

    By default the global provider, and the chain the settings of this process ask for. Readers get what they
    export from one callback that the provider gives them, which is wrapped; a second call changes nothing.
    """
    provider = meter_provider if meter_provider is not None else get_meter_provider()
    if chain is None:
        from .settings import build_chain, load_settings

        chain = build_chain(load_settings())
    readers = _readers(provider)
    stage = MetricStage(chain)
    covered = [_wrap(reader, stage) for reader in readers]
    return bool(covered) and all(covered)


def _readers(provider: object) -> Sequence[MetricReader]:
    readers: Any = getattr(provider, "_metric_readers", None)
    if readers is None:  # opentelemetry-sdk before it kept them itself
        readers = getattr(getattr(provider, "_sdk_config", None), "metric_readers", None)
    return tuple(readers or ())


def _wrap(reader: Any, stage: MetricStage) -> bool:
    collect: Callable[..., MetricsData | None] | None = getattr(reader, "_collect", None)
    if collect is None:
        return False
    if hasattr(collect, _MARK):
        return True

    def collected(*args: Any, **kwargs: Any) -> MetricsData | None:
        data = collect(*args, **kwargs)
        return None if data is None else stage.edited(data)

    setattr(collected, _MARK, stage)
    reader._collect = collected
    return True
