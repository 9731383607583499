"""OpenAI's SDK before other services, and its helper for streams: each one span, with that service's name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import openai
import pytest
from spanwright_instrumentation.providers.openai import OpenAIInstrumentor
from support.contract import entered, settled
from support.drivers.openai import HTTP, REQUEST, answer, client
from support.recording import Recording, instrumented
from support.wire import Answer, Wire


@pytest.fixture
def recording() -> Iterator[Recording]:
    with instrumented(OpenAIInstrumentor(), Recording()) as recording:
        yield recording


def before(base_url: str, wire: Wire) -> Any:
    """A client of the service at this address."""
    http_client = HTTP.Client(transport=wire.transport(HTTP))
    return openai.OpenAI(api_key="k", base_url=base_url, http_client=http_client, max_retries=0)


def azure(wire: Wire, *, is_async: bool = False) -> Any:
    """Azure's client."""
    kind: Any = openai.AsyncAzureOpenAI if is_async else openai.AzureOpenAI
    http_kind = HTTP.AsyncClient if is_async else HTTP.Client
    return kind(
        api_key="k",
        api_version="2024-10-21",
        azure_endpoint="https://acme.openai.azure.com",
        http_client=http_kind(transport=wire.transport(HTTP)),
        max_retries=0,
    )


@pytest.mark.parametrize(
    ("base_url", "provider", "address", "port"),
    [
        ("https://api.groq.com/openai/v1", "groq", "api.groq.com", 443),
        ("https://api.deepseek.com", "deepseek", "api.deepseek.com", 443),
        ("https://api.x.ai/v1", "x_ai", "api.x.ai", 443),
        ("https://api.together.xyz/v1", "together_ai", "api.together.xyz", 443),
        ("https://openrouter.ai/api/v1", "openrouter", "openrouter.ai", 443),
        ("https://api.mistral.ai/v1", "mistral_ai", "api.mistral.ai", 443),
        ("https://generativelanguage.googleapis.com/v1beta/openai", "gcp.gemini", None, 443),
        ("http://localhost:11434/v1", "ollama", "localhost", 11434),
        # A server of one's own tells nothing of itself: vLLM's, for one.
        ("http://10.0.0.7:8000/v1", "openai", "10.0.0.7", 8000),
    ],
)
def test_services_by_their_host(
    recording: Recording, base_url: str, provider: str, address: str | None, port: int
) -> None:
    """Whoever is asked through this SDK is named."""
    before(base_url, Wire([answer("text", stream=False)])).chat.completions.create(**REQUEST)
    found = recording.call_attributes()
    assert (found["gen_ai.provider.name"], found["server.port"]) == (provider, port)
    assert address is None or found["server.address"] == address


@pytest.mark.parametrize("is_async", [False, True])
@pytest.mark.parametrize("is_stream", [False, True])
async def test_azure(recording: Recording, is_async: bool, is_stream: bool) -> None:
    """Azure's client, whose streams begin with a chunk about filters."""
    sent = answer("text", stream=is_stream)
    if is_stream:
        filters = {
            "choices": [],
            "id": "",
            "model": "",
            "object": "",
            "created": 0,
            "prompt_filter_results": [],
        }
        sent = Answer((b"data: " + json.dumps(filters).encode() + b"\n\n", *sent.parts), headers=sent.headers)
    wire = Wire([sent])
    completions = azure(wire, is_async=is_async).chat.completions
    result = await settled(completions.create(**REQUEST, stream=is_stream))
    if is_stream and is_async:
        assert [chunk async for chunk in result]
    elif is_stream:
        assert list(result)
    assert "/deployments/gpt-4o/" in str(wire.requests[0].url)
    found = recording.call_attributes()
    assert found["gen_ai.provider.name"] == "azure.ai.openai"
    assert found["server.address"] == "acme.openai.azure.com"
    assert found["gen_ai.response.id"] == "chatcmpl-1"
    assert found["gen_ai.response.model"] == "gpt-4o-2024-08-06"
    assert found["gen_ai.usage.output_tokens"] == 5


def _helper(made: Any) -> Any:
    """Where the helper for streams is: in older versions among the beta ones."""
    completions = made.chat.completions
    return completions if hasattr(completions, "stream") else made.beta.chat.completions


@pytest.mark.parametrize("is_async", [False, True])
@pytest.mark.parametrize("reads_all", [True, False])
async def test_helper_for_streams(recording: Recording, is_async: bool, reads_all: bool) -> None:
    """The helper's events come from the one call; leaving its ``with`` early ends it."""
    made = client(Wire([answer("text", stream=True)]), is_async=is_async, max_retries=0)
    async with entered(_helper(made).stream(**REQUEST)) as stream:
        if reads_all:
            completion = await settled(stream.get_final_completion())
            assert completion.choices[0].message.content == "Hello to you "
        else:
            await anext(stream) if is_async else next(stream)
    assert [span.name for span in recording.spans] == ["chat gpt-4o"]
    assert ("gen_ai.usage.output_tokens" in recording.call_attributes()) is reads_all


@pytest.mark.parametrize("is_stream", [False, True])
def test_what_tokens_are_made_of(recording: Recording, is_stream: bool) -> None:
    """Cached, written to the cache, reasoned and spoken tokens, as the service tells them."""
    usage = {
        "prompt_tokens": 100,
        "completion_tokens": 50,
        "total_tokens": 150,
        "prompt_tokens_details": {"cached_tokens": 60, "cache_write_tokens": 20, "audio_tokens": 7},
        "completion_tokens_details": {"reasoning_tokens": 30, "audio_tokens": 9},
    }
    sent = answer("text", stream=is_stream)
    parts = [part for part in sent.parts if isinstance(part, bytes)]
    at = -2 if is_stream else 0
    body = json.loads(parts[at].removeprefix(b"data: "))
    body["usage"] = usage
    parts[at] = b"data: " * is_stream + json.dumps(body).encode() + b"\n\n" * is_stream
    wire = Wire([Answer(tuple(parts), headers=sent.headers)])
    result: Any = client(wire, is_async=False, max_retries=0).chat.completions.create(
        **REQUEST, stream=is_stream
    )
    assert not is_stream or list(result)
    found = recording.call_attributes()
    assert {name: value for name, value in found.items() if ".usage." in name} == {
        "gen_ai.usage.input_tokens": 100,
        "gen_ai.usage.output_tokens": 50,
        "gen_ai.usage.cache_read.input_tokens": 60,
        "gen_ai.usage.cache_write.input_tokens": 20,
        "gen_ai.usage.audio.input_tokens": 7,
        "gen_ai.usage.audio.output_tokens": 9,
        "gen_ai.usage.reasoning.output_tokens": 30,
    }
