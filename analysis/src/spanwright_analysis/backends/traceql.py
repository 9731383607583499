"""TraceQL of the question, for Grafana Tempo."""

from __future__ import annotations

import json

from .definition import Metric, Question


def attribute_name(key: str) -> str:
    """Of a span, in quotes: Grafana's editor takes the beginning of `spanwright` for the word `span`."""
    return f"span.{json.dumps(key)}"


def question(asked: Question) -> str:
    """Root spans only; the date is the query's start, and the order that of the table's column."""
    attribute, limit = asked.below
    conditions = ["nestedSetParent < 0"]
    conditions += [f"{attribute_name(key)} = {json.dumps(value)}" for key, value in asked.equals.items()]
    conditions.append(f"{attribute_name(attribute)} < {limit}")
    shown = ", ".join(attribute_name(key) for key in asked.show)
    return f"{{ {' && '.join(conditions)} }} | select({shown})"


def below(metric: Metric, limit: float, pipeline: str) -> str:
    """The traces of a pipeline whose value is below ``limit``: those behind an alert."""
    name = attribute_name("spanwright.pipeline.name")
    return f'{{ {name} = "{pipeline}" && {attribute_name(str(metric.value))} < {limit} }}'


def lowest(asked: Question) -> str:
    """The traces with the lowest value, as a metric: for Tempo's metrics API."""
    attribute, _ = asked.below
    roots, _, _ = question(asked).partition(" | ")
    return f"{roots} | min_over_time({attribute_name(attribute)}) by (trace:id) | bottomk({asked.limit})"
