"""LiteLLM: one call of the application becomes this one span, whatever it uses inside."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from litellm.llms.custom_httpx.http_handler import AsyncHTTPHandler, HTTPHandler
from spanwright_instrumentation.embedding_memory import memory
from spanwright_instrumentation.providers.litellm import LiteLLMInstrumentor, read_chat_request
from spanwright_instrumentation.providers.openai import OpenAIInstrumentor
from spanwright_instrumentation.tool_registry import registry
from support.drivers import anthropic, openai
from support.drivers.litellm import REQUEST, SDK, VERSION, WARNINGS, answer, client, create, refusal
from support.recording import Recording, documents, instrumented
from support.wire import Answer, Wire

pytestmark = [pytest.mark.filterwarnings(f"ignore:{each}") for each in WARNINGS]

ANSWERED = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-4o",
    "gen_ai.response.id": "chatcmpl-1",
    "gen_ai.response.model": "gpt-4o-2024-08-06",
    "gen_ai.response.finish_reasons": ("stop",),
    "gen_ai.usage.input_tokens": 12,
    "gen_ai.usage.output_tokens": 5,
    "spanwright.finish_reason": "stop",
    "spanwright.request.id": "req_1",
    "gen_ai.input.messages": [{"role": "user", "parts": [{"type": "text", "content": "Say hello"}]}],
}
CLAUDE: dict[str, Any] = {
    "model": "anthropic/claude-sonnet-5-5",
    "messages": REQUEST["messages"],
    "api_key": "k",
}


@pytest.fixture
def recording() -> Iterator[Recording]:
    with instrumented(LiteLLMInstrumentor(), Recording()) as recording:
        yield recording


def handler(wire: Wire, *, is_async: bool = False) -> Any:
    """LiteLLM's own HTTP client over this wire."""
    kind: Any = AsyncHTTPHandler if is_async else HTTPHandler
    made = kind.__new__(kind)  # which makes no client of its own, that nobody would close
    made.client = (httpx.AsyncClient if is_async else httpx.Client)(transport=wire.transport(httpx))
    made.timeout, made.event_hooks = 600.0, None
    return made


def text_of(recording: Recording, at: int = 0) -> str:
    """What the answer said."""
    (said,) = recording.call_attributes(at)["gen_ai.output.messages"]
    return "".join(part["content"] for part in said["parts"])


def test_whole_span(recording: Recording) -> None:
    """Model and provider apart, parameters as sent, the answer's model, tokens, the provider's request id."""
    SDK.completion(
        "openai/gpt-4o",
        REQUEST["messages"],
        client=client(Wire([answer("text", stream=False)])).options["client"],
        temperature=0.2,
        max_tokens=64,
        stop=["END"],
        response_format={"type": "json_object"},
    )
    assert recording.spans[0].name == "chat gpt-4o"
    assert recording.call_attributes() == {
        **ANSWERED,
        "gen_ai.request.temperature": 0.2,
        "gen_ai.request.max_tokens": 64,
        "gen_ai.request.stop_sequences": ("END",),
        "gen_ai.output.type": "json",
        "gen_ai.output.messages": [
            {
                "role": "assistant",
                "finish_reason": "stop",
                "parts": [{"type": "text", "content": "Hello to you"}],
            }
        ],
    }


def test_streamed_span(recording: Recording) -> None:
    """The model and the tokens that the provider told, although LiteLLM's chunks hold neither."""
    list(create(client(Wire([answer("text", stream=True)])), stream=True, kind="text"))
    found = recording.call_attributes()
    assert found.pop("gen_ai.output.messages")
    assert found == {**ANSWERED, "gen_ai.request.stream": True}


def test_no_estimates(recording: Recording) -> None:
    """Where the provider counts nothing there are no tokens, though LiteLLM would make some up if asked."""
    whole = openai.answer("text", stream=True)
    silent = Answer((*whole.parts[:-2], whole.parts[-1]), headers=whole.headers)
    made = client(Wire([silent]))
    list(SDK.completion(**{**REQUEST, "model": "openai/gpt-4o"}, **made.options, stream=True))
    found = recording.call_attributes()
    assert found["gen_ai.response.finish_reasons"] == ("stop",)
    assert [name for name in found if ".usage." in name] == []


@pytest.mark.parametrize("is_async", [False, True])
@pytest.mark.parametrize("is_stream", [False, True])
async def test_over_its_own_http(recording: Recording, is_async: bool, is_stream: bool) -> None:
    """A provider reached without an SDK; the request of a stream may go out with its first step."""
    wire = Wire([anthropic.answer("text", stream=is_stream)])
    call = SDK.acompletion if is_async else SDK.completion
    result: Any = call(**CLAUDE, client=handler(wire, is_async=is_async), stream=is_stream)
    result = await result if is_async else result
    if is_stream and is_async:
        assert [each async for each in result]
    elif is_stream:
        assert list(result)
    assert {*wire.current} == {recording.spans[0].context.span_id}
    found = recording.call_attributes()
    assert (found["gen_ai.provider.name"], found["gen_ai.request.model"]) == (
        "anthropic",
        "claude-sonnet-5-5",
    )
    assert found["gen_ai.usage.output_tokens"] == 5
    assert found["gen_ai.usage.cache_read.input_tokens"] == 3
    assert text_of(recording).split() == ["Hello", "to", "you"]


@pytest.mark.skipif(VERSION < (1, 80), reason="this version does not tell them apart")
def test_cache_writes(recording: Recording) -> None:
    """What the provider wrote to its cache, by how long it is kept where that is told."""
    body = json.loads(b"".join(anthropic.answer("text", stream=False).parts))  # type: ignore[arg-type]
    body["usage"]["cache_creation_input_tokens"] = 30
    body["usage"]["cache_creation"] = {"ephemeral_5m_input_tokens": 10, "ephemeral_1h_input_tokens": 20}
    sent = Answer((json.dumps(body).encode(),), headers={"content-type": "application/json"})
    SDK.completion(**CLAUDE, client=handler(Wire([sent])))
    found = recording.call_attributes()
    assert found["gen_ai.usage.cache_write.input_tokens"] == 30
    assert found["spanwright.usage.cache_write_5m.input_tokens"] == 10
    assert found["spanwright.usage.cache_write_1h.input_tokens"] == 20


@pytest.mark.parametrize("is_stream", [False, True])
def test_one_span_over_an_instrumented_sdk(recording: Recording, is_stream: bool) -> None:
    """The provider's SDK is instrumented too: the gateway's span alone, which holds the tokens."""
    with instrumented(OpenAIInstrumentor(), recording):
        result = create(client(Wire([answer("text", stream=is_stream)])), stream=is_stream, kind="text")
        assert not is_stream or list(result)
    assert [span.name for span in recording.spans] == ["chat gpt-4o"]
    assert recording.call_attributes()["gen_ai.usage.input_tokens"] == 12


def test_tool_calls_are_remembered(recording: Recording) -> None:
    """A tool that runs later finds the span of the call that asked for it."""
    list(create(client(Wire([answer("tools", stream=True)])), stream=True, kind="tools"))
    assert len(registry) == 2
    assert recording.call_attributes()["spanwright.finish_reason"] == "tool_calls"


def test_functions_taken_before(recording: Recording) -> None:
    """An asynchronous function that the application took before it was observed is not seen, and disturbs
    nothing."""
    bare = SDK.acompletion.__wrapped__
    made = client(Wire([answer("text", stream=False)]), is_async=True)
    answered = asyncio.run(bare(**{**REQUEST, "model": "openai/gpt-4o"}, **made.options))
    assert answered.choices[0].message.content == "Hello to you"
    assert recording.spans == []


def test_own_retries(recording: Recording) -> None:
    """Its own retries are repetitions of one call."""
    wire = Wire([refusal(500), answer("text", stream=False)])
    made = client(wire)
    SDK.completion(**{**REQUEST, "model": "openai/gpt-4o"}, **made.options, num_retries=2)
    assert len(wire.requests) == 2
    assert [span.name for span in recording.spans] == ["chat gpt-4o"]
    assert recording.call_attributes()["http.request.resend_count"] == 1


@pytest.mark.parametrize("is_async", [False, True])
async def test_router(recording: Recording, is_async: bool) -> None:
    """Of a router's call there is one span for each deployment that is tried, with the deployment's model."""
    deployments = [{"model_name": "fast", "litellm_params": {"model": "openai/gpt-4o", "api_key": "k"}}]
    router = SDK.Router(model_list=deployments, num_retries=0)
    made = client(Wire([answer("text", stream=False)]), is_async=is_async)
    asked: dict[str, Any] = {"model": "fast", "messages": REQUEST["messages"], **made.options}
    if is_async:
        await router.acompletion(**asked)
    else:
        router.completion(**asked)
    assert [span.name for span in recording.spans] == ["chat gpt-4o"]
    assert recording.call_attributes()["gen_ai.usage.input_tokens"] == 12


def test_answers_out_of_its_own_cache(recording: Recording) -> None:
    """An answer that no provider gave used no tokens."""
    pytest.importorskip("fastapi" if VERSION >= (1, 100) else "litellm")  # which its cache needs there
    SDK.cache = SDK.Cache(type="local")
    try:
        made = client(Wire([answer("text", stream=False)]))
        for _ in range(2):
            SDK.completion(**{**REQUEST, "model": "openai/gpt-4o"}, **made.options, caching=True)
    finally:
        SDK.cache = None
    first, second = (recording.call_attributes(at) for at in (0, 1))
    assert first["gen_ai.usage.input_tokens"] == 12
    assert [name for name in second if ".usage." in name] == []
    assert text_of(recording, 1) == "Hello to you"


@pytest.mark.parametrize("is_async", [False, True])
async def test_embeddings(recording: Recording, is_async: bool) -> None:
    """How many dimensions and tokens, no vectors; a store finds the text again."""
    data = [{"object": "embedding", "index": 0, "embedding": [0.25, -0.5, 0.125]}]
    usage = {"prompt_tokens": 4, "total_tokens": 4}
    body = {"object": "list", "model": "text-embedding-3-small", "data": data, "usage": usage}
    sent = Answer(
        (json.dumps(body).encode(),), headers={"content-type": "application/json", "x-request-id": "req_1"}
    )
    made = client(Wire([sent]), is_async=is_async).options["client"]
    asked: dict[str, Any] = {"model": "openai/text-embedding-3-small", "input": ["Hello"], "client": made}
    if is_async:
        await SDK.aembedding(**asked)
    else:
        SDK.embedding(**asked)
    assert [span.name for span in recording.spans] == ["embeddings text-embedding-3-small"]
    found = recording.call_attributes()
    assert found["gen_ai.usage.input_tokens"] == 4
    assert found["gen_ai.embeddings.dimension.count"] == 3
    assert (remembered := memory.recall([0.25, -0.5, 0.125])) is not None
    assert remembered.text == "Hello"


@pytest.mark.parametrize("is_async", [False, True])
async def test_rerank(recording: Recording, is_async: bool) -> None:
    """Model, candidates, how many are wanted, and the new order with the positions before."""
    results = [{"index": 1, "relevance_score": 0.98}]
    body = {"id": "r-1", "results": results, "meta": {"billed_units": {"search_units": 1}}}
    wire = Wire([Answer((json.dumps(body).encode(),), headers={"content-type": "application/json"})])
    asked: dict[str, Any] = {
        "model": "cohere/rerank-v3.5",
        "query": "capital",
        "documents": ["a", "bb"],
        "top_n": 1,
        "api_key": "k",
        "client": handler(wire, is_async=is_async),
    }
    if is_async:
        await SDK.arerank(**asked)
    else:
        SDK.rerank(**asked)
    assert [span.name for span in recording.spans] == ["rerank rerank-v3.5"]
    found = recording.call_attributes()
    assert (found["gen_ai.provider.name"], found["spanwright.rerank.candidates"]) == ("cohere", 2)
    assert documents(found) == [
        {"id": "1", "score": 0.98, "rank_before": 1, "text_length": 2, "content": "bb"}
    ]


@pytest.mark.parametrize(
    ("asked", "model", "provider"),
    [
        ({"model": "openai/gpt-4o"}, "gpt-4o", "openai"),
        ({"model": "gpt-4o"}, "gpt-4o", "openai"),
        ({"model": "azure/chat"}, "chat", "azure.ai.openai"),
        ({"model": "bedrock/eu.amazon.nova-lite-v1:0"}, "eu.amazon.nova-lite-v1:0", "aws.bedrock"),
        ({"model": "openrouter/openai/gpt-4o"}, "openai/gpt-4o", "openrouter"),
        ({"model": "groq/llama-3.3-70b"}, "llama-3.3-70b", "groq"),
        ({"model": "ollama_chat/llama3"}, "llama3", "ollama"),
        ({"model": "meta-llama/L3", "custom_llm_provider": "hosted_vllm"}, "meta-llama/L3", "vllm"),
        ({"model": "never-heard-of"}, "never-heard-of", "litellm"),
    ],
)
def test_model_and_provider(asked: dict[str, Any], model: str, provider: str) -> None:
    """The provider stands before the model, beside it, or in LiteLLM's own list."""
    request = read_chat_request(None, asked)
    assert (request.model, request.provider) == (model, provider)
    assert read_chat_request(None, {**asked, "api_base": "https://my.host:8443/v1"}).server_port == 8443


def test_driver_is_openais() -> None:
    """What the contract sends through LiteLLM is what it sends to OpenAI's SDK alone."""
    assert openai.REQUEST == REQUEST
