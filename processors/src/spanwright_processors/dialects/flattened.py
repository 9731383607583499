"""Attributes whose names are paths (``llm.input_messages.0.message.role``), put together again."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any


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


def plain_rows(pairs: Iterable[tuple[str, Any]], start: int) -> list[dict[str, str]] | None:
    """Rows of text, as flattened messages without blocks and tools are; None where there is anything else.

    Of names that go on from ``start`` as (place, word) or (place, ``message``, word).
    """
    rows: dict[int, dict[str, str]] = {}
    for name, value in pairs:
        spot = _spot(name, start)
        if spot is None or type(value) is not str:
            return None
        place, word = spot
        row = rows.get(place)
        if row is None:
            rows[place] = {word: value}
        else:
            row[word] = value
    return [rows[place] for place in sorted(rows)] if len(rows) > 1 else list(rows.values())


_WORDS = frozenset(("role", "content", "finish_reason"))


@lru_cache(maxsize=4096)
def _spot(name: str, start: int) -> tuple[int, str] | None:
    place, *middle = name[start:].split(".")
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
