"""All files, by backend: path below the backend's folder -> text."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from . import datadog, gateway, grafana, grafana_alerts, honeycomb, prometheus, store_dashboard, terraform
from .definition import Definition

Files = Mapping[str, str]


def _grafana(definition: Definition) -> Files:
    return {
        "dashboard.json": grafana.dashboard(definition),
        "alerts.yaml": grafana_alerts.alerts(definition),
        "rules.yaml": prometheus.rules(definition),
    }


def _store(definition: Definition) -> Files:
    return {"dashboard.json": store_dashboard.dashboard(definition)}


def _gateway(definition: Definition) -> Files:
    return {
        "span-metrics.yaml": gateway.span_metrics(definition),
        "event-metrics.yaml": gateway.event_metrics(definition),
    }


#: Backend -> what makes its files.
BACKENDS: Mapping[str, Callable[[Definition], Files]] = {
    "datadog": lambda definition: datadog.files(definition) | terraform.module("datadog"),
    "gateway": _gateway,
    "grafana": _grafana,
    "honeycomb": lambda definition: honeycomb.files(definition) | terraform.module("honeycomb"),
    "store": _store,
}


def outputs(definition: Definition) -> dict[str, str]:
    """Every file of every backend, `<backend>/<file>`."""
    return {
        f"{name}/{path}": text
        for name, make in BACKENDS.items()
        for path, text in sorted(make(definition).items())
    }
