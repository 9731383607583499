"""Steps are found by entry point, cheaply, and run by phase."""

from __future__ import annotations

import pytest
from spanwright_processors.config.installed import (
    installed_steps,
    load_step,
    running_order,
    settings_class,
)
from spanwright_processors.step import Step


@pytest.mark.parametrize("name", sorted(installed_steps()))
def test_every_installed_step_can_be_made_without_settings(name: str) -> None:
    """The default of every field is usable: a step works as soon as it is installed."""
    step = load_step(name)
    assert isinstance(step(settings_class(step)()), Step)  # type: ignore[call-arg]


def test_phases_order_and_the_given_order_breaks_ties() -> None:
    """Enrichment before roll-up before masking before truncation, whatever the names."""
    steps = {name: load_step(name) for name in sorted(installed_steps())}
    order = running_order(steps)
    phases = [steps[name].phase for name in order]
    assert phases == sorted(phases)
    same = [name for name in order if steps[name].phase == phases[0]]
    assert same == sorted(same)
