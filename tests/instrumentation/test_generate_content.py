"""The format of Gemini's generateContent, read in every shape an application may use."""

from __future__ import annotations

from typing import Any

import pytest
from google.genai import types
from spanwright_instrumentation.generate_content import read_answer, read_messages, read_system, read_usage

HELLO = {"type": "text", "content": "Hello"}
USER = {"role": "user", "parts": [HELLO]}


@pytest.mark.parametrize(
    "contents",
    [
        "Hello",
        ["Hello"],
        [["Hello"]],
        types.Part(text="Hello"),
        [types.Part(text="Hello")],
        {"text": "Hello"},
        types.Content(role="user", parts=[types.Part(text="Hello")]),
        [types.UserContent("Hello")],
        {"role": "user", "parts": [{"text": "Hello"}]},
        [{"parts": [{"text": "Hello"}]}],
    ],
)
def test_shapes_of_contents(contents: Any) -> None:
    """One text is one message of the user's, however it is given."""
    assert read_messages(contents) == [USER]


def test_loose_parts_are_one_message() -> None:
    """Parts outside of a content go together, as the SDK sends them; contents stay apart."""
    model = types.Content(role="model", parts=[types.Part(text="Yes?")])
    image = types.Part.from_uri(file_uri="gs://bucket/cat.png", mime_type="image/png")
    assert read_messages(["Hello", image, model, "What is it?"]) == [
        {
            "role": "user",
            "parts": [
                HELLO,
                {"type": "uri", "modality": "image", "uri": "gs://bucket/cat.png", "mime_type": "image/png"},
            ],
        },
        {"role": "assistant", "parts": [{"type": "text", "content": "Yes?"}]},
        {"role": "user", "parts": [{"type": "text", "content": "What is it?"}]},
    ]
    assert read_messages(None) == []


INLINE = {"type": "blob", "modality": "audio", "content": "", "mime_type": "audio/wav", "bytes": 6}
CALL = {"type": "tool_call", "name": "look_up", "arguments": {"order": 1}, "id": "c1"}
RESULT = {"type": "tool_call_response", "response": {"result": "lost"}, "id": "c1", "name": "look_up"}
CODE = {"type": "code_execution", "code": "1+1", "language": "python"}
OUTCOME = {"type": "code_execution", "outcome": "OUTCOME_OK", "output": "2"}


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        (types.Part.from_bytes(data=b"secret", mime_type="audio/wav"), INLINE),
        ({"inlineData": {"data": "c2VjcmV0", "mimeType": "audio/wav"}}, INLINE),
        (
            types.File(uri="https://files/f1", mime_type="application/pdf"),
            {
                "type": "uri",
                "modality": "document",
                "uri": "https://files/f1",
                "mime_type": "application/pdf",
            },
        ),
        (types.Part(text="So …", thought=True), {"type": "reasoning", "content": "So …"}),
        ({"functionCall": {"id": "c1", "name": "look_up", "args": {"order": 1}}}, CALL),
        (
            types.Part(function_call=types.FunctionCall(id="c1", name="look_up", args={"order": 1})),
            CALL,
        ),
        ({"function_response": {"id": "c1", "name": "look_up", "response": {"result": "lost"}}}, RESULT),
        (
            types.Part(executable_code=types.ExecutableCode(code="1+1", language=types.Language.PYTHON)),
            {"type": "server_tool_call", "name": "code_execution", "server_tool_call": CODE},
        ),
        (
            types.Part(code_execution_result={"outcome": "OUTCOME_OK", "output": "2"}),  # type: ignore[arg-type]
            {"type": "server_tool_call_response", "server_tool_call_response": OUTCOME},
        ),
        ({"future": {}}, {"type": "unknown"}),
    ],
)
def test_parts(part: Any, expected: dict[str, Any]) -> None:
    """Every kind of part; media is told by what it is and how large, never by its bytes."""
    ((found,),) = [message["parts"] for message in read_messages([part])]
    assert found == expected


def test_results_of_tools_are_a_tools_message() -> None:
    """What a function gave comes in the user's name, but is the tool's word."""
    part = types.Part.from_function_response(name="look_up", response={"result": "lost"})
    (message,) = read_messages([types.Content(role="user", parts=[part])])
    assert message["role"] == "tool"


def test_system_instruction() -> None:
    """An instruction of several texts has a part for each."""
    assert read_system(["Be brief.", types.Part(text="Be kind.")]) == [
        {"type": "text", "content": "Be brief."},
        {"type": "text", "content": "Be kind."},
    ]


def test_token_counts() -> None:
    """Totals hold what tools put into the prompt and what was thought; modalities are told apart."""
    usage = types.GenerateContentResponseUsageMetadata.model_validate(
        {
            "promptTokenCount": 100,
            "toolUsePromptTokenCount": 20,
            "cachedContentTokenCount": 60,
            "candidatesTokenCount": 30,
            "thoughtsTokenCount": 5,
            "promptTokensDetails": [
                {"modality": "TEXT", "tokenCount": 70},
                {"modality": "IMAGE", "tokenCount": 20},
                {"modality": "VIDEO", "tokenCount": 10},
            ],
            "toolUsePromptTokensDetails": [{"modality": "TEXT", "tokenCount": 20}],
            "candidatesTokensDetails": [{"modality": "AUDIO", "tokenCount": 30}],
            "cacheTokensDetails": [{"modality": "TEXT", "tokenCount": 60}],
        }
    )
    found: dict[str, Any] = {}
    read_usage(found, usage)
    assert found == {
        "gen_ai.usage.input_tokens": 120,
        "gen_ai.usage.output_tokens": 35,
        "gen_ai.usage.reasoning.output_tokens": 5,
        "gen_ai.usage.cache_read.input_tokens": 60,
        "gen_ai.usage.text.input_tokens": 90,
        "gen_ai.usage.image.input_tokens": 20,
        "gen_ai.usage.audio.output_tokens": 30,
        "gen_ai.usage.text.cache_read.input_tokens": 60,
    }


def test_no_usage_means_no_token_attributes() -> None:
    """What the provider did not count is not there."""
    found: dict[str, Any] = {}
    read_usage(found, None)
    read_usage(found, types.GenerateContentResponseUsageMetadata())
    assert {key for key, value in found.items() if value is not None} == set()


@pytest.mark.parametrize(
    ("reason", "meaning"),
    [
        ("STOP", "stop"),
        ("MAX_TOKENS", "length"),
        ("SAFETY", "content_filter"),
        ("RECITATION", "content_filter"),
        ("MALFORMED_FUNCTION_CALL", "error"),
        ("OTHER", "OTHER"),
    ],
)
def test_finish_reasons(reason: str, meaning: str) -> None:
    """The provider's own value is kept, beside what it means."""
    answer = types.GenerateContentResponse.model_validate({"candidates": [{"finishReason": reason}]})
    response = read_answer(answer, True)
    assert response.attributes["gen_ai.response.finish_reasons"] == [reason]
    assert response.attributes["spanwright.finish_reason"] == meaning
    assert response.content["gen_ai.output.messages"] == [
        {"role": "assistant", "parts": [], "finish_reason": reason}
    ]
