"""Queries of Datadog's metrics, which Datadog makes of the spans by the same definition."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from .definition import Metric, Panel
from .definition.panel import Where

#: What an attribute is called as a tag: short, where it is one of many.
_TAGS = {
    "spanwright.pipeline.name": "pipeline",
    "spanwright.pipeline.version": "pipeline_version",
    "spanwright.pipeline.type": "pipeline_type",
}
_SCOPE = ("$env", "$service")
_PERCENTILES = {0.5: "p50", 0.75: "p75", 0.9: "p90", 0.95: "p95", 0.99: "p99"}
_CALLED = {0.1: "10 %", 0.5: "50 %", 0.9: "90 %", 0.99: "99 %"}
#: Nanoseconds, in which Datadog has the duration of a span.
NANOSECONDS = 1_000_000_000


class Query(NamedTuple):
    """The queries of one line, and their formula; ``alias`` tells several lines apart."""

    asked: Sequence[dict[str, Any]]
    formula: str
    alias: str = ""


def formula(query: Query) -> str:
    return query.formula


def metric_name(metric: Metric) -> str:
    """As in the registry, below a name of its own: the gateway may send metrics of the same name."""
    return metric.name.replace("spanwright.", "spanwright.spans.", 1)


def tag(key: str) -> str:
    """The tag that an attribute becomes."""
    return _TAGS.get(key, key.replace(".", "_"))


def span_filter(metric: Metric) -> str:
    """The search for the spans, or log records, that a metric is made of."""
    parts = [f"@{key}:{value}" for key, value in (metric.of.equals or {}).items()]
    parts += [f"@{key}:*" for key in metric.has]
    parts += [f"-@{key}:*" for key in metric.of.lacks]
    return " ".join(parts)


def selected(where: Where, *scope: str) -> str:
    """The filter in braces. Conditions of several values are alternatives."""
    parts = [*scope]
    for key, values in where.items():
        if values is None:
            parts.append(f"{tag(key)}:*")
        elif len(values) == 1:
            parts.append(f"{tag(key)}:{values[0]}")
        else:
            parts.append(f"{tag(key)} IN ({', '.join(values)})")
    joined = " AND ".join(parts) if any(" IN " in part for part in parts) else ", ".join(parts)
    return joined or "*"


def asked(metric: Metric, aggregation: str, where: str, by: Sequence[str] = (), rollup: str = "") -> str:
    """One query of a metric."""
    group = f" by {{{', '.join(tag(key) for key in by)}}}" if by else ""
    return f"{aggregation}:{metric_name(metric)}{{{where}}}{group}{rollup}"


def many(metric: Metric) -> tuple[str, str]:
    """(aggregation, function) that count: of a count its sum, of a distribution its number of values."""
    return ("sum", ".as_count()") if metric.kind == "count" else ("count", ".as_count()")


def seconds(metric: Metric, name: str) -> str:
    """``name`` in the metric's own unit: Datadog has durations of spans in nanoseconds."""
    return f"{name} / {NANOSECONDS}" if metric.value == "duration" else name


def queries(panel: Panel) -> list[Query]:
    """The lines of a panel."""
    scope = [*_SCOPE]
    metrics = [panel.metric, *([panel.over] if panel.over else [])]
    if all("spanwright.pipeline.name" in metric.definition.attributes for metric in metrics):
        scope.append("$pipeline")
    where = selected(panel.where, *scope)
    everything = selected({}, *scope)
    metric, by = panel.metric, panel.by
    aggregation, function = many(metric)

    def named(number: int, text: str) -> dict[str, Any]:
        return {"name": f"query{number}", "query": text}

    match panel.show:
        case "rate":
            rate = asked(metric, aggregation, where, by, ".as_rate()" if metric.kind == "count" else function)
            return [Query([named(1, rate)], "query1")]
        case "total":
            return [Query([named(1, asked(metric, "sum", where, by, ".as_count()"))], "query1")]
        case "mean":
            return [Query([named(1, asked(metric, "avg", where, by))], seconds(metric, "query1"))]
        case "quantiles":
            return [
                Query(
                    [named(number, asked(metric, _percentile(q), where, by))],
                    seconds(metric, f"query{number}"),
                    _CALLED.get(q, ""),
                )
                for number, q in enumerate(panel.quantiles, 1)
            ]
        case "share":
            some = asked(metric, aggregation, where, by, function)
            all_of_them = asked(metric, aggregation, everything, by, function)
            return [Query([named(1, some), named(2, all_of_them)], "default_zero(query1) / query2")]
        case "below":
            low = f"count(v: v<{panel.limit}):{metric_name(metric)}{{{where}}}"
            group = f" by {{{', '.join(tag(key) for key in by)}}}" if by else ""
            all_of_them = asked(metric, "count", where, by, ".as_count()")
            return [
                Query(
                    [named(1, f"{low}{group}.as_count()"), named(2, all_of_them)],
                    "default_zero(query1) / query2",
                )
            ]
    return [_over(panel, where, everything, named)]


def _over(panel: Panel, where: str, everything: str, named: Any) -> Query:
    assert panel.over is not None
    above, below = panel.metric, panel.over
    aggregation, function = ("sum", ".as_count()") if above.kind == "sum" else many(above)
    under, its = ("sum", ".as_count()") if below.kind == "sum" else many(below)
    shared = [key for key in panel.by if key in below.definition.attributes]
    return Query(
        [
            named(1, asked(above, aggregation, where, panel.by, function)),
            named(2, asked(below, under, everything, shared, its)),
        ],
        "query1 / query2",
    )


def _percentile(quantile: float) -> str:
    """Datadog has these only; the nearest one that is not above stands for another."""
    known = [q for q in _PERCENTILES if q <= quantile]
    return _PERCENTILES[max(known)] if known else "min"
