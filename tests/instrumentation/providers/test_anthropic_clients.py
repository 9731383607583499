"""Anthropic's SDK: what is read of a request, and who stands behind each kind of client."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import anthropic
import pytest
from spanwright_instrumentation.providers.anthropic import (
    AnthropicInstrumentor,
    read_arguments,
    read_request,
)
from support.drivers.anthropic import REQUEST, answer, client, events, http_client, over
from support.event_stream import encoded
from support.recording import Recording, instrumented
from support.wire import Answer, Wire

MODEL = "anthropic.claude-3-5-sonnet-20241022-v2:0"


@pytest.fixture
def recording() -> Iterator[Recording]:
    with instrumented(AnthropicInstrumentor(), Recording()) as recording:
        yield recording


def bedrock(wire: Wire, *, is_async: bool = False) -> Any:
    kind = anthropic.AsyncAnthropicBedrock if is_async else anthropic.AnthropicBedrock
    keys: dict[str, Any] = {"aws_access_key": "AKIA", "aws_secret_key": "secret", "aws_region": "eu-west-1"}
    return kind(**keys, http_client=http_client(wire, is_async), max_retries=0)


def vertex(wire: Wire, *, is_async: bool = False) -> Any:
    kind = anthropic.AsyncAnthropicVertex if is_async else anthropic.AnthropicVertex
    place: dict[str, Any] = {"region": "europe-west1", "project_id": "p", "access_token": "t"}
    return kind(**place, http_client=http_client(wire, is_async), max_retries=0)


def bedrock_stream() -> Answer:
    """The answer of the driver as Bedrock streams it, cut where no event ends."""
    text = [{"type": "text", "text": "Hello to you"}]
    data = b"".join(map(encoded, events(text, "end_turn")))
    parts = tuple(data[at : at + 100] for at in range(0, len(data), 100))
    headers = {"content-type": "application/vnd.amazon.eventstream", "x-amzn-requestid": "amzn_1"}
    return Answer(parts, headers=headers)


BEDROCK = {
    "gen_ai.provider.name": "aws.bedrock",
    "server.address": "bedrock-runtime.eu-west-1.amazonaws.com",
    "server.port": 443,
    "gen_ai.request.model": MODEL,
    "gen_ai.response.model": "claude-sonnet-5-5-20261001",
    "gen_ai.usage.input_tokens": 17,
    "gen_ai.usage.output_tokens": 5,
    "spanwright.finish_reason": "stop",
}


def subset(found: dict[str, Any], expected: dict[str, Any]) -> dict[str, Any]:
    return {key: found.get(key) for key in expected}


async def test_bedrock(recording: Recording) -> None:
    """On Bedrock the model is as it was asked for, and streams are read in Amazon's form, raw ones too."""
    arguments = {**REQUEST, "model": MODEL}
    plain = answer("text", stream=False)
    bedrock(Wire([plain])).messages.create(**arguments)
    list(bedrock(Wire([bedrock_stream()])).messages.create(**arguments, stream=True))
    async for _ in await bedrock(Wire([bedrock_stream()]), is_async=True).messages.create(
        **arguments, stream=True
    ):
        pass
    raw = bedrock(Wire([bedrock_stream()])).messages.with_streaming_response
    with raw.create(**arguments, stream=True) as response:
        assert response.read()
    found = [recording.call_attributes(at) for at in range(4)]
    assert [subset(each, BEDROCK) for each in found] == [BEDROCK] * 4
    assert [each["spanwright.request.id"] for each in found[1:]] == ["amzn_1"] * 3
    assert found[1] == found[2] == found[3]
    assert [span.name for span in recording.spans] == [f"chat {MODEL}"] * 4


async def test_vertex(recording: Recording) -> None:
    """On Vertex AI likewise."""
    vertex(Wire([answer("text", stream=False)])).messages.create(**REQUEST)
    with vertex(Wire([answer("text", stream=True)])).messages.stream(**REQUEST) as stream:
        stream.get_final_message()
    await vertex(Wire([answer("text", stream=False)]), is_async=True).messages.create(**REQUEST)
    expected = {
        "gen_ai.provider.name": "gcp.vertex_ai",
        "server.address": "europe-west1-aiplatform.googleapis.com",
        "gen_ai.request.model": "claude-sonnet-5-5",
        "gen_ai.usage.input_tokens": 17,
        "gen_ai.usage.output_tokens": 5,
    }
    assert [subset(recording.call_attributes(at), expected) for at in range(3)] == [expected] * 3


@pytest.mark.parametrize(
    ("base_url", "provider", "port"),
    [
        ("https://api.anthropic.com", "anthropic", 443),
        ("https://api.deepseek.com/anthropic", "deepseek", 443),
        ("https://ai.acme.example", "anthropic", 443),
        ("http://localhost:8080", "anthropic", 8080),
    ],
)
def test_provider_from_base_url(base_url: str, provider: str, port: int) -> None:
    """Another host that speaks the format is told from its name; an unknown one counts as Anthropic."""
    request = read_request(anthropic.Anthropic(api_key="k", base_url=base_url), {"model": "m"})
    assert (request.provider, request.server_port) == (provider, port)


def test_derived_client() -> None:
    """A class of the application's derived from a service's client is the service's."""

    class Gateway(anthropic.AnthropicVertex):
        pass

    made = Gateway(region="r", project_id="p", access_token="t", base_url="https://ai.acme.example")
    request = read_request(made, {"model": "m"})
    assert (request.provider, request.server_address) == ("gcp.vertex_ai", "ai.acme.example")


def test_parameters_as_sent() -> None:
    """What the caller set is there in its type; None and the SDK's mark for "not given" are not."""
    request = read_request(
        anthropic.Anthropic(api_key="k"),
        {
            "model": "m",
            "messages": iter([{"role": "user", "content": "once only"}]),
            "max_tokens": 64,
            "temperature": 1,
            "top_p": None,
            "top_k": getattr(anthropic, "omit", anthropic.NOT_GIVEN),
            "service_tier": "standard_only",
            "stop_sequences": ["END"],
            "output_config": {"effort": "high"},
            "stream": False,
        },
    )
    assert {key: value for key, value in request.attributes.items() if value is not None} == {
        "gen_ai.request.max_tokens": 64,
        "gen_ai.request.temperature": 1.0,
        "gen_ai.request.stop_sequences": ["END"],
        "gen_ai.request.reasoning.level": "high",
        "spanwright.request.service_tier": "standard_only",
    }
    assert isinstance(request.attributes["gen_ai.request.temperature"], float)
    assert not request.is_stream


def test_extra_body_is_sent_too(recording: Recording) -> None:
    """What the application adds to the body counts as sent."""
    over(answer("text", stream=False)).messages.create(**REQUEST, extra_body={"top_k": 3, "max_tokens": 9})
    found = recording.call_attributes()
    assert (found["gen_ai.request.top_k"], found["gen_ai.request.max_tokens"]) == (3, 9)


def test_client_made_and_used_before(recording: Recording) -> None:
    """A client that is older than the instrumentation is observed, and left alone after it."""
    made = client(Wire([answer("text", stream=False)]), is_async=False, max_retries=0)
    instrumentor = AnthropicInstrumentor()
    instrumentor.uninstrument()
    made.messages.create(**REQUEST)
    assert recording.spans == []
    instrumentor.instrument(tracer_provider=recording.tracer_provider)
    made.messages.create(**REQUEST)
    instrumentor.uninstrument()
    made.messages.create(**REQUEST)
    assert len(recording.spans) == 1


def test_requests_of_other_kinds() -> None:
    """Only requests for a message are read."""

    class Options:
        method, json_data, extra_json = "post", {"model": "m"}, None

        def __init__(self, url: str) -> None:
            self.url = url

    def read(url: str) -> Any:
        return read_arguments(object(), (None, Options(url)), {})

    assert read("/v1/messages?beta=true") == read("/v1/messages") == {"model": "m"}
    assert read("/v1/messages/count_tokens") is read("/v1/messages/batches?beta=true") is None
