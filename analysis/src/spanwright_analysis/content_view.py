"""The full text of a span for a reader: messages by role, other JSON indented, text as it is."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from spanwright_processors.offload.full_text import Value
from spanwright_processors.offload.reading import Rebuilt

from .excerpt import mappings


def span_view(one: Rebuilt) -> str:
    """One span with all of its text, several lines. Nothing in it can steer a terminal."""
    span = one.span
    ended = f"{datetime.fromtimestamp(span.time_ns / 1e9, UTC):%Y-%m-%d %H:%M:%S}Z"
    waiting = "  (not stored yet)" if one.is_waiting else ""
    lines = [f"{ended}  {printable(span.name)}  span {span.span_id:016x}{waiting}"]
    for value in span.values:
        lines.append(
            f"  {_title(value.place, value.key)}  ({len(value.text.encode('utf-8', 'replace')):,} bytes)"
        )
        lines += [f"    {line}" for line in _body(value)]
    lines += [f"  {_title(*where)}  CANNOT BE REBUILT: {why}" for *where, why in one.missing]
    return "\n".join(lines) + "\n"


def json_lines(one: Rebuilt) -> Iterator[str]:
    """A JSON object for each value, with the text exactly as it was kept."""
    span = one.span
    head = {
        "trace_id": f"{span.trace_id:032x}",
        "span_id": f"{span.span_id:016x}",
        "name": span.name,
        "time_unix_nano": span.time_ns,
    }
    for place, key, text, is_json in span.values:
        yield json.dumps({**head, "place": place, "key": key, "is_json": is_json, "text": text})
    for place, key, why in one.missing:
        yield json.dumps({**head, "place": place, "key": key, "missing": why})


def printable(text: str) -> str:
    """``text`` with escapes for what would steer the terminal or turn the order of what is read."""
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode("ascii")
        for character in text
    )


def _title(place: str, key: str) -> str:
    return printable(key if place == "attributes" else f"{place} {key}".rstrip())


def _body(value: Value) -> list[str]:
    try:
        decoded = json.loads(value.text)
    except (ValueError, RecursionError):
        return _lines(value.text)
    messages = [message for message in mappings(decoded) if "role" in message]
    if messages and len(messages) == len(decoded):
        return [line for message in messages for line in _message(message)]
    if isinstance(decoded, str | int | float | None):
        return _lines(value.text)
    return _lines(json.dumps(decoded, ensure_ascii=False, indent=2))


def _message(message: Mapping[str, Any]) -> Iterator[str]:
    parts = message.get("parts", message.get("content"))
    role = str(message["role"])
    for part in parts if isinstance(parts, list) else [parts]:
        for number, line in enumerate(_lines(_part(part))):
            yield f"{printable(role) if not number else '':<10} {line}"
            role = ""


def _part(part: Any) -> str:
    if (
        isinstance(part, Mapping)
        and part.get("type", "text") == "text"
        and isinstance(part.get("content"), str)
    ):
        return str(part["content"])
    return part if isinstance(part, str) else json.dumps(part, ensure_ascii=False)


def _lines(text: str) -> list[str]:
    return [printable(line) for line in text.split("\n")] if text else [""]
