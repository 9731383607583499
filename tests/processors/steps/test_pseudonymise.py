"""Who the user is, as a hash."""

from __future__ import annotations

import pytest
from spanwright_processors.chain import StepChain
from spanwright_processors.span import EditableEvent, EditableLogRecord
from spanwright_processors.step import LogStep, Phase, Place, Step
from spanwright_processors.steps.pseudonymise import USER_KEYS, Pseudonymise, PseudonymiseSettings
from spanwright_semconv.pseudonym import user_hash
from support.editable import editable_span

HASH = "user.hash"


def test_is_a_step_that_runs_first_and_masks_no_content() -> None:
    """Before the roll-up, which copies the hash; it is no reason to capture content."""
    step = Pseudonymise()
    assert isinstance(step, Step)
    assert isinstance(step, LogStep)
    assert step.phase is Phase.NORMALISE
    assert not StepChain([step]).masks_content


@pytest.mark.parametrize("key", USER_KEYS)
def test_replaces_what_any_instrumentor_calls_the_user(key: str) -> None:
    """The attribute goes, the hash of its value comes; the rest stays."""
    span = editable_span({key: "u-17", "x": 1})
    Pseudonymise()(span)
    assert span.attributes == {HASH: user_hash("u-17"), "x": 1}


def test_an_id_counts_before_an_address_and_a_name() -> None:
    """The steadiest identifier gives the hash, all go."""
    span = editable_span({"user.email": "a@example.com", "user.name": "Ann", "enduser.id": "u-17"})
    Pseudonymise()(span)
    assert span.attributes == {HASH: user_hash("u-17")}


def test_numbers_are_ids_and_other_values_only_go() -> None:
    """A user id may be a number; an empty one gives no hash."""
    number, empty = editable_span({"user.id": 17}), editable_span({"user.id": "", "user.email": ["x"]})
    Pseudonymise()(number)
    Pseudonymise()(empty)
    assert number.attributes == {HASH: user_hash("17")}
    assert empty.attributes == {}


def test_a_hash_that_is_set_stays() -> None:
    """What the instrumentation hashed at the call is not overwritten."""
    span = editable_span({"user.id": "u-17", HASH: "given"})
    Pseudonymise()(span)
    assert span.attributes == {HASH: "given"}


def test_events_and_log_records_too() -> None:
    """Wherever attributes are."""
    span = editable_span({}, events=[EditableEvent("e", 1, {"enduser.id": "u"})])
    record = EditableLogRecord(
        body=None, attributes={"user.id": "u"}, event_name=None, trace_id=1, span_id=1, resource={}
    )
    Pseudonymise()(span)
    Pseudonymise().log(record)
    assert span.events[0].attributes == record.attributes == {HASH: user_hash("u")}


def test_further_keys_by_setting() -> None:
    """An application's own attribute is removed likewise; the hash itself cannot be one."""
    span = editable_span({"app.login": "ann"})
    Pseudonymise(PseudonymiseSettings(keys=("app.login",)))(span)
    assert span.attributes == {HASH: user_hash("ann")}
    with pytest.raises(ValueError, match=r"^Cannot use pseudonymise\.keys: user\.hash"):
        PseudonymiseSettings(keys=(HASH,))


def test_resources_too_and_baggage_not() -> None:
    """A device's resource may name its user; what an application sends on purpose stays."""
    for place, expected in ((Place.RESOURCE, {"user.hash"}), (Place.BAGGAGE, {"user.id"})):
        attributes = {"user.id": "42"}
        Pseudonymise().edit_attributes(attributes, place, {})
        assert set(attributes) == expected
