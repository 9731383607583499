"""What is left after a failure can hold no content, whatever the attributes are called."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spanwright_processors import EditableEvent
from spanwright_processors.content import drop_content, safe_severity_text, without_content
from spanwright_semconv.content import CONTENT_KEYS, NEVER_CONTENT_KEYS
from support.editable import editable_span

SECRET = "ada@example.com"


@given(st.dictionaries(st.one_of(st.text(), st.sampled_from(sorted(CONTENT_KEYS))), st.just(SECRET)))
def test_no_text_survives_but_under_a_key_that_never_holds_content(attributes: dict[str, Any]) -> None:
    """Unknown keys count as content."""
    assert without_content(attributes).keys() <= NEVER_CONTENT_KEYS


@pytest.mark.parametrize(
    ("attributes", "kept"),
    [
        ({"gen_ai.request.model": "m", "gen_ai.input.messages": SECRET}, {"gen_ai.request.model": "m"}),
        ({"n": 1, "x": 1.5, "b": False}, {"n": 1, "x": 1.5, "b": False}),
        ({"vector": (0.1, 0.2), "map": {"n": 1}, "raw": b"1", "none": None}, {}),
        ({f"seen.{SECRET}": 1, "1234 5678": 2, "": 3}, {}),
        ({"gen_ai.response.finish_reasons": ("stop",)}, {"gen_ai.response.finish_reasons": ("stop",)}),
        (
            {"phone": 4155550142, "card": 4.2e15, "big": 10**400, "nan": float("nan"), "small": -9},
            {"small": -9},
        ),
        ({"gen_ai.usage.input_tokens": 12_000_000}, {"gen_ai.usage.input_tokens": 12_000_000}),
    ],
)
def test_figures_flags_and_known_keys_stay(attributes: dict[str, Any], kept: dict[str, Any]) -> None:
    """Numbers and booleans under plain keys stay, and what the registry says holds no content."""
    assert without_content(attributes) == kept


@pytest.mark.parametrize(
    "value",
    [
        SECRET,
        "chat-of-ada%40example.com",
        "whatsapp:+14155550142",
        "tel14155550142",
        "123-45-6789",
        "4111111111111111",
        "203.0.113.77",
        "Ada from Bath",
        "sk-proj-q8Wv2LmT4xZr9KpD1sYc7NbF",
        "AKIAQ8WV2LMT4XZR9KPD",
        "hf_" + "aBcDeFgHiJ" * 3,
        "postgres://ada:q8Wv2Lm@db/app",
        "x" * 300,
        4155550142,
        (SECRET,),
        {"mail": SECRET},
        SECRET.encode(),
    ],
)
@pytest.mark.parametrize("key", ["session.id", "gen_ai.conversation.id", "mcp.session.id"])
def test_an_id_that_the_application_chose_stays_only_if_it_looks_like_one(key: str, value: Any) -> None:
    """Sessions are called after telephone numbers and addresses, and what masks them has just failed."""
    assert without_content({key: value}) == {}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("session.id", "chat-204"),
        ("session.id", "0b0e6ad2-6e9f-4f4e-9d1a-3c5a2f1e7b88"),
        ("session.id", "prod/eu:7"),
        ("gen_ai.conversation.id", "thread_5f2c9e0b7a1d4c3e8f6a"),
        ("jsonrpc.request.id", 17),
        ("gen_ai.request.model", "claude-sonnet-4-20250514"),
        ("gen_ai.request.model", "arn:aws:bedrock:eu-west-1:123456789012:inference-profile/x"),
        ("gen_ai.response.id", "chatcmpl-Bq8Wv2LmT4xZr9KpD1sYc7NbFq8Wv"),
        ("gen_ai.agent.name", "Support agent (EU)"),
        ("error.type", "openai.RateLimitError"),
        ("server.address", "10.0.0.7"),
    ],
)
def test_ordinary_ids_and_names_stay(key: str, value: Any) -> None:
    """They are what the span is found by."""
    assert without_content({key: value}) == {key: value}


@pytest.mark.parametrize("key", ["error.type", "gen_ai.agent.name", "gen_ai.request.model", "exception.type"])
def test_no_address_stays_under_any_key(key: str) -> None:
    """Whatever the registry says of the key; an error's type is one word, not its message."""
    assert without_content({key: f"for {SECRET}"}) == {}
    assert without_content({"error.type": "Cannot find order 17"}) == {}


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("INFO", "INFO"),
        ("Level 25", "Level 25"),
        ("WARN2", "WARN2"),
        (f"BAD {SECRET}", None),
        ("", None),
        (5, None),
    ],
)
def test_a_severity_is_the_name_of_a_level(text: Any, left: str | None) -> None:
    """Anything else may be a message; the severity's number still tells how bad it is."""
    assert safe_severity_text(text) == left


@pytest.mark.parametrize(
    ("name", "attributes", "left"),
    [
        ("chat m", {"gen_ai.operation.name": "chat", "gen_ai.request.model": "m"}, "chat m"),
        ("chat", {"gen_ai.operation.name": "chat"}, "chat"),
        ("chat for ada", {"gen_ai.operation.name": "chat", "gen_ai.request.model": "m"}, "chat"),
        (f"GET /users/{SECRET}", {"http.request.method": "GET"}, "span"),
        (SECRET, {"note": SECRET}, "span"),
        (
            "execute_tool t",
            {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "t"},
            "execute_tool t",
        ),
    ],
)
def test_a_name_stays_only_if_what_is_kept_makes_it_up(
    name: str, attributes: dict[str, Any], left: str
) -> None:
    """Else it is the operation, or says nothing."""
    span = editable_span(attributes, name=name)
    drop_content(span, ["mask"])
    assert span.name == left


@pytest.mark.parametrize(
    ("name", "left"),
    [("exception", "exception"), ("gen_ai.evaluation.result", "gen_ai.evaluation.result"), (SECRET, "event")],
)
def test_event_names_of_the_conventions_stay(name: str, left: str) -> None:
    """An event's name is text of the application otherwise."""
    span = editable_span({})
    span.events.append(EditableEvent(name, 1, {"exception.type": "E", "exception.message": SECRET}))
    drop_content(span, ["mask"])
    assert [(event.name, event.attributes) for event in span.events] == [(left, {"exception.type": "E"})]


def test_decoded_json_goes_too() -> None:
    """A later step that asks for decoded content gets none."""
    span = editable_span({"gen_ai.input.messages": f'["{SECRET}"]'})
    assert span.json("gen_ai.input.messages") == [SECRET]
    drop_content(span, ["mask"])
    assert span.json("gen_ai.input.messages") is None
    assert span._decoded == {}
