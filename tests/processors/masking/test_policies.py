"""Which policy an attribute is masked by."""

from __future__ import annotations

from typing import Any

import pytest
from spanwright_processors.detect.engine import Detector, FindingCache
from spanwright_processors.detect.policy import Action, Policy
from spanwright_processors.masking.policies import Environments, Policies, wanted_entities
from spanwright_processors.masking.settings import (
    AttributeSettings,
    EnvironmentSettings,
    MaskSettings,
    Preset,
    Whole,
)


def environments(**settings: Any) -> Environments:
    return Environments(MaskSettings(**settings), Detector(), FindingCache(0))


def policy(policies: Policies, key: str) -> Policy:
    redactor = policies.treatment(key).redactor
    assert redactor is not None
    return redactor.policy


def test_presets() -> None:
    """Standard leaves guesses and binary data, strict takes both, off does nothing."""
    standard, strict, off = (
        environments(preset=preset).general for preset in (Preset.STANDARD, Preset.STRICT, Preset.OFF)
    )
    assert (policy(standard, "a").min_score, policy(standard, "a").drops_binary) == (0.4, False)
    assert (policy(strict, "a").min_score, policy(strict, "a").drops_binary) == (0.0, True)
    assert off.treatment("a").redactor is None
    assert (standard.masks, strict.masks, off.masks) == (True, True, False)


def test_the_environment_of_the_resource_decides() -> None:
    """By the name, the old spelling too; what is not named there stays general."""
    found = environments(
        actions={"PERSON": Action.HASH},
        environments={"staging": EnvironmentSettings(actions={"EMAIL_ADDRESS": Action.KEEP})},
    )
    for key in ("deployment.environment.name", "deployment.environment"):
        staging = policy(found.of({key: "staging"}), "a")
        assert staging.actions == {"PERSON": Action.HASH, "EMAIL_ADDRESS": Action.KEEP}
    for resource in ({}, {"deployment.environment.name": "prod"}, {"deployment.environment.name": 7}):
        assert policy(found.of(resource), "a").actions == {"PERSON": Action.HASH}


def test_the_most_exact_pattern_wins() -> None:
    """A name before a beginning, a long beginning before a short one; they add up otherwise."""
    general = environments(
        attributes={
            "http.*": AttributeSettings(min_score=0.5, allow=("x",)),
            "http.request.*": AttributeSettings(min_score=0.6, value=Whole.DROP),
            "http.request.id": AttributeSettings(min_score=0.7, value=Whole.HASH),
            "*": AttributeSettings(min_score=0.45),
        }
    ).general
    assert [policy(general, key).min_score for key in ("a", "http.a", "http.request.a")] == [0.45, 0.5, 0.6]
    exact = general.treatment("http.request.id")
    assert exact.whole is Whole.HASH
    assert policy(general, "http.request.id").min_score == 0.7
    assert policy(general, "http.request.id").allow == {"x"}
    assert general.treatment("http.request.a").whole is Whole.DROP


def test_a_preset_of_a_pattern_sets_the_score_back() -> None:
    """Unless a score stands beside it."""
    general = environments(
        min_score=0.9,
        attributes={
            "a": AttributeSettings(preset=Preset.STANDARD),
            "b": AttributeSettings(preset=Preset.STRICT, min_score=0.3),
            "c": AttributeSettings(preset=Preset.OFF),
        },
    ).general
    assert (policy(general, "a").min_score, policy(general, "b").min_score) == (0.4, 0.3)
    assert general.treatment("c").redactor is None
    assert policy(general, "other").min_score == 0.9


def test_an_environment_s_patterns_win_over_general_ones() -> None:
    """Also over more exact ones."""
    found = environments(
        attributes={"a.b": AttributeSettings(value=Whole.DROP)},
        environments={"dev": EnvironmentSettings(attributes={"a.*": AttributeSettings(value=Whole.HASH)})},
    )
    assert found.of({"deployment.environment.name": "dev"}).treatment("a.b").whole is Whole.HASH


def test_identifiers_are_only_looked_at_for_addresses_unless_a_pattern_names_them() -> None:
    """Ids, models and skipped keys."""
    general = environments(
        skip_keys=frozenset({"order.ref"}), attributes={"session.id": AttributeSettings()}
    ).general
    assert general.treatment("gen_ai.response.id").identifying
    assert general.treatment("order.ref").identifying
    assert not general.treatment("session.id").identifying
    assert not general.treatment("text").identifying


def test_attribute_names_without_end_use_no_memory_without_end() -> None:
    """Names that hold data are treated, not remembered."""
    general = environments().general
    for number in range(5000):
        general.treatment(f"key.{number}")
    assert len(general.by_key) <= 4096


@pytest.mark.parametrize(
    ("settings", "everywhere"),
    [
        ({}, True),
        ({"entities": ()}, False),
        ({"environments": {"dev": EnvironmentSettings(preset=Preset.OFF)}}, False),
        ({"preset": Preset.OFF, "environments": {"prod": EnvironmentSettings(preset=Preset.STRICT)}}, False),
    ],
)
def test_whether_every_environment_masks(settings: dict[str, Any], everywhere: bool) -> None:
    """One that does not is enough."""
    assert environments(**settings).mask_everywhere is everywhere


def test_the_detector_looks_for_what_any_policy_wants() -> None:
    """The types of all levels together; all where one level wants all."""
    assert wanted_entities(MaskSettings()) is None
    settings = MaskSettings(
        entities=("SECRET",),
        attributes={"a": AttributeSettings(entities=("PERSON",))},
        environments={
            "dev": EnvironmentSettings(attributes={"b": AttributeSettings(entities=("US_SSN",))}),
            "prod": EnvironmentSettings(entities=()),
        },
    )
    assert wanted_entities(settings) == frozenset({"SECRET", "PERSON", "US_SSN"})
