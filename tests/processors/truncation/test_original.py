"""Length and hash of a value before it is cut."""

from __future__ import annotations

import hashlib
from typing import Any

from spanwright_processors.truncation.original import keep_original, size_of


def test_the_first_original_stays() -> None:
    """A second cut would tell of what the first has left."""
    marks: dict[str, Any] = {}
    keep_original(marks, "k", "é" * 10)
    keep_original(marks, "k", "shorter")
    assert marks["spanwright.truncated.bytes.k"] == 20
    assert marks["spanwright.truncated.sha256.k"] == hashlib.sha256("é".encode() * 10).hexdigest()


def test_what_is_too_deep_to_write_has_no_hash() -> None:
    """It is cut nevertheless."""
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    marks: dict[str, Any] = {}
    keep_original(marks, "k", deep)
    assert marks == {}
    assert size_of(deep) == 1 << 62


def test_sizes_are_what_backends_count() -> None:
    """Text in UTF-8, structures as JSON, numbers as nothing."""
    assert [size_of(value) for value in ("é", b"abc", ("a", "b"), 10**9, None)] == [2, 3, 9, 0, 0]
