"""Attributes whose names are paths (``llm.input_messages.0.message.role``), put together again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, TypeAlias


def unflattened(pairs: Iterable[tuple[str, Any]]) -> Any:
    """The structure that (path, value) pairs make; numbers are places in a list, in their order.

    Gaps in numbering close up. Where one path leads through another's value, the value stays under ``""``.
    """
    root: dict[Any, Any] = {}
    for path, value in pairs:
        node = root
        keys, last = _keys(path)
        for key in keys:
            inner = node.get(key)
            if type(inner) is not dict:
                inner = node[key] = {} if inner is None else {"": inner}
            node = inner
        if type(node.get(last)) is dict:
            node[last][""] = value
        else:
            node[last] = value
    return _listed(root)


#: Of each message, in their order, which of the values is its role, its content and its finish reason; the
#: one after the last where it has none.
Layout: TypeAlias = tuple[tuple[int, int, int], ...]
#: Role, content and finish reason of a message of one text.
Row: TypeAlias = tuple[str | None, str | None, str | None]


def layout_of(names: Sequence[str], start: int) -> Layout | None:
    """Of names that go on from ``start`` as (place, word) or (place, ``message``, word); None of others.

    Messages with blocks or tools have such others.
    """
    rows: dict[int, dict[str, int]] = {}
    for at, name in enumerate(names):
        spot = _spot(name[start:])
        if spot is None:
            return None
        place, word = spot
        rows.setdefault(place, {})[word] = at
    role, content, reason = _WORDS
    none = len(names)
    ordered = (rows[place] for place in sorted(rows))
    return tuple((row.get(role, none), row.get(content, none), row.get(reason, none)) for row in ordered)


def plain_rows(layout: Layout, values: list[Any]) -> list[Row] | None:
    """The messages that values make; None where one is no text."""
    for value in values:
        if type(value) is not str:
            return None
    held = (*values, None)
    return [(held[role], held[content], held[reason]) for role, content, reason in layout]


_WORDS = ("role", "content", "finish_reason")


def _spot(path: str) -> tuple[int, str] | None:
    place, *middle = path.split(".")
    word = middle.pop() if middle else ""
    if word not in _WORDS or middle not in ([], ["message"]) or not (place.isascii() and place.isdigit()):
        return None
    return int(place), word


@lru_cache(maxsize=4096)
def _keys(path: str) -> tuple[tuple[str | int, ...], str | int]:
    """The steps of a path before its last one, and the last; places as numbers."""
    *keys, last = (int(key) if key.isascii() and key.isdigit() else key for key in path.split("."))
    return tuple(keys), last


def _listed(node: dict[Any, Any]) -> Any:
    has_places = bool(node)
    for key, value in node.items():
        if type(value) is dict:
            node[key] = _listed(value)
        if type(key) is not int:
            has_places = False
    if has_places:
        return [node[key] for key in sorted(node)]
    return {str(key): value for key, value in node.items()} if any(type(key) is int for key in node) else node
