"""Attributes of the definition are those of the registry."""

from __future__ import annotations

import pytest
from spanwright_analysis.backends.definition import DefinitionError
from spanwright_analysis.backends.definition.attribute import checked_attribute


def test_registered_attributes_pass() -> None:
    """Ours, official ones, and names of a template."""
    for key in ("spanwright.outcome", "gen_ai.response.model", "spanwright.eval.groundedness"):
        assert checked_attribute("panel", key) == key


def test_others_are_told_with_their_place() -> None:
    """A name that nothing writes would be an empty panel for ever."""
    with pytest.raises(
        DefinitionError, match=r"Cannot use panel 'x': the registry has no attribute 'gen_ai\.mdl'"
    ):
        checked_attribute("panel 'x'", "gen_ai.mdl")
