"""The reference page is made from the settings classes and says nothing else."""

from __future__ import annotations

from pathlib import Path

from spanwright_processors.config.reference import render
from spanwright_processors.settings import schema

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "configuration.md"


def test_the_page_is_up_to_date() -> None:
    """``make generate`` has been run since a settings class changed."""
    assert PAGE.read_text(encoding="utf-8") == render()


def test_every_key_of_an_installed_step_is_documented() -> None:
    """A key without a doc is a hole in the page: ``#:`` above the field, or a string below it."""
    assert [key.name for key in schema() if not key.doc] == []


def test_no_two_keys_share_a_variable() -> None:
    """Levels and words are both joined by ``_``, so that two keys could come to one name."""
    variables = [key.variable for key in schema()]
    assert len(set(variables)) == len(variables)
