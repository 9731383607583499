"""What is kept of a value that is cut: how long it was, and the hash by which cold storage knows it."""

from __future__ import annotations

import hashlib
from typing import Any

from spanwright_semconv.attributes import SPANWRIGHT_TRUNCATED_BYTES, SPANWRIGHT_TRUNCATED_SHA256

from .text import utf8_bytes
from .tree import json_bytes, written


def size_of(value: Any) -> int:
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


def keep_original(marks: dict[str, Any], key: str, value: Any) -> None:
    """Write length and SHA-256 of ``value``, which ``key`` had, into ``marks``; those of a first cut stay.

    They are of the text in UTF-8, of bytes as they are, of anything else as compact JSON.
    """
    name = f"{SPANWRIGHT_TRUNCATED_BYTES}.{key}"
    if name in marks:
        return
    raw = _bytes_of(value)
    if raw is not None:
        marks[name] = len(raw)
        marks[f"{SPANWRIGHT_TRUNCATED_SHA256}.{key}"] = hashlib.sha256(raw).hexdigest()


def _bytes_of(value: Any) -> bytes | None:
    if isinstance(value, bytes):
        return value
    try:
        return (value if isinstance(value, str) else written(value)).encode("utf-8", "surrogatepass")
    except RecursionError:
        return None
