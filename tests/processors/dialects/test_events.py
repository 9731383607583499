"""Messages that stand in events."""

from __future__ import annotations

import json
from typing import Any

from spanwright_processors.dialects.events import read_events, read_record
from spanwright_processors.dialects.translation import Translation
from spanwright_processors.span import EditableEvent, EditableLogRecord
from support.editable import START_NS, editable_span

KNOWN = {
    "gen_ai.user.message": "input",
    "gen_ai.choice": "output",
    "gen_ai.content.prompt": "input",
    "first": "first_chunk",
}


def read(
    *events: tuple[str, dict[str, Any]], keep: bool = False
) -> tuple[list[EditableEvent], dict[str, Any]]:
    span = editable_span(events=[EditableEvent(name, START_NS + 5, values) for name, values in events])
    translation = Translation({}, "chat")
    return read_events(span, translation, KNOWN, keep), translation.new


def test_messages_go_to_the_span() -> None:
    """As JSON in one attribute, or in attributes of their own; the events go, the others stay."""
    stay, new = read(
        ("gen_ai.user.message", {"gen_ai.event.content": '{"content": "hi"}', "gen_ai.system": "openai"}),
        ("exception", {"exception.type": "x"}),
        ("gen_ai.choice", {"message": '{"content": "ho"}', "finish_reason": "stop", "index": 0}),
    )
    assert [event.name for event in stay] == ["exception"]
    assert json.loads(new["gen_ai.input.messages"])[0]["parts"][0]["content"] == "hi"
    assert json.loads(new["gen_ai.output.messages"])[0]["parts"][0]["content"] == "ho"
    assert new["gen_ai.response.finish_reasons"] == ("stop",)


def test_events_that_say_more_stay() -> None:
    """An event with other attributes is kept, under a name that the conventions allow."""
    stay, new = read(("gen_ai.content.prompt", {"gen_ai.prompt": "hi", "tenant": "a"}))
    assert new == {}
    assert stay[0].name == "spanwright.original.event"
    assert stay[0].attributes == {
        "spanwright.original.name": "gen_ai.content.prompt",
        "gen_ai.prompt": "hi",
        "tenant": "a",
    }


def test_originals_are_kept() -> None:
    """Where wanted, events stay as they are."""
    stay, new = read(("gen_ai.content.prompt", {"gen_ai.prompt": "hi"}), keep=True)
    assert [event.name for event in stay] == ["gen_ai.content.prompt"]
    assert "gen_ai.input.messages" in new


def test_the_first_chunk() -> None:
    """Its event's time is the time waited; the event stays."""
    stay, new = read(("first", {}))
    assert new == {"gen_ai.response.time_to_first_chunk": 5e-9}
    assert [event.name for event in stay] == ["first"]


def test_log_records() -> None:
    """One message becomes the conventions' event of details; a body of another kind is left."""
    record = EditableLogRecord({"content": "hi"}, {"event.name": "gen_ai.user.message"}, None, 1, 2, {})
    assert read_record(record, "input")
    assert record.event_name == "gen_ai.client.inference.operation.details"
    assert (record.body, list(record.attributes)) == (None, ["gen_ai.input.messages"])
    text = EditableLogRecord("hi", {}, "gen_ai.user.message", 1, 2, {})
    assert not read_record(text, "input")
    assert text.body == "hi"
