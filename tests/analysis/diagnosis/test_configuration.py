"""The settings in force."""

from __future__ import annotations

import pytest
from spanwright_analysis.diagnosis.configuration import State, settings
from spanwright_analysis.diagnosis.finding import Level


@pytest.mark.parametrize(
    ("environment", "state"),
    [
        ({}, State.RUNNING),
        ({"SPANWRIGHT_ENABLED": "false"}, State.OFF),
        ({"OTEL_SDK_DISABLED": "TRUE"}, State.OFF),
        ({"SPANWRIGHT_STEPS": "nonsense"}, State.WRONG),
        ({"SPANWRIGHT_CONFIG_FILE": "/no/such.yaml"}, State.WRONG),
    ],
)
def test_states(environment: dict[str, str], state: State) -> None:
    """Running, off on purpose, or wrong, which alone is a fault."""
    found = settings(environment)
    assert found.state is state
    assert (Level.WRONG in {finding.level for finding in found.section.findings}) is (state is State.WRONG)


def test_what_is_set_is_listed_with_its_place() -> None:
    """Steps in their order, and each key that is set with who set it."""
    steps, chosen = settings({"SPANWRIGHT_STEPS": "mask,price"}).section.findings
    assert (steps.subject, steps.text) == ("steps", "price > mask")
    assert (chosen.subject, chosen.text) == ("steps", "set by SPANWRIGHT_STEPS")
