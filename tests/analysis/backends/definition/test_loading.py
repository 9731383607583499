"""The definition as it is shipped, and with a team's own file over it."""

from __future__ import annotations

from pathlib import Path

import pytest
from spanwright_analysis.backends.definition import Definition, DefinitionError, load
from spanwright_semconv.enums import PipelineType
from spanwright_semconv.metrics import METRICS


def test_what_the_specification_wants_is_there(definition: Definition) -> None:
    """Budgets of all four types, all monitors, and panels of every kind of figure."""
    budgets = {budget.type: (budget.p50, budget.p99, budget.cost) for budget in definition.budgets}
    assert budgets == {
        "simple_qa": (0.8, 2.5, 0.003),
        "agent": (3, 8, 0.02),
        "document_analysis": (5, 15, 0.15),
        "autonomous_agent": (10, 30, 0.5),
    }
    assert set(budgets) == set(PipelineType)
    limits = {monitor.id: (monitor.limit, monitor.below, monitor.factor) for monitor in definition.monitors}
    assert limits["groundedness"][0] == 0.75
    assert limits["retrieval_tail"][1:] == (0.65, 1.10)
    assert limits["pipeline_version_cost"][2] == limits["prompt_version_cost"][2] == 1.15
    assert limits["handoff_reason"][0] == 0.01
    windows = {monitor.id: monitor.window for monitor in definition.monitors}
    assert (windows["groundedness"], windows["retrieval_tail"]) == (300, 86_400)
    assert {monitor.metric.name for monitor in definition.monitors} <= {*METRICS}
    assert len(definition.panels) > 30


def test_every_metric_has_a_panel_or_a_monitor(definition: Definition) -> None:
    """What is counted is looked at."""
    used = {panel.metric.name for panel in definition.panels}
    used |= {panel.over.name for panel in definition.panels if panel.over is not None}
    assert used == set(definition.metrics)


def test_panels_have_titles_of_their_own(definition: Definition) -> None:
    """Titles become names of files."""
    titles = [panel.title for panel in definition.panels]
    assert len(titles) == len(set(titles))


def test_ones_own_file_changes_what_it_names_only(tmp_path: Path, definition: Definition) -> None:
    """Budgets by type, monitors by id, the question by field; null switches a monitor off."""
    own = tmp_path / "own.yaml"
    own.write_text(
        "budgets: {agent: {p50: 1, p99: 2, cost: 0.5}}\n"
        "monitors: {groundedness: {limit: 0.9}, daily_cost: }\n"
        "question: {limit: 10}\n"
    )
    changed = load(own)
    assert {b.type: b.p50 for b in changed.budgets}["agent"] == 1
    assert changed.budgets[0] == definition.budgets[0]
    assert {m.id: m.limit for m in changed.monitors}["groundedness"] == 0.9
    assert len(changed.monitors) == len(definition.monitors) - 1
    assert (changed.question.limit, changed.question.days) == (10, definition.question.days)
    assert load() == definition


def test_the_tail_may_be_that_of_the_score_on_one_scale(tmp_path: Path) -> None:
    """Over stores that give distances: another metric, another limit, both known."""
    own = tmp_path / "own.yaml"
    metric = "spanwright.trace.retrieval.normalised_score"
    own.write_text(f"monitors: {{retrieval_tail: {{metric: {metric}, below: 0.825}}}}\n")
    [monitor] = [one for one in load(own).monitors if one.id == "retrieval_tail"]
    assert (monitor.metric.name, monitor.below, monitor.factor) == (metric, 0.825, 1.10)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    """By its path."""
    with pytest.raises(DefinitionError, match=r"Cannot read .*own\.yaml"):
        load(tmp_path / "own.yaml")
