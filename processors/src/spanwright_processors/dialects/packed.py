"""MessagePack (spec.md of msgpack/msgpack on GitHub), as far as text, numbers, lists and maps go."""

from __future__ import annotations

import struct
from typing import Any

#: Nesting read at most; deeper records are no telemetry.
_MAX_DEPTH = 64
_NUMBERS = {
    0xCA: ">f",
    0xCB: ">d",
    0xCC: ">B",
    0xCD: ">H",
    0xCE: ">I",
    0xCF: ">Q",
    0xD0: ">b",
    0xD1: ">h",
    0xD2: ">i",
    0xD3: ">q",
}
_LENGTHS = {
    0xC4: (">B", "bytes"),
    0xC5: (">H", "bytes"),
    0xC6: (">I", "bytes"),
    0xD9: (">B", "text"),
    0xDA: (">H", "text"),
    0xDB: (">I", "text"),
    0xDC: (">H", "list"),
    0xDD: (">I", "list"),
    0xDE: (">H", "map"),
    0xDF: (">I", "map"),
}


def unpacked(packed: bytes) -> Any:
    """The value in ``packed``; None where it is no such record. Raises nothing."""
    try:
        value, end = _value(packed, 0, 0)
    except (ValueError, struct.error, IndexError, TypeError):
        return None
    return value if end == len(packed) else None


def _value(packed: bytes, at: int, depth: int) -> tuple[Any, int]:
    if depth > _MAX_DEPTH:
        raise ValueError("nested too deep")
    head = packed[at]
    at += 1
    if head <= 0x7F:
        return head, at
    if head >= 0xE0:
        return head - 0x100, at
    if head <= 0x8F:
        return _sized(packed, at, head & 0x0F, "map", depth)
    if head <= 0x9F:
        return _sized(packed, at, head & 0x0F, "list", depth)
    if head <= 0xBF:
        return _sized(packed, at, head & 0x1F, "text", depth)
    if head in _NUMBERS:
        form = _NUMBERS[head]
        return struct.unpack_from(form, packed, at)[0], at + struct.calcsize(form)
    if head in _LENGTHS:
        form, kind = _LENGTHS[head]
        return _sized(
            packed, at + struct.calcsize(form), struct.unpack_from(form, packed, at)[0], kind, depth
        )
    return {0xC0: None, 0xC2: False, 0xC3: True}[head] if head in (0xC0, 0xC2, 0xC3) else _refuse(head), at


def _sized(packed: bytes, at: int, size: int, kind: str, depth: int) -> tuple[Any, int]:
    if kind in ("text", "bytes"):
        raw = packed[at : at + size]
        if len(raw) < size:
            raise ValueError("cut short")
        return raw.decode("utf-8") if kind == "text" else raw, at + size
    if size > len(packed):
        raise ValueError("cut short")
    if kind == "list":
        items = []
        for _ in range(size):
            item, at = _value(packed, at, depth + 1)
            items.append(item)
        return items, at
    pairs = {}
    for _ in range(size):
        key, at = _value(packed, at, depth + 1)
        pairs[key], at = _value(packed, at, depth + 1)
    return pairs, at


def _refuse(head: int) -> Any:
    raise ValueError(f"type {head:#x}")
