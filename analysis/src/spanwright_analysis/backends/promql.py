"""PromQL of a panel, by the names Prometheus gives OpenTelemetry's metrics and attributes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence

from .definition import Metric, Panel
from .definition.metric import absent
from .definition.panel import Where

#: Words that Prometheus' translation puts in the place of a unit; units in braces and `1` have none.
_UNITS = {"s": "seconds", "ms": "milliseconds", "By": "bytes"}
_NOT_IN_A_NAME = re.compile(r"[^a-zA-Z0-9_:]")

#: Which deployment a series is of: the service, and the environment where the resource attribute is promoted.
SCOPE = ("job", "deployment_environment_name")


def label(attribute: str) -> str:
    """The label of an attribute."""
    return _NOT_IN_A_NAME.sub("_", attribute)


def base_name(metric: Metric) -> str:
    """The metric's name with its unit, before ``_total``, ``_sum``, ``_count`` and ``_bucket``.

    Source: OpenTelemetry's "Prometheus and OpenMetrics Compatibility", as Prometheus' OTLP receiver and the
    Collector's Prometheus exporters do it by default (UnderscoreEscapingWithSuffixes).
    """
    words = [word for word in label(metric.name).split("_") if word]
    unit = metric.definition.unit
    if metric.definition.instrument == "counter":
        words = [word for word in words if word != "total"]
    if unit != "1" and not unit.startswith("{"):
        words.append(_UNITS.get(unit, unit))
    return "_".join(words)


def counted(metric: Metric) -> str:
    """The series that says how many."""
    return base_name(metric) + ("_count" if metric.is_histogram else "_total")


def summed(metric: Metric) -> str:
    """The series that says how much."""
    return base_name(metric) + ("_sum" if metric.is_histogram else "_total")


def buckets(metric: Metric) -> str:
    return base_name(metric) + "_bucket"


def number(value: float) -> str:
    """``value`` as Prometheus writes bounds of buckets, and as a reader would."""
    return f"{value:.12f}".rstrip("0").rstrip(".")


def duration(seconds: int) -> str:
    """``seconds`` in the largest unit that divides them."""
    for letter, size in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds % size == 0:
            return f"{seconds // size}{letter}"
    return f"{seconds}s"


def matchers(where: Where) -> tuple[str, ...]:
    """Label matchers of the conditions."""
    return tuple(_matcher(key, values) for key, values in where.items())


def selector(name: str, *parts: str) -> str:
    """A series with its label matchers."""
    return f"{name}{{{', '.join(part for part in parts if part)}}}" if any(parts) else name


def by(labels: Iterable[str]) -> str:
    """``by (…)`` after an aggregation; nothing to keep is nothing to say."""
    kept = ", ".join(labels)
    return f" by ({kept})" if kept else ""


def total(name: str, labels: Sequence[str], window: str, *parts: str, function: str = "rate") -> str:
    """The series' increase or rate over ``window``, summed up."""
    return f"sum{by(labels)} ({function}({selector(name, *parts)}[{window}]))"


def expressions(panel: Panel, *scope: str) -> list[tuple[str, str]]:
    """(legend, expression) of each line of a panel. ``scope``: further label matchers, of the dashboard's own
    variables; only those of labels the series have are to be given.
    """
    legend = " · ".join(f"{{{{{label(key)}}}}}" for key in panel.by)
    if panel.show == "quantiles":
        return [
            (
                " · ".join(part for part in (legend, f"{number(q * 100)} %") if part),
                _quantile(panel, q, scope),
            )
            for q in panel.quantiles
        ]
    found = _one(panel, scope)
    return [(legend or panel.title, f"topk({panel.top}, {found})" if panel.top else found)]


def _one(panel: Panel, scope: tuple[str, ...]) -> str:
    metric, labels = panel.metric, [label(key) for key in panel.by]
    where = matchers(panel.where)
    match panel.show:
        case "rate":
            return total(counted(metric), labels, _RATE, *where, *scope)
        case "total":
            return total(summed(metric), labels, _STEP, *where, *scope, function="increase")
        case "mean":
            return _divided(summed(metric), counted(metric), labels, (*where, *scope), (*where, *scope))
        case "share":
            all_of_them = total(counted(metric), labels, _RATE, *scope)
            some = total(counted(metric), labels, _RATE, *where, *scope)
            return f"({some} or {all_of_them} * 0) / {all_of_them}"
        case "below":
            low = (f'le="{number(panel.limit or 0)}"', *where, *scope)
            return _divided(buckets(metric), counted(metric), labels, low, (*where, *scope))
        case "distribution":
            return total(buckets(metric), ["le"], _STEP, *where, *scope, function="increase")
    return _over(panel, labels, (*where, *scope), scope)


def _over(panel: Panel, labels: list[str], parts: tuple[str, ...], scope: tuple[str, ...]) -> str:
    if panel.over is None:
        raise ValueError(
            f"Cannot make PromQL of {panel.title!r}: it has no 'over'. Add it to the definition."
        )
    above = counted(panel.metric) if panel.metric.kind != "sum" else summed(panel.metric)
    below = counted(panel.over) if panel.over.kind != "sum" else summed(panel.over)
    shared = [label(key) for key in panel.by if key in panel.over.definition.attributes]
    if shared == labels:
        return _divided(above, below, labels, parts, scope)
    divided = f"/ on ({', '.join(shared)}) group_left ()"
    return f"{total(above, labels, _RATE, *parts)} {divided} {total(below, shared, _RATE, *scope)}"


def _divided(
    above: str, below: str, labels: Sequence[str], parts: Sequence[str], parts_below: Sequence[str]
) -> str:
    return f"{total(above, labels, _RATE, *parts)} / {total(below, labels, _RATE, *parts_below)}"


def _quantile(panel: Panel, quantile: float, scope: tuple[str, ...]) -> str:
    labels = ["le", *(label(key) for key in panel.by)]
    rates = total(buckets(panel.metric), labels, _RATE, *matchers(panel.where), *scope)
    return f"histogram_quantile({number(quantile)}, {rates})"


def _matcher(key: str, values: Sequence[str] | None) -> str:
    if values is None:
        return f'{label(key)}!~"|{absent(key)}"'
    if len(values) == 1:
        return f"{label(key)}={json.dumps(values[0])}"
    return f"{label(key)}=~{json.dumps('|'.join(re.escape(value) for value in values))}"


#: Grafana's windows: one that holds enough samples for a rate, and the distance of two points.
_RATE, _STEP = "$__rate_interval", "$__interval"
