"""Parts of Honeycomb's queries over spans: filters, columns, expressions."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from .definition import Metric, Panel
from .definition.metric import DURATION
from .definition.panel import Where

Json = dict[str, Any]

#: The column a query calculates for itself: 1 for the events that are meant, else 0; its mean is their share.
FAST = "share"
_PERCENTILES = (0.001, 0.01, 0.05, 0.1, 0.2, 0.25, 0.5, 0.75, 0.8, 0.9, 0.95, 0.99, 0.999)


def value_column(metric: Metric) -> str:
    """The column of a metric's values; durations are in milliseconds."""
    return "duration_ms" if metric.value in (DURATION, None) else str(metric.value)


def percentile(quantile: float) -> str:
    """The operator of a quantile; Honeycomb has some."""
    if quantile not in _PERCENTILES:
        raise ValueError(f"Cannot ask Honeycomb for the quantile {quantile}. Use one of {_PERCENTILES}.")
    return {0.001: "P001", 0.999: "P999"}.get(quantile, f"P{round(quantile * 100):02d}")


def population(metric: Metric) -> list[Json]:
    """The filters for the spans, or log records, that a metric is made of."""
    filters: list[Json] = [
        {"column": key, "op": "=", "value": value} for key, value in (metric.of.equals or {}).items()
    ]
    filters += [{"column": key, "op": "exists"} for key in metric.has]
    return filters + [{"column": key, "op": "does-not-exist"} for key in metric.of.lacks]


def share(panel: Panel) -> Json:
    """The column whose mean is the panel's share."""
    if panel.show == "below":
        return {"name": FAST, "expression": below(panel.metric, panel.limit or 0)}
    return {"name": FAST, "expression": one_if(condition(panel.where))}


def below(metric: Metric, limit: float) -> str:
    return one_if(f"LT(${value_column(metric)}, {limit})")


def one_if(expression: str) -> str:
    return f"IF({expression}, 1, 0)"


def condition(where: Where) -> str:
    """An expression of Honeycomb's calculated fields."""
    parts = [_one(key, values) for key, values in where.items()]
    return parts[0] if len(parts) == 1 else f"AND({', '.join(parts)})"


def _one(key: str, values: Sequence[str] | None) -> str:
    if values is None:
        return f"EXISTS(${key})"
    if len(values) == 1:
        return f"EQUALS(${key}, {json.dumps(values[0])})"
    return f"IN(${key}, {', '.join(json.dumps(value) for value in values)})"
