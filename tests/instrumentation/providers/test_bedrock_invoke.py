"""Models invoked on Amazon Bedrock with bodies of their own: recorded exchanges, every family of models."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.response import StreamingBody
from spanwright_instrumentation.embedding_memory import memory
from spanwright_instrumentation.providers.bedrock import BedrockInstrumentor
from support.aws_wire import bedrock_client, knows
from support.drivers.bedrock_invoke import invoked, over, streamed
from support.recording import Recording, instrumented
from support.recordings import recorded

SERVER = {
    "gen_ai.provider.name": "aws.bedrock",
    "server.address": "bedrock-runtime.eu-west-1.amazonaws.com",
    "server.port": 443,
}
PARAMETERS = {
    "gen_ai.request.temperature": 0.8,
    "gen_ai.request.top_p": 1.0,
    "gen_ai.request.stop_sequences": ("|",),
}
ASKED = {"role": "user", "parts": [{"type": "text", "content": "Say this is a test"}]}
METRICS = {"inputTokenCount": 9, "outputTokenCount": 2, "cacheReadInputTokenCount": 3}


@pytest.fixture
def recording() -> Iterator[Recording]:
    with instrumented(BedrockInstrumentor(), Recording()) as recording:
        yield recording


def said(text: str, reason: str) -> list[dict[str, Any]]:
    part = {"type": "text", "content": text}
    return [{"role": "assistant", "parts": [part], "finish_reason": reason}]


def usage(sent: int, received: int) -> dict[str, Any]:
    return {"gen_ai.usage.input_tokens": sent, "gen_ai.usage.output_tokens": received}


def test_nova(recording: Recording) -> None:
    """A Nova model's own body has the Converse format; the application reads botocore's body."""
    exchange = recorded("bedrock/invoke_model_with_content_amazon_nova")
    body = json.dumps(exchange.requests[0])
    found = bedrock_client(exchange.wire()).invoke_model(modelId="amazon.nova-micro-v1:0", body=body)
    assert type(found["body"]) is StreamingBody
    assert recording.spans == [], "the answer is not there before it is read"
    assert json.loads(found["body"].read())["stopReason"] == "max_tokens"
    assert found["body"].read() == b""
    assert recording.call_attributes() == {
        **SERVER,
        **PARAMETERS,
        **usage(5, 10),
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "amazon.nova-micro-v1:0",
        "gen_ai.request.max_tokens": 10,
        "gen_ai.response.finish_reasons": ("max_tokens",),
        "spanwright.finish_reason": "length",
        "spanwright.request.id": "7e0027c0-ef54-4918-8cef-4c84a35594ab",
        "gen_ai.input.messages": [ASKED],
        "gen_ai.output.messages": said("Certainly, here's a test:\n\n---\n\n**", "max_tokens"),
    }


@pytest.mark.parametrize("streams", [False, True])
def test_claude(recording: Recording, streams: bool) -> None:
    """Claude's body has the Messages format, plain and streamed."""
    method = "invoke_model_with_response_stream" if streams else "invoke_model"
    exchange = recorded(f"bedrock/{method}_with_content_anthropic_claude")
    client = bedrock_client(exchange.wire())
    body = json.dumps(exchange.requests[0]).encode()
    answer = getattr(client, method)(modelId="anthropic.claude-v2", body=body)["body"]
    assert len(list(answer)) >= 1
    found = recording.call_attributes()
    assert found.pop("gen_ai.response.id").startswith("msg_bdrk_01")
    assert len(found.pop("spanwright.request.id")) == 36
    expected = "Okay, I will repeat: This is a test" if streams else 'Okay, I said "This is a test"'
    assert found == {
        **SERVER,
        **PARAMETERS,
        **usage(14, 10),
        **({"gen_ai.request.stream": True} if streams else {}),
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "anthropic.claude-v2",
        "gen_ai.response.model": "claude-2.0",
        "gen_ai.request.max_tokens": 10,
        "gen_ai.response.finish_reasons": ("max_tokens",),
        "spanwright.finish_reason": "length",
        "gen_ai.input.messages": [ASKED],
        "gen_ai.output.messages": said(expected, "max_tokens"),
    }


HIDDEN = "arn:aws:bedrock:eu-west-1:123456789012:application-inference-profile/a1b2c3d4"
CONFIG = {"maxTokenCount": 20, "temperature": 0.5, "topP": 0.9, "stopSequences": ["|"]}
#: Model, body, plain answer, chunks, operation, finish reason as it is and as one of the four.
FAMILIES: dict[str, tuple[str, Any, Any, list[dict[str, Any]], str, tuple[str, str]]] = {
    "titan": (
        "amazon.titan-text-express-v1",
        {"inputText": "Say hi", "textGenerationConfig": CONFIG},
        {
            "inputTextTokenCount": 9,
            "results": [{"tokenCount": 2, "outputText": "Hi you", "completionReason": "FINISH"}],
        },
        [
            {"outputText": "Hi ", "index": 0, "inputTextTokenCount": 9},
            {"outputText": "you", "index": 0, "totalOutputTextTokenCount": 2, "completionReason": "FINISH"},
        ],
        "text_completion",
        ("FINISH", "stop"),
    ),
    "llama": (
        "meta.llama3-8b-instruct-v1:0",
        {"prompt": "Say hi", "max_gen_len": 20, "temperature": 0.5, "top_p": 0.9},
        {
            "generation": "Hi you",
            "prompt_token_count": 9,
            "generation_token_count": 2,
            "stop_reason": "length",
        },
        [
            {
                "generation": "Hi ",
                "prompt_token_count": 9,
                "generation_token_count": 1,
                "stop_reason": None,
            },
            {
                "generation": "you",
                "prompt_token_count": None,
                "generation_token_count": 2,
                "stop_reason": "length",
            },
        ],
        "text_completion",
        ("length", "length"),
    ),
    "mistral": (
        "mistral.mistral-7b-instruct-v0:2",
        {"prompt": "Say hi", "max_tokens": 20, "temperature": 0.5, "top_p": 0.9, "stop": ["|"]},
        {"outputs": [{"text": "Hi you", "stop_reason": "stop"}]},
        [
            {"outputs": [{"text": "Hi ", "stop_reason": None}]},
            {"outputs": [{"text": "you", "stop_reason": "stop"}]},
        ],
        "text_completion",
        ("stop", "stop"),
    ),
    "mistral chat": (
        "mistral.mistral-large-2407-v1:0",
        {"messages": [{"role": "user", "content": "Say hi"}], "max_tokens": 20, "temperature": 0.5},
        {
            "choices": [
                {"index": 0, "message": {"role": "assistant", "content": "Hi you"}, "stop_reason": "stop"}
            ]
        },
        [
            {
                "choices": [
                    {"index": 0, "message": {"role": "assistant", "content": "Hi "}, "stop_reason": None}
                ]
            },
            {
                "choices": [
                    {"index": 0, "message": {"role": "assistant", "content": "you"}, "stop_reason": "stop"}
                ]
            },
        ],
        "chat",
        ("stop", "stop"),
    ),
    "cohere command": (
        "cohere.command-text-v14",
        {"prompt": "Say hi", "max_tokens": 20, "temperature": 0.5, "p": 0.9, "k": 3, "stop_sequences": ["|"]},
        {"generations": [{"id": "g", "text": "Hi you", "finish_reason": "MAX_TOKENS"}], "id": "g"},
        [
            {"text": "Hi ", "is_finished": False, "index": 0},
            {"text": "you", "is_finished": False, "index": 0},
            {"is_finished": True, "finish_reason": "MAX_TOKENS", "index": 0, "id": "g"},
        ],
        "text_completion",
        ("MAX_TOKENS", "length"),
    ),
    "cohere command r": (
        "cohere.command-r-v1:0",
        {"message": "Say hi", "max_tokens": 20, "temperature": 0.5, "p": 0.9},
        {"text": "Hi you", "response_id": "g", "generation_id": "h", "finish_reason": "COMPLETE"},
        [
            {"event_type": "text-generation", "text": "Hi ", "is_finished": False},
            {"event_type": "text-generation", "text": "you", "is_finished": False},
            {"event_type": "stream-end", "finish_reason": "COMPLETE", "response_id": "g"},
        ],
        "chat",
        ("COMPLETE", "stop"),
    ),
    "first claude": (
        "anthropic.claude-v2",
        {"prompt": "Say hi", "max_tokens_to_sample": 20, "temperature": 0.5},
        {"completion": "Hi you", "stop_reason": "stop_sequence"},
        [{"completion": "Hi ", "stop_reason": None}, {"completion": "you", "stop_reason": "stop_sequence"}],
        "text_completion",
        ("stop_sequence", "stop"),
    ),
}


@pytest.mark.parametrize("hidden", [False, True], ids=["named", "hidden"])
@pytest.mark.parametrize("streams", [False, True], ids=["plain", "streamed"])
@pytest.mark.parametrize("family", FAMILIES)
def test_family(recording: Recording, family: str, streams: bool, hidden: bool) -> None:
    """Every family's text, reason, parameters and Bedrock's tokens are recorded, also where only the body
    tells the family."""
    model, body, whole, chunks, operation, (reason, same) = FAMILIES[family]
    model = HIDDEN if hidden else model
    if streams:
        answer = streamed(*chunks[:-1], {**chunks[-1], "amazon-bedrock-invocationMetrics": METRICS})
        reply = over(answer).invoke_model_with_response_stream(modelId=model, body=json.dumps(body))
        assert len(list(reply["body"])) == len(chunks)
    else:
        counts = {"input_token_count": "9", "output_token_count": "2"}
        reply = over(invoked(whole, **counts)).invoke_model(modelId=model, body=json.dumps(body))
        assert json.loads(reply["body"].read()) == whole
    assert recording.spans[0].name == f"{operation} {model}"
    found = recording.call_attributes()
    assert found["gen_ai.request.max_tokens"] == 20
    assert found["gen_ai.request.temperature"] == 0.5
    assert found["gen_ai.input.messages"] == [
        {"role": "user", "parts": [{"type": "text", "content": "Say hi"}]}
    ]
    assert found["gen_ai.output.messages"] == said("Hi you", reason)
    assert (found["gen_ai.response.finish_reasons"], found["spanwright.finish_reason"]) == ((reason,), same)
    # Streams tell of the cache in Bedrock's figures; models that count themselves do not.
    assert found["gen_ai.usage.input_tokens"] in (9, 12)
    assert found["gen_ai.usage.output_tokens"] == 2


@pytest.mark.parametrize(
    ("model", "body", "answer", "texts"),
    [
        (
            "amazon.titan-embed-text-v2:0",
            {"inputText": "a hat", "dimensions": 4},
            {"embedding": [0.5, 0.25, 0.125, 0.0625], "inputTextTokenCount": 3},
            ["a hat"],
        ),
        (
            "cohere.embed-english-v3",
            {"texts": ["a hat", "a cat"], "input_type": "search_query"},
            {"embeddings": [[0.1, 0.2, 0.3, 0.4], [0.2, 0.3, 0.4, 0.5]], "id": "e1"},
            ["a hat", "a cat"],
        ),
        (
            "cohere.embed-v4:0",
            {"texts": ["a coat"], "input_type": "search_query", "embedding_types": ["float"]},
            {"embeddings": {"float": [[0.9, 0.8, 0.7, 0.6]]}, "id": "e2"},
            ["a coat"],
        ),
    ],
)
def test_embeddings(
    recording: Recording, model: str, body: dict[str, Any], answer: dict[str, Any], texts: list[str]
) -> None:
    """Dimensions and tokens are recorded, vectors are not, but remembered for the query that uses them."""
    reply = over(invoked(answer, input_token_count="3")).invoke_model(modelId=model, body=json.dumps(body))
    reply["body"].read()
    found = recording.call_attributes()
    assert recording.spans[0].name == f"embeddings {model}"
    assert found["gen_ai.embeddings.dimension.count"] == 4
    assert found["gen_ai.usage.input_tokens"] == 3
    assert not {"gen_ai.usage.output_tokens", "gen_ai.input.messages"} & {*found}
    vectors = answer.get("embeddings") or [answer["embedding"]]
    last = vectors["float"][-1] if isinstance(vectors, dict) else vectors[-1]
    embedded = memory.recall(last)
    assert embedded is not None
    assert (embedded.text, embedded.model) == (texts[-1], model)


@pytest.mark.skipif(not knows("InvokeModel", "serviceTier"), reason="this botocore is older")
def test_unknown_body(recording: Recording) -> None:
    """Of a model that gives no text, model, tokens and request are known."""
    reply = over(invoked({"images": ["aGk="]})).invoke_model(
        modelId="amazon.nova-canvas-v1:0", body=json.dumps({"taskType": "TEXT_IMAGE"}), serviceTier="flex"
    )
    assert json.loads(reply["body"].read()) == {"images": ["aGk="]}
    assert recording.call_attributes() == {
        **SERVER,
        "gen_ai.operation.name": "generate_content",
        "gen_ai.request.model": "amazon.nova-canvas-v1:0",
        "spanwright.request.service_tier": "flex",
        "spanwright.request.id": "req_1",
    }


def test_guardrail(recording: Recording) -> None:
    """The guardrail's id stands on the span."""
    reply = over(invoked({})).invoke_model(
        modelId="m", body=b"{}", guardrailIdentifier="g1", guardrailVersion="1"
    )
    reply["body"].read()
    assert recording.call_attributes()["aws.bedrock.guardrail.id"] == "g1"
