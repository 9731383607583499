"""Bodies of models that take a prompt and give text."""

from __future__ import annotations

from spanwright_instrumentation.text_bodies import TextStream, read_content, read_prompt, read_response
from spanwright_instrumentation.translation import Request

COHERE = {
    "preamble": "Be brief.",
    "chat_history": [{"role": "USER", "message": "Hi"}, {"role": "CHATBOT", "message": "Hello"}],
    "message": "Where is my order?",
    "tools": [{"name": "lookup_order", "description": "Find an order."}],
}


def test_cohere_chat() -> None:
    """History, preamble and tools of Cohere's chat are messages, instructions and definitions."""
    content = read_content(COHERE)
    assert [each["role"] for each in content["gen_ai.input.messages"]] == ["user", "assistant", "user"]
    assert content["gen_ai.system_instructions"] == [{"type": "text", "content": "Be brief."}]
    assert content["gen_ai.tool.definitions"] == [
        {"type": "function", "name": "lookup_order", "description": "Find an order."}
    ]
    request = Request("chat", "aws.bedrock", "cohere.command-r-v1:0")
    read_prompt(request, COHERE)
    assert len(request.attributes["spanwright.system_prompt.sha256"]) == 64


def test_cohere_tool_calls() -> None:
    """Calls of tools have no id there."""
    answer = {
        "text": "",
        "finish_reason": "COMPLETE",
        "tool_calls": [{"name": "lookup_order", "parameters": {"id": 7}}],
    }
    response = read_response({}, answer, True)
    assert response.tool_calls == [(None, "lookup_order", '{"id":7}')]
    assert response.content["gen_ai.output.messages"][0]["parts"] == [
        {"type": "tool_call", "name": "lookup_order", "arguments": {"id": 7}}
    ]


def test_several_generations() -> None:
    """Each generation is a message with its reason."""
    answer = {
        "generations": [{"text": "a", "finish_reason": "COMPLETE"}, {"text": "b", "finish_reason": "ERROR"}]
    }
    response = read_response({}, answer, True)
    assert response.attributes["gen_ai.response.finish_reasons"] == ["COMPLETE", "ERROR"]
    assert [each["parts"][0]["content"] for each in response.content["gen_ai.output.messages"]] == ["a", "b"]


def test_broken_stream() -> None:
    """What came before the end is kept, and the reason is the error."""
    stream = TextStream(True)
    assert stream.observe({"generation": "Hi", "stop_reason": None})
    response = stream.response(broken=True)
    assert response.attributes["gen_ai.response.finish_reasons"] == ["error"]
    assert TextStream(True).response(broken=True).attributes["gen_ai.response.finish_reasons"] == ["error"]
    assert TextStream(False).response(broken=False).content == {}
