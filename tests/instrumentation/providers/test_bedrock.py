"""Amazon Bedrock over botocore: recorded Converse exchanges become these spans, plain and streamed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import botocore.exceptions
import pytest
from botocore.eventstream import EventStream
from opentelemetry.trace import StatusCode
from spanwright_instrumentation.providers.bedrock import BedrockInstrumentor
from spanwright_instrumentation.tool_registry import registry
from support.aws_wire import bedrock_client, knows
from support.drivers.bedrock import ERROR_EVENT, REQUEST, answer, events, refusal, streamed, whole
from support.recording import TIMES, Recording, instrumented
from support.recordings import recorded
from support.wire import Wire

NOVA = "amazon.nova-micro-v1:0"
TITAN = "amazon.titan-text-lite-v1"
CHAT = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "aws.bedrock",
    "server.address": "bedrock-runtime.eu-west-1.amazonaws.com",
    "server.port": 443,
}
PARAMETERS = {
    "gen_ai.request.max_tokens": 10,
    "gen_ai.request.temperature": 0.8,
    "gen_ai.request.top_p": 1.0,
    "gen_ai.request.stop_sequences": ("|",),
}
TEST_SAID = [{"role": "user", "parts": [{"type": "text", "content": "Say this is a test"}]}]
WEATHER_ASKED = {
    "role": "user",
    "parts": [{"type": "text", "content": "What is the weather in Seattle and San Francisco today?"}],
}
WEATHER_TOOL = {
    "type": "function",
    "name": "get_current_weather",
    "description": "Get the current weather in a given location.",
    "parameters": {
        "type": "object",
        "properties": {"location": {"type": "string", "description": "The name of the city"}},
        "required": ["location"],
    },
}


@pytest.fixture
def recording() -> Iterator[Recording]:
    with instrumented(BedrockInstrumentor(), Recording()) as recording:
        yield recording


def over(*answers: Any, max_retries: int = 0) -> Any:
    """A client whose other end answers so."""
    return bedrock_client(Wire(answers), max_retries=max_retries)


def usage(sent: int, received: int) -> dict[str, Any]:
    return {"gen_ai.usage.input_tokens": sent, "gen_ai.usage.output_tokens": received}


def finished(reason: str, scalar: str) -> dict[str, Any]:
    return {"gen_ai.response.finish_reasons": (reason,), "spanwright.finish_reason": scalar}


def spoken(reason: str, *parts: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"role": "assistant", "parts": [*parts], "finish_reason": reason}]


def text(content: str) -> dict[str, Any]:
    return {"type": "text", "content": content}


def called(call_id: str, city: str) -> dict[str, Any]:
    return {
        "type": "tool_call",
        "name": "get_current_weather",
        "arguments": {"location": city},
        "id": call_id,
    }


def returned(call_id: str, weather: str) -> dict[str, Any]:
    content = [{"type": "json", "content": {"weather": weather}}]
    return {"type": "tool_call_response", "response": content, "id": call_id}


def test_converse(recording: Recording) -> None:
    """A plain answer gives its whole span, and the application botocore's dict."""
    exchange = recorded("bedrock/converse_with_content")
    found = bedrock_client(exchange.wire()).converse(modelId=TITAN, **exchange.requests[0])
    assert found["usage"] == {"inputTokens": 8, "outputTokens": 10, "totalTokens": 18}
    assert recording.spans[0].name == f"chat {TITAN}"
    assert recording.call_attributes() == {
        **CHAT,
        **PARAMETERS,
        **usage(8, 10),
        **finished("max_tokens", "length"),
        "gen_ai.request.model": TITAN,
        "spanwright.request.id": "180bdcbc-0fea-4b99-a0f0-b858dd830a83",
        "gen_ai.input.messages": TEST_SAID,
        "gen_ai.output.messages": spoken("max_tokens", text("Hi, how can I help you")),
    }


def test_converse_stream(recording: Recording) -> None:
    """A streamed answer gives the same span with its times, and the application botocore's stream."""
    exchange = recorded("bedrock/converse_stream_with_content")
    found = bedrock_client(exchange.wire()).converse_stream(modelId=TITAN, **exchange.requests[0])
    assert type(found["stream"]) is EventStream
    assert [next(iter(event)) for event in found["stream"]] == [
        "messageStart",
        "contentBlockDelta",
        "contentBlockStop",
        "messageStop",
        "metadata",
    ]
    assert {*TIMES} <= {*(recording.spans[0].attributes or {})}
    assert recording.call_attributes() == {
        **CHAT,
        **PARAMETERS,
        **usage(8, 10),
        **finished("max_tokens", "length"),
        "gen_ai.request.model": TITAN,
        "gen_ai.request.stream": True,
        "spanwright.request.id": "77f2fab1-08a9-4235-a402-e0e5f3a5e117",
        "gen_ai.input.messages": TEST_SAID,
        "gen_ai.output.messages": spoken("max_tokens", text("I am here and ready to assist")),
    }


def test_tools(recording: Recording) -> None:
    """Tools, calls of them and their results are recorded; the calls are remembered for the tools' spans."""
    exchange = recorded("bedrock/converse_tool_call_with_content")
    client = bedrock_client(exchange.wire())
    seattle, francisco = "tooluse_tggNKJbGSrm48inRqf3Rvw", "tooluse_bRV9WIcFSxyrLY6-MVkZRA"
    client.converse(modelId=NOVA, **exchange.requests[0])
    remembered = registry.claim("get_current_weather", call_id=seattle)
    client.converse(modelId=NOVA, **exchange.requests[1])
    thought = text(
        "<thinking> To provide the weather information for both Seattle and San Francisco, I will use the "
        "`get_current_weather` tool for each city. I will start with Seattle and then proceed with San "
        "Francisco.</thinking>\n"
    )
    calls = [called(seattle, "Seattle"), called(francisco, "San Francisco")]
    shared = {**CHAT, "gen_ai.request.model": NOVA, "gen_ai.tool.definitions": [WEATHER_TOOL]}
    assert recording.call_attributes(0) == {
        **shared,
        **usage(415, 190),
        **finished("tool_use", "tool_calls"),
        "spanwright.request.id": "c8537d75-1a24-432f-a26e-1712281540cf",
        "gen_ai.input.messages": [WEATHER_ASKED],
        "gen_ai.output.messages": spoken("tool_use", thought, *calls),
    }
    results = [returned(seattle, "50 degrees and raining"), returned(francisco, "70 degrees and sunny")]
    second = recording.call_attributes(1)
    answered = second.pop("gen_ai.output.messages")
    assert answered[0]["parts"][0]["content"].endswith("In San Francisco, it's 70 degrees and sunny today.")
    assert second == {
        **shared,
        **usage(553, 59),
        **finished("end_turn", "stop"),
        "spanwright.request.id": "ce574485-9823-4db9-8974-cdbeacd6e0f3",
        "gen_ai.input.messages": [
            WEATHER_ASKED,
            {"role": "assistant", "parts": [thought, *calls]},
            {"role": "user", "parts": results},
        ],
    }
    assert remembered is not None
    assert (remembered.call_id, remembered.arguments) == (seattle, '{"location":"Seattle"}')


def test_streamed_tools(recording: Recording) -> None:
    """Calls of tools that come in pieces are put together."""
    exchange = recorded("bedrock/converse_stream_with_content_tool_call")
    client = bedrock_client(exchange.wire())
    for sent in exchange.requests:
        list(client.converse_stream(modelId=NOVA, **sent)["stream"])
    found = recording.call_attributes(0)
    (said,) = found["gen_ai.output.messages"]
    assert said["finish_reason"] == "tool_use"
    assert said["parts"][1:] == [
        called("tooluse_JZ11QcxSQ3m3xacMQKVIKw", "Seattle"),
        called("tooluse_-hxBEEwGRc-VQqC2i7SFqg", "San Francisco"),
    ]
    assert found["spanwright.request.id"] == "74f31869-e1ef-4224-b9d8-3f143d117f77"
    assert recording.call_attributes(1)["gen_ai.response.finish_reasons"] == ("end_turn",)


def test_refused_call(recording: Recording) -> None:
    """The span has the qualified name of botocore's exception, and the request's id."""
    exchange = recorded("bedrock/converse_with_invalid_model")
    client = bedrock_client(exchange.wire())
    with pytest.raises(client.exceptions.ValidationException, match="model identifier is invalid"):
        client.converse(modelId="does-not-exist", **exchange.requests[0])
    assert recording.spans[0].status.status_code is StatusCode.ERROR
    assert recording.call_attributes() == {
        **CHAT,
        "gen_ai.request.model": "does-not-exist",
        "error.type": "botocore.errorfactory.ValidationException",
        "spanwright.finish_reason": "error",
        "spanwright.request.id": "7fdbc480-6d28-4d1c-abbc-bd7f17c7dfec",
        "gen_ai.input.messages": TEST_SAID,
    }


@pytest.mark.skipif(not knows("Converse", "serviceTier"), reason="this botocore is older")
def test_everything_sent(recording: Recording) -> None:
    """Parameters, guardrail, tier and system prompt stand as sent; a router tells the model it chose."""
    arn = "arn:aws:bedrock:eu-west-1::foundation-model/amazon.nova-pro-v1:0"
    tokens = {
        "inputTokens": 4,
        "outputTokens": 6,
        "totalTokens": 1348,
        "cacheReadInputTokens": 20,
        "cacheWriteInputTokens": 1318,
        "cacheDetails": [{"ttl": "1h", "inputTokens": 1000}, {"ttl": "5m", "inputTokens": 318}],
    }
    reply = whole(
        [{"text": "Hello"}],
        "guardrail_intervened",
        tokens,
        trace={"promptRouter": {"invokedModelId": arn}},
        serviceTier={"type": "priority"},
    )
    over(reply).converse(
        modelId="arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.amazon.nova-pro-v1:0",
        messages=REQUEST["messages"],
        system=[{"text": "Be brief."}, {"cachePoint": {"type": "default"}}],
        inferenceConfig={"maxTokens": 64},
        additionalModelRequestFields={"inferenceConfig": {"topK": 20}, "reasoning_effort": "low"},
        guardrailConfig={"guardrailIdentifier": "sgi5gkybzqak", "guardrailVersion": "1"},
        serviceTier={"type": "priority"},
    )
    found = recording.call_attributes()
    assert len(found.pop("spanwright.system_prompt.sha256")) == 64
    assert found == {
        **CHAT,
        **usage(1342, 6),
        **finished("guardrail_intervened", "content_filter"),
        "gen_ai.request.model": (
            "arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.amazon.nova-pro-v1:0"
        ),
        "gen_ai.response.model": arn,
        "gen_ai.request.max_tokens": 64,
        "gen_ai.request.top_k": 20,
        "gen_ai.request.reasoning.level": "low",
        "aws.bedrock.guardrail.id": "sgi5gkybzqak",
        "spanwright.request.service_tier": "priority",
        "spanwright.response.service_tier": "priority",
        "gen_ai.usage.cache_read.input_tokens": 20,
        "gen_ai.usage.cache_write.input_tokens": 1318,
        "spanwright.usage.cache_write_1h.input_tokens": 1000,
        "spanwright.usage.cache_write_5m.input_tokens": 318,
        "spanwright.request.id": "req_1",
        "gen_ai.system_instructions": [text("Be brief.")],
        "gen_ai.input.messages": [{"role": "user", "parts": [text("Say hello")]}],
        "gen_ai.output.messages": spoken("guardrail_intervened", text("Hello")),
    }


@pytest.mark.skipif(not knows("Converse", "promptVariables"), reason="this botocore is older")
def test_prompt_of_the_service(recording: Recording) -> None:
    """A prompt that Bedrock manages is named; it has no messages of the application's."""
    prompt = "arn:aws:bedrock:eu-west-1:123456789012:prompt/PROMPT1234:7"
    over(answer("text", stream=False)).converse(modelId=prompt, promptVariables={"genre": {"text": "pop"}})
    found = recording.call_attributes()
    assert (found["gen_ai.prompt.name"], found["gen_ai.prompt.version"]) == ("PROMPT1234", "7")
    assert found["gen_ai.request.model"] == prompt


def test_retries(recording: Recording) -> None:
    """Requests sent again are counted as botocore counts them."""
    reply = over(refusal(429), answer("text", stream=False), max_retries=2).converse(
        modelId=REQUEST["model"], messages=REQUEST["messages"]
    )
    assert reply["ResponseMetadata"]["RetryAttempts"] == 1
    assert recording.call_attributes()["http.request.resend_count"] == 1


def test_error_in_stream(recording: Recording) -> None:
    """An error event is the stream's failure, with what came before it."""
    parts = events([{"text": "Hello to you"}], "end_turn")[:3]
    stream = over(streamed(*parts, ERROR_EVENT)).converse_stream(
        modelId=REQUEST["model"], messages=REQUEST["messages"]
    )["stream"]
    with pytest.raises(botocore.exceptions.EventStreamError):
        list(stream)
    found = recording.call_attributes()
    assert found["error.type"] == "botocore.exceptions.EventStreamError"
    assert found["gen_ai.output.messages"] == spoken("error", text("Hello to "))


def test_other_services_are_left_alone(recording: Recording) -> None:
    """A call of another AWS service, or another operation of this one, makes no span."""
    with pytest.raises(botocore.exceptions.ClientError):
        bedrock_client(Wire([refusal(404)]), service="bedrock").list_foundation_models()
    client = over(refusal(404))
    if hasattr(client, "list_async_invokes"):
        with pytest.raises(botocore.exceptions.ClientError):
            client.list_async_invokes()
    assert recording.spans == []


def test_invalid_parameters(recording: Recording) -> None:
    """What botocore refuses to send is an error of the call."""
    with pytest.raises(botocore.exceptions.ParamValidationError):
        over(refusal(404)).converse(modelId=REQUEST["model"], messages="hello")
    assert recording.call_attributes()["error.type"] == "botocore.exceptions.ParamValidationError"
