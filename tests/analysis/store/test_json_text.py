"""JSON that every database takes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from spanwright_analysis.store.json_text import attributes, clean, dumped, loaded, plain
from support.otlp_traces import put

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(VALUES)
def test_what_was_loaded_can_be_dumped_and_held(value: Any) -> None:
    """Whatever a JSON text says, what comes out has no NUL, no half character and no number that is none."""
    again = dumped(loaded(json.dumps(value)))
    again.encode()
    assert "\\u0000" not in again.replace("\\\\", "")
    assert json.loads(again, parse_constant=pytest.fail) is not ...


def test_plain_values_are_left_as_they_are() -> None:
    """Only what cannot be held is replaced."""
    text = '{"a":[1,2.5,"é 😀",null,true]}'
    assert dumped(loaded(text)) == text
    assert loaded('["\\u0000","\\ud83d","\\ud83d\\ude00",1e999,NaN]') == [
        "\ufffd",
        "\ufffd",
        "😀",
        None,
        None,
    ]
    assert clean("a\x00b") == "a\ufffdb"


@pytest.mark.parametrize("text", ["{", "", "[" * 100_000])
def test_what_is_no_json_is_told(text: str) -> None:
    """As a ValueError, however deep it goes."""
    with pytest.raises(ValueError, match=r".*"):
        loaded(text)


def test_otlp_values_become_plain() -> None:
    """Arrays and maps nested, bytes as base64, numbers that are none as text, an empty value as null."""
    pairs: list[KeyValue] = []

    class Target:
        def add(self, key: str) -> KeyValue:
            pairs.append(KeyValue(key=key))
            return pairs[-1]

    given_ = {"s": "x\x00", "i": 2**60, "d": 1.5, "nan": float("inf"), "b": True, "y": b"\x01",
              "l": [1, ["a"]], "m": {"k": 1}}  # fmt: skip
    put(Target(), given_)
    assert attributes(pairs) == {
        "s": "x\ufffd", "i": 2**60, "d": 1.5, "nan": "inf", "b": True, "y": "AQ==", "l": [1, ["a"]],
        "m": {"k": 1},
    }  # fmt: skip
    assert plain(AnyValue()) is None
