"""TraceQL of the question, for Grafana Tempo."""

from __future__ import annotations

import json

from .definition import Question


def question(asked: Question) -> str:
    """Root spans only; the date is the query's start, and the order that of the table's column."""
    attribute, limit = asked.below
    conditions = ["nestedSetParent < 0"]
    conditions += [f"span.{key} = {json.dumps(value)}" for key, value in asked.equals.items()]
    conditions.append(f"span.{attribute} < {limit}")
    shown = ", ".join(f"span.{key}" for key in asked.show)
    return f"{{ {' && '.join(conditions)} }} | select({shown})"


def lowest(asked: Question) -> str:
    """The traces with the lowest value, as a metric: for Tempo's metrics API."""
    attribute, _ = asked.below
    roots, _, _ = question(asked).partition(" | ")
    return f"{roots} | min_over_time(span.{attribute}) by (trace:id) | bottomk({asked.limit})"
