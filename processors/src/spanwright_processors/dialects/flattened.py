"""Attributes whose names are paths (``llm.input_messages.0.message.role``), put together again."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple


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


class Layout(NamedTuple):
    """Where the values of flattened messages without blocks and tools belong: (row, word) of each."""

    rows: int
    spots: tuple[tuple[int, str], ...]


def layout_of(names: Iterable[str], start: int) -> Layout | None:
    """Of names that go on from ``start`` as (place, word) or (place, ``message``, word); None of others."""
    found = [_spot(name[start:]) for name in names]
    spots = [spot for spot in found if spot is not None]
    if len(spots) < len(found):
        return None
    row = {place: at for at, place in enumerate(sorted({place for place, _ in spots}))}
    return Layout(len(row), tuple((row[place], word) for place, word in spots))


def plain_rows(layout: Layout, values: Iterable[Any]) -> list[dict[str, str]] | None:
    """The rows that values make; None where one is no text."""
    rows: list[dict[str, str]] = [{} for _ in range(layout.rows)]
    for (row, word), value in zip(layout.spots, values, strict=True):
        if type(value) is not str:
            return None
        rows[row][word] = value
    return rows


_WORDS = frozenset(("role", "content", "finish_reason"))


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
