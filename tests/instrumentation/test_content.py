"""The content policy: official values, the guard, and text that exporters can encode."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel
from spanwright_instrumentation import anthropic_messages, chat_completions, responses
from spanwright_instrumentation.content import (
    CAPTURE_VARIABLE,
    EVENT_VARIABLE,
    ContentMode,
    ContentPolicy,
    are_texts,
    content_text,
    content_value,
    frozen,
    to_json,
)
from spanwright_semconv.guard import GUARD_ATTRIBUTE


class Guard:
    """A guard that can be opened."""

    masks = True

    def masks_content(self) -> bool:
        return self.masks


class Provider:
    """A tracer provider, guarded or not."""

    def __init__(self, guard: Guard | None = None) -> None:
        if guard is not None:
            setattr(self, GUARD_ATTRIBUTE, guard)


@pytest.mark.parametrize("mode", list(ContentMode))
@pytest.mark.parametrize("guarded", [True, False])
def test_official_value_wins(mode: ContentMode, guarded: bool) -> None:
    """A valid value of the official variable decides alone, in any case of letters."""
    policy = ContentPolicy({CAPTURE_VARIABLE: f" {str(mode.name).lower()} "})
    assert policy.mode(Provider(Guard() if guarded else None)) is mode


def test_unset_follows_the_guard_live() -> None:
    """Unset, content goes to spans as long as everything exported is masked, and nowhere the moment it is
    not."""
    guard = Guard()
    policy, provider = ContentPolicy({}), Provider(guard)
    assert policy.mode(Provider()) is ContentMode.NO_CONTENT
    assert policy.mode(provider) is ContentMode.SPAN_ONLY
    guard.masks = False
    assert policy.mode(provider) is ContentMode.NO_CONTENT


def test_invalid_value_means_no_content_and_one_warning(caplog: pytest.LogCaptureFixture) -> None:
    """The old ``true`` is no value: nothing is captured, and it is said once."""
    with caplog.at_level(logging.WARNING):
        policy = ContentPolicy({CAPTURE_VARIABLE: "true"})
        modes = [policy.mode(Provider(Guard())) for _ in range(3)]
    assert modes == [ContentMode.NO_CONTENT] * 3
    (record,) = caplog.records
    assert "'true'" in record.getMessage()
    assert CAPTURE_VARIABLE in record.getMessage()


@pytest.mark.parametrize(
    ("variable", "mode", "emits"),
    [
        ("", ContentMode.NO_CONTENT, False),
        ("", ContentMode.SPAN_ONLY, False),
        ("", ContentMode.EVENT_ONLY, True),
        ("", ContentMode.SPAN_AND_EVENT, True),
        ("true", ContentMode.NO_CONTENT, True),
        ("FALSE", ContentMode.SPAN_AND_EVENT, False),
    ],
)
def test_events(variable: str, mode: ContentMode, emits: bool) -> None:
    """The event variable decides; unset, the modes that put content on events do."""
    assert ContentPolicy({EVENT_VARIABLE: variable}).emits_event(mode) is emits


def test_invalid_event_variable_is_said(caplog: pytest.LogCaptureFixture) -> None:
    """What is neither true nor false counts as unset, with a warning."""
    policy = ContentPolicy({EVENT_VARIABLE: "yes"})
    assert policy.emits_event(ContentMode.EVENT_ONLY) is True
    assert "'yes'" in caplog.text


@given(st.recursive(st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_json_is_valid_and_encodes(value: object) -> None:
    """Any text becomes valid JSON of valid UTF-8 that means the same."""
    text = to_json(value)
    assert text.encode().decode() == text
    assert json.loads(text) == value


@given(st.text(st.characters(exclude_categories=())))
def test_lone_surrogates_do_not_break_exporters(value: str) -> None:
    """Text with lone surrogates, which models cut in half can hold, still encodes and parses."""
    assert isinstance(json.loads(to_json([value]).encode()), list)


def test_models_become_their_fields() -> None:
    """A pydantic model inside content is written as its fields, anything else unknown as text."""

    class Found(BaseModel):
        name: str
        rank: int = 1

    assert to_json([Found(name="a"), {1}]) == '[{"name":"a"},"{1}"]'


def test_numbers_that_json_has_not_are_in_quotes() -> None:
    """A tool may return NaN; backends that read JSON strictly would drop the whole message."""
    value = {"score": float("nan"), "range": [float("-inf"), float("inf"), 1.5], "text": "NaN"}
    assert to_json(value) == '{"score":"NaN","range":["-Infinity","Infinity",1.5],"text":"NaN"}'


PLAIN = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text()),
    lambda inner: st.one_of(
        st.lists(inner),
        st.tuples(inner),
        st.dictionaries(st.text(), inner),
        st.dictionaries(st.integers(), inner),
    ),
    max_leaves=12,
)


@given(PLAIN)
def test_frozen_content_reads_the_same(value: object) -> None:
    """The text of frozen content is that of the content itself, for whatever JSON takes."""
    if isinstance(value, str):
        assert frozen(value) is value
    else:
        assert content_text(frozen(value)) == to_json(value)


def test_frozen_content_is_as_it_was() -> None:
    """What the application does to its own lists and dicts after that shows nowhere, at any depth."""
    sent: dict[str, Any] = {"role": "user", "parts": [{"arguments": {"city": "Paris"}}]}
    kept = frozen([sent])
    sent["parts"][0]["arguments"].pop("city")
    sent["parts"].append("more")
    sent["role"] = "tool"
    before = [{"role": "user", "parts": [{"arguments": {"city": "Paris"}}]}]
    assert json.loads(content_text(kept)) == content_value(kept) == before


class Name(str):
    """Text of a type of the application's."""


class Field(BaseModel):
    """A model of the application's."""

    name: str


def test_what_is_not_plain_is_written_at_once() -> None:
    """Models, enumerations and other types become JSON before the application can change them."""
    model = Field(name="a")
    kept = frozen({"model": model, "name": Name("b"), "mode": ContentMode.SPAN_ONLY})
    model.name = "z"
    assert content_text(kept) == '{"model":{"name":"a"},"name":"b","mode":1}'
    assert content_value(kept) == {"model": {"name": "a"}, "name": "b", "mode": 1}


def test_text_of_frozen_content_encodes() -> None:
    """Lone surrogates get through the copy and are replaced in the text, as everywhere."""
    assert content_text(frozen(["\ud800"])) == '["?"]'
    assert content_text(frozen("\ud800")) == "?"


_SENT = st.lists(
    st.fixed_dictionaries(
        {"role": st.sampled_from(["system", "user", "assistant", "tool"]), "content": st.text() | st.none()},
        optional={"name": st.text(), "tool_call_id": st.text()},
    )
)
_TOOLS = st.none() | st.lists(st.fixed_dictionaries({"type": st.just("function"), "name": st.text()}))
_FORMATS = {
    "messages": (chat_completions.read_chat_content, chat_completions.keep_chat_content),
    "input": (responses.read_responses_content, responses.keep_responses_content),
    "anthropic": (anthropic_messages.read_content, anthropic_messages.keep_content),
}


@pytest.mark.parametrize("name", _FORMATS)
@given(sent=_SENT, tools=_TOOLS, system=st.none() | st.text())
def test_what_is_understood_later_is_the_same(name: str, sent: Any, tools: Any, system: Any) -> None:
    """Plain messages kept for later read as those read at once, whatever becomes of them meanwhile."""
    read, keep = _FORMATS[name]
    arguments = {"messages": sent, "input": sent, "tools": tools, "system": system, "instructions": system}
    now = {key: value for key, value in read(arguments).items() if value}
    kept = keep(arguments)
    assert kept is not None
    sent.append({"role": "user", "content": "later"})
    assert {key: content_value(value) for key, value in kept.items()} == now


class _Text(str):
    """Not plain."""


class _Model(BaseModel):
    content: str = "a"


@pytest.mark.parametrize(
    "message",
    [
        {"role": "user"},
        {
            "role": "user",
            "content": [{"type": "image_url", "image_url": "data:image/png;base64,AA"}],
        },
        {"role": "user", "content": _Text("a")},
        {"role": "user", "content": "a", "tool_calls": [_Model()]},
        _Model(),
    ],
)
def test_what_is_read_at_once(message: Any) -> None:
    """Images would wait in memory for their turn, and objects change: such messages are read at the call."""
    for name, (_, keep) in _FORMATS.items():
        assert keep({"messages": [message], "input": [message]}) is None, name


def test_texts_are_told() -> None:
    """Dicts with text or nothing as their content, and nothing else."""
    assert are_texts([{"content": "a"}, {"content": None}])
    assert not are_texts("text")
    assert not are_texts(iter([{"content": "a"}]))
