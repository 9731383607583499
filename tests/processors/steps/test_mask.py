"""Masking whole spans and log records."""

from __future__ import annotations

import json
import threading
from dataclasses import asdict
from typing import Any

import pytest
from spanwright_processors.chain import StepChain
from spanwright_processors.counters import Counters
from spanwright_processors.detect.finding import Entity
from spanwright_processors.detect.policy import Action
from spanwright_processors.masking.settings import Engine
from spanwright_processors.span import EditableEvent, EditableLink, EditableLogRecord, EditableSpan
from spanwright_processors.step import LogStep, Phase, Step
from spanwright_processors.steps.mask import Mask, MaskSettings
from support.editable import editable_span

INPUT, OUTPUT = "gen_ai.input.messages", "gen_ai.output.messages"
DETECTED, TYPES, MASKED = (f"spanwright.pii.{name}" for name in ("detected", "entity_types", "masked"))
ROOT_DETECTED = "spanwright.trace.pii.detected"
EMAIL = "a.b@example.com"


def messages(*texts: str) -> str:
    return json.dumps([{"role": "user", "parts": [{"type": "text", "content": text}]} for text in texts])


def text_of(span: EditableSpan, key: str) -> list[str]:
    return [message["parts"][0]["content"] for message in json.loads(span.attributes[key])]


def log_record(
    body: Any = None, attributes: dict[str, Any] | None = None, trace_id: int = 1
) -> EditableLogRecord:
    return EditableLogRecord(
        body=body, attributes=attributes or {}, event_name=None, trace_id=trace_id, span_id=2, resource={}
    )


def test_numbers_whose_name_says_what_they_are() -> None:
    """A telephone number as a whole number is one under its key; counts and times stay."""
    span = editable_span({"customer.phone": 4155552671, "size": 4155552671, "ok": True, "x": 1.5})
    Mask()(span)
    assert span.attributes["customer.phone"] == "[PHONE]"
    assert span.attributes["size"] == 4155552671


def test_is_a_step_for_spans_and_logs_in_the_mask_phase() -> None:
    """It stands after what needs the text and before what stores or cuts it."""
    step = Mask()
    assert isinstance(step, Step)
    assert isinstance(step, LogStep)
    assert step.phase is Phase.MASK
    assert StepChain([step]).masks_content
    assert StepChain([step]).masks_logs


def test_masks_every_place_of_a_span() -> None:
    """Attributes of any name and shape, events, links, status, span name: nothing readable is left."""
    secret = "ghp_" + "a1B2" * 9
    span = editable_span(
        {
            INPUT: messages(f"mail {EMAIL}"),
            "any.thing": f"key {secret}",
            "array": ("x", EMAIL),
            "nested": {"list": [{"deep": EMAIL}], EMAIL: 1},
            f"header.{EMAIL}": "x",
            "session.id": EMAIL,
            "gen_ai.response.finish_reasons": ("stop", EMAIL),
            "exception.message": EMAIL,
        },
        name=f"chat {EMAIL}",
        events=[
            EditableEvent(f"event {EMAIL}", 1, {"exception.stacktrace": f"raise ValueError('{EMAIL}')"}),
            EditableEvent("exception", 2, {"exception.message": f"no user {EMAIL}"}),
        ],
        description=f"failed for {EMAIL}",
    )
    span.links = [EditableLink(1, 2, {"why": EMAIL})]
    Mask()(span)
    everything = repr(asdict(span))
    assert EMAIL not in everything
    assert secret not in everything
    assert span.name == "chat [EMAIL]"
    assert span.status_description == "failed for [EMAIL]"
    assert span.attributes["array"] == ("x", "[EMAIL]")
    assert span.attributes["nested"] == {"list": [{"deep": "[EMAIL]"}], "[EMAIL]": 1}


def test_tells_types_and_never_values_or_counts() -> None:
    """Detected, sorted types, masked; on the root the trace's flag."""
    span = editable_span({INPUT: messages(f"I'm Priya, {EMAIL}, {EMAIL}")})
    Mask()(span)
    assert span.attributes[DETECTED] is True
    assert span.attributes[TYPES] == ("EMAIL_ADDRESS", "PERSON")
    assert all(type(name) is str for name in span.attributes[TYPES])
    assert span.attributes[MASKED] is True
    assert span.attributes[ROOT_DETECTED] is True


def test_says_false_only_where_content_was_looked_at() -> None:
    """A span without content gets no flag at all, a child none for the trace."""
    with_content, without, child = (
        editable_span({INPUT: messages("hello")}),
        editable_span({"http.request.method": "GET"}),
        editable_span({INPUT: messages(EMAIL)}, parent=9),
    )
    for span in (with_content, without, child):
        Mask()(span)
    assert with_content.attributes[DETECTED] is False
    assert TYPES not in with_content.attributes
    assert without.attributes == {"http.request.method": "GET"}
    assert ROOT_DETECTED not in child.attributes


def test_keeps_flags_of_an_earlier_pass() -> None:
    """A span masked once more (in a Collector, say) keeps what the first pass found."""
    step, span = Mask(), editable_span({INPUT: messages(EMAIL)})
    step(span)
    once = dict(span.attributes)
    step(span)
    assert span.attributes == once


def test_leaves_a_span_without_personal_data_as_it_is() -> None:
    """Ids, models, figures, code: same objects, nothing added. (To Presidio the number is a telephone's.)"""
    attributes = {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "gpt-4o-2024-08-06",
        "gen_ai.response.id": "chatcmpl-4242424242424242",
        "gen_ai.usage.input_tokens": 4155552671,
        "db.statement": "SELECT * FROM t WHERE id = 1234567890",
        "url.full": "https://example.com/orders?id=550e8400-e29b-41d4-a716-446655440000",
        "scores": (0.123456789, 0.4242424242424242),
    }
    span = editable_span(dict(attributes))
    Mask(MaskSettings(engine=Engine.OWN))(span)
    assert all(span.attributes[key] is value for key, value in attributes.items())


def test_a_name_is_carried_through_the_trace() -> None:
    """A name introduced in the request is masked in the answer and in later spans, in parts too."""
    step = Mask()
    call = editable_span(
        {
            INPUT: messages("Hi, my name is Priya Raman"),
            OUTPUT: messages("The order of Raman is late, priya. PRIYA'S refund is on its way."),
        },
        parent=9,
    )
    later = editable_span(
        {"note": "asked by Priya", "gen_ai.tool.name": "priya"}, name="refund Priya Raman", parent=9
    )
    other = editable_span({"note": "asked by Priya"}, trace_id=7)
    for span in (call, later, other):
        step(span)
    assert text_of(call, OUTPUT) == ["The order of [NAME] is late, [NAME]. [NAME]'S refund is on its way."]
    assert later.attributes["note"] == "asked by [NAME]"
    assert later.name == "refund [NAME]"
    assert other.attributes["note"] == "asked by Priya"


def test_names_go_back_to_earlier_attributes_of_the_same_span() -> None:
    """The order of attributes does not matter."""
    span = editable_span({OUTPUT: messages("Priya is late"), INPUT: messages("I'm Priya")})
    Mask()(span)
    assert text_of(span, OUTPUT) == ["[NAME] is late"]


def test_names_under_keys_are_carried_too() -> None:
    """From tool arguments to the answer; passwords likewise."""
    span = editable_span(
        {
            "gen_ai.tool.call.arguments": '{"customer": {"name": "Priya Raman"}, "password": "hunter22"}',
            "gen_ai.tool.call.result": "Priya logged in with hunter22",
        }
    )
    Mask()(span)
    assert span.attributes["gen_ai.tool.call.result"] == "[NAME] logged in with [SECRET]"


def test_logs_and_spans_share_the_trace_s_memory() -> None:
    """A name of a span is masked in the trace's log records."""
    step = Mask()
    step(editable_span({INPUT: messages("I'm Priya")}))
    record = log_record({"text": "for Priya", "n": 1}, {"x": EMAIL})
    step.log(record)
    assert record.body == {"text": "for [NAME]", "n": 1}
    assert record.attributes["x"] == "[EMAIL]"
    assert record.attributes[TYPES] == ("EMAIL_ADDRESS", "PERSON")


def test_log_records_without_a_trace_remember_nothing() -> None:
    """Trace id 0 is no trace."""
    step = Mask()
    step.log(log_record("I'm Priya", trace_id=0))
    record = log_record("for Priya", trace_id=0)
    step.log(record)
    assert record.body == "for Priya"
    assert record.attributes[DETECTED] is False


def test_carry_over_can_be_switched_off() -> None:
    """Then each text stands alone."""
    span = editable_span({INPUT: messages("I'm Priya"), OUTPUT: messages("so Priya is late")})
    Mask(MaskSettings(carry_over=False))(span)
    assert text_of(span, INPUT) == ["I'm [NAME]"]
    assert text_of(span, OUTPUT) == ["so Priya is late"]


def test_an_oversize_value_goes_as_a_whole() -> None:
    """Closed: what is too long to look at is not let out; marked and counted."""
    counters = Counters()
    step = Mask(MaskSettings(max_value_bytes=1024), counters=counters)
    span = editable_span({"a": "x" * 1025, "b": "y" * 1024})
    step(span)
    assert span.attributes["a"] == "[OVERSIZE]"
    assert span.attributes["b"] == "y" * 1024
    assert span.attributes["spanwright.content.truncated"] is True
    assert span.attributes["spanwright.content.drop_reasons"] == ("oversize",)
    assert counters.counts().values_dropped == {"oversize": 1}


def test_actions_and_entities_are_chosen_by_setting() -> None:
    """Masked, pseudonymised, kept, or not looked for."""
    step = Mask(
        MaskSettings(
            entities=(Entity.EMAIL_ADDRESS, Entity.IP_ADDRESS),
            actions={"EMAIL_ADDRESS": Action.PSEUDONYM, "IP_ADDRESS": Action.KEEP},
        )
    )
    span = editable_span({"a": f"{EMAIL} 203.0.113.7 123-45-6789", "b": EMAIL.upper()})
    step(span)
    token = span.attributes["b"]
    assert span.attributes["a"] == f"{token} 203.0.113.7 123-45-6789"
    assert span.attributes[TYPES] == ("EMAIL_ADDRESS", "IP_ADDRESS")


def test_skipped_keys_are_looked_at_for_addresses_only() -> None:
    """A skipped attribute keeps numbers and names, not e-mail addresses."""
    span = editable_span({"order.ref": f"415-555-2671 {EMAIL}"})
    Mask(MaskSettings(skip_keys=frozenset({"order.ref"})))(span)
    assert span.attributes["order.ref"] == "415-555-2671 [EMAIL]"


def test_says_when_it_masks_nothing() -> None:
    """With everything kept, content must not be captured on its account."""
    assert not Mask(MaskSettings(entities=())).masks_content
    assert not Mask(MaskSettings(actions=dict.fromkeys(Entity, Action.KEEP))).masks_content


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"entities": ("EMAIL",)}, "Cannot use mask.entities: 'EMAIL' is not a known type."),
        ({"actions": {"MAIL": Action.MASK}}, "Cannot use mask.actions: 'MAIL' is not a known type."),
        ({"min_score": 1.5}, "Cannot use mask.min_score: 1.5 is not between 0 and 1."),
        ({"max_value_bytes": 10}, "Cannot use mask.max_value_bytes: 10 is too few."),
        ({"cache_bytes": -1}, "Cannot use mask.cache_bytes: -1 is negative."),
        ({"phone_regions": ("usa",)}, "Cannot use mask.phone_regions: 'usa' is not a region."),
    ],
)
def test_settings_check_themselves(settings: dict[str, Any], message: str) -> None:
    """The error quotes the key and says what to do."""
    with pytest.raises(ValueError, match=r"Set .* instead\.$") as error:
        MaskSettings(**settings)
    assert str(error.value).startswith(message)


def test_traces_in_parallel_do_not_mix() -> None:
    """Many threads, each its own traces: each name is masked in its own trace only."""
    step = Mask()
    names = ["Anna", "Bertram", "Carla", "Dietmar", "Elvira", "Ferdinand"]
    failures: list[str] = []

    def work(number: int) -> None:
        for turn in range(40):
            trace_id = number * 1000 + turn + 1
            own, foreign = names[number], names[(number + 1) % len(names)]
            step(editable_span({INPUT: messages(f"I'm {own}")}, trace_id=trace_id, parent=1))
            span = editable_span({"note": f"{own} met {foreign} {EMAIL}"}, trace_id=trace_id)
            step(span)
            if span.attributes["note"] != f"[NAME] met {foreign} [EMAIL]":
                failures.append(span.attributes["note"])

    threads = [threading.Thread(target=work, args=(number,)) for number in range(len(names))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


def test_a_forked_child_starts_without_its_parent_s_state() -> None:
    """Names and locks of the parent are dropped, a held lock included."""
    step = Mask()
    step(editable_span({INPUT: messages("I'm Priya " + "and more " * 50)}))
    assert step._memory is not None
    step._memory._lock.acquire()
    step.fork()
    span = editable_span({"note": "for Priya"})
    step(span)
    assert span.attributes["note"] == "for Priya"


def test_survives_hostile_values() -> None:
    """Lone surrogates, bytes, None, odd types and cyclic JSON-like text do no harm."""
    span = editable_span(
        {
            "a": "\ud800 lone " * 30 + EMAIL,
            "b": b"bytes a.b@example.com",
            "c": None,
            "d": {"x": {1: "y"}},
            "e": '{"a":' * 2000,
            "f": float("nan"),
            "": EMAIL,
            "g": "\\" * 999 + EMAIL,
        }
    )
    Mask()(span)
    assert EMAIL not in repr(span.attributes)
    assert "example" not in repr(span.attributes)
