"""Datadog's monitors, over the metrics that it makes of the spans."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .datadog_query import NANOSECONDS, asked, many, metric_name, selected, tag
from .definition import Budget, Definition, Monitor
from .definition.panel import Where

Json = dict[str, Any]

_PIPELINE = "spanwright.pipeline.name"
_PRIORITY = {"critical": 2, "warning": 3}
#: Where alerts go: to be replaced by a team's own handle (Terraform: the variable `notify`).
HANDLE = "@your-team"
_WINDOWS = {300: "last_5m", 900: "last_15m", 3600: "last_1h", 86_400: "last_1d", 604_800: "last_1w"}


def monitors(definition: Definition) -> dict[str, Json]:
    """File name without its ending -> the request that makes the monitor."""
    made = {}
    for monitor in definition.monitors:
        for name, query, critical in _conditions(monitor, definition):
            made[name] = _monitor(monitor, name, query, critical)
    return made


def _monitor(monitor: Monitor, name: str, query: str, critical: float) -> Json:
    kind = name.removeprefix(monitor.id).strip("-")
    options: Json = {
        "thresholds": {"critical": critical},
        "notify_no_data": False,
        "require_full_window": False,
        "include_tags": True,
        "new_group_delay": 60,
    }
    if "anomalies(" in query:
        options["threshold_windows"] = {"trigger_window": "last_1d", "recovery_window": "last_1d"}
    return {
        "name": monitor.title + (f": {kind}" if kind else ""),
        "type": "query alert",
        "query": query,
        "message": f"{{{{pipeline.name}}}}: {{{{value}}}}. {monitor.advice}{_traces(monitor)} {HANDLE}",
        "tags": ["team:llm", "made-by:spanwright", f"monitor:{monitor.id}"],
        "priority": _PRIORITY[monitor.severity],
        "options": options,
    }


def _traces(monitor: Monitor) -> str:
    """The search for the traces behind an alert of a share that has grown."""
    if monitor.kind != "tail_grown":
        return ""
    pipeline = "@spanwright.pipeline.name:{{pipeline.name}}"
    return f" Traces: `@{monitor.metric.value}:<{monitor.below} {pipeline}`."


def _conditions(monitor: Monitor, definition: Definition) -> Iterator[tuple[str, str, float]]:
    """(name, query, critical threshold) of each monitor that a monitor becomes."""
    window = _WINDOWS[monitor.window]
    by = _by(monitor)
    match monitor.kind:
        case "budget_quantile" | "budget_mean":
            for budget in definition.budgets:
                yield _over_budget(monitor, budget, window, by)
        case "mean_below":
            mean = asked(monitor.metric, "avg", selected(monitor.where), by)
            yield monitor.id, f"avg({window}):{mean} < {monitor.limit}", monitor.limit
        case "tail_grown":
            share = f"{_low(monitor, by)} / {_all(monitor, {}, by)}"
            yield monitor.id, _changed(window, share, monitor.factor), _percent(monitor.factor)
        case "version_dearer":
            yield (
                monitor.id,
                _changed(window, _cost_of_one(monitor), monitor.factor),
                _percent(monitor.factor),
            )
        case "daily_anomaly":
            daily = asked(monitor.metric, "sum", "*", by, ".as_count().rollup(sum, 86400)")
            anomaly = f"anomalies({daily}, 'agile', {monitor.deviations}, direction='above', interval=86400)"
            yield monitor.id, f"avg(last_1w):{anomaly} >= 1", 1.0
        case "share_above":
            assert monitor.over is not None
            below = _count(monitor, {}, [key for key in by if key == "spanwright.pipeline.name"], over=True)
            yield (
                monitor.id,
                f"sum({window}):{_all(monitor, {}, by)} / {below} > {monitor.limit}",
                monitor.limit,
            )
        case "share_spike":
            share = f"{_all(monitor, monitor.where, by)} / {_all(monitor, {}, by)}"
            yield monitor.id, f"change(avg({window}),last_1d):{share} > {monitor.limit}", monitor.limit


def _by(monitor: Monitor) -> list[str]:
    known = monitor.metric.definition.attributes
    wanted = (_PIPELINE, monitor.group, *monitor.by)
    return [key for key in dict.fromkeys(wanted) if key in known]


def _over_budget(monitor: Monitor, budget: Budget, window: str, by: list[str]) -> tuple[str, str, float]:
    limit = budget.of(monitor.budget)
    threshold = limit * NANOSECONDS if monitor.metric.value == "duration" else limit
    aggregation = "avg" if monitor.kind == "budget_mean" else f"p{round(monitor.quantile * 100)}"
    where = selected({"spanwright.pipeline.type": [budget.type]})
    value = asked(monitor.metric, aggregation, where, by)
    if monitor.kind == "budget_mean":
        query = f"avg({window}):{value} > {threshold:.10g}"
    else:
        query = f"percentile({window}):{value} > {threshold:.10g}"
    return f"{monitor.id}-{budget.type}", query, float(f"{threshold:.10g}")


def _low(monitor: Monitor, by: list[str]) -> str:
    group = f" by {{{', '.join(tag(key) for key in by)}}}" if by else ""
    return f"count(v: v<{monitor.below}):{metric_name(monitor.metric)}{{*}}{group}.as_count()"


def _all(monitor: Monitor, where: Where, by: list[str]) -> str:
    return _count(monitor, where, by)


def _count(monitor: Monitor, where: Where, by: list[str], over: bool = False) -> str:
    metric = monitor.over if over and monitor.over is not None else monitor.metric
    aggregation, function = many(metric)
    return asked(metric, aggregation, selected(where), by, function)


def _cost_of_one(monitor: Monitor) -> str:
    """The mean by group and version."""
    by = [monitor.group, monitor.version]
    if monitor.over is None:
        return asked(monitor.metric, "avg", "*", by)
    above = asked(monitor.metric, "sum", "*", by, ".as_count()")
    return f"{above} / {asked(monitor.over, 'sum', '*', by, '.as_count()')}"


def _changed(window: str, value: str, factor: float) -> str:
    """In percent, against the same time a week before."""
    return f"pct_change(avg({window}),last_1w):{value} > {_percent(factor):.10g}"


def _percent(factor: float) -> float:
    return round((factor - 1) * 100, 6)
