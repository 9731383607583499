"""Values as the registry types them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from spanwright_processors.dialects.values import CONVERTERS, compact, converter


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("int", "12", 12),
        ("int", 12.0, 12),
        ("int", 12.5, None),
        ("int", True, None),
        ("int", "x", None),
        ("int", float("inf"), None),
        ("double", 1, 1.0),
        ("double", "0.2", 0.2),
        ("double", "Infinity", None),
        ("double", 10**400, None),
        ("boolean", "True", True),
        ("boolean", 1, None),
        ("string", 7, "7"),
        ("string", "", None),
        ("string", ["a"], None),
        ("string[]", "stop", ("stop",)),
        ("string[]", '["stop"]', ("stop",)),
        ("string[]", '"stop"', ("stop",)),
        ("string[]", ["a", 1], None),
        ("any", {"a": 1}, '{"a":1}'),
        ("any", "text", "text"),
    ],
)
def test_conversions(kind: str, value: Any, expected: Any) -> None:
    """What can be read without loss is; what cannot is nothing."""
    assert CONVERTERS[kind](value) == expected


def test_converters_by_attribute() -> None:
    """The registry's type decides; an attribute it does not have has no type."""
    convert = converter("gen_ai.request.max_tokens")
    assert convert is not None
    assert convert("5") == 5
    assert converter("gen_ai.nothing") is None


def test_compact_text_is_always_json() -> None:
    """Numbers that JSON does not have are null; what is no JSON at all is its text."""
    assert json.loads(compact({"a": [float("nan"), 1.5, float("inf")]})) == {"a": [None, 1.5, None]}
    assert compact("ä") == '"ä"'
    assert compact({"a": b"x"}) == '{"a":"b\'x\'"}'
