"""Messages in everybody's shapes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spanwright_processors.dialects.messages import (
    instructions_of,
    looks_like_message,
    message_of,
    messages_of,
    messages_text,
    plain_text,
    received_messages,
    rows_text,
    sent_messages,
    text_message,
)
from spanwright_semconv.shapes import shape_errors

HI = {"role": "user", "parts": [{"type": "text", "content": "hi"}]}
CALL = {"type": "tool_call", "name": "f", "id": "c1", "arguments": {"a": 1}}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (HI, HI),
        ({"role": "user", "content": "hi"}, HI),
        ({"role": "user", "content": [{"type": "text", "text": "hi"}]}, HI),
        ({"message": {"role": "user", "content": "hi"}}, HI),
        ({"type": "human", "content": "hi"}, HI),
        ({"lc": 1, "type": "constructor", "id": ["x"], "kwargs": {"type": "human", "content": "hi"}}, HI),
        ({"type": "human", "data": {"content": "hi", "type": "human"}}, HI),
        ({"role": "user", "parts": [{"text": "hi"}]}, HI),
        ({"content": "hi"}, HI),
        ("hi", HI),
        ('{"role": "user", "content": "hi"}', HI),
        (
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [
                    {"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}}
                ],
            },
            {"role": "assistant", "parts": [CALL]},
        ),
        (
            {"role": "assistant", "function_call": {"name": "f", "arguments": "{}"}},
            {"role": "assistant", "parts": [{"type": "tool_call", "name": "f", "arguments": {}}]},
        ),
        (
            {"role": "tool", "tool_call_id": "c1", "content": "21"},
            {"role": "tool", "parts": [{"type": "tool_call_response", "response": "21", "id": "c1"}]},
        ),
        (
            {"type": "function_call", "call_id": "c1", "name": "f", "arguments": '{"a":1}'},
            {"role": "assistant", "parts": [CALL]},
        ),
        (
            {"index": 0, "finish_reason": "stop", "message": {"content": "hi"}},
            {"role": "user", "parts": HI["parts"], "finish_reason": "stop"},
        ),
        (
            {"content": {"role": "model", "parts": [{"text": "hi"}]}, "finishReason": "STOP"},
            {"role": "assistant", "parts": HI["parts"], "finish_reason": "STOP"},
        ),
        (
            {"role": "user", "content": "hi", "image_parts": [{"mime_type": "image/png", "content": "x"}]},
            {
                "role": "user",
                "parts": [
                    HI["parts"][0],
                    {"type": "blob", "modality": "image", "content": "x", "mime_type": "image/png"},
                ],
            },
        ),
        (
            {"role": "assistant", "content": "hi", "reasoning_content": "hm"},
            {"role": "assistant", "parts": [{"type": "reasoning", "content": "hm"}, *HI["parts"]]},
        ),
        (
            {"role": "user", "content": "hi", "name": "bob", "cache": True},
            {**HI, "name": "bob", "cache": True},
        ),
    ],
)
def test_shapes(given: Any, message: dict[str, Any]) -> None:
    """Each provider's and framework's message is the conventions', and stays it when read again."""
    found: Any = message_of(given, "user")
    assert {key: value for key, value in found.items() if key != "index"} == message
    assert message_of(found, "user") == found


def test_calls_told_twice_are_one() -> None:
    """LangChain tells the tool calls of Anthropic's content once more beside it."""
    message = {
        "role": "assistant",
        "content": [{"type": "tool_use", "id": "c1", "name": "f", "input": {"a": 1}}],
        "tool_calls": [{"id": "c1", "name": "f", "args": {"a": 1}}],
    }
    assert message_of(message, "user")["parts"] == [CALL]


def test_lists() -> None:
    """Of messages, of lists of messages, of texts; what is none of these is text."""
    assert messages_of([HI, HI], "user") == messages_of([[HI], [HI]], "user") == [HI, HI]
    assert messages_of(["hi"], "user") == [HI]
    assert messages_of([1, 2], "user")[0]["parts"] == [{"type": "text", "content": "[1,2]"}]
    assert messages_of({"celsius": 21}, "user")[0]["parts"] == [{"type": "text", "content": '{"celsius":21}'}]
    assert not looks_like_message({"celsius": 21})


def test_whole_requests() -> None:
    """Messages and instructions are taken out, the rest is told."""
    request = {"model": "m", "messages": [{"role": "user", "content": "hi"}], "system": "s", "n": 1}
    assert sent_messages(json.dumps(request)) == (
        [HI],
        [{"type": "text", "content": "s"}],
        {"model": "m", "n": 1},
    )
    assert sent_messages({"input": "hi", "instructions": "s"}) == (
        [HI],
        [{"type": "text", "content": "s"}],
        {},
    )
    assert sent_messages("hi") == ([HI], [], {})


def test_whole_responses() -> None:
    """Choices, generations, candidates, items."""
    answer = {**HI, "role": "assistant"}
    for response in (
        {"choices": [{"message": {"role": "assistant", "content": "hi"}}], "id": "r"},
        {
            "output": [
                {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "hi"}]}
            ],
            "id": "r",
        },
        {"generations": [[{"message": {"type": "ai", "content": "hi"}}]], "id": "r"},
        {"candidates": [{"content": {"role": "model", "parts": [{"text": "hi"}]}}], "id": "r"},
        {"output": "hi", "id": "r"},
    ):
        assert received_messages(response) == ([answer], {"id": "r"})


def test_instructions() -> None:
    """Text, parts, or a message."""
    expected = [{"type": "text", "content": "s"}]
    for given_ in (
        "s",
        ["s"],
        [{"type": "text", "text": "s"}],
        {"role": "system", "content": "s"},
        {"parts": [{"text": "s"}]},
    ):
        assert instructions_of(given_) == expected


def test_rows_of_one_text() -> None:
    """Written at once; a tool's message, or text that looks like JSON, takes the long way."""
    for rows, messages in (
        ([("user", 'h"i', None)], [{"role": "user", "content": 'h"i'}]),
        ([(None, "hi", "stop")], [{"content": "hi", "finish_reason": "stop"}]),
        ([("assistant", None, None)], [{"role": "assistant"}]),
    ):
        found = rows_text(rows, "user")
        assert found is not None
        assert json.loads(found[0]) == messages_of(messages, "user")
        assert found[1] == [reason for _, _, reason in rows if reason]
    assert rows_text([("tool", "x", None)], "user") is None
    assert rows_text([("user", '[{"type": "text"}]', None)], "user") is None


def test_conversations_of_plain_text() -> None:
    """Written at once, as the long way writes them; anything else is left to it."""
    sent: list[Any] = [{"role": "user", "content": 'h"i'}, {"content": "", "role": "assistant"}]
    assert plain_text(sent) == messages_text(messages_of(sent, "user"))
    assert text_message("user", 'h"i') == messages_text(messages_of('h"i', "user"))
    for other in ("hi", [*sent, {"role": "user", "content": ["x"]}], [{"role": "tool", "content": "x"}]):
        assert plain_text(other) is None


def test_a_reason_that_is_no_text_stays_as_it_is() -> None:
    """Whatever a framework says there: it is written, not refused."""
    (found,) = messages_of({"role": "assistant", "content": "x", "finish_reason": 3}, "user")
    assert json.loads(messages_text([found])) == [found]


TEXTS = st.text(max_size=8)
MESSAGES = st.lists(
    st.fixed_dictionaries(
        {"role": st.sampled_from(["user", "assistant", "tool", "x"])},
        optional={
            "content": st.one_of(
                st.none(),
                TEXTS,
                st.lists(
                    st.one_of(
                        st.builds(lambda text: {"type": "text", "text": text}, TEXTS),
                        st.builds(
                            lambda text: {"type": "tool_use", "name": "f", "input": {"q": text}}, TEXTS
                        ),
                        st.builds(lambda text: {"type": "odd", "value": text}, TEXTS),
                    ),
                    max_size=3,
                ),
            ),
            "name": TEXTS,
            "extra": TEXTS,
            "tool_call_id": TEXTS,
            "finish_reason": TEXTS,
        },
    ),
    max_size=4,
)


@given(MESSAGES)
def test_text_of_messages_is_their_json(given_messages: list[dict[str, Any]]) -> None:
    """Written by hand where that is fast, it is what a JSON encoder writes; no text is lost."""
    found = messages_of(given_messages, "user")
    assert shape_errors("messages", found) == []
    written = messages_text(found)
    assert json.loads(written) == json.loads(json.dumps(found))
    for message in given_messages:
        for word in words(message):
            assert json.dumps(word, ensure_ascii=False)[1:-1] in written


def words(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [word for key, item in value.items() if key != "type" for word in words(item)]
    if isinstance(value, list):
        return [word for item in value for word in words(item)]
    return [value] if isinstance(value, str) else []
