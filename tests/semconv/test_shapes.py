"""The shapes accept what the conventions allow and name the place of what they do not."""

from __future__ import annotations

import pytest
from spanwright_semconv.shapes import shape_errors


@pytest.mark.parametrize(
    "shape", ["messages", "system_instructions", "tool_definitions", "documents", "memory_records"]
)
def test_every_shape_is_a_list_of_objects(shape: str) -> None:
    """An empty list fits; anything else but a list of objects does not."""
    assert shape_errors(shape, []) == []
    assert shape_errors(shape, "x") == ["is text, not a list"]
    assert shape_errors(shape, [1]) == ["[0]: is a number, not an object"]


def test_ids_and_scores_may_be_null() -> None:
    """The schemas allow null for a document's id and score and for the id of a tool call."""
    assert shape_errors("documents", [{"id": None, "score": None}, {"score": 1}, {}]) == []
    part = {"type": "tool_call", "name": "t", "id": None, "arguments": None}
    assert shape_errors("messages", [{"role": "assistant", "parts": [part]}]) == []


def test_booleans_are_not_numbers() -> None:
    """True is not a score, though Python counts it among the integers."""
    assert shape_errors("documents", [{"score": True}]) == ["[0].score: is a boolean"]
    assert shape_errors("documents", [{"text_length": 1.5}]) == ["[0].text_length: is a number"]


def test_extra_keys_are_allowed() -> None:
    """Chunks, messages and parts may carry keys of their own."""
    assert shape_errors("documents", [{"id": "a", "score": 0.5, "product_line": "shoes"}]) == []
    assert shape_errors("memory_records", [{"content": {"a": 1}, "own": 1}]) == []


def test_a_response_may_be_null_but_not_absent() -> None:
    """A tool call response holds any JSON value; the key itself is required."""
    message = {"role": "tool", "parts": [{"type": "tool_call_response", "response": None}]}
    assert shape_errors("messages", [message]) == []
    message = {"role": "tool", "parts": [{"type": "tool_call_response"}]}
    assert shape_errors("messages", [message]) == ["[0].parts[0]: response is missing"]


def test_tuples_are_lists() -> None:
    """Structured values of the SDK's spans come back with tuples."""
    assert shape_errors("messages", ({"role": "user", "parts": ({"type": "text", "content": "x"},)},)) == []
