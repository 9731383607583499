"""Making a decoded JSON value fit a number of bytes: strings are shortened first, then items left out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from .shape import ANY, Shape, is_gap, left_out
from .text import cut_to_bytes, utf8_bytes

#: The least a member of an object is given before members are left out.
_LEAST_MEMBER = 32
_GAP_MEMBER = "…"
#: Room below which a message is left out rather than cut.
_LEAST_MESSAGE = 128
#: Deeper values are cut as text. Real messages nest 10 deep at most; the stack holds some hundreds.
_MAX_DEPTH = 60
#: A number no budget should be spent on, and the widest gap there can be.
_MANY = 9_999_999


def _text_of(value: Any) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)


_COMPACT = (",", ":")
_encode_strictly = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=_COMPACT).encode
_encode = json.JSONEncoder(ensure_ascii=False, separators=_COMPACT, default=_text_of).encode


def encoded(value: Any) -> str:
    """``value`` as compact JSON. Raises ``ValueError`` for infinite numbers, which JSON has not."""
    return _encode_strictly(value)


def written(value: Any) -> str:
    """``value`` as compact JSON, whatever it holds: for its size and hash."""
    return _encode(value)


def json_bytes(value: Any) -> int:
    """Bytes of ``value`` as compact JSON in UTF-8."""
    return utf8_bytes(_encode(value))


def fit(value: Any, budget: int, shape: Shape = ANY, depth: int = 0) -> Any:
    """``value``, or a shortened one of the same kind, in at most ``budget`` bytes of compact JSON.

    ``budget`` is 32 or more. The result is ``value`` itself if that fits. Numbers too long become text.
    """
    if json_bytes(value) <= budget:
        return value
    if isinstance(value, str):
        return _fit_text(value, budget)
    if depth >= _MAX_DEPTH or not isinstance(value, dict | list | tuple | bytes):
        return _fit_text(_encode(value), budget)
    if isinstance(value, bytes):
        return value[: (budget - 2) // 2]
    if isinstance(value, dict):
        return _fit_object(value, budget, shape, depth)
    if shape.keep == "conversation":
        return _fit_conversation(value, budget, shape, depth)
    return _fit_list(value, budget, shape, depth)


def level(sizes: Iterable[int], room: int) -> int:
    """The largest size to which all larger ones must be cut so that their sum is at most ``room``."""
    ordered = sorted(sizes)
    for index, size in enumerate(ordered):
        share = room // (len(ordered) - index)
        if size > share:
            return share
        room -= size
    return ordered[-1] if ordered else 0


def _fit_text(text: str, budget: int) -> str:
    return cut_to_bytes(text, budget, json_bytes)


def _fit_list(items: Sequence[Any], budget: int, shape: Shape, depth: int) -> list[Any]:
    sizes = [json_bytes(item) for item in items]
    room = budget - 2
    gap_room = json_bytes(shape.gap(_MANY)) + 1
    needed = [min(size, shape.least) + 1 for size in sizes]
    kept = list(range(len(items)))
    if sum(needed) > room:
        room -= gap_room
        kept = _taken(needed, _order(len(items), shape.keep), room)
    share = level((sizes[index] for index in kept), room - len(kept))
    fitted = {index: fit(items[index], share, shape.item or ANY, depth + 1) for index in kept}
    return _with_gap(items, fitted, shape, budget)


def _order(count: int, keep: str) -> Iterable[int]:
    """Indexes of a list by importance."""
    if keep == "head":
        return range(count)
    return (index // 2 if index % 2 == 0 else count - 1 - index // 2 for index in range(count))


def _taken(needed: Sequence[int], order: Iterable[int], room: int) -> list[int]:
    """The indexes that fit into ``room``, taken in ``order`` up to the first that does not, in list order."""
    taken = []
    for index in order:
        room -= needed[index]
        if room < 0:
            break
        taken.append(index)
    return sorted(taken)


def _fit_conversation(messages: Sequence[Any], budget: int, shape: Shape, depth: int) -> list[Any]:
    """System messages in up to half of the room, then the last messages whole, and one cut at the edge."""
    sizes = [json_bytes(message) + 1 for message in messages]
    room = budget - 2 - json_bytes(shape.gap(_MANY)) - 1
    item = shape.item or ANY
    system = [index for index, message in enumerate(messages) if _is_system(message)]
    least = [min(sizes[index], shape.least) for index in system]
    system = [system[index] for index in _taken(least, range(len(system)), room // 2)]
    share = level((sizes[index] for index in system), room // 2)
    fitted = {index: fit(messages[index], max(share - 1, 0), item, depth + 1) for index in system}
    room -= sum(json_bytes(message) + 1 for message in fitted.values())
    for index in range(len(messages) - 1, -1, -1):
        if index in fitted or _is_system(messages[index]):
            continue
        if sizes[index] > room:
            if room > _LEAST_MESSAGE:
                fitted[index] = fit(messages[index], room - 1, item, depth + 1)
            break
        fitted[index] = messages[index]
        room -= sizes[index]
    return _with_gap(messages, fitted, shape, budget)


def _is_system(message: Any) -> bool:
    return isinstance(message, dict) and message.get("role") in ("system", "developer")


def _with_gap(items: Sequence[Any], fitted: dict[int, Any], shape: Shape, budget: int) -> list[Any]:
    """The fitted items in order, with one gap at the first place where items are missing."""
    missing = [index for index in range(len(items)) if index not in fitted]
    result = [fitted[index] for index in sorted(fitted)]
    if not missing:
        return result
    place = sum(index < missing[0] for index in fitted)
    result.insert(place, shape.gap(sum(left_out(items[index]) for index in missing)))
    if json_bytes(result) > budget:  # not even the gap has room
        del result[place]
    return result


def _fit_object(members: dict[str, Any], budget: int, shape: Shape, depth: int) -> dict[str, Any]:
    before = members.get(_GAP_MEMBER) if is_gap(members.get(_GAP_MEMBER)) else None
    named = [(key, value) for key, value in members.items() if value is not before or before is None]
    keys = [json_bytes(str(key)) + 2 for key, _ in named]
    sizes = [json_bytes(value) for _, value in named]
    room = budget - 2 - (0 if before is None else _gap_member_bytes(before))
    needed = [key + min(size, _LEAST_MEMBER) for key, size in zip(keys, sizes, strict=True)]
    kept = list(range(len(named)))
    if sum(needed) > room:
        room = budget - 2 - _gap_member_bytes(_gap_text(_MANY))
        kept = _fitting(needed, room)
    share = level((sizes[index] for index in kept), room - sum(keys[index] for index in kept))
    result: dict[str, Any] = {}
    for index in kept:
        key, value = named[index]
        result[key] = fit(value, share, shape.members.get(key, ANY), depth + 1)
    gone = len(named) - len(kept)
    if gone or before is not None:
        result[_GAP_MEMBER] = (
            _gap_text(gone + (0 if before is None else left_out(before))) if gone else before
        )
    if json_bytes(result) > budget:
        del result[_GAP_MEMBER]
    return result


def _gap_text(count: int) -> str:
    return f"…[{count} members left out]"


def _gap_member_bytes(value: Any) -> int:
    return json_bytes(_GAP_MEMBER) + json_bytes(value) + 2


def _fitting(needed: Sequence[int], room: int) -> list[int]:
    """The indexes that fit into ``room``, taken in order; one too large is passed over."""
    fitting = []
    for index, need in enumerate(needed):
        if need <= room:
            room -= need
            fitting.append(index)
    return fitting
