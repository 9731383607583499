"""Content, put where the conventions have it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spanwright_processors.dialects import placing
from spanwright_processors.dialects.placing import place, place_rows
from spanwright_processors.dialects.translation import ALL_READ, NOTHING_READ, Translation


def placed(content: str, value: Any, operation: str | None = "chat") -> tuple[Any, dict[str, Any]]:
    translation = Translation({}, operation)
    rest = place(translation, content, value)
    return rest, {
        key: json.loads(text) if text[:1] in ("[", "{") else text for key, text in strings(translation)
    }


def strings(translation: Translation) -> list[tuple[str, str]]:
    return [(key, value) for key, value in translation.new.items() if isinstance(value, str)]


@pytest.mark.parametrize(
    ("operation", "side", "target"),
    [
        ("chat", "input", "gen_ai.input.messages"),
        ("invoke_agent", "output", "gen_ai.output.messages"),
        ("execute_tool", "input", "gen_ai.tool.call.arguments"),
        ("execute_tool", "output", "gen_ai.tool.call.result"),
        ("retrieval", "input", "gen_ai.retrieval.query.text"),
        ("retrieval", "output", "gen_ai.retrieval.documents"),
    ],
)
def test_by_operation(operation: str, side: str, target: str) -> None:
    """What goes in and comes out of a call, an agent, a tool and a search."""
    rest, new = placed(side, '[{"content": "x"}]', operation)
    assert rest is ALL_READ
    assert target in new


def test_other_operations_keep_theirs() -> None:
    """The inputs of an embedding, and of a span that is no operation, have no place."""
    assert placed("input", "x", "embeddings") == (NOTHING_READ, {})
    assert placed("output", "x", None) == (NOTHING_READ, {})
    assert placed("input", b"x")[0] is NOTHING_READ
    assert placed("input", "")[0] is ALL_READ


def test_a_whole_response() -> None:
    """Messages, finish reasons, usage, ids; the rest is told."""
    translation = Translation({}, "chat")
    rest = place(
        translation,
        "output",
        {
            "id": "r",
            "model": "m",
            "created": 1,
            "choices": [{"message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 1, "completion_tokens": 2},
        },
    )
    assert rest == {"created": 1}
    assert translation.new["gen_ai.response.finish_reasons"] == ("stop",)
    assert translation.new["gen_ai.usage.output_tokens"] == 2
    assert translation.new["gen_ai.response.id"] == "r"


def test_text_and_tool_calls_make_one_message() -> None:
    """Vercel tells them apart."""
    translation = Translation({}, "chat")
    place(translation, "output_text", '{"a": 1}')
    place(translation, "tool_calls", '[{"toolCallId": "c", "toolName": "f", "input": "{}"}]')
    (message,) = json.loads(translation.new["gen_ai.output.messages"])
    assert [part["type"] for part in message["parts"]] == ["text", "tool_call"]
    assert message["parts"][0]["content"] == '{"a": 1}'


def test_events_in_a_list() -> None:
    """Pydantic AI's first version: what was sent and what came back in one list."""
    events = [
        {"event.name": "gen_ai.user.message", "content": "hi", "role": "user"},
        {"event.name": "gen_ai.choice", "index": 0, "message": {"role": "assistant", "content": "ho"}},
    ]
    rest, new = placed("events", json.dumps(events))
    assert rest is ALL_READ
    assert new["gen_ai.input.messages"][0]["parts"][0]["content"] == "hi"
    assert new["gen_ai.output.messages"][0]["parts"][0]["content"] == "ho"
    assert placed("events", "[1]")[0] is NOTHING_READ


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("q", "q"),
        ('{"query": "q"}', "q"),
        ({"args": [], "kwargs": {"query": "q"}}, "q"),
        ({"args": ["q"], "kwargs": {}}, "q"),
        ({"query": "q", "k": 4}, {"query": "q", "k": 4}),
    ],
)
def test_queries(value: Any, text: Any) -> None:
    """Out of what a framework wraps them in, unless that says more."""
    assert placed("input", value, "retrieval")[1]["gen_ai.retrieval.query.text"] == text


def test_rows() -> None:
    """Flattened messages of one text take the short way; other content does not."""
    translation = Translation({}, "chat")
    assert place_rows(translation, "output_messages", [(None, "hi", "stop")])
    assert translation.new["gen_ai.response.finish_reasons"] == ("stop",)
    assert not place_rows(translation, "tools", [(None, "hi", None)])


def test_a_response_beside_its_messages() -> None:
    """What was read before gains its finish reason; another answer's id is read, the rest stays whole."""
    response = {
        "id": "r",
        "choices": [{"message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}],
    }
    translation = Translation({}, "chat")
    assert place_rows(translation, "output_messages", [(None, "hi", None)])
    assert place(translation, "output", response) is ALL_READ
    assert json.loads(translation.new["gen_ai.output.messages"])[0]["finish_reason"] == "stop"
    assert translation.new["gen_ai.response.finish_reasons"] == ("stop",)
    other = Translation({}, "chat")
    assert place_rows(other, "output_messages", [(None, "ho", None)])
    assert place(other, "output", response) is NOTHING_READ
    assert other.new["gen_ai.response.id"] == "r"
    assert json.loads(other.new["gen_ai.output.messages"])[0]["parts"][0]["content"] == "ho"


TEXTS = st.sampled_from(["Hello", "", "[1]", '{"a": 1}', "é\ud800", '"'])
ODD: st.SearchStrategy[Any] = st.sampled_from(
    [None, [], {}, "x", [{"id": "c", "function": {"name": "f"}}], 1]
)
MESSAGES = st.fixed_dictionaries(
    {"role": st.sampled_from(["user", "assistant", "system", "tool", "model", None]), "content": TEXTS | ODD},
    optional={"tool_calls": ODD, "refusal": ODD, "name": ODD, "finish_reason": ODD},
)
NEARLY = st.fixed_dictionaries(
    {"role": st.just("assistant"), "content": st.just("Hello")},
    optional={"tool_calls": ODD, "refusal": ODD, "name": ODD},
)
CHOICES = st.fixed_dictionaries(
    {"message": NEARLY | MESSAGES},
    optional={
        "finish_reason": st.sampled_from(["stop", "", None, 3]),
        "index": st.just(0),
        "stop_reason": ODD,
    },
)
RESPONSES = st.fixed_dictionaries(
    {"choices": st.lists(CHOICES, max_size=2) | ODD},
    optional={"id": TEXTS, "usage": st.just({"prompt_tokens": 1}), "type": TEXTS},
)
REQUESTS = st.fixed_dictionaries(
    {"messages": st.lists(NEARLY | MESSAGES, max_size=2) | ODD},
    optional={
        "model": TEXTS,
        "system": TEXTS,
        "tools": ODD,
        "type": TEXTS,
        "input": TEXTS,
        "temperature": ODD,
    },
)


@settings(max_examples=300, deadline=None)
@given(REQUESTS, RESPONSES, st.booleans())
def test_plain_ones_are_read_like_all_others(request: Any, response: Any, was_told: bool) -> None:
    """What is read of plain requests and responses in a fraction of the time is what is read of any."""

    def read() -> tuple[Any, dict[str, Any], list[str]]:
        translation = Translation({}, "chat")
        if was_told:
            place(translation, "output_messages", [{"role": "assistant", "content": "Hello"}])
        rests = place(translation, "input", request), place(translation, "output", response)
        return rests, translation.new, translation.gone

    quick = read()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(placing, "plain_answer", lambda _: None)
        patch.setattr(placing, "plain_text", lambda _: None)
        assert read() == quick
