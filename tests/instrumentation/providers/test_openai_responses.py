"""OpenAI's Responses API: recorded exchanges become these spans, and fetching one is no generation."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import openai
import pytest
from opentelemetry.trace import StatusCode
from pydantic import BaseModel
from spanwright_instrumentation.providers.openai import OpenAIInstrumentor
from spanwright_instrumentation.tool_registry import registry
from spanwright_semconv.prompt import system_prompt_sha256
from support.drivers.openai_responses import answer, client, event, events, response
from support.recording import TIMES, Recording, instrumented
from support.recordings import recorded
from support.wire import Answer, Failure, Wire

CALL = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-4o-mini",
    "server.address": "api.openai.com",
    "server.port": 443,
    "openai.api.type": "responses",
}
MINI = {**CALL, "gen_ai.response.model": "gpt-4o-mini-2024-07-18", "openai.response.service_tier": "default"}
STOPPED = {"gen_ai.response.finish_reasons": ("stop",), "spanwright.finish_reason": "stop"}
HELPFUL = {
    "gen_ai.system_instructions": [{"type": "text", "content": "You are a helpful assistant."}],
    "spanwright.system_prompt.sha256": system_prompt_sha256(["You are a helpful assistant."]),
}
SAID = {
    "gen_ai.input.messages": [
        {"role": "user", "parts": [{"type": "text", "content": "Say this is a test"}]},
    ],
    "gen_ai.output.messages": [
        {
            "role": "assistant",
            "parts": [{"type": "text", "content": "This is a test."}],
            "finish_reason": "stop",
        }
    ],
}


@pytest.fixture
def recording() -> Iterator[Recording]:
    with instrumented(OpenAIInstrumentor(), Recording()) as recording:
        yield recording


def connected(wire: Wire) -> openai.OpenAI:
    made: openai.OpenAI = client(wire, is_async=False, max_retries=0)
    return made


def replayed(name: str) -> Any:
    exchange = recorded(f"openai/{name}")
    return connected(exchange.wire()).responses.create(**exchange.requests[0])


def usage(sent: int, received: int, reasoning: int = 0) -> dict[str, int]:
    return {
        "gen_ai.usage.input_tokens": sent,
        "gen_ai.usage.output_tokens": received,
        "gen_ai.usage.cache_read.input_tokens": 0,
        "gen_ai.usage.reasoning.output_tokens": reasoning,
    }


def test_a_response(recording: Recording) -> None:
    """Instructions, the answer, tokens and ids of a whole response."""
    replayed("responses_create_basic")
    assert recording.call_attributes() == {
        **MINI,
        **HELPFUL,
        **SAID,
        **STOPPED,
        **usage(22, 6),
        "gen_ai.response.id": "resp_0f4faba17dcd0f1e0069e2f3e4907881909179832ba1237025",
        "spanwright.request.id": "req_d6009916bd4447188ce5baaea187709b",
    }


def test_a_streamed_response(recording: Recording) -> None:
    """A stream's span says the same, and when its first chunk and its first content came."""
    assert len(list(replayed("responses_create_streaming"))) == 13
    assert {*TIMES} <= {*recording.attributes("chat gpt-4o-mini")}
    assert recording.call_attributes() == {
        **MINI,
        **HELPFUL,
        **SAID,
        **STOPPED,
        **usage(22, 6),
        "gen_ai.request.stream": True,
        "openai.request.service_tier": "default",
        "gen_ai.response.id": "resp_0415a3de5d3015560069e2f3f4b3088192949253e91aff1eb3",
        "spanwright.request.id": "req_2937609c6e5c4b50bc932d51621af7df",
    }


def test_cached_tokens(recording: Recording) -> None:
    """Tokens read from the cache are said apart, zero included."""
    replayed("responses_create_aggregates_cache_tokens")
    found = recording.call_attributes()
    assert {key: found[key] for key in usage(0, 0)} == usage(22, 6)


def test_reasoning_tokens(recording: Recording) -> None:
    """Reasoning is part of the output, and the effort is recorded as it was sent."""
    replayed("responses_create_reports_reasoning_tokens")
    found = recording.call_attributes()
    assert {key: found[key] for key in usage(0, 0)} == usage(44, 288, reasoning=9)
    assert found["gen_ai.request.reasoning.level"] == "low"
    assert found["gen_ai.request.max_tokens"] == 300


def test_a_tool_call(recording: Recording) -> None:
    """The call with the arguments as generated; the tool finds its model call by the id."""
    replayed("responses_create_captures_tool_call_content")
    found = recording.call_attributes()
    assert found["gen_ai.response.finish_reasons"] == ("tool_calls",)
    call = {
        "type": "tool_call",
        "name": "get_current_weather",
        "id": "call_90uO5LcGP5vTBTCrjyhYtWsA",
        "arguments": '{"location":"Seattle, WA"}',
    }
    assert found["gen_ai.output.messages"] == [
        {"role": "assistant", "parts": [call], "finish_reason": "tool_calls"}
    ]
    [definition] = found["gen_ai.tool.definitions"]
    assert (definition["type"], definition["name"]) == ("function", "get_current_weather")
    claimed = registry.claim("get_current_weather", call_id="call_90uO5LcGP5vTBTCrjyhYtWsA")
    assert claimed is not None
    assert claimed.model_span == recording.spans[0].context


def test_a_refused_request(recording: Recording) -> None:
    """An unknown model: the SDK's exception, and a span that says so."""
    with pytest.raises(openai.BadRequestError):
        replayed("responses_create_api_error")
    assert recording.call_attributes() == {
        **CALL,
        "gen_ai.request.model": "this-model-does-not-exist",
        "gen_ai.input.messages": [{"role": "user", "parts": [{"type": "text", "content": "Hello"}]}],
        "error.type": "openai.BadRequestError",
        "spanwright.finish_reason": "error",
        "spanwright.request.id": "req_48f6dc739d654972b34e069edb97d2dc",
    }
    assert recording.spans[0].status.status_code is StatusCode.ERROR


def body(**response_fields: Any) -> Wire:
    whole = response("text", **response_fields)
    return Wire([Answer((json.dumps(whole).encode(),), headers={"content-type": "application/json"})])


def test_parameters_are_recorded_as_sent(recording: Recording) -> None:
    """What was sent and nothing else: a parameter left to its default is no attribute."""
    connected(body(conversation={"id": "conv_7"})).responses.create(
        model="gpt-4o",
        input="Say hello",
        temperature=0.3,
        top_p=0.8,
        max_output_tokens=90,
        conversation="conv_7",
        previous_response_id="resp_0",
        prompt={"id": "pmpt_1", "version": "2"},
        text={"format": {"type": "json_object"}},
    )
    found = recording.call_attributes()
    sent = ("gen_ai.request", "gen_ai.prompt")
    assert {key: value for key, value in found.items() if key.startswith(sent)} == {
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.request.temperature": 0.3,
        "gen_ai.request.top_p": 0.8,
        "gen_ai.request.max_tokens": 90,
        "gen_ai.request.previous_response.id": "resp_0",
        "gen_ai.prompt.name": "pmpt_1",
        "gen_ai.prompt.version": "2",
    }
    assert (found["gen_ai.conversation.id"], found["gen_ai.output.type"]) == ("conv_7", "json")


def incomplete(reason: str) -> dict[str, Any]:
    return {"status": "incomplete", "incomplete_details": {"reason": reason}}


@pytest.mark.parametrize(
    ("answered", "reasons", "normalised"),
    [
        (incomplete("max_output_tokens"), ("max_output_tokens",), "length"),
        (incomplete("content_filter"), ("content_filter",), "content_filter"),
        ({"status": "queued"}, None, None),
    ],
)
def test_finish_reasons(
    recording: Recording, answered: dict[str, Any], reasons: tuple[str, ...] | None, normalised: str | None
) -> None:
    """The provider's own reason is kept, the common one beside it; a background response has none yet."""
    connected(body(**answered)).responses.create(model="gpt-4o", input="Say hello", background=True)
    found = recording.call_attributes()
    assert found.get("gen_ai.response.finish_reasons") == reasons
    assert found.get("spanwright.finish_reason") == normalised
    assert "gen_ai.usage.input_tokens" not in found


def test_a_failed_response(recording: Recording) -> None:
    """A failure that comes as an answer, without an exception, is an error all the same."""
    failed = body(status="failed", error={"code": "server_error", "message": "it broke"})
    connected(failed).responses.create(model="gpt-4o", input="Say hello")
    found = recording.call_attributes()
    assert (found["error.type"], found["spanwright.finish_reason"]) == ("server_error", "error")
    assert recording.spans[0].status.status_code is StatusCode.ERROR


def test_fetching_a_response(recording: Recording) -> None:
    """A fetch is a span of its own kind, without tokens: they belong to the call that made the response."""
    connected(body()).responses.retrieve("resp_1")
    assert recording.call_attributes() == {
        "gen_ai.operation.name": "fetch_response",
        "gen_ai.provider.name": "openai",
        "server.address": "api.openai.com",
        "server.port": 443,
        "openai.api.type": "responses",
        "gen_ai.response.id": "resp_1",
        "gen_ai.response.model": "gpt-4o-2024-08-06",
        "gen_ai.response.status": "completed",
    }
    assert recording.tree() == "fetch_response"


def test_fetching_a_response_as_a_stream(recording: Recording) -> None:
    """From a cursor on; still no tokens."""
    wire = Wire([answer("text", stream=True)])
    assert list(connected(wire).responses.retrieve("resp_1", stream=True, starting_after=2))
    found = recording.call_attributes()
    assert (found["gen_ai.request.stream_cursor"], found["gen_ai.response.status"]) == ("2", "completed")
    assert "gen_ai.usage.output_tokens" not in found


@pytest.mark.parametrize("kind", ["text", "tools"])
def test_a_broken_stream_keeps_what_came(recording: Recording, kind: str) -> None:
    """What was generated before the connection broke is recorded."""
    first_piece = next(at for at, each in enumerate(events(kind)) if each["type"].endswith(".delta"))
    sent = [event(each) for each in events(kind)][: first_piece + 1]
    headers = {"content-type": "text/event-stream"}
    wire = Wire([Answer((*sent, Failure("ReadError")), headers=headers)])
    with pytest.raises(openai.APIError):
        list(connected(wire).responses.create(model="gpt-4o", input="Say hello", stream=True))
    found = recording.call_attributes()
    part = {
        "text": {"type": "text", "content": "Hello"},
        "tools": {"type": "tool_call", "name": "lookup_order", "id": "call_one", "arguments": '{"ord'},
    }[kind]
    assert found["gen_ai.output.messages"] == [
        {"role": "assistant", "parts": [part], "finish_reason": "error"}
    ]
    assert found["gen_ai.response.finish_reasons"] == ("error",)


class Greeting(BaseModel):
    """What the structured output is parsed into."""

    text: str


def test_parsing_is_one_call(recording: Recording) -> None:
    """``parse`` gives one span, and says that JSON was asked for."""
    said = {"type": "output_text", "text": '{"text": "hello"}', "annotations": []}
    message = {"type": "message", "id": "m1", "role": "assistant", "status": "completed", "content": [said]}
    parsed = connected(body(output=[message])).responses.parse(
        model="gpt-4o", input="Say hello", text_format=Greeting
    )
    assert parsed.output_parsed == Greeting(text="hello")
    assert recording.tree() == "chat gpt-4o"
    assert recording.call_attributes()["gen_ai.output.type"] == "json"


def test_the_stream_helper_is_one_call(recording: Recording) -> None:
    """``responses.stream`` goes through ``create``: one span, sync and async."""
    wire = Wire([answer("text", stream=True)])
    with connected(wire).responses.stream(model="gpt-4o", input="Say hello") as stream:
        assert stream.get_final_response().output_text == "Hello to you"

    async def ask() -> None:
        made: openai.AsyncOpenAI = client(wire, is_async=True, max_retries=0)
        async with made.responses.stream(model="gpt-4o", input="Say hello") as stream:
            assert (await stream.get_final_response()).output_text == "Hello to you"

    asyncio.run(ask())
    assert recording.tree() == "chat gpt-4o\nchat gpt-4o"
    for at in (0, 1):
        assert recording.call_attributes(at)["gen_ai.usage.output_tokens"] == 5
