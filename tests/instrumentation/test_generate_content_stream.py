"""A streamed answer of generateContent, put together from its chunks."""

from __future__ import annotations

from typing import Any

import pytest
from google.genai import types
from spanwright_instrumentation.generate_content_stream import ContentStream


def chunk(*parts: dict[str, Any], at: int = 0, reason: str | None = None, **more: Any) -> Any:
    """A chunk whose only candidate has these parts."""
    candidate: dict[str, Any] = {"index": at, "content": {"role": "model", "parts": list(parts)}}
    if reason:
        candidate["finishReason"] = reason
    return types.GenerateContentResponse.model_validate({"candidates": [candidate], **more})


def observed(*chunks: Any) -> tuple[ContentStream, list[bool]]:
    state = ContentStream(True)
    return state, [state.observe(each) for each in chunks]


def test_text_is_joined_as_long_as_it_is_of_one_kind() -> None:
    """Thoughts and text are a part each, whatever pieces they came in; a bare signature is no content."""
    state, has_content = observed(
        chunk({"text": "I "}, {"text": "think", "thought": True}),
        chunk({"text": " so", "thought": True}),
        chunk({"text": "Yes"}),
        chunk({"text": "."}, {"inlineData": {"data": "AAAA", "mimeType": "image/png"}}),
        chunk({"text": "", "thoughtSignature": "c2ln"}, reason="STOP", usageMetadata={"promptTokenCount": 3}),
    )
    assert has_content == [True, True, True, True, False]
    response = state.response(broken=False)
    assert response.attributes["gen_ai.usage.input_tokens"] == 3
    (message,) = response.content["gen_ai.output.messages"]
    assert message["parts"] == [
        {"type": "text", "content": "I "},
        {"type": "reasoning", "content": "think so"},
        {"type": "text", "content": "Yes."},
        {"type": "blob", "modality": "image", "content": "", "mime_type": "image/png", "bytes": 3},
    ]


def test_candidates_are_kept_apart() -> None:
    """Several candidates in turns each have their text and reason, in the order of their index."""
    state, _ = observed(
        chunk({"text": "b"}, at=1),
        chunk({"text": "a"}),
        chunk(at=1, reason="MAX_TOKENS"),
        chunk(reason="STOP"),
    )
    response = state.response(broken=False)
    assert response.attributes["gen_ai.response.finish_reasons"] == ["STOP", "MAX_TOKENS"]
    texts = [message["parts"][0]["content"] for message in response.content["gen_ai.output.messages"]]
    assert texts == ["a", "b"]


def test_tool_calls_are_told_when_they_are_whole() -> None:
    """Who runs tools does so before the stream has ended; what was told is not told again at the end."""
    told: list[Any] = []
    state = ContentStream(False)
    state.remember = told.extend
    call = {"functionCall": {"id": "c1", "name": "look_up", "args": {"order": 1}}}
    assert state.observe(chunk(call))
    assert told == [("c1", "look_up", '{"order":1}')]
    state.observe(chunk(reason="STOP"))
    response = state.response(broken=False)
    assert response.tool_calls == []
    assert response.attributes["spanwright.finish_reason"] == "tool_calls"
    assert response.content == {}


def test_tool_calls_without_a_listener() -> None:
    """Where nobody listens, the calls are in the answer."""
    state, _ = observed(chunk({"functionCall": {"name": "look_up"}}))
    assert state.response(broken=False).tool_calls == [(None, "look_up", "{}")]


def test_arguments_in_pieces() -> None:
    """Arguments that come piece by piece, by their place in the object, are put together."""
    if "partial_args" not in types.FunctionCall.model_fields:
        pytest.skip("this version of the SDK streams no arguments")

    def piece(**call: Any) -> Any:
        return chunk({"functionCall": call})

    state, _ = observed(
        piece(name="book", willContinue=True),
        piece(partialArgs=[{"jsonPath": "$.city", "stringValue": "New "}], willContinue=True),
        piece(partialArgs=[{"jsonPath": "$.city", "stringValue": "York"}], willContinue=True),
        piece(partialArgs=[{"jsonPath": "$.room.nights", "numberValue": 2}], willContinue=True),
        piece(partialArgs=[{"jsonPath": "$.late", "boolValue": True}], willContinue=False),
        chunk({"text": "Done."}, reason="STOP"),
    )
    response = state.response(broken=False)
    arguments = '{"city":"New York","room":{"nights":2.0},"late":true}'
    assert response.tool_calls == [(None, "book", arguments)]


def test_broken_before_anything_came() -> None:
    """An answer that broke off has the reason ``error`` also without a candidate."""
    response = ContentStream(True).response(broken=True)
    assert response.attributes["gen_ai.response.finish_reasons"] == ["error"]
    assert "gen_ai.output.messages" not in response.content
