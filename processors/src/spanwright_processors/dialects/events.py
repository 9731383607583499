"""Messages that stand in events, of spans and of the log, as the conventions had them up to v1.36."""

from __future__ import annotations

from collections.abc import Mapping
from operator import is_
from typing import Any

from spanwright_semconv.attributes import (
    GEN_AI_INPUT_MESSAGES,
    GEN_AI_OUTPUT_MESSAGES,
    GEN_AI_RESPONSE_FINISH_REASONS,
    GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK,
    SPANWRIGHT_ORIGINAL_NAME,
)
from spanwright_semconv.checker import KNOWN_NAMESPACES, event_violations
from spanwright_semconv.messages import Message

from ..span import EditableEvent, EditableLogRecord, EditableSpan
from .messages import message_of, messages_of
from .parts import decoded
from .translation import Translation

ORIGINAL_EVENT = "spanwright.original.event"
DETAILS_EVENT = "gen_ai.client.inference.operation.details"
_ROLES = {"system": "system", "user": "user", "assistant": "assistant", "tool": "tool", "choice": "assistant"}
#: Attributes of an event that hold its message, or all of them.
_HOLDERS = ("gen_ai.event.content", "gen_ai.prompt", "gen_ai.completion", "gen_ai.input.messages")
#: Attributes of such an event that repeat those of its span.
_REPEATED = frozenset(("gen_ai.system", "gen_ai.provider.name", "event.name"))


def read_events(
    span: EditableSpan, translation: Translation, known: Mapping[str, str], keep: bool
) -> list[EditableEvent]:
    """The events that stay; what those of messages say is put on the span."""
    found: dict[str, list[Message]] = {"input": [], "output": []}
    stay = []
    for event in span.events:
        kind = known.get(event.name)
        if kind == "first_chunk":
            waited = (event.timestamp_ns - span.start_ns) / 1e9
            translation.put(GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK, max(waited, 0.0))
        elif kind is not None:
            messages = _messages(event.name, event.attributes)
            if messages is not None:
                found[kind] += messages
                continue
        stay.append(event)
    placed = _place(translation, found)
    if keep:
        return span.events
    stay = [_renamed(event) for event in (stay if placed else span.events)]
    return span.events if len(stay) == len(span.events) and all(map(is_, stay, span.events)) else stay


def _place(translation: Translation, found: Mapping[str, list[Message]]) -> bool:
    placed = True
    if found["input"]:
        placed = translation.put(GEN_AI_INPUT_MESSAGES, found["input"])
    if found["output"]:
        placed = translation.put(GEN_AI_OUTPUT_MESSAGES, found["output"]) and placed
        reasons = [message["finish_reason"] for message in found["output"] if "finish_reason" in message]
        if reasons:
            translation.put(GEN_AI_RESPONSE_FINISH_REASONS, reasons)
    return placed


def _messages(name: str, attributes: Mapping[str, Any]) -> list[Message] | None:
    """The messages of an event; None where it has none, or says more than a message."""
    role = _ROLES.get(name.split(".")[1], "user") if name.startswith("gen_ai.") else "user"
    if name.endswith(("completion", "choice")):
        role = "assistant"
    holder = next((key for key in _HOLDERS if key in attributes), None)
    if holder is not None:
        if any(key != holder and key not in _REPEATED for key in attributes):
            return None
        value = decoded(attributes[holder])
        return messages_of(value, role)
    body = {key: value for key, value in attributes.items() if key not in _REPEATED}
    if not body or not {"content", "message", "tool_calls", "role"} & set(body):
        return None
    return [message_of({key: decoded(value) for key, value in body.items()}, role)]


def _renamed(event: EditableEvent) -> EditableEvent:
    """An event that the conventions' namespaces do not know goes by another name."""
    if not event.name.startswith(KNOWN_NAMESPACES) or not event_violations(event.name, event.attributes):
        return event
    attributes = {SPANWRIGHT_ORIGINAL_NAME: event.name}
    for key, value in event.attributes.items():
        attributes[key] = value
    return EditableEvent(ORIGINAL_EVENT, event.timestamp_ns, attributes)


def read_record(record: EditableLogRecord, kind: str) -> bool:
    """Make the log event of one message the conventions' event of a call's details, holding that message."""
    name = record.event_name or str(record.attributes.get("event.name", ""))
    if not isinstance(record.body, Mapping):
        return False
    role = _ROLES.get(name.split(".")[1], "user")
    message = message_of(dict(record.body), role)
    key = GEN_AI_INPUT_MESSAGES if kind == "input" else GEN_AI_OUTPUT_MESSAGES
    record.attributes[key] = (message,)
    record.attributes.pop("event.name", None)
    record.event_name = DETAILS_EVENT
    record.body = None
    return True
