"""Making one attribute's value fit: the text of its messages first, then the whole value."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from spanwright_semconv.attributes import (
    EXCEPTION_STACKTRACE,
    GEN_AI_INPUT_MESSAGES,
    GEN_AI_OUTPUT_MESSAGES,
)

from .shape import shape_of
from .text import cut, cut_middle, cut_to_bytes, utf8_bytes
from .tree import encoded, fit, json_bytes

MESSAGE_KEYS = (GEN_AI_INPUT_MESSAGES, GEN_AI_OUTPUT_MESSAGES)
_TEXT_PARTS = ("text", "reasoning")
_TOO_DEEP = "…[nested too deep]"
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Budget:
    """``value_bytes``: UTF-8 bytes of one value, None for no limit. ``message_chars``: characters of one
    message's text part, 0 for no limit. ``array_items``: of an array that is no JSON text, None for no limit.
    """

    value_bytes: int | None
    message_chars: int
    array_items: int | None = None

    def fitted(self, key: str, value: Any, decode: Callable[[], Any]) -> Any:
        """``value`` of the attribute ``key`` within the budget; the same object if it is already.

        ``decode`` gives the decoded JSON of a text, None if it is none. Text that is valid JSON stays so.
        """
        if isinstance(value, str):
            return self._fitted_text(key, value, decode)
        if isinstance(value, dict | list | tuple | bytes):
            return self._fitted_structure(key, value)
        return value

    def _fitted_text(self, key: str, raw: str, decode: Callable[[], Any]) -> str:
        over = self.value_bytes is not None and not _within(raw, self.value_bytes)
        cuts_messages = key in MESSAGE_KEYS and self._may_hold_long_text(raw)
        if not over and not cuts_messages:
            return raw
        if not _looks_like_json(raw):
            return _whole(self._fitted_plain(key, raw)) if over else raw
        value = decode()
        if value is None:
            return self._fitted_undecoded(key, raw) if over else raw
        shortened = self._short_messages(value) if cuts_messages else value
        if shortened is value and not over:
            return raw
        try:
            return _whole(encoded(self._fitted_tree(key, shortened)))
        except (ValueError, RecursionError):  # infinite numbers, or too deep to write
            return self._fitted_undecoded(key, raw) if over else raw

    def _fitted_plain(self, key: str, text: str) -> str:
        limit = self.value_bytes or 0
        return cut_middle(text, limit) if key == EXCEPTION_STACKTRACE else cut_to_bytes(text, limit)

    def _fitted_undecoded(self, key: str, raw: str) -> str:
        """For text that begins like JSON and was not decoded: too deep, too long a number, or no JSON."""
        if not _is_json(raw):
            return _whole(self._fitted_plain(key, raw))
        return _whole(encoded(cut_to_bytes(raw, self.value_bytes or 0, json_bytes)))

    def _fitted_structure(self, key: str, value: Any) -> Any:
        if isinstance(value, bytes):
            return value if self.value_bytes is None else value[: self.value_bytes]
        if self.array_items is not None and isinstance(value, list | tuple) and len(value) > self.array_items:
            value = value[: self.array_items]
        if isinstance(value, list | tuple) and value and all(isinstance(item, int | float) for item in value):
            return value if self.value_bytes is None else _fitted_numbers(value, self.value_bytes)
        shortened = self._short_messages(value) if key in MESSAGE_KEYS and self.message_chars else value
        try:
            fitted = self._fitted_tree(key, shortened)
        except RecursionError:
            return _TOO_DEEP
        return tuple(fitted) if isinstance(value, tuple) and isinstance(fitted, list) else fitted

    def _fitted_tree(self, key: str, value: Any) -> Any:
        return value if self.value_bytes is None else fit(value, self.value_bytes, shape_of(key))

    def _may_hold_long_text(self, raw: str) -> bool:
        """False only if no string in the JSON text can be over the limit: quotes are closer together."""
        limit = self.message_chars
        if not limit or len(raw) <= limit:
            return False
        return '\\"' in raw or max(map(len, raw.split('"'))) > limit

    def _short_messages(self, messages: Any) -> Any:
        return _mapped(messages, self._short_message)

    def _short_message(self, message: Any) -> Any:
        if not isinstance(message, dict):
            return message
        short = message
        for key in ("parts", "content"):
            held = message.get(key)
            new = self._short(held) if isinstance(held, str) else _mapped(held, self._short_part)
            if new is not held:
                short = {**short, key: new}
        return short

    def _short_part(self, part: Any) -> Any:
        if not isinstance(part, dict):
            return part
        key = "content" if part.get("type") in _TEXT_PARTS else "response"
        text = part.get(key)
        short = self._short(text) if isinstance(text, str) else text
        return part if short is text else {**part, key: short}

    def _short(self, text: str) -> str:
        return cut(text, self.message_chars)


def _mapped(items: _T, change: Callable[[Any], Any]) -> _T | list[Any]:
    """The list with ``change`` applied to each item; the same object where that changes nothing."""
    if not isinstance(items, list | tuple):
        return items
    changed = [change(item) for item in items]
    return changed if any(new is not old for new, old in zip(changed, items, strict=True)) else items


def _fitted_numbers(numbers: Any, budget: int) -> Any:
    """The first numbers that fit, since an array of numbers has no room for a mark: an embedding vector."""
    if json_bytes(numbers) <= budget:
        return numbers
    room = budget - 1
    for index, number in enumerate(numbers):
        room -= json_bytes(number) + 1
        if room < 0:
            return numbers[:index]
    return numbers


def _within(text: str, limit: int) -> bool:
    return len(text) * 4 <= limit or (len(text) <= limit and utf8_bytes(text) <= limit)


def _looks_like_json(raw: str) -> bool:
    return raw.lstrip()[:1] in ("{", "[", '"')


def _is_json(raw: str) -> bool:
    """Whether ``raw`` is JSON, also where its numbers are too long or its nesting is too deep to keep."""
    try:
        json.loads(raw, parse_int=str, parse_float=str)
    except RecursionError:
        return True
    except ValueError:
        return False
    return True


def _whole(text: str) -> str:
    """``text`` without lone surrogates, which no exporter can encode; each is 3 bytes before and after."""
    return text if text.isascii() else _LONE_SURROGATE.sub("\ufffd", text)
