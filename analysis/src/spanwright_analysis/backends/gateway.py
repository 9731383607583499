"""What the Collector's connector `signal_to_metrics` makes of spans and events: the gateway's metrics."""

from __future__ import annotations

from typing import Any

from .definition import Definition, Metric
from .definition.metric import DURATION, absent
from .text import yaml_text

#: Resource attributes that the metrics keep: which service they are of, and which deployment.
_RESOURCE = [{"key": "service.name"}, {"key": "deployment.environment.name", "default_value": "none"}]


def span_metrics(definition: Definition) -> str:
    """The connector's `spans`."""
    return _file(definition, is_event=False)


def event_metrics(definition: Definition) -> str:
    """The connector's `logs`."""
    return _file(definition, is_event=True)


def _file(definition: Definition, *, is_event: bool) -> str:
    metrics = definition.metrics.values()
    return yaml_text([_entry(one) for one in metrics if one.by_gateway and one.of.is_event == is_event])


def _entry(metric: Metric) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "name": metric.name,
        "description": metric.definition.description.replace("`", ""),
        "unit": metric.definition.unit,
        "conditions": [_condition(metric)],
        "include_resource_attributes": _RESOURCE,
        "attributes": [{"key": key, "default_value": absent(key)} for key in metric.definition.attributes],
    }
    if metric.is_histogram:
        entry["histogram"] = {"value": _value(metric), "buckets": list(metric.definition.boundaries or ())}
    else:
        entry["sum"] = {"value": _value(metric), "monotonic": True}
    return entry


def _condition(metric: Metric) -> str:
    parts = [] if metric.of.event is None else [f'log.event_name == "{metric.of.event}"']
    parts += [f'attributes["{key}"] == "{value}"' for key, value in (metric.of.equals or {}).items()]
    parts += [f'attributes["{key}"] != nil' for key in metric.has]
    parts += [f'attributes["{key}"] == nil' for key in metric.of.lacks]
    return " and ".join(parts)


def _value(metric: Metric) -> str:
    if metric.value is None:
        return "1"
    if metric.value == DURATION:
        return "Seconds(end_time - start_time)"
    return f'attributes["{metric.value}"]'
