"""What is known of the content attributes' JSON: which items matter most, and how a gap is shown in them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from spanwright_semconv import attributes as names
from spanwright_semconv import messages

_GAP = re.compile(r"…\[(\d+) \w+ left out\]")


def _gap(what: str) -> Callable[[int], Any]:
    return lambda count: f"…[{count} {what} left out]"


@dataclass(frozen=True, slots=True)
class Shape:
    """How a list of this kind is shortened: which items stay, and what stands for those that do not.

    ``keep``: ``ends`` keeps the first and the last items; ``head`` the first ones; ``conversation`` the
    system messages, then the last ones. ``least`` is the bytes an item is given before others are left out.
    ``item`` is the shape of the items, ``members`` of the members of an object, by key.
    """

    keep: Literal["ends", "head", "conversation"] = "ends"
    gap: Callable[[int], Any] = field(default=_gap("items"))
    least: int = 48
    item: Shape | None = None
    members: Mapping[str, Shape] = field(default_factory=dict)


def left_out(item: Any) -> int:
    """How many items ``item`` stands for: more than one if it is the gap of an earlier cut."""
    text = item if isinstance(item, str) else repr(item) if _may_be_gap(item) else ""
    found = _GAP.search(text[:200])
    return int(found[1]) if found else 1


def is_gap(value: Any) -> bool:
    """True for the text that stands for what was left out."""
    return isinstance(value, str) and _GAP.fullmatch(value) is not None


def _may_be_gap(item: Any) -> bool:
    if not isinstance(item, dict):
        return False
    if item.get("role") == _ELIDED or item.get("type") == _ELIDED:
        return True
    text = item.get("content")
    return isinstance(text, str) and text.startswith("…[")


#: Role of the message, and type of the tool, that stands for those left out.
_ELIDED = "elided"

ANY = Shape()
_PARTS = Shape(gap=lambda n: messages.text(f"…[{n} parts left out]"), least=96)
_MESSAGE = Shape(members={"parts": _PARTS})
_INPUT = Shape(
    keep="conversation",
    gap=lambda n: messages.message(_ELIDED, [messages.text(f"…[{n} messages left out]")]),
    least=256,
    item=_MESSAGE,
)
_OUTPUT = Shape(keep="head", gap=_INPUT.gap, least=256, item=_MESSAGE)
_SYSTEM = Shape(keep="head", gap=_PARTS.gap, least=256)
_TOOLS = Shape(keep="head", gap=lambda n: {"type": _ELIDED, "name": f"…[{n} tools left out]"}, least=128)
_DOCUMENTS = Shape(
    keep="head", gap=lambda n: {"id": None, "content": f"…[{n} documents left out]"}, least=160
)

_SHAPES: Mapping[str, Shape] = {
    names.GEN_AI_INPUT_MESSAGES: _INPUT,
    names.GEN_AI_OUTPUT_MESSAGES: _OUTPUT,
    names.GEN_AI_SYSTEM_INSTRUCTIONS: _SYSTEM,
    names.GEN_AI_TOOL_DEFINITIONS: _TOOLS,
    names.GEN_AI_RETRIEVAL_DOCUMENTS: _DOCUMENTS,
    names.GEN_AI_MEMORY_RECORDS: _DOCUMENTS,
}

#: A log record's body may hold the content attributes as its members.
_BODY = Shape(members=_SHAPES)


def shape_of(key: str) -> Shape:
    """The shape of the attribute ``key``; of a log record's body for the key ``""``."""
    return _BODY if not key else _SHAPES.get(key, ANY)
