"""The chat-completions format: messages into parts, chunks into an answer."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openai.types.chat import ChatCompletionChunk, ChatCompletionMessage
from spanwright_instrumentation.chat_completions import (
    ChatStream,
    read_chat_content,
    read_chat_response,
    read_prompt,
)
from spanwright_instrumentation.translation import Request, Response, get, listed, parse_fields
from spanwright_semconv.prompt import system_prompt_sha256

PNG = "data:image/png;base64," + "A" * 400


def message(**fields: Any) -> Any:
    """One message as it stands on the span."""
    (read,) = read_chat_content({"messages": [fields]})["gen_ai.input.messages"]
    return read


def parts(*content: Any) -> Any:
    return message(role="user", content=list(content))["parts"]


def chunk(**fields: Any) -> Any:
    return parse_fields(json.dumps({"id": "c-1", "model": "m", "choices": [], **fields}))


def delta(index: int = 0, reason: str | None = None, **fields: Any) -> Any:
    return chunk(choices=[{"index": index, "delta": fields, "finish_reason": reason}])


def streamed(*chunks: Any, broken: bool = False, captures_content: bool = True) -> Response:
    state = ChatStream(captures_content)
    for each in chunks:
        state.observe(each)
    return state.response(broken=broken)


def test_text_in_both_spellings() -> None:
    """A string and a list of one text part are the same."""
    expected = [{"type": "text", "content": "Hi"}]
    assert message(role="user", content="Hi")["parts"] == expected
    assert parts({"type": "text", "text": "Hi"}) == expected


def test_name_of_the_speaker() -> None:
    """The participant's name is kept."""
    assert message(role="user", content="Hi", name="ann")["name"] == "ann"


@pytest.mark.parametrize(
    ("part", "shown"),
    [
        (
            {"type": "image_url", "image_url": {"url": "https://acme.example/a.png"}},
            {"type": "uri", "modality": "image", "uri": "https://acme.example/a.png"},
        ),
        (
            {"type": "image_url", "image_url": {"url": PNG}},
            {"type": "blob", "modality": "image", "mime_type": "image/png", "content": "", "bytes": 300},
        ),
        (
            {"type": "input_audio", "input_audio": {"format": "wav", "data": "A" * 40}},
            {"type": "blob", "modality": "audio", "mime_type": "audio/wav", "content": "", "bytes": 30},
        ),
        (
            {"type": "file", "file": {"file_id": "file-1"}},
            {"type": "file", "modality": "document", "file_id": "file-1"},
        ),
        (
            {"type": "file", "file": {"filename": "a.pdf", "file_data": "A" * 40}},
            {"type": "blob", "modality": "document", "content": "", "bytes": 30},
        ),
        (
            {"type": "document_url", "document_url": "https://acme.example/a.pdf"},
            {"type": "uri", "modality": "document", "uri": "https://acme.example/a.pdf"},
        ),
        (
            {"type": "document_url", "document_url": "data:application/pdf;base64," + "A" * 40},
            {
                "type": "blob",
                "modality": "document",
                "mime_type": "application/pdf",
                "content": "",
                "bytes": 30,
            },
        ),
        (
            {"type": "input_audio", "input_audio": "https://acme.example/a.mp3"},
            {"type": "uri", "modality": "audio", "uri": "https://acme.example/a.mp3"},
        ),
        (
            {"type": "input_audio", "input_audio": "A" * 40},
            {"type": "blob", "modality": "audio", "content": "", "bytes": 30},
        ),
        (
            {"type": "file", "file_id": "file-1"},
            {"type": "file", "modality": "document", "file_id": "file-1"},
        ),
        (
            {"type": "thinking", "thinking": [{"type": "text", "text": "h"}, {"type": "text", "text": "m"}]},
            {"type": "reasoning", "content": "hm"},
        ),
        ({"type": "thinking", "thinking": "hm"}, {"type": "reasoning", "content": "hm"}),
        ({"type": "refusal", "refusal": "no"}, {"type": "refusal", "content": "no"}),
        ({"type": "hologram", "hologram": {"data": "secret"}}, {"type": "hologram"}),
    ],
)
def test_media_without_their_bytes(part: Any, shown: Any) -> None:
    """Images, audio and files are told by address, id, or kind and size; a kind unknown to us by its name
    alone."""
    assert parts(part) == [shown]


def test_tool_call_and_result() -> None:
    """Arguments are the text as generated, even if it is no JSON; a custom tool's input is its argument."""
    call = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"a": 1,'}}
    custom = {"id": "c2", "type": "custom", "custom": {"name": "g", "input": "free"}}
    assert message(role="assistant", content=None, tool_calls=[call, custom])["parts"] == [
        {"type": "tool_call", "id": "c1", "name": "f", "arguments": '{"a": 1,'},
        {"type": "tool_call", "id": "c2", "name": "g", "arguments": "free"},
    ]
    assert message(role="tool", tool_call_id="c1", content="42")["parts"] == [
        {"type": "tool_call_response", "id": "c1", "response": "42"}
    ]


def test_arguments_as_an_object() -> None:
    """Where an application or an SDK holds the arguments as an object, they are its JSON."""
    call = {"id": "c1", "function": {"name": "f", "arguments": {"a": 1}}}
    (part,) = message(role="assistant", tool_calls=[call])["parts"]
    assert part["arguments"] == '{"a":1}'


@pytest.mark.parametrize("name", ["reasoning_content", "reasoning"])
def test_reasoning_beside_the_content(name: str) -> None:
    """Reasoning has two names, in messages as in deltas."""
    expected = [{"type": "reasoning", "content": "hm"}, {"type": "text", "content": "Hi"}]
    assert message(role="assistant", content="Hi", **{name: "hm"})["parts"] == expected
    answered = streamed(delta(**{name: "hm"}), delta(content="Hi"))  # type: ignore[arg-type]
    assert answered.content["gen_ai.output.messages"][0]["parts"] == expected


def test_content_of_deltas_in_parts() -> None:
    """A delta's content may be parts, of text and of thought; others are passed over."""
    thought = {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}
    answered = streamed(
        delta(content=[thought]),
        delta(content=[{"type": "text", "text": "H"}, {"type": "reference", "reference_ids": [1]}]),
        delta(content="i"),
    )
    assert answered.content["gen_ai.output.messages"][0]["parts"] == [
        {"type": "reasoning", "content": "hm"},
        {"type": "text", "content": "Hi"},
    ]
    assert streamed(delta(content=[thought]), captures_content=False).content == {}


def test_whole_calls_at_one_index() -> None:
    """Providers that send whole calls give each the index 0; ids tell them apart."""
    calls = [{"index": 0, "id": f"c{at}", "function": {"name": "f", "arguments": "{}"}} for at in (1, 2)]
    assert streamed(delta(tool_calls=calls)).tool_calls == [("c1", "f", "{}"), ("c2", "f", "{}")]


def test_sdk_models_as_messages() -> None:
    """Applications append the SDK's answer to the history as it is, also with fields the SDK does not
    know."""
    answer = ChatCompletionMessage.model_validate(
        {"role": "assistant", "content": "Hi", "reasoning_content": "hm"}
    )
    (read,) = read_chat_content({"messages": [answer]})["gen_ai.input.messages"]
    assert read["parts"] == [
        {"type": "reasoning", "content": "hm"},
        {"type": "text", "content": "Hi"},
    ]


def test_iterators_are_the_sdks() -> None:
    """What can be read once only is not read."""
    once = iter([{"role": "user", "content": "Hi"}])
    assert read_chat_content({"messages": once, "tools": once})["gen_ai.input.messages"] is None
    assert list(once)
    assert listed("text") == ()


def test_tool_definitions() -> None:
    """Name, description and parameters of functions; the name of a custom tool."""
    function = {"name": "f", "description": "does", "parameters": {"type": "object"}}
    tools = [{"type": "function", "function": function}, {"type": "custom", "custom": {"name": "g"}}]
    assert read_chat_content({"tools": tools})["gen_ai.tool.definitions"] == [
        {"type": "function", **function},
        {"type": "custom", "name": "g"},
    ]


def test_system_prompt_hash_and_modality() -> None:
    """All system and developer texts are hashed, in order; anything but text makes the modality unknown."""
    request = Request("chat", "openai", "m")
    sent = [
        {"role": "system", "content": "a"},
        {"role": "user", "content": "x"},
        {"role": "developer", "content": [{"type": "text", "text": "b"}]},
    ]
    read_prompt(request, sent)
    assert request.attributes == {"spanwright.system_prompt.sha256": system_prompt_sha256(["a", "b"])}
    assert request.modality == "text"
    with_image = Request("chat", "openai", "m")
    read_prompt(with_image, [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": PNG}}]}])
    assert (with_image.attributes, with_image.modality) == ({}, "unknown")


def test_usage_of_providers_that_differ() -> None:
    """Cached and reasoning tokens where reported, DeepSeek's spelling too; none where none are."""
    usage: dict[str, Any] = {"prompt_tokens": 9, "completion_tokens": 3}
    deepseek = {**usage, "prompt_cache_hit_tokens": 8}
    detailed = {
        **usage,
        "prompt_tokens_details": {"cached_tokens": 4, "audio_tokens": 2},
        "completion_tokens_details": {"reasoning_tokens": 1},
    }
    found = []
    for reported in (None, usage, deepseek, detailed):
        answer = read_chat_response({}, chunk(usage=reported), False)
        reported_now = {k: v for k, v in answer.attributes.items() if "usage" in k and v is not None}
        found.append({k.removeprefix("gen_ai.usage."): v for k, v in reported_now.items()})
    basic = {"input_tokens": 9, "output_tokens": 3}
    assert found == [
        {},
        basic,
        {**basic, "cache_read.input_tokens": 8},
        {
            **basic,
            "cache_read.input_tokens": 4,
            "audio.input_tokens": 2,
            "reasoning.output_tokens": 1,
        },
    ]


def test_chunks_of_several_choices_are_kept_apart() -> None:
    """Choices may come interleaved."""
    answer = streamed(
        delta(1, content="B"), delta(0, content="A"), delta(1, content="b", reason="length"), delta(0, "stop")
    )
    assert answer.attributes["gen_ai.response.finish_reasons"] == ["stop", "length"]
    texts = [each["parts"][0]["content"] for each in answer.content["gen_ai.output.messages"]]
    assert texts == ["A", "Bb"]


def test_reasoning_and_refusal() -> None:
    """Both come in deltas of their own."""
    answer = streamed(delta(reasoning_content="h"), delta(reasoning="m"), delta(refusal="no"))
    (said,) = answer.content["gen_ai.output.messages"]
    assert said["parts"] == [{"type": "reasoning", "content": "hm"}, {"type": "refusal", "content": "no"}]


def test_everything_in_one_chunk() -> None:
    """Text, reasoning, a tool call and usage may come together, also after chunks of text alone."""
    call = {"index": 0, "id": "c", "function": {"name": "f", "arguments": "{}"}}
    together = chunk(
        choices=[{"index": 0, "delta": {"content": "B", "tool_calls": [call]}, "finish_reason": None}],
        usage={"prompt_tokens": 1, "completion_tokens": 2},
    )
    reasoning = ChatCompletionChunk.construct(  # as the SDK makes its chunks
        **{**together, "usage": None, "choices": [{"index": 0, "delta": {"content": "C", "reasoning": "h"}}]}
    )
    answer = streamed(delta(content="A"), delta(content="a"), together, reasoning, delta(content="D"))
    (said,) = answer.content["gen_ai.output.messages"]
    assert [part.get("content") or part["name"] for part in said["parts"]] == ["h", "AaBCD", "f"]
    assert answer.attributes["gen_ai.usage.output_tokens"] == 2


def test_what_counts_as_content() -> None:
    """A role, an empty text and a usage chunk are no content; text, tool calls, reasoning and refusals
    are."""
    state = ChatStream(False)
    call = {"index": 0, "id": "c", "function": {"name": "f", "arguments": ""}}
    assert [
        state.observe(each)
        for each in (
            chunk(),
            delta(role="assistant", content=""),
            delta(content="A"),
            delta(tool_calls=[call]),
            delta(reasoning_content="h"),
            delta(refusal="no"),
            chunk(usage={"prompt_tokens": 1, "completion_tokens": 1}),
        )
    ] == [False, False, True, True, True, True, False]


def test_broken_off() -> None:
    """Choices that an error cut short end with ``error``, one that never came as well; what was said is
    kept."""
    answer = streamed(delta(content="A"), broken=True)
    assert answer.attributes["gen_ai.response.finish_reasons"] == ["error"]
    assert answer.content["gen_ai.output.messages"][0]["parts"] == [{"type": "text", "content": "A"}]
    assert streamed(broken=True).attributes["gen_ai.response.finish_reasons"] == ["error"]


def test_left_by_the_application() -> None:
    """A stream the application stopped reading has no finish reason: nothing went wrong, and it is not
    known."""
    assert streamed(delta(content="A")).attributes["gen_ai.response.finish_reasons"] is None


def test_no_text_is_kept_where_none_is_captured() -> None:
    """Without content capture the tool calls are still known, the text is not."""
    call = {"index": 0, "id": "c", "function": {"name": "f", "arguments": "{}"}}
    answer = streamed(delta(content="A"), delta(tool_calls=[call]), captures_content=False)
    assert (answer.content, answer.tool_calls) == ({}, [("c", "f", "{}")])


@given(st.text(), st.lists(st.integers(1, 5)))
def test_any_split_of_the_arguments(arguments: str, sizes: list[int]) -> None:
    """However the provider cuts the arguments into pieces, they come out whole."""
    pieces, rest = [], arguments
    for size in sizes:
        pieces.append(rest[:size])
        rest = rest[size:]
    head = {"index": 0, "id": "c", "function": {"name": "f", "arguments": ""}}
    deltas = [{"index": 0, "function": {"arguments": piece}} for piece in (*pieces, rest)]
    answer = streamed(*(delta(tool_calls=[each]) for each in (head, *deltas)))
    assert answer.tool_calls == [("c", "f", arguments)]


def test_missing_fields_are_none() -> None:
    """Dicts, models and anything else are asked alike."""
    answer = ChatCompletionMessage.model_validate({"role": "assistant", "content": None, "other": 1})
    assert [get(each, "other") for each in ({"other": 1}, answer, {}, object(), None)] == [
        1,
        1,
        None,
        None,
        None,
    ]
