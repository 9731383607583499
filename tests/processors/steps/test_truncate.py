"""Bounding spans and log records."""

from __future__ import annotations

import json
from typing import Any, cast, get_args, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spanwright_processors.span import EditableEvent, EditableLogRecord
from spanwright_processors.steps.truncate import Truncate, TruncateSettings
from spanwright_processors.truncation.profiles import PROFILES, ProfileName
from support.editable import editable_span

INPUT = "gen_ai.input.messages"
TRUNCATED, BYTES = "spanwright.content.truncated", "spanwright.content.bytes"
KEYS = [INPUT, "gen_ai.output.messages", "gen_ai.tool.call.result", "exception.stacktrace", "anything"]

leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=40),
    st.integers(1, 400).map(lambda n: 'word "é" 👍🏽 \n' * n),
    st.just("\ud800 lone"),
)
documents = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=15),
        st.dictionaries(st.text(max_size=30), inner, max_size=8),
        st.fixed_dictionaries(
            {
                "role": st.sampled_from(["system", "user"]),
                "parts": st.lists(st.fixed_dictionaries({"type": st.just("text"), "content": leaves})),
            }
        ),
    ),
    max_leaves=80,
)


def truncated(attributes: dict[str, Any], **settings: Any) -> dict[str, Any]:
    span = editable_span(dict(attributes))
    Truncate(TruncateSettings(**settings))(span)
    return span.attributes


def chat(*texts: str) -> str:
    parts = [{"role": "user", "parts": [{"type": "text", "content": text}]} for text in texts]
    return json.dumps(parts, ensure_ascii=False)


def is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


@settings(max_examples=300, deadline=None)
@given(documents, st.sampled_from(sorted(PROFILES)), st.sampled_from(KEYS), st.booleans(), st.integers(0, 3))
def test_any_json_stays_json_within_any_profile(
    document: Any, profile: ProfileName, key: str, ascii_only: bool, indent: int
) -> None:
    """For any JSON text, however written: within its bytes, valid JSON and UTF-8, a second pass the same."""
    raw = json.dumps(document, ensure_ascii=ascii_only, indent=indent or None)
    strict = "Infinity" not in raw and "NaN" not in raw
    once = truncated({key: raw}, profile=profile)
    twice = truncated(once, profile=profile)
    assert twice == once
    if once[key] == raw:
        return
    assert len(once[key].encode()) <= (PROFILES[profile].value_bytes or 10**9)
    assert is_json(once[key])
    if strict:
        assert "Infinity" not in once[key]


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=3000), st.integers(256, 4000), st.sampled_from(KEYS))
def test_any_text_is_cut_at_whole_characters(text: str, budget: int, key: str) -> None:
    """Text that is no JSON is within its bytes, valid UTF-8, and the second pass changes nothing."""
    once = truncated({key: text * 3}, value_bytes=budget)
    assert len(once[key].encode()) <= budget
    assert truncated(once, value_bytes=budget) == once


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 30_000), max_size=60), st.integers(16_384, 100_000))
def test_a_span_is_within_its_bytes(lengths: list[int], budget: int) -> None:
    """All values together fit, whatever each may have for itself; the largest pay first."""
    attributes = {f"key {number}": "é" * (length // 2) for number, length in enumerate(lengths)}
    once = truncated(attributes, profile="none", span_bytes=budget, message_chars=0)
    assert sum(len(once[key].encode()) for key in attributes) <= budget
    if sum(lengths) + len(lengths) <= budget:
        assert once == attributes
    assert truncated(once, profile="none", span_bytes=budget, message_chars=0) == once


def test_what_fits_is_untouched() -> None:
    """A span within its budgets keeps the very same values, and gets no mark."""
    attributes = {INPUT: chat("short"), "n": 10**400, "f": 1e300, "flags": (True, False), "tags": ("a", "b")}
    once = truncated(attributes)
    assert once == attributes
    assert all(once[key] is attributes[key] for key in attributes)


def test_message_texts_are_cut_to_2000_characters() -> None:
    """A message's text part has 2,000 characters by default, the mark included; shorter ones stay whole."""
    once = truncated({INPUT: chat("a" * 5000, "hello", "b" * 2000)})
    contents = [message["parts"][0]["content"] for message in json.loads(once[INPUT])]
    assert contents == ["a" * 1986 + "…[+3014 chars]", "hello", "b" * 2000]
    assert len(contents[0]) <= 2000


def test_reasoning_and_tool_answers_in_messages_are_cut_too() -> None:
    """Whatever kind of text a message carries, the limit of a message's text holds."""
    parts = [
        {"type": "reasoning", "content": "r" * 3000},
        {"type": "tool_call_response", "response": "t" * 3000},
    ]
    messages = [{"role": "assistant", "parts": parts}, {"role": "user", "content": "c" * 3000}]
    once = json.loads(truncated({INPUT: json.dumps(messages)})[INPUT])
    texts = [once[0]["parts"][0]["content"], once[0]["parts"][1]["response"], once[1]["content"]]
    assert [len(text) <= 2000 and text.endswith(" chars]") for text in texts] == [True] * 3


def test_escaped_quotes_do_not_hide_a_long_text() -> None:
    """A text full of quotes is measured, not guessed by the distance between quotes."""
    once = truncated({INPUT: chat('"x" ' * 1000)})
    assert len(json.loads(once[INPUT])[0]["parts"][0]["content"]) <= 2000


def test_zero_means_no_limit_for_message_texts() -> None:
    """With message_chars 0 only bytes count."""
    raw = chat("a" * 5000)
    assert truncated({INPUT: raw}, message_chars=0) == {INPUT: raw}


def test_the_mark_and_the_original_bytes_are_set() -> None:
    """A cut span says so, with the UTF-8 bytes its content attributes had before."""
    attributes = {INPUT: chat("é" * 3000), "gen_ai.tool.call.result": "short", "url.path": "/not/content"}
    once = truncated(attributes)
    assert once[TRUNCATED] is True
    assert once[BYTES] == len(attributes[INPUT].encode()) + 5


def test_the_original_bytes_survive_a_second_cut() -> None:
    """Where two exporters cut one after the other, the bytes stay those of the text before the first cut."""
    first = truncated({INPUT: chat(*["x" * 1500] * 10)}, profile="newrelic")
    second = truncated(first, profile="elastic")
    assert second[BYTES] == first[BYTES]
    assert len(second[INPUT].encode()) <= 1000


def test_arrays_of_strings_fit_as_the_json_they_become() -> None:
    """Backends turn arrays into JSON text: an array as a whole has a value's budget, and stays an array."""
    once = truncated({"tags": tuple(f"tag {n} " + "x" * 100 for n in range(100))}, profile="elastic")
    assert isinstance(once["tags"], tuple)
    assert len(json.dumps(once["tags"], ensure_ascii=False, separators=(",", ":")).encode()) <= 1000
    assert all(isinstance(tag, str) for tag in once["tags"])


@pytest.mark.parametrize("number", [0.123456789, 7, float("nan"), True])
def test_arrays_of_numbers_keep_their_type(number: float) -> None:
    """An embedding vector is cut to its first numbers; an array holds one type, so no mark stands in it."""
    once = truncated({"vector": tuple([number] * 5000)}, profile="elastic")
    assert 50 < len(once["vector"]) < 500
    assert {type(entry) for entry in once["vector"]} == {type(number)}


def test_events_and_the_status_are_bounded_too() -> None:
    """A stack trace keeps its head and end, and nothing but the span's attributes carries the mark."""
    event = EditableEvent(
        "exception", 0, {"exception.stacktrace": "head\n" + "frame\n" * 9000 + "ValueError: end"}
    )
    span = editable_span({}, events=[event], description="because " * 9000)
    Truncate()(span)
    trace = event.attributes["exception.stacktrace"]
    assert trace.startswith("head\n")
    assert trace.endswith("ValueError: end")
    assert len(trace.encode()) <= 24_000
    assert span.status_description is not None
    assert len(span.status_description.encode()) <= 24_000
    assert span.attributes[TRUNCATED] is True
    assert span.attributes[BYTES] == 5 + 54_000 + 15
    assert event.attributes["spanwright.truncated.bytes.exception.stacktrace"] == 5 + 54_000 + 15
    assert span.attributes["spanwright.truncated.bytes.otel.status_description"] == 72_000


def test_log_records_are_bounded_by_the_same_rules() -> None:
    """A GenAI event carries messages structured, as attribute or in its body; both are cut as messages."""
    messages = [
        {"role": "system", "parts": [{"type": "text", "content": "Be kind."}]},
        *({"role": "user", "parts": [{"type": "text", "content": "x" * 5000}]} for _ in range(40)),
    ]
    record = EditableLogRecord({INPUT: messages, "other": "y" * 9}, {INPUT: messages}, "e", 1, 2, {})
    Truncate(TruncateSettings(value_bytes=8000)).log(record)
    for held in (record.attributes[INPUT], record.body[INPUT]):
        assert len(json.dumps(held, ensure_ascii=False).encode()) <= 8400
        assert held[0] == messages[0]
        assert held[1]["role"] == "elided"
    assert all(
        len(part["content"]) <= 2000 for message in record.attributes[INPUT] for part in message["parts"]
    )
    assert record.attributes[TRUNCATED] is True


def test_plain_log_bodies_are_cut_as_text() -> None:
    """A body that is text is cut like a value; one that is a number stays."""
    record = EditableLogRecord("x" * 30_000, {}, None, 0, 0, {})
    Truncate().log(record)
    assert record.body.endswith(" chars]")
    number = EditableLogRecord(7, {}, None, 0, 0, {})
    Truncate().log(number)
    assert (number.body, number.attributes) == (7, {})


@pytest.mark.parametrize(
    "raw",
    [
        "[" * 50_000 + "]" * 50_000,
        "[" + "9" * 30_000 + "]",
        '{"far": 1e999, "text": "' + "x" * 30_000 + '"}',
        '"' + "x" * 30_000 + '"',
        '{"lone": "\\ud800", "text": "' + "é" * 30_000 + '"}',
    ],
)
def test_odd_json_stays_json(raw: str) -> None:
    """JSON that Python cannot hold (too deep, too long a number, infinite) is cut to valid JSON as well."""
    once = truncated({"gen_ai.tool.call.result": raw})["gen_ai.tool.call.result"]
    assert len(once.encode()) <= 24_000
    assert is_json(once)
    assert "Infinity" not in once


def test_broken_json_is_cut_as_text() -> None:
    """Text that only begins like JSON is cut as text, with the mark at its end."""
    once = truncated({"gen_ai.tool.call.result": "[1, 2, oops " + "x" * 30_000})
    assert once["gen_ai.tool.call.result"].endswith(" chars]")


def test_maps_and_bytes_are_bounded() -> None:
    """Structured values, as OTLP carries them, fit like the JSON they are shown as."""
    once = truncated({"map": {"a": "x" * 30_000, "b": b"y" * 30_000}, "raw": b"z" * 30_000})
    assert len(once["raw"]) == 24_000
    assert once["map"]["a"].endswith(" chars]")
    assert len(once["map"]["b"]) < 12_000


def test_profiles_are_known_to_the_settings() -> None:
    """Every profile can be chosen by name and gives its backend's bytes; an explicit number wins."""
    names = get_args(get_type_hints(TruncateSettings)["profile"])
    assert set(names) == set(PROFILES)
    for name in names:
        assert Truncate(TruncateSettings(profile=name)).profile == PROFILES[name]
    assert Truncate().profile.value_bytes == 24_000
    assert TruncateSettings(profile="tempo", value_bytes=9000).own.value_bytes == 9000


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("profile", "nobody"),
        ("exporters", {"otlp": "nobody"}),
        ("value_bytes", 10),
        ("message_chars", 5),
        ("span_bytes", 1),
        ("batch_bytes", 1),
    ],
)
def test_settings_are_checked(field: str, value: Any) -> None:
    """A budget without room for a mark is refused at the start, and its key quoted."""
    with pytest.raises(ValueError, match=rf"Cannot use truncate\.{field}: "):
        TruncateSettings(**cast(dict[str, Any], {field: value}))
