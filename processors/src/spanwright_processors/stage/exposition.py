"""The stage's own metrics: as Prometheus text, and over OTLP where ``OTEL_METRICS_EXPORTER`` says so."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from importlib.metadata import entry_points

from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.metrics import set_meter_provider
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import MetricReader, PeriodicExportingMetricReader
from opentelemetry.sdk.resources import SERVICE_INSTANCE_ID, SERVICE_NAME, Resource
from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import Metric
from prometheus_client.parser import text_string_to_metric_families

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_PROTOCOLS = ("OTEL_EXPORTER_OTLP_METRICS_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")


class Metrics:
    """The meter provider of this process, made the global one, and what it has measured.

    ``service``: ``service.name`` where ``OTEL_SERVICE_NAME`` and ``OTEL_RESOURCE_ATTRIBUTES`` name none.
    """

    def __init__(self, service: str) -> None:
        for collector in list(REGISTRY._collector_to_names):
            REGISTRY.unregister(collector)  # Python's own figures, which every worker would repeat
        readers: list[MetricReader] = [PrometheusMetricReader(scope_info_enabled=False)]
        readers += _periodic_readers(os.environ)
        own = {SERVICE_INSTANCE_ID: f"{os.uname().nodename}-{os.getpid()}"}
        if not _names_service(os.environ):
            own[SERVICE_NAME] = service
        self._provider = MeterProvider(readers, Resource.create(own), shutdown_on_exit=False)
        set_meter_provider(self._provider)

    def text(self) -> bytes:
        """All metrics now, in Prometheus's text format."""
        return generate_latest(REGISTRY)

    def shutdown(self) -> None:
        """Export what was measured last."""
        self._provider.shutdown()


def merged(texts: Mapping[str, bytes]) -> bytes:
    """Texts of several processes as one: the key of a text becomes the label ``worker``, unless empty."""
    return generate_latest(_registry(_families(texts)))


def _families(texts: Mapping[str, bytes]) -> Iterable[Metric]:
    families: dict[str, Metric] = {}
    for worker, text in texts.items():
        for family in text_string_to_metric_families(text.decode()):
            whole = families.setdefault(
                family.name, Metric(family.name, family.documentation, family.type, family.unit)
            )
            for sample in family.samples:
                labels = {**sample.labels, "worker": worker} if worker else sample.labels
                whole.samples.append(sample._replace(labels=labels))
    return families.values()


def _registry(families: Iterable[Metric]) -> CollectorRegistry:
    class Families:
        def collect(self) -> Iterable[Metric]:
            return families

    registry = CollectorRegistry()
    registry.register(Families())
    return registry


def _names_service(environ: Mapping[str, str]) -> bool:
    return "OTEL_SERVICE_NAME" in environ or "service.name=" in environ.get("OTEL_RESOURCE_ATTRIBUTES", "")


def _periodic_readers(environ: Mapping[str, str]) -> Iterable[MetricReader]:
    for name in environ.get("OTEL_METRICS_EXPORTER", "none").split(","):
        if name.strip() not in ("", "none", "prometheus"):
            yield PeriodicExportingMetricReader(_exporter(name.strip(), environ))


def _exporter(name: str, environ: Mapping[str, str]):  # type: ignore[no-untyped-def]
    if name == "otlp":
        protocol = next((environ[key] for key in _PROTOCOLS if key in environ), "grpc")
        name = "otlp_proto_http" if protocol.startswith("http") else "otlp_proto_grpc"
    for found in entry_points(group="opentelemetry_metrics_exporter", name=name):
        return found.load()()
    raise ValueError(
        f"Cannot export the stage's metrics: no exporter {name} is installed. "
        "Install opentelemetry-exporter-otlp, or unset OTEL_METRICS_EXPORTER."
    )
