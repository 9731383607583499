"""Prometheus' rules: alerts for each monitor, and what they are compared with as recorded series."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from . import promql, traceql
from .definition import Budget, Definition, Metric, Monitor
from .definition.metric import absent
from .promql import SCOPE, duration, label, matchers, number, selector, total
from .text import yaml_text

Rule = dict[str, Any]

_PIPELINE = "spanwright.pipeline.name"
#: How often rules are evaluated that look back for a day and more.
SLOW_SECONDS = 300
#: Days of records without which a day is not called unusual.
_LEAST_DAYS = 3


def rules(definition: Definition) -> str:
    """The rule file."""
    fast: list[Rule] = []
    slow: list[Rule] = []
    for monitor in definition.monitors:
        made = list(rules_of(monitor, definition))
        (slow if is_slow(monitor) else fast).extend(made)
    groups = [
        {"name": "spanwright", "interval": "1m", "rules": fast},
        {"name": "spanwright-daily", "interval": duration(SLOW_SECONDS), "rules": slow},
    ]
    return yaml_text({"groups": [group for group in groups if group["rules"]]})


def rules_of(monitor: Monitor, definition: Definition) -> Iterator[Rule]:
    """The rules of one monitor."""
    match monitor.kind:
        case "budget_quantile" | "budget_mean":
            for budget in definition.budgets:
                yield _alert(monitor, _over_budget(monitor, budget), spanwright_pipeline_type=budget.type)
        case "mean_below":
            labels = _labels(monitor)
            mean = _mean(monitor.metric, labels, monitor.window, matchers(monitor.where))
            low = f"{mean} < {number(monitor.limit)}"
            yield _alert(monitor, _and_enough(low, monitor, labels, *matchers(monitor.where)))
        case "tail_grown":
            yield from _tail_grown(monitor)
        case "version_dearer":
            yield from _version_dearer(monitor)
        case "daily_anomaly":
            yield from _daily_anomaly(monitor)
        case "share_above":
            yield _alert(monitor, _share_above(monitor))
        case "share_spike":
            yield from _share_spike(monitor)


def alert_name(monitor: Monitor) -> str:
    return "Spanwright" + "".join(word.capitalize() for word in monitor.id.split("_"))


def is_slow(monitor: Monitor) -> bool:
    """Whether it looks back so far that a look every ``SLOW_SECONDS`` is enough."""
    return monitor.kind in ("tail_grown", "version_dearer", "daily_anomaly", "share_above")


def _labels(monitor: Monitor, *attributes: str) -> tuple[str, ...]:
    """What the series of a monitor are told apart by: the deployment, the pipeline, and ``attributes``."""
    own = (_PIPELINE, *attributes, *monitor.by)
    kept = (key for key in dict.fromkeys(own) if key and key in monitor.metric.definition.attributes)
    return (*SCOPE, *(label(key) for key in kept))


def _alert(monitor: Monitor, expression: str, **labels: str) -> Rule:
    rule: Rule = {"alert": alert_name(monitor), "expr": expression}
    if monitor.wait:
        rule["for"] = duration(monitor.wait)
    rule["labels"] = {"severity": monitor.severity, "spanwright_monitor": monitor.id, **labels}
    rule["annotations"] = {
        "summary": monitor.title,
        "description": f"{_where(monitor)}: {{{{ $value | humanize }}}}. {monitor.advice}",
    }
    if monitor.kind == "tail_grown":
        pipeline = "{{ $labels.spanwright_pipeline_name }}"
        rule["annotations"]["traces"] = traceql.below(monitor.metric, monitor.below, pipeline)
    return rule


def _where(monitor: Monitor) -> str:
    labels = [
        key
        for key in _labels(monitor, monitor.group, monitor.version)
        if key != "deployment_environment_name"
    ]
    return " · ".join(f"{{{{ $labels.{key} }}}}" for key in labels)


def _record(monitor: Monitor, what: str, expression: str) -> Rule:
    return {"record": record_name(monitor, what), "expr": expression}


def record_name(monitor: Monitor, what: str) -> str:
    return f"spanwright:{monitor.id}:{what}"


def _increase(name: str, labels: tuple[str, ...], seconds: int, *parts: str) -> str:
    return total(name, labels, duration(seconds), *parts, function="increase")


def _mean(metric: Metric, labels: tuple[str, ...], seconds: int, parts: tuple[str, ...] = ()) -> str:
    above = _increase(promql.summed(metric), labels, seconds, *parts)
    return f"{above} / {_increase(promql.counted(metric), labels, seconds, *parts)}"


def _and_enough(expression: str, monitor: Monitor, labels: tuple[str, ...], *parts: str) -> str:
    """``expression`` where the window holds enough values."""
    metric = monitor.over if monitor.over is not None and monitor.metric.kind == "sum" else monitor.metric
    enough = _increase(promql.counted(metric), labels, monitor.window, *parts)
    return f"{expression}\nand {enough} >= {monitor.at_least}"


def _over_budget(monitor: Monitor, budget: Budget) -> str:
    labels = _labels(monitor)
    of_type = f'spanwright_pipeline_type="{budget.type}"'
    if monitor.kind == "budget_mean":
        value = _mean(monitor.metric, labels, monitor.window, (of_type,))
    else:
        rates = total(promql.buckets(monitor.metric), ("le", *labels), duration(monitor.window), of_type)
        value = f"histogram_quantile({number(monitor.quantile)}, {rates})"
    above = f"{value} > {number(budget.of(monitor.budget))}"
    return _and_enough(above, monitor, labels, of_type)


def _tail_grown(monitor: Monitor) -> Iterator[Rule]:
    labels, low = _labels(monitor), f'le="{number(monitor.below)}"'
    name, count = promql.buckets(monitor.metric), promql.counted(monitor.metric)
    for what, seconds in (("share", monitor.window), ("share_before", monitor.baseline)):
        share = f"{_increase(name, labels, seconds, low)} / {_increase(count, labels, seconds)}"
        yield _record(monitor, what, share)
    before = f"{record_name(monitor, 'share_before')} offset {duration(monitor.window)}"
    grown = f"{record_name(monitor, 'share')} > {number(monitor.factor)} * ({before})"
    yield _alert(monitor, _and_enough(grown, monitor, labels))


def _version_dearer(monitor: Monitor) -> Iterator[Rule]:
    group, version = label(monitor.group), label(monitor.version)
    known = (f'{group}!~"|{absent(monitor.group)}"', f'{version}!~"|{absent(monitor.version)}"')
    labels = (*SCOPE, group)
    yield _record(monitor, "mean", _cost_of_one(monitor, (*labels, version), monitor.window, known))
    yield _record(monitor, "mean_before", _cost_of_one(monitor, labels, monitor.baseline, known[:1]))
    before = f"({record_name(monitor, 'mean_before')} offset {duration(monitor.window)})"
    dearer = (
        f"{record_name(monitor, 'mean')} > on ({', '.join(labels)}) group_left () "
        f"{number(monitor.factor)} * {before}"
    )
    expression = _and_enough(dearer, monitor, (*labels, version), *known)
    if monitor.quality is not None:
        expression += f"\nunless on ({group}, {version}) ({_better(monitor, group, version)})"
    yield _alert(monitor, expression)


def _cost_of_one(monitor: Monitor, labels: tuple[str, ...], seconds: int, known: tuple[str, ...]) -> str:
    below = promql.counted(monitor.over or monitor.metric)
    above = _increase(promql.summed(monitor.metric), labels, seconds, *known)
    return f"{above} / {_increase(below, labels, seconds, *known)}"


def _better(monitor: Monitor, group: str, version: str) -> str:
    """The versions whose scores are better than those of the group before."""
    quality = monitor.quality
    assert quality is not None
    where = matchers(quality.where)
    now = _mean(quality.metric, (group, version), monitor.window, where)
    count, summed = promql.counted(quality.metric), promql.summed(quality.metric)

    def before(name: str) -> str:
        series = f"{selector(name, *where)}[{duration(monitor.baseline)}] offset {duration(monitor.window)}"
        return f"sum by ({group}) (increase({series}))"

    return (
        f"{now} >= on ({group}) group_left () {number(quality.better)} * {before(summed)} / {before(count)}"
    )


def _daily_anomaly(monitor: Monitor) -> Iterator[Rule]:
    day = 86_400
    name = record_name(monitor, "day")
    yield _record(monitor, "day", _increase(promql.summed(monitor.metric), _labels(monitor), day))
    past = f"{name}[{monitor.days}d] offset 1d"
    mean, spread = f"avg_over_time({past})", f"stddev_over_time({past})"
    least = _LEAST_DAYS * day // SLOW_SECONDS
    yield _alert(
        monitor,
        f"{name} > {number(monitor.factor)} * {mean}\n"
        f"and {name} > {mean} + {number(monitor.deviations)} * {spread}\n"
        f"and count_over_time({past}) >= {least}",
    )


def _share_above(monitor: Monitor) -> str:
    assert monitor.over is not None
    labels = _labels(monitor)
    shared = tuple(
        key for key in labels if key in SCOPE or key in map(label, monitor.over.definition.attributes)
    )
    count = _increase(promql.counted(monitor.over), shared, monitor.window)
    on = f"on ({', '.join(shared)})"
    some = _increase(promql.counted(monitor.metric), labels, monitor.window)
    return (
        f"{some} / {on} group_left () {count} > {number(monitor.limit)}\n"
        f"and {on} {count} >= {monitor.at_least}"
    )


def _share_spike(monitor: Monitor) -> Iterator[Rule]:
    labels, where = _labels(monitor), matchers(monitor.where)
    name = promql.counted(monitor.metric)
    for what, seconds in (("share", monitor.window), ("share_before", monitor.baseline)):
        all_of_them = _increase(name, labels, seconds)
        some = _increase(name, labels, seconds, *where)
        yield _record(monitor, what, f"({some} or {all_of_them} * 0) / {all_of_them}")
    now = record_name(monitor, "share")
    before = f"({record_name(monitor, 'share_before')} offset {duration(monitor.window)})"
    spike = f"{now} > {number(monitor.limit)}\nand {now} > {number(monitor.factor)} * {before}"
    yield _alert(monitor, _and_enough(spike, monitor, labels))


def as_data(definition: Definition) -> Mapping[str, list[Rule]]:
    """Monitor -> its rules."""
    return {monitor.id: list(rules_of(monitor, definition)) for monitor in definition.monitors}
