"""What is watched, and the budgets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from spanwright_semconv.enums import PipelineType

from .error import DefinitionError, checked_keys
from .metric import Metric
from .panel import Where, check_dimensions, check_limit, named_metric, read_where

Kind = Literal[
    "budget_quantile",
    "budget_mean",
    "mean_below",
    "tail_grown",
    "version_dearer",
    "daily_anomaly",
    "share_above",
    "share_spike",
]

DAY = 86_400

_NEEDS: Mapping[str, tuple[str, ...]] = {
    "budget_quantile": ("quantile", "budget", "window", "at_least"),
    "budget_mean": ("budget", "window", "at_least"),
    "mean_below": ("limit", "window", "at_least"),
    "tail_grown": ("below", "factor", "window", "baseline", "at_least"),
    "version_dearer": ("group", "version", "factor", "window", "baseline", "at_least"),
    "daily_anomaly": ("days", "deviations", "factor"),
    "share_above": ("over", "limit", "window", "at_least"),
    "share_spike": ("where", "limit", "factor", "window", "baseline", "at_least"),
}
_PLAIN = (
    "quantile",
    "budget",
    "limit",
    "below",
    "factor",
    "window",
    "baseline",
    "days",
    "deviations",
    "at_least",
)
_KNOWN = (*_PLAIN, "id", "title", "kind", "metric", "over", "by", "where", "group", "version", "quality")
_KNOWN_ALL = (*_KNOWN, "wait", "severity", "advice")


@dataclass(frozen=True)
class Budget:
    """Of a type of pipeline: seconds for half and for 99 % of the requests, mean US dollars of one."""

    type: str
    p50: float
    p99: float
    cost: float

    def of(self, name: str) -> float:
        """``p50``, ``p99`` or ``cost``."""
        value: float = getattr(self, name)
        return value


@dataclass(frozen=True)
class Quality:
    """Scores that excuse a dearer version where they are ``better`` times those before, or more."""

    metric: Metric
    where: Where
    better: float


@dataclass(frozen=True)
class Monitor:
    """One thing watched; ``kind`` says which fields count (monitors.yaml). Seconds; shares from 0 to 1."""

    id: str
    title: str
    kind: Kind
    metric: Metric
    wait: int
    severity: Literal["warning", "critical"]
    advice: str
    over: Metric | None = None
    by: tuple[str, ...] = ()
    where: Where = field(default_factory=dict)
    group: str = ""
    version: str = ""
    quality: Quality | None = None
    budget: str = ""
    quantile: float = 0.0
    limit: float = 0.0
    below: float = 0.0
    factor: float = 0.0
    window: int = DAY
    baseline: int = DAY
    days: int = 0
    deviations: float = 0.0
    at_least: int = 1


def read_budgets(raw: Mapping[str, Any]) -> tuple[Budget, ...]:
    """Raises ``DefinitionError`` for a type that the registry has not, or a budget that lacks a figure."""
    budgets = []
    for name, figures in raw.items():
        where = f"budget {name}"
        if name not in set(PipelineType):
            raise DefinitionError(f"Cannot use {where}: it is none of {', '.join(PipelineType)}.")
        checked_keys(where, figures, ("p50", "p99", "cost"))
        if set(figures) != {"p50", "p99", "cost"}:
            raise DefinitionError(f"Cannot use {where}: it needs p50, p99 and cost. Add what is missing.")
        budgets.append(Budget(name, *(float(figures[key]) for key in ("p50", "p99", "cost"))))
    return tuple(budgets)


def read_monitor(raw: Mapping[str, Any], metrics: Mapping[str, Metric]) -> Monitor:
    """Raises ``DefinitionError`` where something is missing, or a limit is between two buckets."""
    where = f"monitor {raw.get('id')}"
    checked_keys(where, raw, _KNOWN_ALL)
    kind: Any = raw.get("kind")
    if kind not in get_args(Kind):
        raise DefinitionError(f"Cannot use {where}: 'kind' must be one of {', '.join(get_args(Kind))}.")
    missing = [key for key in ("title", "wait", "severity", "advice", *_NEEDS[kind]) if key not in raw]
    if missing:
        raise DefinitionError(f"Cannot use {where}: {kind!r} needs {missing[0]!r}. Add it.")
    metric = named_metric(where, raw.get("metric"), metrics)
    conditions = read_where(where, raw.get("where", {}))
    monitor = Monitor(
        id=raw["id"],
        title=raw["title"],
        kind=kind,
        metric=metric,
        wait=raw["wait"],
        severity=raw["severity"],
        advice=raw["advice"],
        over=named_metric(where, raw["over"], metrics) if "over" in raw else None,
        by=tuple(raw.get("by", ())),
        where=conditions,
        group=raw.get("group", ""),
        version=raw.get("version", ""),
        quality=_quality(where, raw.get("quality"), metrics),
        **{key: raw[key] for key in _PLAIN if key in raw},
    )
    keys = (*monitor.by, *conditions, *(key for key in (monitor.group, monitor.version) if key))
    check_dimensions(where, metric, keys)
    if kind == "tail_grown":
        check_limit(where, metric, monitor.below)
    return monitor


def _quality(where: str, raw: Any, metrics: Mapping[str, Metric]) -> Quality | None:
    if raw is None:
        return None
    checked_keys(f"{where}: quality", raw, ("metric", "where", "better"))
    conditions = read_where(where, raw.get("where", {}))
    return Quality(named_metric(where, raw["metric"], metrics), conditions, raw["better"])
