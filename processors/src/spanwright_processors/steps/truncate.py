"""Cuts what a span carries to what backends keep: where a reader would cut, and JSON to valid JSON."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from json import loads
from typing import Any, ClassVar, Literal, NamedTuple

from spanwright_semconv.attributes import SPANWRIGHT_CONTENT_BYTES, SPANWRIGHT_CONTENT_TRUNCATED
from spanwright_semconv.content import is_content

from ..span import EditableLogRecord, EditableSpan
from ..step import Phase
from ..truncation import json_bytes, utf8_bytes
from ..truncation.tree import level
from ..truncation.value import Budget

#: Bytes a backend keeps of one string value; None for no limit. Source: each backend's documents, 2026-11.
PROFILES: dict[str, int | None] = {
    "datadog": 24_000,
    "honeycomb": 64_000,
    "newrelic": 4_000,
    "tempo": 2_000,
    "elastic": 1_000,
    "none": None,
}

_LEAST_VALUE_BYTES = 256
_LEAST_MESSAGE_CHARS = 64


@dataclass(frozen=True)
class TruncateSettings:
    """How much text leaves the process on a span or log record."""

    #: The backend whose limit holds for one value: datadog 24,000 bytes, honeycomb 64,000, newrelic 4,000,
    #: tempo 2,000, elastic 1,000, none no limit.
    profile: Literal["datadog", "honeycomb", "newrelic", "tempo", "elastic", "none"] = "datadog"
    #: Bytes (UTF-8) of one value, 256 or more; unset, the profile's.
    value_bytes: int | None = None
    #: Characters of one text in a message, 64 or more; 0 for no limit.
    message_chars: int = 2_000
    #: Bytes (UTF-8) of all values of a span together, 4,096 or more.
    span_bytes: int = 900_000

    def __post_init__(self) -> None:
        if self.profile not in PROFILES:
            raise _wrong("profile", f"{self.profile!r} is not known", f"one of {', '.join(PROFILES)}")
        if self.value_bytes is None:
            object.__setattr__(self, "value_bytes", PROFILES[self.profile])
        elif self.value_bytes < _LEAST_VALUE_BYTES:
            raise _wrong("value_bytes", f"{self.value_bytes} leaves no room for JSON", "256 or more")
        if self.message_chars and self.message_chars < _LEAST_MESSAGE_CHARS:
            raise _wrong("message_chars", f"{self.message_chars} is too few", "64 or more, or 0 for no limit")
        if self.span_bytes < 4096:
            raise _wrong("span_bytes", f"{self.span_bytes} is too few", "4096 or more")


def _wrong(field: str, why: str, instead: str) -> ValueError:
    return ValueError(f"Cannot use truncate.{field}: {why}. Use {instead}.")


class _Slot(NamedTuple):
    """A value that may be replaced: ``key`` in ``holder``. ``decode`` gives its JSON if it is text."""

    holder: dict[str, Any]
    key: str
    decode: Callable[[], Any]


class Truncate:
    """Brings every value, and the span as a whole, within its budget.

    Message texts are cut to ``message_chars``; then each value to ``value_bytes``: in JSON long strings
    first, then items, of messages the middle ones; then, if the span is still over ``span_bytes``, its
    largest values further, to 256 bytes each at least. What was cut says how much is missing. A span that
    was cut gets ``spanwright.content.truncated`` and, as ``spanwright.content.bytes``, what its content had
    before. Numbers, and values within the budget, are never touched; a second pass changes nothing.
    """

    Settings = TruncateSettings
    phase: ClassVar[Phase] = Phase.TRUNCATE
    name = "truncate"

    def __init__(self, settings: TruncateSettings = TruncateSettings()) -> None:
        self._budget = Budget(settings.value_bytes, settings.message_chars)
        self._span_bytes = settings.span_bytes
        #: Characters that fit any budget, at 4 bytes a character.
        self._surely_fits = min(
            settings.span_bytes if settings.value_bytes is None else settings.value_bytes // 4,
            settings.message_chars or settings.span_bytes,
        )

    def __call__(self, span: EditableSpan) -> None:
        suspects: list[_Slot] = []
        holders = [span.attributes, *(event.attributes for event in span.events)]
        status: dict[str, Any] = {"status": span.status_description}
        if span.status_description is not None:
            holders.append(status)
        total = 0
        for holder in holders:
            total += self._scan(holder, suspects, span if holder is span.attributes else None)
        if suspects or total * 4 > self._span_bytes:
            self._bound(holders, suspects, total)
            span.status_description = status["status"]

    def log(self, record: EditableLogRecord) -> None:
        """The same for a log record: its attributes and its body."""
        suspects: list[_Slot] = []
        body = {"": record.body}
        holders = [record.attributes, body]
        total = sum(self._scan(holder, suspects, None) for holder in holders)
        if suspects or total * 4 > self._span_bytes:
            self._bound(holders, suspects, total)
            record.body = body[""]

    def _scan(self, holder: dict[str, Any], suspects: list[_Slot], span: EditableSpan | None) -> int:
        """Characters of the values. Those that may be over their budget are added to ``suspects``."""
        limit = self._surely_fits
        total = 0
        for key, value in holder.items():
            kind = type(value)
            if kind is str:
                size = len(value)
            elif kind is bool or kind is int or kind is float:
                continue
            else:
                size = _rough_size(value)
            total += size
            if size > limit:
                suspects.append(_slot(holder, key, span))
        return total

    def _bound(self, holders: list[dict[str, Any]], suspects: list[_Slot], total: int) -> None:
        """Fit the suspects, then everything together; mark the first holder if anything was cut."""
        cut = [
            (slot, fitted)
            for slot in suspects
            if (fitted := self._budget.fitted(slot.key, slot.holder[slot.key], slot.decode))
            is not slot.holder[slot.key]
        ]
        marked = holders[0]
        before = sum(map(_content_bytes, holders)) if cut or total * 4 > self._span_bytes else 0
        for slot, fitted in cut:
            slot.holder[slot.key] = fitted
        if (total * 4 > self._span_bytes and self._bound_together(holders)) or cut:
            marked[SPANWRIGHT_CONTENT_TRUNCATED] = True
            marked.setdefault(SPANWRIGHT_CONTENT_BYTES, before)

    def _bound_together(self, holders: list[dict[str, Any]]) -> bool:
        """Cut the largest values to one size at which all together fit. Whether that was needed."""
        sizes = {
            (index, key): _size(value)
            for index, holder in enumerate(holders)
            for key, value in holder.items()
        }
        if sum(sizes.values()) <= self._span_bytes:
            return False
        share = max(level(sizes.values(), self._span_bytes), _LEAST_VALUE_BYTES)
        tighter = Budget(share, self._budget.message_chars)
        for (index, key), size in sizes.items():
            if size > share:
                slot = _slot(holders[index], key, None)
                slot.holder[key] = tighter.fitted(key, slot.holder[key], slot.decode)
        return True


def _slot(holder: dict[str, Any], key: str, span: EditableSpan | None) -> _Slot:
    return _Slot(holder, key, partial(span.json, key) if span is not None else partial(_decoded, holder[key]))


def _decoded(raw: Any) -> Any:
    try:
        return loads(raw)
    except (ValueError, RecursionError):
        return None


def _rough_size(value: Any) -> int:
    """Characters of a value that is no text: those of a short array of texts, else its JSON."""
    if isinstance(value, list | tuple) and len(value) <= 4 and all(isinstance(item, str) for item in value):
        return sum(map(len, value)) + 4 * len(value)
    return _size(value)


def _size(value: Any) -> int:
    """Bytes of a value as backends count it: text in UTF-8, arrays and maps as JSON, numbers as nothing."""
    if isinstance(value, str):
        return utf8_bytes(value)
    if isinstance(value, bytes):
        return len(value)
    if isinstance(value, list | tuple | dict):
        try:
            return json_bytes(value)
        except RecursionError:
            return 1 << 62
    return 0


def _content_bytes(attributes: dict[str, Any]) -> int:
    return sum(_size(value) for key, value in attributes.items() if is_content(key))
