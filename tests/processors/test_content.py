"""What is left after a failure can hold no content, whatever the attributes are called."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spanwright_processors import EditableEvent
from spanwright_processors.content import drop_content, without_content
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
    ],
)
def test_figures_flags_and_known_keys_stay(attributes: dict[str, Any], kept: dict[str, Any]) -> None:
    """Numbers and booleans under plain keys stay, and what the registry says holds no content."""
    assert without_content(attributes) == kept


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
