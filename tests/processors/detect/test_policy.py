"""One choice of what counts and what becomes of it."""

from __future__ import annotations

from spanwright_processors.detect.finding import Entity
from spanwright_processors.detect.policy import Action, Policy


def test_everything_is_wanted_and_masked_unless_said_otherwise() -> None:
    """No types named: all; no action named: mask."""
    assert Policy().wants("ANYTHING")
    assert not Policy(entities=frozenset({"EMAIL_ADDRESS"})).wants(Entity.PERSON)
    assert Policy(actions={"PERSON": Action.KEEP}).action(Entity.PERSON) is Action.KEEP
    assert Policy().action("PERSON") is Action.MASK


def test_allowed_values_are_compared_in_any_case_for_all_or_one_type() -> None:
    """The lists hold case-folded values; those by type count for that type alone."""
    policy = Policy(allow=frozenset({"a"}), allow_by_type={"PERSON": frozenset({"grace"})})
    assert policy.allows("X", "A")
    assert policy.allows(Entity.PERSON, "Grace")
    assert not policy.allows("X", "Grace")
