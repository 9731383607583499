"""What can be set about masking checks itself."""

from __future__ import annotations

from typing import Any

import pytest
from spanwright_processors.masking.settings import (
    AttributeSettings,
    EnvironmentSettings,
    MaskSettings,
    PolicySettings,
    Preset,
    Whole,
)
from spanwright_processors.settings import SettingsError, load_settings


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"entities": ("EMAIL",)}, "Cannot use mask.entities: 'EMAIL' is not a known type."),
        ({"min_score": -1}, "Cannot use mask.min_score: -1 is not between 0 and 1."),
        ({"min_scores": {"PERSON": 2}}, "Cannot use mask.min_scores: 2 is not between 0 and 1."),
        ({"allow_by_type": {"NAME": ()}}, "Cannot use mask.allow_by_type: 'NAME' is not a known type."),
    ],
)
@pytest.mark.parametrize("cls", [MaskSettings, PolicySettings, AttributeSettings, EnvironmentSettings])
def test_policies_of_all_levels_check_themselves(
    cls: type[Any], settings: dict[str, Any], message: str
) -> None:
    """The error quotes the key and says what to do."""
    with pytest.raises(ValueError, match=r"Set .* instead\.$") as error:
        cls(**settings)
    assert str(error.value).startswith(message)


@pytest.mark.parametrize("cls", [MaskSettings, EnvironmentSettings])
def test_patterns_end_in_their_only_star(cls: type[Any]) -> None:
    """A name, or the beginning of names."""
    cls(attributes={"*": AttributeSettings(), "a.*": AttributeSettings(), "a": AttributeSettings()})
    with pytest.raises(ValueError, match=r"'a\.\*\.b' has its \* elsewhere than at its end"):
        cls(attributes={"a.*.b": AttributeSettings()})


def test_the_budget_is_not_negative() -> None:
    """0 switches it off."""
    MaskSettings(budget_ms=0)
    with pytest.raises(ValueError, match=r"mask\.budget_ms: -1 is negative"):
        MaskSettings(budget_ms=-1)


FILE = """
mask:
  preset: strict
  actions: {EMAIL_ADDRESS: hash, CREDIT_CARD: partial}
  min_scores: {PHONE_NUMBER: 0.6}
  allow_by_type: {PERSON: [Grace]}
  environments:
    staging: {preset: "off", attributes: {secret.key: {preset: standard}}}
  attributes:
    http.request.header.*: {value: drop}
"""


def test_all_of_it_comes_from_a_file(tmp_path: Any) -> None:
    """Nested policies are read and checked as everything else is."""
    file = tmp_path / "spanwright.yaml"
    file.write_text(FILE)
    settings = load_settings({"SPANWRIGHT_CONFIG_FILE": str(file)}).sections["mask"]
    assert settings.preset is Preset.STRICT
    assert settings.environments["staging"].preset is Preset.OFF
    assert settings.environments["staging"].attributes["secret.key"].preset is Preset.STANDARD
    assert settings.attributes["http.request.header.*"].value is Whole.DROP
    file.write_text(FILE.replace("EMAIL_ADDRESS: hash", "EMAIL: hash"))
    with pytest.raises(SettingsError, match="'EMAIL' is not a known type"):
        load_settings({"SPANWRIGHT_CONFIG_FILE": str(file)})
