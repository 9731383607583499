"""Google's GenAI SDK: recorded exchanges become these spans, and arguments become these attributes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from google import genai
from google.genai import errors, types
from opentelemetry.trace import SpanKind, StatusCode
from spanwright_instrumentation.embedding_memory import memory
from spanwright_instrumentation.providers.google_genai import (
    GoogleGenAIInstrumentor,
    read_generate_content,
    read_generate_request,
)
from spanwright_semconv.prompt import system_prompt_sha256
from support.drivers.google_genai import VERSION, answer, client, refusal
from support.recording import Recording, instrumented
from support.recordings import recorded
from support.wire import Answer, Wire

SERVER = {
    "gen_ai.provider.name": "gcp.gemini",
    "server.address": "generativelanguage.googleapis.com",
    "server.port": 443,
}
FLASH = {
    **SERVER,
    "gen_ai.operation.name": "generate_content",
    "gen_ai.request.model": "gemini-2.5-flash",
    "gen_ai.response.model": "gemini-2.5-flash",
    "gen_ai.response.finish_reasons": ("STOP",),
    "spanwright.finish_reason": "stop",
}
DECODED = ("gen_ai.input.messages", "gen_ai.output.messages", "gen_ai.tool.definitions")


#: What older versions of the SDK leave out of their answers.
KNOWS_ID = VERSION >= (1, 32)
KNOWS_EMBEDDING_USAGE = "usage_metadata" in types.EmbedContentResponse.model_fields

clients: list[genai.Client] = []


@pytest.fixture(autouse=True)
def no_clients_kept() -> Iterator[None]:
    yield
    clients.clear()


@pytest.fixture
def recording() -> Iterator[Recording]:
    with instrumented(GoogleGenAIInstrumentor(), Recording()) as recording:
        yield recording


def shown(recording: Recording, at: int = 0) -> dict[str, Any]:
    """All attributes of a model call's span, JSON decoded."""
    span = [each for each in recording.spans if each.kind is SpanKind.CLIENT][at]
    assert span.kind is SpanKind.CLIENT
    found: dict[str, Any] = dict(span.attributes or {})
    return {key: json.loads(value) if key in DECODED else value for key, value in found.items()}


def connected(wire: Wire) -> genai.Client:
    """A client whose requests go over this wire; kept, since it closes its connections when it goes."""
    made: genai.Client = client(wire, is_async=False, max_retries=0)
    clients.append(made)
    return made


def models(wire: Wire) -> Any:
    return connected(wire).models


def identified(answer_id: str) -> dict[str, str]:
    return {"gen_ai.response.id": answer_id} if KNOWS_ID else {}


def said(role: str, text: str) -> dict[str, Any]:
    return {"role": role, "parts": [{"type": "text", "content": text}]}


def test_generated_content(recording: Recording) -> None:
    """A plain answer gives its whole span; thoughts are part of the output."""
    exchange = recorded("google_genai/generate_content")
    contents = exchange.requests[0]["contents"]
    models(exchange.wire()).generate_content(model="gemini-2.5-flash", contents=contents)
    assert recording.spans[0].name == "generate_content gemini-2.5-flash"
    assert shown(recording) == {
        **FLASH,
        **identified("Ibo-aoj4EpSy1MkPsezpqQE"),
        "gen_ai.usage.input_tokens": 6,
        "gen_ai.usage.text.input_tokens": 6,
        "gen_ai.usage.output_tokens": 25,
        "gen_ai.usage.reasoning.output_tokens": 20,
        "spanwright.response.service_tier": "standard",
        "gen_ai.input.messages": [said("user", "Say this is a test")],
        "gen_ai.output.messages": [{**said("assistant", "This is a test."), "finish_reason": "STOP"}],
    }


def test_reasoning_and_token_counts(recording: Recording) -> None:
    """Every recorded answer: output is candidates and thoughts together, the configuration is as sent."""
    exchange = recorded("google_genai/reasoning_and_token_counts")
    sdk = models(exchange.wire())
    for request in exchange.requests:
        thinking = request["generationConfig"]["thinkingConfig"]
        sdk.generate_content(
            model="gemini-2.5-flash",
            contents=request["contents"],
            config={"thinking_config": thinking},
        )
    expected = [("Nmteasf_NNGtsOIP1cXf4QQ", 29, 1110), ("PmteaoiLLYOsz7IP4ZXcoAk", 32, 1170)]
    expected += [("R2teapeDCuXhqtsPj_SGmAI", 30, 939), ("TmteatvnGa_Xz7IPsLD10Qw", 27, 1030)]
    for at, (answer_id, candidates, thoughts) in enumerate(expected):
        body = json.loads(b"".join(exchange.answers[at].parts))  # type: ignore[arg-type]
        text = body["candidates"][0]["content"]["parts"][0]["text"]
        assert shown(recording, at) == {
            **FLASH,
            **identified(answer_id),
            "gen_ai.usage.input_tokens": 8,
            "gen_ai.usage.text.input_tokens": 8,
            "gen_ai.usage.output_tokens": candidates + thoughts,
            "gen_ai.usage.reasoning.output_tokens": thoughts,
            "spanwright.response.service_tier": "standard",
            "gen_ai.input.messages": [said("user", "Explain quantum computing in one sentence.")],
            "gen_ai.output.messages": [{**said("assistant", text), "finish_reason": "STOP"}],
        }


def test_tool_calls_and_their_results(recording: Recording) -> None:
    """A call stands in the answer, and again with its result in the next request; ``STOP`` means tools."""
    exchange = recorded("google_genai/tool_calling")
    sdk = models(exchange.wire())
    for request in exchange.requests:
        sdk.generate_content(
            model="gemini-2.5-flash", contents=request["contents"], config={"tools": request["tools"]}
        )
    question = said("user", "What is the weather in Boston?")
    call = {"type": "tool_call", "name": "get_weather", "arguments": {"location": "Boston"}}
    parameters = {"type": "OBJECT", "properties": {"location": {"type": "STRING"}}, "required": ["location"]}
    definition = {"type": "function", "name": "get_weather", "description": "Get weather for location"}
    assert shown(recording) == {
        **FLASH,
        "spanwright.finish_reason": "tool_calls",
        "gen_ai.usage.input_tokens": 10,
        "gen_ai.usage.output_tokens": 5,
        "gen_ai.tool.definitions": [{**definition, "parameters": parameters}],
        "gen_ai.input.messages": [question],
        "gen_ai.output.messages": [{"role": "assistant", "parts": [call], "finish_reason": "STOP"}],
    }
    result = {"type": "tool_call_response", "name": "get_weather", "response": {"result": "sunny"}}
    assert shown(recording, 1)["gen_ai.input.messages"] == [
        question,
        {"role": "assistant", "parts": [call]},
        {"role": "tool", "parts": [result]},
    ]
    inferred = recording.attributes("execute_tool get_weather")
    assert inferred["gen_ai.tool.call.arguments"] == '{"location":"Boston"}'


def test_embeddings(recording: Recording) -> None:
    """An embeddings call tells its dimensions, no vector, and remembers what the vector was made from."""
    exchange = recorded("google_genai/embeddings")
    text = exchange.requests[0]["requests"][0]["content"]["parts"][0]["text"]
    answered = models(exchange.wire()).embed_content(model="gemini-embedding-2", contents=text)
    (embedding,) = answered.embeddings
    assert recording.spans[0].name == "embeddings gemini-embedding-2"
    assert shown(recording) == {
        **SERVER,
        "gen_ai.operation.name": "embeddings",
        "gen_ai.request.model": "gemini-embedding-2",
        "gen_ai.embeddings.dimension.count": len(embedding.values),
        **({"gen_ai.usage.input_tokens": 9} if KNOWS_EMBEDDING_USAGE else {}),
    }
    found = memory.recall(embedding.values)
    assert found is not None
    assert (found.text, found.model) == (text, "gemini-embedding-2")


async def test_async_embeddings_on_vertex(recording: Recording) -> None:
    """Where the provider counts tokens for each embedding, their sum is the input; the client's kind tells
    the provider."""
    body = {
        "predictions": [
            {"embeddings": {"values": [0.5, at], "statistics": {"token_count": 4, "truncated": False}}}
            for at in (1.0, 2.0)
        ]
    }
    wire = Wire([Answer((json.dumps(body).encode(),), headers={"content-type": "application/json"})])
    sdk = vertex(wire)
    await sdk.aio.models.embed_content(
        model="text-embedding-005", contents=["one", "two"], config={"output_dimensionality": 2}
    )
    assert shown(recording) == {
        "gen_ai.provider.name": "gcp.vertex_ai",
        "server.address": "aiplatform.googleapis.com",
        "server.port": 443,
        "gen_ai.operation.name": "embeddings",
        "gen_ai.request.model": "text-embedding-005",
        "gen_ai.usage.input_tokens": 8,
        "gen_ai.embeddings.dimension.count": 2,
    }
    assert [known.text for value in (1.0, 2.0) if (known := memory.recall([0.5, value]))] == ["one", "two"]


def vertex(wire: Wire) -> genai.Client:
    """A client of Vertex AI by key, whose requests go over this wire."""
    import httpx

    transport = {"transport": wire.transport(httpx)}
    return genai.Client(
        vertexai=True,
        api_key="test",
        http_options=types.HttpOptions(client_args=transport, async_client_args=transport),
    )


@pytest.mark.parametrize("status", [404, 503])
def test_refused(recording: Recording, status: int) -> None:
    """A refused call is an error with its HTTP status, whose text does not quote the provider."""
    with pytest.raises(errors.APIError):
        models(Wire([refusal(status)])).generate_content(model="gemini-2.5-flash", contents="Hello")
    span = recording.spans[0]
    kind = "ClientError" if status < 500 else "ServerError"
    assert span.status.status_code is StatusCode.ERROR
    assert span.status.description == f"google.genai.errors.{kind}: HTTP status {status}"
    assert shown(recording) == {
        **SERVER,
        "gen_ai.operation.name": "generate_content",
        "gen_ai.request.model": "gemini-2.5-flash",
        "error.type": f"google.genai.errors.{kind}",
        "spanwright.finish_reason": "error",
        "gen_ai.input.messages": [said("user", "Hello")],
    }


def test_refused_prompt(recording: Recording) -> None:
    """A prompt that was blocked has no candidate; the block reason says that the provider held it back."""
    body = {"promptFeedback": {"blockReason": "SAFETY"}, "usageMetadata": {"promptTokenCount": 3}}
    wire = Wire([Answer((json.dumps(body).encode(),), headers={"content-type": "application/json"})])
    models(wire).generate_content(model="gemini-2.5-flash", contents="Hello")
    found = shown(recording)
    assert found["spanwright.finish_reason"] == "content_filter"
    assert found["gen_ai.usage.input_tokens"] == 3
    assert "gen_ai.response.finish_reasons" not in found


def test_http_response_instead_of_the_parsed_one(recording: Recording) -> None:
    """An application that asks for the HTTP response gets it, and the span is the same."""
    if "should_return_http_response" not in types.GenerateContentConfig.model_fields:
        pytest.skip("this version of the SDK always parses")
    config = types.GenerateContentConfig(should_return_http_response=True)
    sdk = models(Wire([answer("text", stream=False)]))
    raw = sdk.generate_content(model="gemini-2.5-flash", contents="Hello", config=config)
    sdk.generate_content(model="gemini-2.5-flash", contents="Hello")
    assert raw.candidates is None
    assert shown(recording, 0) == shown(recording, 1)


def test_chats_are_one_span_a_message(recording: Recording) -> None:
    """A chat sends its history each time; plain and streamed, each message is one call."""
    wire = Wire([answer("text", stream=False), answer("text", stream=True)])
    chat = connected(wire).chats.create(model="gemini-2.5-flash")
    chat.send_message("Hello")
    assert len(list(chat.send_message_stream("And again"))) == 4
    first, second = (shown(recording, at) for at in (0, 1))
    assert [message["role"] for message in second["gen_ai.input.messages"]] == ["user", "assistant", "user"]
    assert second["gen_ai.input.messages"][0] == first["gen_ai.input.messages"][0] == said("user", "Hello")
    assert second["gen_ai.output.messages"] == [
        {**said("assistant", "Hello to you"), "finish_reason": "STOP"}
    ]


def test_continued_answers_are_one_span_a_request(recording: Recording) -> None:
    """Where the SDK continues a long answer by itself, each request is billed, and is a call of its own."""
    if "continuation_token" not in types.Candidate.model_fields:
        pytest.skip("this version of the SDK continues nothing")
    body = json.loads(answer("text", stream=False).parts[0])  # type: ignore[arg-type]
    body["candidates"][0] |= {"finishReason": "CONTINUATION", "continuationToken": "dG9rZW4="}
    begun = Answer((json.dumps(body).encode(),), headers={"content-type": "application/json"})
    models(Wire([begun, answer("text", stream=False)])).generate_content(
        model="gemini-2.5-flash", contents="Hello"
    )
    assert [shown(recording, at)["spanwright.finish_reason"] for at in (0, 1)] == ["length", "stop"]


def test_parameters_as_sent() -> None:
    """What the caller set is there in its type, from a model and from a dict in either spelling."""
    sdk = genai.Client(api_key="test").models
    sent: dict[str, Any] = {
        "temperature": 1,
        "top_p": 0.5,
        "top_k": 40,
        "max_output_tokens": 64,
        "stop_sequences": ["END"],
        "seed": 7,
        "frequency_penalty": 0.1,
        "presence_penalty": 0.2,
        "candidate_count": 2,
        "response_mime_type": "application/json",
        "system_instruction": ["Be brief.", "Be kind."],
    }
    camel = {"topP": 0.5, "topK": 40, "maxOutputTokens": 64, "stopSequences": ["END"], "candidateCount": 2}
    camel |= {"responseMimeType": "application/json", "systemInstruction": ["Be brief.", "Be kind."]}
    camel |= {"temperature": 1, "seed": 7, "frequencyPenalty": 0.1, "presencePenalty": 0.2}
    for config in (sent, camel, types.GenerateContentConfig(**sent)):
        request = read_generate_request(sdk, {"model": "models/gemini-3", "contents": "Hi", "config": config})
        assert request.model == "gemini-3"
        assert request.modality == "text"
        assert request.attributes == {
            "gen_ai.request.temperature": 1.0,
            "gen_ai.request.top_p": 0.5,
            "gen_ai.request.top_k": 40,
            "gen_ai.request.max_tokens": 64,
            "gen_ai.request.stop_sequences": ["END"],
            "gen_ai.request.seed": 7,
            "gen_ai.request.frequency_penalty": 0.1,
            "gen_ai.request.presence_penalty": 0.2,
            "gen_ai.request.choice.count": 2,
            "gen_ai.output.type": "json",
            "spanwright.system_prompt.sha256": system_prompt_sha256(["Be brief.", "Be kind."]),
        }
        assert isinstance(request.attributes["gen_ai.request.temperature"], float)


def test_nothing_is_invented() -> None:
    """What was left to the provider is not there."""
    sdk = genai.Client(api_key="test").models
    request = read_generate_request(sdk, {"model": "m", "contents": "Hi", "config": {"candidate_count": 1}})
    assert {key for key, value in request.attributes.items() if value is not None} == set()


def test_tool_definitions() -> None:
    """Declared functions, Python functions as the SDK declares them, and the provider's own tools."""

    def look_up(order: str) -> str:
        """Look an order up."""
        return order

    declared = types.FunctionDeclaration(name="refund", parameters_json_schema={"type": "object"})
    tools = [types.Tool(function_declarations=[declared]), look_up, {"googleSearch": {}}]
    content = read_generate_content({"contents": "Hi", "config": {"tools": tools}})
    refund, lookup, search = content["gen_ai.tool.definitions"]
    assert refund == {"type": "function", "name": "refund", "parameters": {"type": "object"}}
    assert (lookup["type"], lookup["name"], lookup["description"]) == (
        "function",
        "look_up",
        "Look an order up.",
    )
    assert lookup["parameters"]["required"] == ["order"]
    assert search == {"type": "googleSearch", "name": "googleSearch"}
