"""The telling part of a span's content as one line: what came in, what went out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from spanwright_processors.span import EditableSpan
from spanwright_semconv import attributes as names


def content_lines(span: EditableSpan) -> Iterator[tuple[str, str]]:
    """Label and text of each content of a span, on one line each, unshortened.

    Of a chat's messages the last one that went in and all that came out; of a tool its arguments and result;
    of a retrieval its query. Nothing where content was not captured.
    """
    for message in _messages(span, names.GEN_AI_INPUT_MESSAGES)[-1:]:
        yield from _message_lines(message)
    for message in _messages(span, names.GEN_AI_OUTPUT_MESSAGES):
        yield from _message_lines(message)
    for label, name in (
        ("arguments", names.GEN_AI_TOOL_CALL_ARGUMENTS),
        ("result", names.GEN_AI_TOOL_CALL_RESULT),
        ("query", names.GEN_AI_RETRIEVAL_QUERY_TEXT),
    ):
        value = span.attributes.get(name)
        if value not in (None, ""):
            yield label, one_line(value)


def error_line(span: EditableSpan) -> str | None:
    """What went wrong: the error's type, and the masked message of the last exception, else of the status.

    None for a span without an error.
    """
    messages = [event.attributes.get(names.EXCEPTION_MESSAGE) for event in span.events]
    message = next(filter(None, reversed(messages)), span.status_description)
    said = dict.fromkeys(one_line(part) for part in (span.attributes.get(names.ERROR_TYPE), message) if part)
    return ": ".join(said) or None


def one_line(value: Any) -> str:
    """The value as text without line breaks or runs of blanks; structures as JSON."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return " ".join(text.split())


def _messages(span: EditableSpan, name: str) -> Sequence[Mapping[str, Any]]:
    return mappings(span.json(name))


def mappings(value: Any) -> list[Mapping[str, Any]]:
    """The objects in a list; none where the value is something else."""
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def _message_lines(message: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    parts = mappings(message.get("parts"))
    texts = [part["content"] for part in parts if part.get("type") == "text" and part.get("content")]
    if texts:
        yield str(message.get("role", "")), one_line(texts[-1])
    for part in parts:
        match part.get("type"):
            case "tool_call":
                yield "calls", f"{part.get('name')}({one_line(part.get('arguments') or '')})"
            case "tool_call_response":
                yield "tool said", one_line(part.get("response"))
            case "text" | None:
                pass
            case kind:
                yield str(message.get("role", "")), f"({kind})"
