"""Anthropic's SDK: recorded exchanges become these spans, whichever way the call is made."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import anthropic
import pytest
from opentelemetry.trace import StatusCode
from pydantic import BaseModel
from spanwright_instrumentation.providers.anthropic import AnthropicInstrumentor
from spanwright_instrumentation.tool_registry import registry
from support.drivers.anthropic import REQUEST, answer, client, over
from support.recording import TIMES, Recording, instrumented
from support.recordings import recorded

# The SDK warns of the recordings' models, which are old.
pytestmark = pytest.mark.filterwarnings("ignore:The model:DeprecationWarning")

CHAT = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "anthropic",
    "server.address": "api.anthropic.com",
    "server.port": 443,
}
SONNET = {
    **CHAT,
    "gen_ai.request.model": "claude-sonnet-4-20250514",
    "gen_ai.response.model": "claude-sonnet-4-20250514",
    "gen_ai.request.max_tokens": 100,
}
HELLO = [{"role": "user", "parts": [{"type": "text", "content": "Say hello in one word."}]}]
WEATHER_TOOL = {
    "type": "function",
    "name": "get_weather",
    "description": "Get weather by city",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}


class Greeting(BaseModel):
    """What the structured output is parsed into."""

    greeting: str


@pytest.fixture
def recording() -> Iterator[Recording]:
    with instrumented(AnthropicInstrumentor(), Recording()) as recording:
        yield recording


def asked(name: str, method: Any = anthropic.resources.messages.Messages.create) -> dict[str, Any]:
    """The arguments of a recorded request; those the method has not, or no longer, go in the extra body."""
    (sent,) = recorded(f"anthropic/{name}").requests
    known = inspect.signature(method).parameters
    extra = {key: value for key, value in sent.items() if key not in known}
    return {key: sent[key] for key in sent if key in known} | ({"extra_body": extra} if extra else {})


def connected(name: str, *, is_async: bool = False) -> Any:
    """A client whose other end answers as recorded."""
    return client(recorded(f"anthropic/{name}").wire(), is_async=is_async, max_retries=0)


def spoken(text: str, reason: str = "end_turn") -> dict[str, Any]:
    return {"role": "assistant", "parts": [{"type": "text", "content": text}], "finish_reason": reason}


def usage(sent: int, received: int) -> dict[str, Any]:
    return {
        "gen_ai.usage.input_tokens": sent,
        "gen_ai.usage.output_tokens": received,
        "gen_ai.usage.cache_read.input_tokens": 0,
        "gen_ai.usage.cache_write.input_tokens": 0,
        "spanwright.usage.cache_write_5m.input_tokens": 0,
        "spanwright.usage.cache_write_1h.input_tokens": 0,
        "spanwright.response.service_tier": "standard",
    }


def finished(reason: str, scalar: str) -> dict[str, Any]:
    return {"gen_ai.response.finish_reasons": (reason,), "spanwright.finish_reason": scalar}


END_TURN = finished("end_turn", "stop")


@pytest.mark.parametrize(
    ("name", "message_id", "request_id"),
    [
        ("messages_create_basic", "msg_0176GK1qFwwpVM59jDYiKPjN", "req_011CYfQM6TP1iFTVWNrJQJcn"),
        (
            "messages_create_aggregates_cache_tokens",
            "msg_01QnfZn8pVXgBGu2wtj3EZKJ",
            "req_011CYfQNyftvAdchCgU7PwhE",
        ),
    ],
)
def test_message(recording: Recording, name: str, message_id: str, request_id: str) -> None:
    """A plain answer gives its whole span."""
    connected(name).messages.create(**asked(name))
    assert recording.spans[0].name == "chat claude-sonnet-4-20250514"
    assert recording.call_attributes() == {
        **SONNET,
        **usage(13, 5),
        **END_TURN,
        "gen_ai.response.id": message_id,
        "spanwright.request.id": request_id,
        "gen_ai.input.messages": HELLO,
        "gen_ai.output.messages": [spoken("Hello!")],
    }


def test_all_parameters(recording: Recording) -> None:
    """Parameters stand as sent, also those that only the body has."""
    name = "messages_create_with_all_params"
    connected(name).messages.create(**asked(name))
    assert recording.call_attributes() == {
        **SONNET,
        **usage(10, 18),
        **END_TURN,
        "gen_ai.request.max_tokens": 50,
        "gen_ai.request.temperature": 0.7,
        "gen_ai.request.top_p": 0.9,
        "gen_ai.request.top_k": 40,
        "gen_ai.request.stop_sequences": ("STOP",),
        "gen_ai.response.id": "msg_015vKsHVeGGXxG7Q49sUsfwG",
        "spanwright.request.id": "req_011CYfQMGWs6c2NPKvC1SwEp",
        "gen_ai.input.messages": [{"role": "user", "parts": [{"type": "text", "content": "Say hello."}]}],
        "gen_ai.output.messages": [spoken("Hello! It's nice to meet you. How are you doing today?")],
    }


def test_not_found(recording: Recording) -> None:
    """A refused call is an error that does not quote the provider in its status, and has no usage."""
    name = "messages_create_api_error"
    with pytest.raises(anthropic.NotFoundError):
        connected(name).messages.create(**asked(name))
    status = recording.spans[0].status
    assert (status.status_code, status.description) == (
        StatusCode.ERROR,
        "anthropic.NotFoundError: HTTP status 404",
    )
    assert recording.call_attributes() == {
        **CHAT,
        "gen_ai.request.model": "invalid-model-name",
        "gen_ai.request.max_tokens": 100,
        "gen_ai.input.messages": [{"role": "user", "parts": [{"type": "text", "content": "Hello"}]}],
        "error.type": "anthropic.NotFoundError",
        "spanwright.finish_reason": "error",
        "spanwright.request.id": "req_011CYfQMhgSid28ainNjq126",
    }


def test_thinking(recording: Recording) -> None:
    """Thinking is a reasoning part before the text, without its signature."""
    name = "messages_create_captures_thinking_content"
    message = connected(name).messages.create(**asked(name))
    thought, said = message.content
    found = recording.call_attributes()
    assert found.pop("gen_ai.output.messages") == [
        {
            "role": "assistant",
            "parts": [
                {"type": "reasoning", "content": thought.thinking},
                {"type": "text", "content": said.text},
            ],
            "finish_reason": "end_turn",
        }
    ]
    del found["gen_ai.input.messages"]
    assert found == {
        **SONNET,
        **usage(46, message.usage.output_tokens),
        **END_TURN,
        "gen_ai.request.max_tokens": 16000,
        "gen_ai.response.id": "msg_01NgMPJmYbigmhddjGchjPqH",
        "spanwright.request.id": "req_011CYfQNHwDY25u9A4Ss1BaU",
    }


def test_tool_use(recording: Recording) -> None:
    """A call of a tool stands in the answer, and is remembered for the tool's span."""
    name = "messages_create_captures_tool_use_content"
    connected(name).messages.create(**asked(name))
    call = {
        "type": "tool_call",
        "id": "toolu_01UAcA2APHENDob6qJ8kmoaC",
        "name": "get_weather",
        "arguments": {"city": "San Francisco"},
    }
    assert recording.call_attributes() == {
        **SONNET,
        **usage(386, 34),
        **finished("tool_use", "tool_calls"),
        "gen_ai.request.max_tokens": 256,
        "gen_ai.response.id": "msg_01VkeD2PaERGgjekk84zPSwr",
        "spanwright.request.id": "req_011CYfQNBARQegAkczG6kweQ",
        "gen_ai.tool.definitions": [WEATHER_TOOL],
        "gen_ai.input.messages": [
            {"role": "user", "parts": [{"type": "text", "content": "What is the weather in SF?"}]}
        ],
        "gen_ai.output.messages": [{"role": "assistant", "parts": [call], "finish_reason": "tool_use"}],
    }
    known = registry.claim("get_weather", call_id="toolu_01UAcA2APHENDob6qJ8kmoaC")
    assert known is not None
    assert (known.arguments, known.model_span) == ('{"city":"San Francisco"}', recording.spans[0].context)


@pytest.mark.parametrize(
    ("name", "text", "message_id", "request_id"),
    [
        (
            "messages_create_streaming",
            "Hello.",
            "msg_01VY8H3oPFs4WWVnJXFDxNhU",
            "req_011CYfQMiWJUo29ePpD2ATbD",
        ),
        (
            "messages_create_streaming_aggregates_cache_tokens",
            "Hello!",
            "msg_01BpXsyrS2qCTuzQnTbLsB9w",
            "req_011CYfQP44pFSHNJSnZKmaAe",
        ),
        ("messages_stream", "Hello!", "msg_01FpWuSsvRgJp3eYbdHBinNp", "req_011CaSta4VpT5jmAHFwkrWEx"),
    ],
)
async def test_streamed_message(
    recording: Recording, name: str, text: str, message_id: str, request_id: str
) -> None:
    """Every way to stream, plain or by helper, raw or not, sync or async, gives the same whole span."""
    arguments = asked(name)
    helped = {key: value for key, value in arguments.items() if key != "stream"}
    list(connected(name).messages.create(**arguments))
    with connected(name).messages.with_streaming_response.create(**arguments) as response:
        list(response.iter_lines())
    with connected(name).messages.stream(**helped) as stream:
        assert stream.get_final_message().content[0].text == text
    with connected(name).messages.stream(**helped) as stream:
        assert "".join(stream.text_stream) == text
    async for _ in await connected(name, is_async=True).messages.create(**arguments):
        pass
    async with connected(name, is_async=True).messages.stream(**helped) as stream:
        assert (await stream.get_final_message()).stop_reason == "end_turn"
    assert {*TIMES} <= {*(recording.spans[0].attributes or {})}
    expected = {
        **SONNET,
        **usage(13, 5),
        **END_TURN,
        "gen_ai.request.stream": True,
        "gen_ai.response.id": message_id,
        "spanwright.request.id": request_id,
        "gen_ai.input.messages": HELLO,
        "gen_ai.output.messages": [spoken(text)],
    }
    assert [recording.call_attributes(at) for at in range(6)] == [expected] * 6
    assert len(recording.spans) == 6


def parsing(connection: Any) -> Any:
    """The messages that parse: in older versions those of the beta, in the oldest none."""
    for messages in (connection.messages, connection.beta.messages):
        if hasattr(messages, "parse"):
            return messages
    pytest.skip("this version does not parse")


async def test_parse(recording: Recording) -> None:
    """``parse()`` is one call whose output type is JSON, sync and async."""
    name = "messages_parse_basic"
    arguments = {**REQUEST, "model": "claude-haiku-4-5", "output_format": Greeting}
    assert parsing(connected(name)).parse(**arguments).parsed_output == Greeting(greeting="hello")
    await parsing(connected(name, is_async=True)).parse(**arguments)
    first, second = recording.call_attributes(0), recording.call_attributes(1)
    assert (
        first
        == second
        == {
            **CHAT,
            **usage(176, 8),
            **END_TURN,
            "gen_ai.request.model": "claude-haiku-4-5",
            "gen_ai.request.max_tokens": 64,
            "gen_ai.response.model": "claude-haiku-4-5-20251001",
            "gen_ai.response.id": "msg_01X2c4jNgRTKYFpNTgfptMUA",
            "gen_ai.output.type": "json",
            "spanwright.request.id": "req_011CcUcwSkwSkQUL64TQoWzs",
            "gen_ai.input.messages": [{"role": "user", "parts": [{"type": "text", "content": "Say hello"}]}],
            "gen_ai.output.messages": [spoken('{"greeting":"hello"}')],
        }
    )


async def test_beta_messages(recording: Recording) -> None:
    """The beta's messages are calls like the others: plain, streamed, by helper, raw."""
    create = over(answer("text", stream=False)).beta.messages
    create.create(**REQUEST)
    create.with_raw_response.create(**REQUEST)
    list(over(answer("text", stream=True)).beta.messages.create(**REQUEST, stream=True))
    messages = over(answer("text", stream=True), is_async=True).beta.messages
    if hasattr(messages, "stream"):
        async with messages.stream(**REQUEST) as stream:
            assert [text async for text in stream.text_stream]
    found = [recording.call_attributes(at) for at in range(len(recording.spans))]
    assert len(found) == 4 if hasattr(messages, "stream") else 3
    assert {each["gen_ai.usage.input_tokens"] for each in found} == {17}
    assert {each["spanwright.request.id"] for each in found} == {"req_1"}
