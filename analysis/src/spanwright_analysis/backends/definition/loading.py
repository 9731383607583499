"""Reads the definition's files, and puts a team's own over them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from .error import DefinitionError, checked_keys
from .metric import Metric, Population, read_metric, read_population
from .monitor import Budget, Monitor, read_budgets, read_monitor
from .panel import Panel, Question, Row, read_panel, read_question

#: What a team's own file may change.
_OWN = ("budgets", "monitors", "question")


@dataclass(frozen=True)
class Definition:
    """All there is to make files for backends from."""

    populations: Mapping[str, Population]
    metrics: Mapping[str, Metric]
    title: str
    tags: tuple[str, ...]
    rows: tuple[Row, ...]
    question: Question
    budgets: tuple[Budget, ...]
    monitors: tuple[Monitor, ...]

    @property
    def panels(self) -> tuple[Panel, ...]:
        return tuple(panel for row in self.rows for panel in row.panels)


def load(own: Path | None = None) -> Definition:
    """The definition, with a team's file over it: budgets, figures of monitors by their ids, question.

    ::

        budgets:
          agent: {p50: 2, p99: 6.5, cost: 0.05}
        monitors:
          groundedness: {limit: 0.8}
          daily_cost: null              # not watched

    :raises DefinitionError: for what is not there, contradicts itself or is no YAML.
    """
    metrics, dashboard, monitors = (_read(name) for name in ("metrics", "dashboard", "monitors"))
    if own is not None:
        _put_over(_read_own(own), dashboard, monitors)
    populations = {name: read_population(name, raw) for name, raw in metrics["populations"].items()}
    known = {name: read_metric(name, raw, populations) for name, raw in metrics["metrics"].items()}
    return Definition(
        populations,
        known,
        dashboard["title"],
        tuple(dashboard["tags"]),
        tuple(
            Row(row["title"], tuple(read_panel(panel, known) for panel in row["panels"]))
            for row in dashboard["rows"]
        ),
        read_question(dashboard["question"]),
        read_budgets(monitors["budgets"]),
        tuple(read_monitor(raw, known) for raw in monitors["monitors"]),
    )


def _read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((files(__package__) / f"{name}.yaml").read_text("utf-8"))
    return found


def _read_own(path: Path) -> Mapping[str, Any]:
    try:
        found = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise DefinitionError(f"Cannot read {path}: {error}. Give a YAML file.") from error
    if not isinstance(found, dict):
        raise DefinitionError(f"Cannot use {path}: it holds no map. Use {', '.join(_OWN)}.")
    return checked_keys(str(path), found, _OWN)


def _put_over(own: Mapping[str, Any], dashboard: dict[str, Any], monitors: dict[str, Any]) -> None:
    monitors["budgets"] |= own.get("budgets") or {}
    dashboard["question"] |= own.get("question") or {}
    changes: Mapping[str, Any] = own.get("monitors") or {}
    known = [raw["id"] for raw in monitors["monitors"]]
    checked_keys("monitors", changes, known)
    monitors["monitors"] = [
        raw | (changes.get(raw["id"]) or {})
        for raw in monitors["monitors"]
        if not (raw["id"] in changes and changes[raw["id"]] is None)
    ]
