"""Official content attributes whose value is in a provider's shape instead of the conventions'."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from spanwright_semconv.shapes import shape_errors

from .messages import instructions_of, messages_of
from .parts import decoded
from .tools import definitions_of, documents_of
from .values import compact

#: Tool definitions longer than this are read anew each time: memory is bounded by 256 times this.
_LONGEST_REMEMBERED = 16_384


def is_official(shape: str, value: Any) -> bool:
    """True where ``value`` has its shape. Of messages a glance tells: in JSON strings, quotes are escaped."""
    if isinstance(value, str):
        if shape == "messages":
            return _has_parts(value)
        if shape == "system_instructions":
            return '"type"' in value or value == "[]"
        if shape == "tool_definitions" and len(value) <= _LONGEST_REMEMBERED:
            return _remembered(shape, value)
        return not _errors(shape, decoded(value))
    return not _errors(shape, value)


def _has_parts(text: str) -> bool:
    if '"parts"' not in text:
        return text == "[]"
    # Up to v1.37 a tool's response was its ``result``.
    return '"tool_call_response"' not in text or '"result"' not in text


@lru_cache(maxsize=256)
def _remembered(shape: str, text: str) -> bool:
    return not _errors(shape, decoded(text))


def _errors(shape: str, value: Any) -> bool:
    if shape == "tool_definitions" and isinstance(value, list | tuple) and any(map(_wraps, value)):
        return True
    return bool(shape_errors(shape, value))


def _wraps(tool: Any) -> bool:
    """OpenAI's ``{"type": "function", "function": {…}}`` has no name of its own."""
    return isinstance(tool, dict) and isinstance(tool.get("function"), dict)


def reshaped(shape: str, key: str, value: Any) -> Any:
    """``value`` in its shape, the very object where it has it; None where it cannot be read."""
    reader = _READERS.get(shape)
    source = decoded(value)
    found = reader(key, source) if reader is not None else None
    if found is None or shape_errors(shape, found):
        return None
    return value if found == source else compact(found)


def _messages(key: str, value: Any) -> Any:
    return messages_of(value, "assistant" if "output" in key else "user")


_READERS: Mapping[str, Callable[[str, Any], Any]] = {
    "messages": _messages,
    "system_instructions": lambda _, value: instructions_of(value),
    "tool_definitions": lambda _, value: definitions_of(value) or None,
    "documents": lambda _, value: documents_of(value),
}
