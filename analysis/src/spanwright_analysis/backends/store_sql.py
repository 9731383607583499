"""SQL of a panel over the views of `spanwright store`, with macros of Grafana's PostgreSQL data source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .definition import Metric, Panel, Question
from .definition.metric import DURATION
from .definition.panel import Where

#: Attribute -> column of the views (store/sql/views.sql).
COLUMNS: Mapping[str, str] = {
    "spanwright.pipeline.name": "pipeline",
    "spanwright.pipeline.version": "pipeline_version",
    "spanwright.pipeline.type": "pipeline_type",
    "spanwright.outcome": "outcome",
    "spanwright.trace.finish_reason": "finish_reason",
    "spanwright.finish_reason": "finish_reason",
    "user.hash": "user_hash",
    "gen_ai.operation.name": "operation",
    "gen_ai.provider.name": "provider",
    "gen_ai.response.model": "model",
    "gen_ai.prompt.name": "prompt_name",
    "gen_ai.prompt.version": "prompt_version",
    "gen_ai.tool.name": "tool",
    "spanwright.tool.version": "version",
    "error.type": "error_type",
    "gen_ai.evaluation.name": "evaluation",
    "spanwright.guardrail.name": "guardrail",
    "spanwright.guardrail.stage": "stage",
    "spanwright.guardrail.action": "action",
    "spanwright.hitl.reason": "reason",
    "spanwright.trace.cost.usd": "cost_usd",
    "spanwright.cost.usd": "cost_usd",
    "spanwright.cost.unknown_model": "unknown_price_model",
    "spanwright.trace.retrieval.score.first": "first_score",
    "spanwright.trace.retrieval.score.second": "second_score",
    "spanwright.trace.retrieval.score.normalised.first": "first_normalised_score",
    "gen_ai.usage.input_tokens": "input_tokens",
    "gen_ai.usage.cache_read.input_tokens": "cached_tokens",
    "gen_ai.usage.output_tokens": "output_tokens",
    "gen_ai.evaluation.score.value": "score",
}
_SCALED = {DURATION: "duration_ms / 1000", "spanwright.time_to_first_token": "first_token_ms / 1000"}
_ROWS = 10_000

#: The dashboard's choices: column -> variable.
CHOICES = {"service": "service", "environment": "environment", "pipeline": "pipeline"}


def value(metric: Metric) -> str:
    """The column, or expression, of a metric's values in its unit."""
    if metric.value is None:
        raise ValueError(f"Cannot make SQL of the values of {metric.name}: it only counts.")
    return _SCALED.get(metric.value) or COLUMNS[metric.value]


def statements(panel: Panel) -> list[tuple[str, str]]:
    """(format, SQL) of each query of a panel; the data source's formats: ``time_series``, ``table``."""
    if panel.show == "distribution":
        where = _where(panel.metric, panel.where)
        return [
            (
                "table",
                f"SELECT {value(panel.metric)} AS value\nFROM {panel.metric.of.view}\n{where}\nLIMIT {_ROWS}",
            )
        ]
    if panel.show == "per":
        return [("table", _per(panel))]
    if panel.top is not None:
        return [("table", _top(panel))]
    if panel.show == "quantiles":
        return [
            ("time_series", _over_time(panel, quantile(panel.metric, q), f"{q * 100:g} %"))
            for q in panel.quantiles
        ]
    return [("time_series", _over_time(panel, _figure(panel)))]


def quantile(metric: Metric, q: float) -> str:
    return f"percentile_cont({q}) WITHIN GROUP (ORDER BY {value(metric)})"


def _figure(panel: Panel) -> str:
    match panel.show:
        case "total":
            return f"sum({value(panel.metric)})"
        case "mean":
            return f"avg({value(panel.metric)})"
        case "share":
            return _share(_condition(panel.where))
        case "below":
            return _share(f"{value(panel.metric)} < {panel.limit}")
        case "ratio":
            assert panel.over is not None
            below = f"sum({value(panel.over)})" if panel.over.value else "count(*)"
            return f"sum({value(panel.metric)}) * 1.0 / nullif({below}, 0)"
    return "count(*)"


def _share(condition: str) -> str:
    return f"avg(CASE WHEN {condition} THEN 1.0 ELSE 0.0 END)"


def _over_time(panel: Panel, figure: str, name: str = "") -> str:
    parts = [f"coalesce({COLUMNS[key]}, 'none')" for key in panel.by]
    if name:
        parts.append(f"'{name}'")
    label = f"concat_ws(' · ', {', '.join(parts)})" if parts else f"'{panel.title}'"
    # Of a share, the condition is what is counted, not what is looked at.
    conditions = {} if panel.show == "share" else panel.where
    metric = panel.over if panel.show == "ratio" and panel.over is not None else panel.metric
    return (
        f"SELECT $__timeGroupAlias(started, $__interval), {label} AS metric, {figure} AS value\n"
        f"FROM {panel.metric.of.view}\n{_where(metric, conditions)}\nGROUP BY 1, 2\nORDER BY 1"
    )


def _top(panel: Panel) -> str:
    columns = ", ".join(COLUMNS[key] for key in panel.by)
    return (
        f"SELECT {columns}, {_figure(panel)} AS value\nFROM {panel.metric.of.view}\n"
        f"{_where(panel.metric, panel.where)} AND {columns} IS NOT NULL\n"
        f"GROUP BY {columns}\nORDER BY value DESC\nLIMIT {panel.top}"
    )


def _per(panel: Panel) -> str:
    assert panel.over is not None
    columns = ", ".join(COLUMNS[key] for key in panel.by)
    all_of_them = f"SELECT count(*) FROM {panel.over.of.view} {_where(panel.over, {})}"
    return (
        f"SELECT {columns}, count(*) * 1.0 / nullif(({all_of_them}), 0) AS value\n"
        f"FROM {panel.metric.of.view}\n{_where(panel.metric, panel.where)}\n"
        f"GROUP BY {columns}\nORDER BY value DESC"
    )


def _where(metric: Metric, where: Where) -> str:
    parts = ["$__timeFilter(started)"]
    parts += [f"coalesce({column}, '') IN (${variable})" for column, variable in CHOICES.items()]
    # A view holds its population; what it may lack is the value.
    own = (metric.value, metric.condition, *(metric.of.has if metric.of.view == "model_calls" else ()))
    wanted = (_SCALED.get(key, "").partition(" ")[0] or COLUMNS[key] for key in own if key is not None)
    parts += [f"{column} IS NOT NULL" for column in dict.fromkeys(wanted)]
    if where:
        parts.append(_condition(where))
    return f"WHERE {' AND '.join(parts)}"


def _condition(where: Where) -> str:
    return " AND ".join(_one(COLUMNS[key], values) for key, values in where.items())


def _one(column: str, values: Sequence[str] | None) -> str:
    if values is None:
        return f"{column} IS NOT NULL"
    return f"{column} IN ({', '.join(_quoted(value) for value in values)})"


def _quoted(text: str) -> str:
    escaped = text.replace("'", "''")
    return f"'{escaped}'"


def question(asked: Question) -> str:
    """The question; the date is the dashboard's time range."""
    attribute, limit = asked.below
    parts = ["$__timeFilter(started)"]
    parts += [f"{COLUMNS[key]} = {_quoted(value)}" for key, value in asked.equals.items()]
    parts.append(f"{COLUMNS[attribute]} < {limit}")
    shown = ", ".join(COLUMNS[key] for key in asked.show)
    query = "SELECT r.query_text FROM retrievals AS r WHERE r.trace_id = t.trace_id"
    query += " ORDER BY r.started DESC LIMIT 1"
    return (
        f"SELECT started, trace_id, {shown}, ({query}) AS query_text\nFROM traces AS t\n"
        f"WHERE {' AND '.join(parts)}\nORDER BY {COLUMNS[attribute]}\nLIMIT {asked.limit}"
    )
