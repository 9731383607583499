"""What is kept of cut values, and steps for exporters with limits of their own."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spanwright_processors.span import EditableEvent, EditableLogRecord
from spanwright_processors.steps.truncate import Truncate, TruncateSettings
from spanwright_processors.truncation.profiles import PROFILES
from spanwright_semconv import violations
from support.editable import editable_span

KEY = "gen_ai.tool.call.result"
texts = st.one_of(
    st.text(max_size=300).map(lambda text: text * 400),
    st.lists(st.text(max_size=50), max_size=400).map(json.dumps),
    st.dictionaries(st.text(max_size=9), st.text(max_size=900), max_size=80).map(json.dumps),
)


def is_json(text: str) -> bool:
    try:
        return json.loads(text) is not None
    except ValueError:
        return False


def utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


@settings(max_examples=150, deadline=None)
@given(texts, st.sampled_from(sorted(PROFILES)), st.sampled_from(sorted(PROFILES)))
def test_length_and_hash_are_those_of_the_text_before_any_cut(text: str, first: Any, second: Any) -> None:
    """For any text and two profiles one after the other: cold storage knows the text by them."""
    span = editable_span({KEY: text})
    for profile in (first, second):
        Truncate(TruncateSettings(profile=profile))(span)
    cut = span.attributes[KEY] != text
    assert span.attributes.get(f"spanwright.truncated.bytes.{KEY}") == (len(utf8(text)) if cut else None)
    expected = hashlib.sha256(utf8(text)).hexdigest() if cut else None
    assert span.attributes.get(f"spanwright.truncated.sha256.{KEY}") == expected


@settings(max_examples=100, deadline=None)
@given(texts, texts, st.sampled_from(sorted(PROFILES)))
def test_events_status_and_bodies_stay_valid_in_every_profile(one: str, two: str, profile: Any) -> None:
    """JSON stays JSON and text UTF-8 within the bytes, wherever on a span or record it stands."""
    event = EditableEvent("e", 0, {"data": one, "list": (two, two)})
    span = editable_span({}, events=[event], description=two)
    record = EditableLogRecord(one, {"data": two}, None, 1, 2, {})
    step = Truncate(TruncateSettings(profile=profile))
    step(span)
    step.log(record)
    limit = PROFILES[profile].value_bytes or 10**9
    assert span.status_description is not None
    for before, after in (
        (one, event.attributes["data"]),
        (one, record.body),
        (two, record.attributes["data"]),
        (two, span.status_description),
    ):
        assert after == before or len(after.encode()) <= limit
        assert is_json(after) or not is_json(before)


def test_what_is_no_text_is_known_by_its_json() -> None:
    """Arrays and maps by their compact JSON, bytes as they are."""
    span = editable_span({"tags": tuple("x" * 100 for _ in range(50)), "raw": b"y" * 2000})
    before = dict(span.attributes)
    Truncate(TruncateSettings(profile="elastic"))(span)
    as_json = json.dumps(before["tags"], separators=(",", ":")).encode()
    assert span.attributes["spanwright.truncated.bytes.tags"] == len(as_json)
    assert span.attributes["spanwright.truncated.sha256.raw"] == hashlib.sha256(b"y" * 2000).hexdigest()


def test_what_is_kept_is_in_the_registry() -> None:
    """The checker knows the names, on spans and on events."""
    span = editable_span({"gen_ai.input.messages": json.dumps([]), KEY: "x" * 30_000}, name="span")
    Truncate()(span)
    assert violations(span) == []


def test_a_body_is_known_by_its_name() -> None:
    """A log record's body has no key of its own."""
    record = EditableLogRecord("x" * 30_000, {}, None, 1, 2, {})
    Truncate().log(record)
    assert record.attributes["spanwright.truncated.bytes.body"] == 30_000


def test_new_relics_arrays_have_64_items() -> None:
    """However short they are."""
    span = editable_span({"tags": ("t",) * 100, "numbers": (1,) * 100, "few": ("t",) * 64})
    Truncate(TruncateSettings(profile="newrelic"))(span)
    assert {key: len(span.attributes[key]) for key in ("tags", "numbers", "few")} == dict.fromkeys(
        ("tags", "numbers", "few"), 64
    )


SEVERAL = TruncateSettings(
    profile="newrelic", exporters={"langfuse.com": "langfuse", "ConsoleSpanExporter": "none"}
)
OTLP = "opentelemetry.exporter.otlp.proto.http.trace_exporter.OTLPSpanExporter https://{}/v1/traces"


@pytest.mark.parametrize(
    ("description", "profile"),
    [
        (OTLP.format("cloud.Langfuse.com"), "langfuse"),
        (OTLP.format("otlp.nr-data.net"), "newrelic"),
        ("opentelemetry.sdk.trace.export.ConsoleSpanExporter", None),
    ],
)
def test_each_exporter_has_its_profile(description: str, profile: Any) -> None:
    """Found by a part of its class or address; who is named nowhere has the common one."""
    own = Truncate(SEVERAL).for_exporter(description)
    assert (own and own.profile) == (PROFILES[profile] if profile else None)


def test_the_step_itself_cuts_to_the_widest() -> None:
    """What one exporter may see must not be cut for the sake of another."""
    assert Truncate(SEVERAL).profile == PROFILES["none"]
    narrow = TruncateSettings(profile="tempo", exporters={"a": "elastic"})
    assert Truncate(narrow).profile == PROFILES["tempo"]
    assert Truncate(narrow).for_exporter("b") is None
    assert Truncate(TruncateSettings()).for_exporter("any") is None


def test_what_surely_fits_is_told_without_a_view() -> None:
    """No value over its budget is missed."""
    step = Truncate(TruncateSettings(profile="newrelic"))
    assert not step.may_cut({"a": "x" * 900, "n": 10**9, "few": ("t",) * 64, "none": None})
    assert step.may_cut({"a": "x" * 4001})
    assert step.may_cut({"many": (1,) * 65})
    assert step.may_cut({"map": {"a": "x" * 5000}})
