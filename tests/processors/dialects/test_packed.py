"""MessagePack records, as Datadog's tracer writes them."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spanwright_processors.dialects.packed import unpacked
from support import dialects


@pytest.mark.parametrize(
    ("packed", "value"),
    [
        (b"\x07", 7),
        (b"\xff", -1),
        (b"\xc0", None),
        (b"\xc3", True),
        (b"\xa2hi", "hi"),
        (b"\xd9\x02hi", "hi"),
        (b"\xda\x00\x02hi", "hi"),
        (b"\xc4\x01x", b"x"),
        (b"\x92\x01\x02", [1, 2]),
        (b"\xdc\x00\x01\x05", [5]),
        (b"\x81\xa1a\x01", {"a": 1}),
        (b"\xde\x00\x01\xa1a\x01", {"a": 1}),
        (b"\xcb" + struct.pack(">d", 0.5), 0.5),
        (b"\xd3" + struct.pack(">q", -(2**40)), -(2**40)),
        (b"\xcf" + struct.pack(">Q", 2**63), 2**63),
    ],
)
def test_values(packed: bytes, value: object) -> None:
    """By the format's specification."""
    assert unpacked(packed) == value


@given(st.binary(max_size=60))
def test_anything_else_is_nothing(packed: bytes) -> None:
    """Bytes of any kind are read, or are no record; nothing raises."""
    unpacked(packed)
    assert unpacked(b"\x91" + packed[:1] + b"\xc1") is None or packed[:1] > b"\x7f"


def test_depth_and_length_are_bounded() -> None:
    """Nested lists of a thousand, and a list said to have a billion members."""
    assert unpacked(b"\x91" * 1000 + b"\x01") is None
    assert unpacked(b"\xdd\x3f\xff\xff\xff") is None


def test_the_real_thing() -> None:
    """Records of the installed tracer."""
    found = [span.attributes["_llmobs"] for span in dialects.spans("datadog") if "_llmobs" in span.attributes]
    assert found
    assert all(isinstance(unpacked(each), dict) for each in found)
