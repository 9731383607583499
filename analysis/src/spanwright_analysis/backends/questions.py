"""The question in the words of backends that have nothing else here: New Relic, Elastic, Phoenix."""

from __future__ import annotations

import json

from .definition import Question


def nrql(asked: Question) -> str:
    """New Relic: one row for each trace, the lowest first."""
    attribute, limit = asked.below
    conditions = [f"`{key}` = '{value}'" for key, value in asked.equals.items()]
    conditions.append(f"`{attribute}` < {limit}")
    shown = ", ".join(f"`{key}`" for key in asked.show)
    return (
        f"SELECT trace.id, {shown}\nFROM Span\nWHERE {' AND '.join(conditions)}\n"
        f"SINCE {asked.days} days ago\nORDER BY `{attribute}` ASC\nLIMIT {asked.limit}\n"
    )


def esql(asked: Question) -> str:
    """Elastic: ES|QL over the data streams that OTLP fills, in their OpenTelemetry form."""
    attribute, limit = asked.below
    conditions = [f"@timestamp >= NOW() - {asked.days} days"]
    conditions += [f"{_field(key)} == {json.dumps(value)}" for key, value in asked.equals.items()]
    conditions.append(f"{_field(attribute)} < {limit}")
    shown = ", ".join(_field(key) for key in asked.show)
    return (
        f"FROM traces-*\n| WHERE {' AND '.join(conditions)}\n| SORT {_field(attribute)} ASC\n"
        f"| KEEP @timestamp, trace_id, {shown}\n| LIMIT {asked.limit}\n"
    )


def _field(key: str) -> str:
    return f"`attributes.{key}`"


def phoenix(asked: Question) -> str:
    """Phoenix: the filter above its table of spans, which is then sorted by a click."""
    attribute, limit = asked.below
    conditions = [f"{_path(key)} == {value!r}" for key, value in asked.equals.items()]
    return " and ".join([*conditions, f"{_path(attribute)} < {limit}"]) + "\n"


def _path(key: str) -> str:
    """Phoenix keeps attributes as an object, a level for each part of their names."""
    return "attributes" + "".join(f"[{part!r}]" for part in key.split("."))
