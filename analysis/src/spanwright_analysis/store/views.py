"""The views ``traces``, ``retrievals``, ``model_calls``, ``tool_calls``, ``evaluations``, ``guardrails`` and
``hitl_requests``, in SQL that PostgreSQL and DuckDB both take.
"""

from __future__ import annotations

from importlib import resources


def view_text() -> str:
    """The statements that make all views, over the tables ``spans`` and ``events``, or make them anew."""
    return resources.files(__package__).joinpath("sql", "views.sql").read_text("utf-8")
