"""Panels of the dashboard, and the question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from .attribute import checked_attribute
from .error import DefinitionError, checked_keys
from .metric import Metric

Show = Literal["rate", "total", "mean", "quantiles", "share", "below", "ratio", "per", "distribution"]

#: What stands for "any value" where values of an attribute are listed.
ANY = "any"

#: Attribute -> the values that are meant; ``None`` for any value it has.
Where = Mapping[str, Sequence[str] | None]

_NEEDS: Mapping[str, str] = {
    "quantiles": "quantiles",
    "share": "where",
    "below": "limit",
    "ratio": "over",
    "per": "over",
}
_NEEDS_DISTRIBUTION = ("quantiles", "below", "distribution")


@dataclass(frozen=True)
class Panel:
    """One metric, shown one way. ``over``: the metric it is divided by. ``top``: how many lines at most."""

    title: str
    metric: Metric
    show: Show
    by: tuple[str, ...] = ()
    where: Where = field(default_factory=dict)
    over: Metric | None = None
    quantiles: tuple[float, ...] = ()
    limit: float | None = None
    top: int | None = None
    size: Literal["small", "normal"] = "normal"
    note: str = ""

    @property
    def is_share(self) -> bool:
        """Whether it shows a part of a whole, from 0 to 1."""
        same = self.over is not None and self.over.definition.unit == self.metric.definition.unit
        return self.show in ("share", "below", "per") or (self.show == "ratio" and same)

    @property
    def unit(self) -> str:
        """UCUM unit of what is shown: ``1`` for shares."""
        return "1" if self.is_share else self.metric.definition.unit


@dataclass(frozen=True)
class Row:
    """A part of the dashboard."""

    title: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True)
class Question:
    """Which traces, lowest first: roots whose attributes equal ``equals`` and are below ``below``."""

    title: str
    equals: Mapping[str, str]
    below: tuple[str, float]
    show: tuple[str, ...]
    limit: int
    days: int


def read_where(where: str, raw: Mapping[str, Any]) -> Where:
    for key in raw:
        checked_attribute(where, key)
    return {key: None if values == ANY else tuple(values) for key, values in raw.items()}


def read_panel(raw: Mapping[str, Any], metrics: Mapping[str, Metric]) -> Panel:
    """Raises ``DefinitionError`` where the metric has no such attribute, or cannot be shown this way."""
    where = f"panel {raw.get('title')!r}"
    known = ("title", "metric", "show", "by", "where", "over", "quantiles", "limit", "top", "size", "note")
    checked_keys(where, raw, known)
    show: Any = raw.get("show")
    metric = named_metric(where, raw.get("metric"), metrics)
    if show not in get_args(Show):
        raise DefinitionError(f"Cannot use {where}: 'show' must be one of {', '.join(get_args(Show))}.")
    needed = _NEEDS.get(show)
    if needed is not None and needed not in raw:
        raise DefinitionError(f"Cannot use {where}: {show!r} needs {needed!r}. Add it.")
    if show in _NEEDS_DISTRIBUTION and not metric.is_histogram:
        raise DefinitionError(f"Cannot use {where}: {metric.name} is no histogram. Use another metric.")
    conditions = read_where(where, raw.get("where", {}))
    if show == "below":
        check_limit(where, metric, raw["limit"])
    check_dimensions(where, metric, (*raw.get("by", ()), *conditions))
    over = named_metric(where, raw["over"], metrics) if "over" in raw else None
    given: dict[str, Any] = {key: tuple(raw[key]) for key in ("by", "quantiles") if key in raw}
    given |= {key: raw[key] for key in ("limit", "top", "size", "note") if key in raw}
    return Panel(raw["title"], metric, show, where=conditions, over=over, **given)


def read_question(raw: Mapping[str, Any]) -> Question:
    checked_keys("question", raw, ("title", "is", "below", "show", "limit", "days"))
    [below] = raw["below"].items()
    for key in (*raw["is"], below[0], *raw["show"]):
        checked_attribute("question", key)
    return Question(raw["title"], raw["is"], below, tuple(raw["show"]), raw["limit"], raw["days"])


def named_metric(where: str, name: Any, metrics: Mapping[str, Metric]) -> Metric:
    if name not in metrics:
        raise DefinitionError(f"Cannot use {where}: {name!r} is no metric here. Add it to metrics.yaml.")
    return metrics[name]


def check_dimensions(where: str, metric: Metric, keys: Sequence[str]) -> None:
    """Raises ``DefinitionError`` for a key that the metric's series do not carry."""
    for key in keys:
        if key not in metric.definition.attributes:
            raise DefinitionError(
                f"Cannot use {where}: the series of {metric.name} have no {key!r}. "
                f"Use {', '.join(metric.definition.attributes)}, or add it to the registry's entry."
            )


def check_limit(where: str, metric: Metric, limit: float) -> None:
    """Raises ``DefinitionError`` for a limit between two bucket bounds: what is below would be guessed."""
    if limit not in (metric.definition.boundaries or ()):
        raise DefinitionError(
            f"Cannot use {where}: {limit} is no bucket bound of {metric.name}. "
            f"Use one of {', '.join(map(str, metric.definition.boundaries or ()))}."
        )
