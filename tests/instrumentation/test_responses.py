"""The Responses format: items of every kind as messages."""

from __future__ import annotations

from typing import Any

import pytest
from spanwright_instrumentation.responses import (
    FetchedStream,
    ResponsesStream,
    read_prompt,
    read_responses_content,
    read_responses_response,
)
from spanwright_instrumentation.translation import Fields, Request
from spanwright_semconv.prompt import system_prompt_sha256


def turns(*items: dict[str, Any]) -> Any:
    return read_responses_content({"input": [*items]})["gen_ai.input.messages"]


def parts(*content: dict[str, Any]) -> Any:
    [turn] = turns({"role": "user", "content": [*content]})
    return turn["parts"]


def test_a_conversation_with_a_tool() -> None:
    """What the assistant thought, said and called in a row is one message, the result another."""
    assert turns(
        {"role": "user", "content": "Where is A-17?"},
        {"type": "reasoning", "id": "r1", "summary": [{"type": "summary_text", "text": "Look it up."}]},
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "One moment."}]},
        {"type": "function_call", "call_id": "c1", "name": "lookup", "arguments": '{"id": "A-17"}'},
        {"type": "function_call_output", "call_id": "c1", "output": '{"state": "sent"}'},
    ) == [
        {"role": "user", "parts": [{"type": "text", "content": "Where is A-17?"}]},
        {
            "role": "assistant",
            "parts": [
                {"type": "reasoning", "content": "Look it up."},
                {"type": "text", "content": "One moment."},
                {"type": "tool_call", "name": "lookup", "id": "c1", "arguments": '{"id": "A-17"}'},
            ],
        },
        {
            "role": "tool",
            "parts": [{"type": "tool_call_response", "id": "c1", "response": '{"state": "sent"}'}],
        },
    ]


def test_media_without_their_bytes() -> None:
    """Addresses and ids as they are; what is sent inline only as its kind and size."""
    assert parts(
        {"type": "input_image", "image_url": "https://example.com/a.png"},
        {"type": "input_image", "image_url": "data:image/png;base64,AAAABBBB"},
        {"type": "input_image", "file_id": "file-1"},
        {"type": "input_file", "file_id": "file-2"},
        {"type": "input_file", "file_url": "https://example.com/b.pdf"},
        {"type": "input_file", "filename": "c.pdf", "file_data": "AAAABBBBCCCC"},
    ) == [
        {"type": "uri", "modality": "image", "uri": "https://example.com/a.png"},
        {"type": "blob", "modality": "image", "mime_type": "image/png", "content": "", "bytes": 6},
        {"type": "file", "modality": "image", "file_id": "file-1"},
        {"type": "file", "modality": "document", "file_id": "file-2"},
        {"type": "uri", "modality": "document", "uri": "https://example.com/b.pdf"},
        {"type": "blob", "modality": "document", "content": "", "bytes": 9},
    ]


def test_tools_that_the_provider_runs() -> None:
    """A server-side tool is one call part; an image it made stays out."""
    [turn] = turns(
        {"type": "web_search_call", "id": "w1", "status": "completed", "action": {"query": "weather"}},
        {"type": "image_generation_call", "id": "i1", "status": "completed", "result": "AAAA" * 1000},
        {"type": "compaction", "id": "k1", "encrypted_content": "AAAA"},
    )
    search = {"type": "web_search_call", "status": "completed", "action": {"query": "weather"}}
    image = {"type": "image_generation_call", "status": "completed"}
    assert turn["parts"] == [
        {"type": "server_tool_call", "name": "web_search_call", "id": "w1", "server_tool_call": search},
        {"type": "server_tool_call", "name": "image_generation_call", "id": "i1", "server_tool_call": image},
        {"type": "compaction"},
    ]


def test_a_custom_tool_takes_text() -> None:
    """Its input is what the model generated, and its answer may have parts."""
    called, answered = turns(
        {"type": "custom_tool_call", "call_id": "c1", "name": "shell", "input": "ls -l"},
        {"type": "custom_tool_call_output", "call_id": "c1", "output": [{"type": "input_text", "text": "a"}]},
    )
    assert called["parts"] == [{"type": "tool_call", "name": "shell", "id": "c1", "arguments": "ls -l"}]
    response = [{"type": "text", "content": "a"}]
    assert answered["parts"] == [{"type": "tool_call_response", "id": "c1", "response": response}]


def test_tool_definitions() -> None:
    """A function by its name, a tool of the provider's by its type."""
    content = read_responses_content(
        {
            "input": "hi",
            "tools": [
                {"type": "function", "name": "lookup", "parameters": {"type": "object"}},
                {"type": "web_search"},
                {"type": "mcp", "server_label": "orders"},
            ],
        }
    )
    assert content["gen_ai.tool.definitions"] == [
        {"type": "function", "name": "lookup", "parameters": {"type": "object"}},
        {"type": "web_search", "name": "web_search"},
        {"type": "mcp", "name": "orders"},
    ]


@pytest.mark.parametrize(
    ("arguments", "system", "modality"),
    [
        ({"input": "hi"}, [], "text"),
        ({"input": "hi", "instructions": "Be brief."}, ["Be brief."], "text"),
        (
            {"instructions": "Be brief.", "input": [{"role": "developer", "content": "Be kind."}]},
            ["Be brief.", "Be kind."],
            "text",
        ),
        ({"input": [{"role": "user", "content": [{"type": "input_image"}]}]}, [], "unknown"),
    ],
)
def test_the_system_prompt(arguments: dict[str, Any], system: list[str], modality: str) -> None:
    """Instructions and messages of system and developer make the hash, whatever content is captured."""
    request = Request("chat", "openai", "gpt-4o")
    read_prompt(request, arguments)
    digest = request.attributes.get("spanwright.system_prompt.sha256")
    assert digest == (system_prompt_sha256(system) if system else None)
    assert request.modality == modality


def test_content_only_where_it_is_captured() -> None:
    """Ids, reasons and tool calls are read without content; messages are not."""
    call = {"type": "function_call", "call_id": "c1", "name": "lookup", "arguments": "{}"}
    answer = Fields(id="r1", model="m", status="completed", output=[Fields(call)])
    response = read_responses_response({}, answer, False)
    assert response.content == {}
    assert response.tool_calls == [("c1", "lookup", "{}")]
    assert response.attributes["gen_ai.response.finish_reasons"] == ["tool_calls"]


def test_streams_that_never_spoke() -> None:
    """A stream without an event has nothing to say, broken or not."""
    assert ResponsesStream(True).response(broken=False).content == {}
    broken = ResponsesStream(True).response(broken=True)
    assert broken.attributes == {"gen_ai.response.finish_reasons": ["error"]}
    assert FetchedStream(True).response(broken=False).attributes == {}


def test_reasoning_while_it_streams() -> None:
    """Reasoning counts as content, and is kept apart from the answer when the stream breaks."""
    state = ResponsesStream(True)
    item = {"type": "reasoning", "id": "r1", "summary": []}
    assert state.observe({"type": "response.output_item.added", "output_index": 0, "item": item}) is False
    thought = {"type": "response.reasoning_summary_text.delta", "output_index": 0, "delta": "Hm."}
    assert state.observe(thought) is True
    [message] = state.response(broken=True).content["gen_ai.output.messages"]
    assert message["parts"] == [{"type": "reasoning", "content": "Hm."}]
