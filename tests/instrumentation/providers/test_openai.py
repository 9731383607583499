"""OpenAI's SDK: recorded exchanges become these spans, and arguments become these attributes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import openai
import pytest
from opentelemetry.trace import StatusCode
from pydantic import BaseModel
from spanwright_instrumentation.embedding_memory import memory
from spanwright_instrumentation.providers.openai import OpenAIInstrumentor
from spanwright_instrumentation.tool_registry import registry
from spanwright_semconv.prompt import system_prompt_sha256
from support.drivers.openai import answer, client
from support.recording import TIMES, Recording, instrumented
from support.recordings import recorded
from support.wire import Answer, Wire

SERVER = {"gen_ai.provider.name": "openai", "server.address": "api.openai.com", "server.port": 443}
CHAT = {**SERVER, "gen_ai.operation.name": "chat", "openai.api.type": "chat_completions"}
TEXT_QUESTION = [{"role": "user", "parts": [{"type": "text", "content": "Say this is a test"}]}]
WEATHER_QUESTION = [
    {"role": "system", "parts": [{"type": "text", "content": "You're a helpful assistant."}]},
    {
        "role": "user",
        "parts": [
            {"type": "text", "content": "What's the weather in Seattle and San Francisco today?"},
        ],
    },
]
WEATHER_TOOL = {
    "type": "function",
    "name": "get_current_weather",
    "description": "Get the current weather in a given location",
    "parameters": {
        "type": "object",
        "properties": {
            "location": {"type": "string", "description": "The city and state, e.g. Boston, MA"},
        },
        "required": ["location"],
        "additionalProperties": False,
    },
}
WEATHER = {
    **CHAT,
    "gen_ai.request.model": "gpt-4o-mini",
    "gen_ai.response.model": "gpt-4o-mini-2024-07-18",
    "spanwright.system_prompt.sha256": system_prompt_sha256(["You're a helpful assistant."]),
    "gen_ai.tool.definitions": [WEATHER_TOOL],
}


class Event(BaseModel):
    """What the structured output is parsed into."""

    name: str
    date: str
    participants: list[str]


@pytest.fixture
def recording() -> Iterator[Recording]:
    with instrumented(OpenAIInstrumentor(), Recording()) as recording:
        yield recording


def asked(name: str, at: int = 0) -> dict[str, Any]:
    """The arguments of a recorded request."""
    return recorded(f"openai/{name}").requests[at]


def connected(name: str) -> openai.OpenAI:
    """A client whose other end answers as recorded."""
    made: openai.OpenAI = client(recorded(f"openai/{name}").wire(), is_async=False, max_retries=0)
    return made


def helping(connection: Any) -> Any:
    """The completions that parse and stream with events: in older versions those of the beta."""
    completions = connection.chat.completions
    return completions if hasattr(completions, "parse") else connection.beta.chat.completions


def spoken(text: str, reason: str = "stop") -> dict[str, Any]:
    return {"role": "assistant", "parts": [{"type": "text", "content": text}], "finish_reason": reason}


def weather_call(call_id: str, place: str) -> dict[str, str]:
    arguments = f'{{"location": "{place}"}}'
    return {"type": "tool_call", "id": call_id, "name": "get_current_weather", "arguments": arguments}


def usage(sent: int, received: int) -> dict[str, int]:
    return {
        "gen_ai.usage.input_tokens": sent,
        "gen_ai.usage.output_tokens": received,
        "gen_ai.usage.cache_read.input_tokens": 0,
        "gen_ai.usage.reasoning.output_tokens": 0,
    }


def finished(*reasons: str) -> dict[str, Any]:
    return {"gen_ai.response.finish_reasons": reasons, "spanwright.finish_reason": reasons[0]}


def test_chat_completion(recording: Recording) -> None:
    """A plain answer gives its whole span."""
    name = "chat_completion_with_content"
    connected(name).chat.completions.create(**asked(name))
    assert recording.spans[0].name == "chat gpt-4o-mini"
    assert recording.call_attributes() == {
        **CHAT,
        **usage(12, 5),
        **finished("stop"),
        "gen_ai.request.model": "gpt-4o-mini",
        "gen_ai.response.model": "gpt-4o-mini-2024-07-18",
        "gen_ai.response.id": "chatcmpl-ASYMQRl3A3DXL9FWCK9tnGRcKIO7q",
        "openai.response.system_fingerprint": "fp_0ba0d124f1",
        "spanwright.request.id": "req_58cff97afd0e7c0bba910ccf0b044a6f",
        "gen_ai.input.messages": TEXT_QUESTION,
        "gen_ai.output.messages": [spoken("This is a test.")],
    }


def test_raw_response_gives_the_same_span(recording: Recording) -> None:
    """``with_raw_response`` loses nothing, and parses as without us."""
    name = "chat_completion_with_raw_response"
    raw = connected(name).chat.completions.with_raw_response.create(**asked(name))
    connected(name).chat.completions.create(**asked(name))
    assert raw.parse().choices[0].message.content == "This is a test."
    assert recording.call_attributes(0) == recording.call_attributes(1)


def test_several_choices(recording: Recording) -> None:
    """Every choice has its message and its finish reason."""
    name = "chat_completion_multiple_choices"
    completion = connected(name).chat.completions.create(**asked(name))
    found = recording.call_attributes()
    assert found["gen_ai.request.choice.count"] == 2
    assert found["gen_ai.response.finish_reasons"] == ("stop", "stop")
    assert found["gen_ai.output.messages"] == [
        spoken(choice.message.content or "") for choice in completion.choices
    ]


def test_not_found(recording: Recording) -> None:
    """A refused call is an error that does not quote the provider in its status, and has no usage."""
    name = "chat_completion_404"
    with pytest.raises(openai.NotFoundError):
        connected(name).chat.completions.create(**asked(name))
    span = recording.spans[0]
    assert span.status.status_code is StatusCode.ERROR
    assert span.status.description == "openai.NotFoundError: HTTP status 404"
    assert recording.call_attributes() == {
        **CHAT,
        "gen_ai.request.model": "this-model-does-not-exist",
        "gen_ai.input.messages": TEXT_QUESTION,
        "error.type": "openai.NotFoundError",
        "spanwright.finish_reason": "error",
        "spanwright.request.id": "req_c3e0f92d7b5426d1a4a17bb3d39953ea",
    }


def test_tool_calls_and_their_results(recording: Recording) -> None:
    """Calls stand in the answer with the arguments as generated, and again with their results in the next
    request."""
    registry.clear()
    name = "chat_completion_tool_calls_with_content"
    connection = connected(name)
    for at in (0, 1):
        connection.chat.completions.create(**asked(name, at))
    calls = [
        weather_call("call_JpNb8OiAkbIbHzDggfpdDHpi", "Seattle, WA"),
        weather_call("call_vaFQc3zK6hHTRZKXRI5Eo2cJ", "San Francisco, CA"),
    ]
    assert recording.call_attributes(0) == {
        **WEATHER,
        **usage(75, 51),
        **finished("tool_calls"),
        "gen_ai.response.id": "chatcmpl-ASYMU9Ntix7ePttk0MSuerJstef6U",
        "openai.response.system_fingerprint": "fp_0ba0d124f1",
        "spanwright.request.id": "req_a0c3b432eb349a35b6d8dde6e01451e4",
        "gen_ai.input.messages": WEATHER_QUESTION,
        "gen_ai.output.messages": [{"role": "assistant", "parts": calls, "finish_reason": "tool_calls"}],
    }
    results = [
        {"type": "tool_call_response", "id": call["id"], "response": result}
        for call, result in zip(calls, ("50 degrees and raining", "70 degrees and sunny"), strict=True)
    ]
    second = recording.call_attributes(1)
    assert second["gen_ai.input.messages"] == [
        *WEATHER_QUESTION,
        {"role": "assistant", "parts": calls},
        *({"role": "tool", "parts": [result]} for result in results),
    ]
    assert second["spanwright.finish_reason"] == "stop"
    known = registry.claim("get_current_weather", call_id=calls[1]["id"])
    assert known is not None
    assert known.arguments == calls[1]["arguments"]
    assert known.model_span == recording.spans[0].context


def test_streamed_answer(recording: Recording) -> None:
    """A stream gives the span of the plain answer, and its two times."""
    name = "chat_completion_streaming"
    chunks = list(connected(name).chat.completions.create(**asked(name)))
    assert len(chunks) == 8
    assert {*TIMES} <= {*(recording.spans[0].attributes or {})}
    assert recording.call_attributes() == {
        **CHAT,
        **usage(12, 5),
        **finished("stop"),
        "gen_ai.request.model": "gpt-4",
        "gen_ai.request.stream": True,
        "gen_ai.response.model": "gpt-4-0613",
        "gen_ai.response.id": "chatcmpl-ASYMZ4oSykiIFK4lXLReDiKyAjsQl",
        "spanwright.request.id": "req_c367cf360ee88481fb7cd6c5d45bf9dc",
        "gen_ai.input.messages": TEXT_QUESTION,
        "gen_ai.output.messages": [spoken('"This is a test."')],
    }


def test_streamed_tool_calls(recording: Recording) -> None:
    """Arguments that come in pieces, of two calls at once, are whole in the answer."""
    name = "chat_completion_multiple_tools_streaming_with_content"
    list(connected(name).chat.completions.create(**asked(name)))
    found = recording.call_attributes()
    (message,) = found.pop("gen_ai.output.messages")
    assert [(part["name"], part["arguments"]) for part in message["parts"]] == [
        ("get_current_weather", '{"location": "Seattle, WA"}'),
        ("get_current_weather", '{"location": "San Francisco, CA"}'),
    ]
    assert found == {
        **WEATHER,
        **usage(75, 51),
        **finished("tool_calls"),
        "gen_ai.request.stream": True,
        "gen_ai.response.id": "chatcmpl-ASYMbACebDoWcuraMEWQhU48q4dAp",
        "openai.response.system_fingerprint": "fp_9b78b61c52",
        "spanwright.request.id": "req_d745d48bf030ac78e4790ee49848d05f",
        "gen_ai.input.messages": WEATHER_QUESTION,
    }


def test_streaming_response_by_lines_gives_the_same_span(recording: Recording) -> None:
    """Lines read by the application hold what the SDK's stream would have held."""
    name = "chat_completion_multiple_tools_streaming_with_content"
    with connected(name).chat.completions.with_streaming_response.create(**asked(name)) as response:
        lines = list(response.iter_lines())
    list(connected(name).chat.completions.create(**asked(name)))
    assert lines[0].startswith("data: ")
    assert recording.call_attributes(0) == recording.call_attributes(1)


def test_structured_output(recording: Recording) -> None:
    """``parse()`` is one call whose output type is JSON."""
    name = "structured_output_with_content"
    arguments = {**asked(name), "response_format": Event}
    completion = helping(connected(name)).parse(**arguments)
    assert completion.choices[0].message.parsed is not None
    assert len(recording.spans) == 1
    found = recording.call_attributes()
    assert found["gen_ai.output.type"] == "json"
    assert found["gen_ai.output.messages"] == [spoken(completion.choices[0].message.content or "")]


def test_answer_too_long_to_parse(recording: Recording) -> None:
    """The exception for it carries the answer, and the span has both."""
    body = answer("text", stream=False)
    cut = bytes(body.parts[0]).replace(b'"stop"', b'"length"')  # type: ignore[arg-type]
    connection = client(Wire([Answer((cut,), headers=body.headers)]), is_async=False, max_retries=0)
    with pytest.raises(openai.LengthFinishReasonError):
        helping(connection).parse(model="gpt-4o", messages=[], response_format=Event)
    found = recording.call_attributes()
    assert found["error.type"] == "openai.LengthFinishReasonError"
    assert found["spanwright.finish_reason"] == "length"
    assert found["gen_ai.usage.output_tokens"] == 5


def test_stream_helper(recording: Recording) -> None:
    """``stream()`` is one call, whether its helper is read to the end or left."""
    for read_all in (True, False):
        connection = client(Wire([answer("text", stream=True)]), is_async=False, max_retries=0)
        with helping(connection).stream(model="gpt-4o", messages=[]) as stream:
            events = list(stream) if read_all else [next(iter(stream))]
        assert events
    whole, left = recording.spans
    assert (whole.attributes or {})["spanwright.finish_reason"] == "stop"
    assert "spanwright.finish_reason" not in (left.attributes or {})


async def test_async_stream_helper_and_parse(recording: Recording) -> None:
    """The asynchronous helpers, likewise."""
    connection = client(Wire([answer("text", stream=True)]), is_async=True, max_retries=0)
    async with helping(connection).stream(model="gpt-4o", messages=[]) as stream:
        assert [event async for event in stream]
    name = "structured_output_with_content"
    connection = client(recorded(f"openai/{name}").wire(), is_async=True, max_retries=0)
    await helping(connection).parse(**{**asked(name), "response_format": Event})
    assert [span.name for span in recording.spans] == ["chat gpt-4o", "chat gpt-4o-mini"]


@pytest.mark.parametrize(
    ("name", "vectors", "tokens", "dimensions", "request_id"),
    [
        ("embeddings_with_batch_input", 3, 24, 1536, "req_5196e0fdd3335f673750fd441d67c9df"),
        ("embeddings_with_dimensions", 1, 8, 512, "req_a3d50a6faea5e691c607f0a4902c56ab"),
    ],
)
def test_embeddings(
    recording: Recording, name: str, vectors: int, tokens: int, dimensions: int, request_id: str
) -> None:
    """An embeddings call tells dimensions and tokens, no vector, and remembers what the vectors were made
    from."""
    memory.clear()
    arguments = asked(name)
    response = connected(name).embeddings.create(**arguments)
    assert len(response.data) == vectors
    assert recording.spans[0].name == "embeddings text-embedding-3-small"
    assert recording.call_attributes() == {
        **SERVER,
        "gen_ai.operation.name": "embeddings",
        "gen_ai.request.model": "text-embedding-3-small",
        "gen_ai.response.model": "text-embedding-3-small",
        "gen_ai.usage.input_tokens": tokens,
        "gen_ai.embeddings.dimension.count": dimensions,
        "spanwright.request.id": request_id,
    }
    texts = arguments["input"] if isinstance(arguments["input"], list) else [arguments["input"]]
    found = [memory.recall(item.embedding) for item in response.data]
    assert [(each.text, each.model) for each in found if each] == [
        (text, "text-embedding-3-small") for text in texts
    ]
