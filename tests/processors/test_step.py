"""Every installed step is one: found by entry point, built without arguments, placed by its phase."""

from __future__ import annotations

from dataclasses import is_dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import pytest
from spanwright_processors import LogStep, Phase, Step
from spanwright_processors.chain import step_name
from spanwright_processors.step import ENTRY_POINT_GROUP
from support.editable import editable_span
from support.spans import FunctionStep, Shout

STEPS = sorted(entry_points(group=ENTRY_POINT_GROUP), key=lambda entry: entry.name)


@pytest.mark.parametrize("entry", STEPS, ids=lambda entry: entry.name)
def test_an_installed_step_keeps_the_contract(entry: EntryPoint) -> None:
    """Settings are a frozen dataclass with defaults, the name is the entry point's, any span passes."""
    step_class: Any = entry.load()
    settings_class: Any = step_class.Settings
    checked: bool = is_dataclass(step_class.Settings)
    assert checked
    assert vars(settings_class)["__dataclass_params__"].frozen
    step = step_class()
    assert isinstance(step, Step)
    assert isinstance(step_class.phase, Phase)
    assert step_name(step) == entry.name
    step_class(settings_class())(editable_span({}))


def test_masking_comes_after_what_sums_and_before_what_stores_or_cuts() -> None:
    """Sums need whole values, a cut could leave half a secret, a store would keep the whole one."""
    order = [Phase.ENRICH, Phase.ROLL_UP, Phase.MASK, Phase.OFFLOAD, Phase.TRUNCATE]
    assert order == sorted(order)


def test_steps_and_log_steps_are_told_by_what_they_can_do() -> None:
    """A step that knows no log records leaves them alone."""
    assert isinstance(Shout(), LogStep)
    assert not isinstance(FunctionStep(repr), LogStep)
