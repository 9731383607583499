"""OpenAI's SDK: what is read from a call's arguments and its client."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import openai
import pytest
from spanwright_instrumentation.embedding_memory import memory
from spanwright_instrumentation.providers.openai import OpenAIInstrumentor, read_chat_request
from support.drivers.openai import client
from support.recording import Recording, instrumented
from support.wire import Answer, Wire


@pytest.fixture
def recording() -> Iterator[Recording]:
    with instrumented(OpenAIInstrumentor(), Recording()) as recording:
        yield recording


def test_parameters_as_sent() -> None:
    """What the caller set is there in its type; what was left out, None or the SDK's marks for "not given" is
    not."""
    request = read_chat_request(
        openai.OpenAI(api_key="sk-test").chat.completions,
        {
            "model": "gpt-5",
            "messages": iter([{"role": "user", "content": "once only"}]),
            "temperature": 1,
            "top_p": 0.5,
            "max_completion_tokens": 64,
            "frequency_penalty": None,
            "presence_penalty": getattr(openai, "omit", openai.NOT_GIVEN),
            "seed": openai.NOT_GIVEN,
            "stop": "END",
            "n": 1,
            "reasoning_effort": "low",
            "service_tier": "flex",
            "stream": False,
            "response_format": {"type": "json_object"},
            "extra_body": {"top_k": 40},
        },
    )
    assert {key: value for key, value in request.attributes.items() if value is not None} == {
        "openai.api.type": "chat_completions",
        "gen_ai.request.temperature": 1.0,
        "gen_ai.request.top_p": 0.5,
        "gen_ai.request.max_tokens": 64,
        "gen_ai.request.stop_sequences": ["END"],
        "gen_ai.request.reasoning.level": "low",
        "openai.request.service_tier": "flex",
        "gen_ai.output.type": "json",
        "gen_ai.request.top_k": 40,
    }
    assert isinstance(request.attributes["gen_ai.request.temperature"], float)
    assert not request.is_stream


@pytest.mark.parametrize(
    ("base_url", "provider", "address", "port"),
    [
        ("https://api.groq.com/openai/v1", "groq", "api.groq.com", 443),
        ("https://acme.openai.azure.com/openai/v1", "azure.ai.openai", "acme.openai.azure.com", 443),
        ("http://localhost:11434/v1", "ollama", "localhost", 11434),
        ("http://localhost:8080/v1", "openai", "localhost", 8080),
    ],
)
def test_provider_from_base_url(base_url: str, provider: str, address: str, port: int) -> None:
    """The provider is told from the host, an unknown one counting as OpenAI."""
    made = openai.OpenAI(api_key="sk-test", base_url=base_url)
    request = read_chat_request(made.chat.completions, {"model": "m"})
    assert (request.provider, request.server_address, request.server_port) == (provider, address, port)


def test_azure_client_behind_a_gateway() -> None:
    """Azure's client is Azure's whatever host stands in front."""
    made = openai.AzureOpenAI(api_key="k", api_version="2024-10-21", azure_endpoint="https://ai.acme.example")
    request = read_chat_request(made.chat.completions, {"model": "deployment"})
    assert request.provider == "azure.ai.openai"


@pytest.mark.parametrize("way", ["plain", "raw", "streaming"])
async def test_embeddings_in_base64(recording: Recording, way: str) -> None:
    """The SDK asks for base64 and decodes it; raw responses hold it still. Dimensions and memory are the
    same."""
    memory.clear()
    item = {"object": "embedding", "index": 0, "embedding": "AACAPwAAAEAAAEBAAACAQAAAoEAAAMBA"}
    body = {
        "object": "list",
        "model": "m-1",
        "data": [item],
        "usage": {"prompt_tokens": 2, "total_tokens": 2},
    }
    answer = Answer((json.dumps(body).encode(),), headers={"content-type": "application/json"})
    embeddings = client(Wire([answer]), is_async=True, max_retries=0).embeddings
    arguments: dict[str, Any] = {"model": "m", "input": "hello"}
    if way == "plain":
        response = await embeddings.create(**arguments)
    elif way == "raw":
        response = (await embeddings.with_raw_response.create(**arguments)).parse()
    else:
        async with embeddings.with_streaming_response.create(**arguments) as raw:
            response = await raw.parse()
    vector = response.data[0].embedding
    assert vector == [1, 2, 3, 4, 5, 6]
    found = recording.attributes("embeddings m")
    assert found["gen_ai.embeddings.dimension.count"] == 6
    assert found["gen_ai.usage.input_tokens"] == 2
    known = memory.recall(vector)
    assert known is not None
    assert (known.text, known.model) == ("hello", "m-1")


async def test_token_ids_have_no_text(recording: Recording) -> None:
    """An input of token ids is no text to remember."""
    memory.clear()
    body = {
        "object": "list",
        "model": "m-1",
        "data": [{"object": "embedding", "index": 0, "embedding": [0.5] * 20}],
        "usage": None,
    }
    answer = Answer((json.dumps(body).encode(),), headers={"content-type": "application/json"})
    embeddings = client(Wire([answer]), is_async=False, max_retries=0).embeddings
    response = embeddings.create(model="m", input=[1, 2, 3], encoding_format="float")
    known = memory.recall(response.data[0].embedding)
    assert known is not None
    assert (known.text, known.model) == (None, "m-1")
    found = recording.attributes("embeddings m")
    assert found["gen_ai.request.encoding_formats"] == ("float",)
    assert "gen_ai.usage.input_tokens" not in found
