"""Honeycomb's triggers. Each is one calculation, over a day at most, against a limit or an earlier time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .definition import Budget, Definition, Metric, Monitor
from .definition.metric import DURATION
from .honeycomb_query import FAST, Json, below, condition, one_if, percentile, population, value_column

_PIPELINE = "spanwright.pipeline.name"
#: Earlier times that Honeycomb compares with, in minutes: a day, a week.
_DAY, _WEEK = 1_440, 10_080


def triggers(definition: Definition) -> Mapping[str, Json]:
    """File name -> the request that makes the trigger, for all datasets of the environment."""
    return {name: one for monitor in definition.monitors for name, one in _of(monitor, definition)}


def _of(monitor: Monitor, definition: Definition) -> Iterator[tuple[str, Json]]:
    metric, column = monitor.metric, value_column(monitor.metric)
    mean = {"op": "AVG", "column": column}
    match monitor.kind:
        case "budget_quantile" | "budget_mean":
            for budget in definition.budgets:
                name = f"{monitor.id}-{budget.type}".replace("_", "-")
                yield name, _over_budget(monitor, budget)
            return
        case "mean_below":
            one = _trigger(monitor, mean, "<", monitor.limit, filters=_filters(metric, monitor.where))
        case "tail_grown":
            low = below(metric, monitor.below)
            one = _share(monitor, low, ">=", _percent(monitor.factor)) | _compared(_WEEK)
        case "version_dearer":
            one = _trigger(monitor, mean, ">=", _percent(monitor.factor), by=[monitor.group]) | _compared(
                _WEEK
            )
        case "daily_anomaly":
            total = {"op": "SUM", "column": column}
            one = _trigger(monitor, total, ">=", _percent(monitor.factor)) | _compared(_WEEK)
        case "share_above":
            one = _handed_over(monitor)
        case "share_spike":
            some = one_if(condition(monitor.where))
            one = _share(monitor, some, ">=", _percent(monitor.factor)) | _compared(_DAY)
    yield monitor.id.replace("_", "-"), one


def _trigger(
    monitor: Monitor,
    calculation: Json,
    op: str,
    value: float,
    *,
    name: str = "",
    filters: list[Json] | None = None,
    calculated: list[Json] | None = None,
    by: list[str] | None = None,
    any_filter: bool = False,
) -> Json:
    query: Json = {"calculations": [calculation]}
    if calculated:
        query["calculated_fields"] = calculated
    query |= {
        "filters": population(monitor.metric) if filters is None else filters,
        "filter_combination": "OR" if any_filter else "AND",
        "breakdowns": by if by is not None else _breakdowns(monitor),
        "time_range": monitor.window,
    }
    return {
        "name": monitor.title + name,
        "description": monitor.advice,
        "disabled": False,
        "query": query,
        "threshold": {"op": op, "value": value},
        "frequency": max(300, monitor.window // 4),
        "alert_type": "on_change",
        "recipients": [],
        "tags": [{"key": "maker", "value": "spanwright"}],
    }


def _breakdowns(monitor: Monitor) -> list[str]:
    return [_PIPELINE] if _PIPELINE in monitor.metric.definition.attributes else []


def _over_budget(monitor: Monitor, budget: Budget) -> Json:
    column, limit = value_column(monitor.metric), budget.of(monitor.budget)
    if monitor.metric.value == DURATION:
        limit *= 1000
    op = "AVG" if monitor.kind == "budget_mean" else percentile(monitor.quantile)
    of_type = {"column": "spanwright.pipeline.type", "op": "=", "value": budget.type}
    return _trigger(
        monitor,
        {"op": op, "column": column},
        ">",
        float(f"{limit:.10g}"),
        name=f": {budget.type}",
        filters=[*population(monitor.metric), of_type],
    )


def _share(monitor: Monitor, expression: str, op: str, value: float) -> Json:
    calculation = {"op": "AVG", "column": FAST}
    field = {"name": FAST, "expression": expression}
    return _trigger(monitor, calculation, op, value, calculated=[field])


def _handed_over(monitor: Monitor) -> Json:
    """The handoffs' share of requests and handoffs: a breakdown by reason would hide the others."""
    assert monitor.over is not None
    [handed] = monitor.metric.of.has
    field = {"name": FAST, "expression": one_if(f"EXISTS(${handed})")}
    filters = [{"column": key, "op": "exists"} for key in (*monitor.over.of.has, handed)]
    calculation = {"op": "AVG", "column": FAST}
    return _trigger(
        monitor, calculation, ">", monitor.limit, filters=filters, calculated=[field], any_filter=True
    )


def _filters(metric: Metric, where: Mapping[str, Any]) -> list[Json]:
    filters = population(metric)
    for key, values in where.items():
        filters.append({"column": key, "op": "in", "value": list(values)})
    return filters


def _compared(minutes: int) -> Json:
    """In percent, against the same stretch of time so many minutes before."""
    return {"baseline_details": {"type": "percentage", "offset_minutes": minutes}}


def _percent(factor: float) -> float:
    return round((factor - 1) * 100, 6)
