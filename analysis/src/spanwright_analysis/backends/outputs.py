"""All files, by backend: path below the backend's folder -> text."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from . import (
    datadog,
    gateway,
    grafana,
    grafana_alerts,
    honeycomb,
    prometheus,
    questions,
    store_dashboard,
    terraform,
    traceql,
)
from .definition import Definition

Files = Mapping[str, str]


def _grafana(definition: Definition) -> Files:
    return {
        "dashboard.json": grafana.dashboard(definition),
        "alerts.yaml": grafana_alerts.alerts(definition),
        "rules.yaml": prometheus.rules(definition),
        "question.traceql": traceql.question(definition.question) + "\n",
    }


def _store(definition: Definition) -> Files:
    return {
        "dashboard.json": store_dashboard.dashboard(definition),
        "question.sql": store_dashboard.question(definition),
    }


def _gateway(definition: Definition) -> Files:
    return {
        "span-metrics.yaml": gateway.span_metrics(definition),
        "event-metrics.yaml": gateway.event_metrics(definition),
    }


#: Backend -> what makes its files.
BACKENDS: Mapping[str, Callable[[Definition], Files]] = {
    "datadog": lambda definition: datadog.files(definition) | terraform.module("datadog"),
    "elastic": lambda definition: {"question.esql": questions.esql(definition.question)},
    "gateway": _gateway,
    "grafana": _grafana,
    "honeycomb": lambda definition: honeycomb.files(definition) | terraform.module("honeycomb"),
    "newrelic": lambda definition: {"question.nrql": questions.nrql(definition.question)},
    "phoenix": lambda definition: {"question.txt": questions.phoenix(definition.question)},
    "store": _store,
}


def outputs(definition: Definition) -> dict[str, str]:
    """Every file of every backend, `<backend>/<file>`."""
    return {
        f"{name}/{path}": text
        for name, make in BACKENDS.items()
        for path, text in sorted(make(definition).items())
    }
