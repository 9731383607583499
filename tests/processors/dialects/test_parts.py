"""Parts of messages in everybody's shapes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spanwright_processors.dialects.parts import decoded, mapping_of, part_of, parts_of
from spanwright_semconv.shapes import shape_errors

CALL = {"type": "tool_call", "name": "f", "id": "c1", "arguments": {"a": 1}}
RESULT = {"type": "tool_call_response", "response": "21", "id": "c1"}
IMAGE = {"type": "blob", "modality": "image", "content": "iVBO", "mime_type": "image/png"}
LINK = {"type": "uri", "modality": "image", "uri": "https://example.com/a.png"}


@pytest.mark.parametrize(
    ("block", "part"),
    [
        ("hi", {"type": "text", "content": "hi"}),
        ({"type": "text", "text": "hi"}, {"type": "text", "content": "hi"}),
        ({"type": "output_text", "text": "hi", "annotations": []}, {"type": "text", "content": "hi"}),
        ({"text": "hi"}, {"type": "text", "content": "hi"}),
        ({"text": "hm", "thought": True}, {"type": "reasoning", "content": "hm"}),
        (
            {"type": "thinking", "thinking": "hm", "signature": "s"},
            {"type": "reasoning", "content": "hm", "signature": "s"},
        ),
        (
            {"type": "reasoning", "id": "r", "summary": [{"type": "summary_text", "text": "hm"}]},
            {"type": "reasoning", "content": "hm", "id": "r"},
        ),
        ({"reasoningContent": {"reasoningText": {"text": "hm"}}}, {"type": "reasoning", "content": "hm"}),
        ({"type": "tool_use", "id": "c1", "name": "f", "input": {"a": 1}}, CALL),
        ({"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}}, CALL),
        ({"type": "tool-call", "toolCallId": "c1", "toolName": "f", "input": {"a": 1}}, CALL),
        ({"type": "function_call", "id": "fc", "call_id": "c1", "name": "f", "arguments": '{"a":1}'}, CALL),
        ({"functionCall": {"id": "c1", "name": "f", "args": {"a": 1}}}, CALL),
        ({"toolUse": {"toolUseId": "c1", "name": "f", "input": {"a": 1}}}, CALL),
        ({"tool_call": {"id": "c1", "function": {"name": "f", "arguments": '{"a": 1}'}}}, CALL),
        ({"type": "tool_result", "tool_use_id": "c1", "content": "21"}, RESULT),
        (
            {
                "type": "tool-result",
                "toolCallId": "c1",
                "toolName": "f",
                "output": {"type": "text", "value": "21"},
            },
            {**RESULT, "toolName": "f"},
        ),
        ({"type": "function_call_output", "call_id": "c1", "output": "21"}, RESULT),
        ({"toolResult": {"toolUseId": "c1", "content": "21"}}, RESULT),
        ({"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBO"}}, IMAGE),
        ({"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBO"}}, IMAGE),
        ({"inlineData": {"mimeType": "image/png", "data": "iVBO"}}, IMAGE),
        (
            {"message_content": {"type": "image", "image": {"image": {"url": "data:image/png;base64,iVBO"}}}},
            IMAGE,
        ),
        ({"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}, LINK),
        ({"type": "input_image", "image_url": "https://example.com/a.png"}, LINK),
        (
            {"type": "input_file", "file_id": "file-1"},
            {"type": "file", "modality": "document", "file_id": "file-1"},
        ),
        ({"type": "refusal", "refusal": "no"}, {"type": "refusal", "refusal": "no"}),
        (
            {"type": "blob", "modality": "image", "content": "x"},
            {"type": "blob", "modality": "image", "content": "x"},
        ),
        ({"strange": 1}, {"type": "generic", "strange": 1}),
        (7, {"type": "text", "content": "7"}),
    ],
)
def test_shapes(block: Any, part: dict[str, Any]) -> None:
    """Each provider's and framework's block is the conventions' part, and stays it when read again."""
    found = part_of(block)
    assert {key: value for key, value in found.items() if key in part} == part
    assert part_of(found) == found


def test_contents() -> None:
    """Nothing, text, one block or a list of them."""
    assert parts_of(None) == parts_of("") == []
    assert parts_of("a") == parts_of(["a"]) == parts_of({"text": "a"}) == [{"type": "text", "content": "a"}]


WORDS = [
    "type",
    "text",
    "content",
    "id",
    "name",
    "input",
    "function",
    "image",
    "source",
    "url",
    "data",
    "parts",
]
TYPES = ["text", "tool_use", "tool_result", "image", "reasoning", "file", "x"]
BLOCKS = st.recursive(
    st.one_of(st.none(), st.integers(), st.booleans(), st.text(max_size=5), st.sampled_from(TYPES)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(WORDS), inner, max_size=4)
    ),
    max_leaves=8,
)


@given(BLOCKS)
def test_any_block_has_the_shape_of_a_part(block: Any) -> None:
    """Whatever a block is made of."""
    message = [{"role": "user", "parts": parts_of(block)}]
    assert shape_errors("messages", message) == []


def test_objects_in_text() -> None:
    """JSON, or what Python prints of a dict; nothing is run, and long text is not tried."""
    assert decoded('{"a": 1}') == {"a": 1}
    assert decoded("{a") == "{a"
    assert mapping_of("{'a': None}") == {"a": None}
    assert mapping_of("{__import__('os')}") is None
    assert mapping_of("[1]") is None
    assert mapping_of("{'a': '" + "x" * 5000 + "'}") is None


def test_decoded_as_json() -> None:
    """What is no JSON object or list from its first to its last character stays text."""
    assert [decoded(text) for text in ("[1] \n", '{"a": []}', "[NaN")] == [[1], {"a": []}, "[NaN"]
    for text in ("[1]x", "[1]\u00a0", "[1", "[1][2]", " [1]", "1", ""):
        assert decoded(text) is text
