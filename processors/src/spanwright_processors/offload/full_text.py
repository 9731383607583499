"""What is kept of one span or log record: its text, whose it is, and what the prompt registry notes."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from spanwright_semconv.attributes import (
    GEN_AI_AGENT_NAME,
    GEN_AI_PROMPT_NAME,
    GEN_AI_PROMPT_VERSION,
    SERVICE_NAME,
    SPANWRIGHT_PIPELINE_NAME,
    SPANWRIGHT_PIPELINE_VERSION,
    SPANWRIGHT_SYSTEM_PROMPT_SHA256,
    USER_HASH,
)
from spanwright_semconv.content import is_content, is_never_content

from ..days import day
from ..span import Attributes, EditableLogRecord, EditableSpan

#: Other text of a GenAI span is kept from this many characters on: 1,000 bytes at most are always exported.
LONG_TEXT = 250
#: 2000-01-01, in seconds since the epoch: no span is older.
_EARLIEST = 946_684_800
_GENAI = ("gen_ai.", "mcp.")
#: What is noted of a prompt, by its name in the registry.
LABELS = {
    "name": GEN_AI_PROMPT_NAME,
    "version": GEN_AI_PROMPT_VERSION,
    "pipeline": SPANWRIGHT_PIPELINE_NAME,
    "pipeline_version": SPANWRIGHT_PIPELINE_VERSION,
    "agent": GEN_AI_AGENT_NAME,
    "service": SERVICE_NAME,
}


class Value(NamedTuple):
    """One text and where it stood: ``attributes``, ``events[0]``, ``status`` or ``body``, and the key there.

    ``is_json`` where the value was no text but an array, a map or a number, and ``text`` is its JSON.
    """

    place: str
    key: str
    text: str
    is_json: bool = False


@dataclass(frozen=True, slots=True)
class FullText:
    """The text of one span or log record. ``time_ns`` is the span's end, or when the record was taken."""

    trace_id: int
    span_id: int
    name: str
    time_ns: int
    values: tuple[Value, ...]
    user: str | None = None
    #: SHA-256 of the system prompt, before it was masked.
    prompt: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)

    def ended(self, now: float) -> float:
        """Seconds since the epoch at its end, or now where that cannot be."""
        ended = self.time_ns / 1e9
        return ended if _EARLIEST < ended < now + 86_400 else now

    def day(self, now: float) -> str:
        """The day (UTC) that it belongs to: that of its end."""
        return day(self.ended(now))

    def value(self, key: str, place: str = "attributes") -> str | None:
        """The text of an attribute; None where it is not kept."""
        return next((value.text for value in self.values if (value.place, value.key) == (place, key)), None)

    def fields(self) -> tuple[Any, ...]:
        """All of it as JSON knows it."""
        ids = f"{self.trace_id:032x}", f"{self.span_id:016x}"
        return (*ids, self.name, self.time_ns, self.values, self.user, self.prompt, dict(self.labels))

    @classmethod
    def of(cls, fields: Sequence[Any]) -> FullText:
        """What ``fields`` gave; raises ``ValueError`` or ``TypeError`` for anything else."""
        trace, span, name, time_ns, values, *rest = fields
        return cls(int(trace, 16), int(span, 16), name, time_ns, tuple(Value(*one) for one in values), *rest)

    def encode(self) -> bytes:
        """As bytes, lone surrogates included."""
        text = json.dumps(self.fields(), ensure_ascii=False, separators=(",", ":"))
        return text.encode("utf-8", "surrogatepass")

    @classmethod
    def decode(cls, content: bytes) -> FullText:
        """What ``encode`` gave; raises as ``of`` does."""
        return cls.of(json.loads(content.decode("utf-8", "surrogatepass")))


def text_of_span(span: EditableSpan) -> FullText | None:
    """What is kept of ``span``; None for one that is not of a GenAI operation, or without text."""
    attributes = span.attributes
    if not span.trace_id or not any(map(_is_genai, attributes)):
        return None
    values = list(_values("attributes", attributes))
    for number, event in enumerate(span.events):
        values += _values(f"events[{number}]", event.attributes)
    if values and span.status_description:
        values.append(Value("status", "", span.status_description))
    return _full_text(span, span.name, span.end_ns, values)


def text_of_record(record: EditableLogRecord, now_ns: int) -> FullText | None:
    """What is kept of a GenAI event; None for other log records, and for one that belongs to no trace."""
    name = record.event_name or ""
    if not record.trace_id or not (name.startswith(_GENAI) or any(map(_is_genai, record.attributes))):
        return None
    values = list(_values("attributes", record.attributes))
    if record.body is not None:
        values.append(_value("body", "", record.body))
    return _full_text(record, name, now_ns, values)


def _full_text(
    source: EditableSpan | EditableLogRecord, name: str, time_ns: int, values: list[Value]
) -> FullText | None:
    if not values:
        return None
    attributes = source.attributes
    named = {**source.resource, **attributes}
    labels = {label: text for label, key in LABELS.items() if (text := _text(named, key)) is not None}
    user, prompt = _text(attributes, USER_HASH), _text(attributes, SPANWRIGHT_SYSTEM_PROMPT_SHA256)
    return FullText(
        source.trace_id, source.span_id, name, time_ns, tuple(values), user, prompt, labels if prompt else {}
    )


def is_kept(key: str, value: object) -> bool:
    """Whether an attribute of a GenAI span is text to be kept."""
    if is_content(key):
        return value is not None
    return isinstance(value, str) and len(value) >= LONG_TEXT and not is_never_content(key)


def _is_genai(key: str) -> bool:
    return key.startswith(_GENAI)


def _values(place: str, attributes: Attributes) -> Iterator[Value]:
    for key, value in attributes.items():
        if is_kept(key, value):
            yield _value(place, key, value)


def _value(place: str, key: str, value: Any) -> Value:
    if isinstance(value, str):
        return Value(place, key, value)
    encoded = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_encodable)
    return Value(place, key, encoded, is_json=True)


def _encodable(value: object) -> object:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    return dict(value) if isinstance(value, Mapping) else str(value)


def _text(attributes: Mapping[str, Any], key: str) -> str | None:
    value = attributes.get(key)
    return value if isinstance(value, str) and value else None
