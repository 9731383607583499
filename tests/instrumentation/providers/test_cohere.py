"""Cohere's SDK: arguments and answers become these spans."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import cohere
import httpx
import pytest
from spanwright_instrumentation.embedding_memory import memory
from spanwright_instrumentation.providers.cohere import CohereInstrumentor
from support.contract import settled
from support.drivers.cohere import CALLS, REQUEST, answer, client, event, events, refusal, streamed, whole
from support.recording import Recording, documents, instrumented
from support.wire import Answer, Wire

SERVER = {"gen_ai.provider.name": "cohere", "server.address": "api.cohere.com", "server.port": 443}
ANSWERED = {
    **SERVER,
    "gen_ai.operation.name": "chat",
    "gen_ai.request.model": "command-a-03-2025",
    "gen_ai.response.id": "c-1",
    "gen_ai.response.finish_reasons": ("COMPLETE",),
    "gen_ai.usage.input_tokens": 12,
    "gen_ai.usage.output_tokens": 5,
    "gen_ai.usage.cache_read.input_tokens": 4,
    "spanwright.finish_reason": "stop",
    "spanwright.request.id": "req_1",
    "gen_ai.input.messages": [{"role": "user", "parts": [{"type": "text", "content": "Say hello"}]}],
}
PLAN = {"type": "reasoning", "content": "I look it up."}
SAID_CALLS = [
    {"type": "tool_call", "id": f"call_{at}", "name": "lookup_order", "arguments": '{"order": "A-17"}'}
    for at in ("one", "two")
]


def said(*parts: dict[str, Any], reason: str = "COMPLETE") -> list[dict[str, Any]]:
    return [{"role": "assistant", "finish_reason": reason, "parts": list(parts)}]


@pytest.fixture
def recording() -> Iterator[Recording]:
    with instrumented(CohereInstrumentor(), Recording()) as recording:
        yield recording


def test_whole_span(recording: Recording) -> None:
    """Parameters as sent, tokens as billed, the finish reason in the provider's word, the request's id."""
    client(Wire([answer("text", stream=False)])).made.chat(
        **REQUEST,
        temperature=0.2,
        p=0.9,
        k=40,
        seed=7,
        max_tokens=64,
        stop_sequences=["END"],
        response_format={"type": "json_object"},
        tools=[{"type": "function", "function": {"name": "lookup_order", "parameters": {}}}],
    )
    assert recording.call_attributes() == {
        **ANSWERED,
        "gen_ai.request.temperature": 0.2,
        "gen_ai.request.top_p": 0.9,
        "gen_ai.request.top_k": 40,
        "gen_ai.request.seed": 7,
        "gen_ai.request.max_tokens": 64,
        "gen_ai.request.stop_sequences": ("END",),
        "gen_ai.output.type": "json",
        "gen_ai.tool.definitions": [{"type": "function", "name": "lookup_order", "parameters": {}}],
        "gen_ai.output.messages": said({"type": "text", "content": "Hello to you"}),
    }


def test_streamed_span(recording: Recording) -> None:
    """A streamed answer has all that a plain one has, and the times of its first pieces."""
    assert len(list(client(Wire([answer("text", stream=True)])).made.chat_stream(**REQUEST))) == 7
    assert recording.call_attributes() == {
        **ANSWERED,
        "gen_ai.request.stream": True,
        "gen_ai.output.messages": said({"type": "text", "content": "Hello to you "}),
    }
    assert "spanwright.time_to_first_token" in (recording.spans[0].attributes or {})


@pytest.mark.parametrize("is_stream", [False, True])
def test_tools_and_the_plan_for_them(recording: Recording, is_stream: bool) -> None:
    """What the model plans before it calls tools is reasoning; messages sent back are read alike."""
    wire = Wire([answer("tools", stream=is_stream)])
    made = client(wire).made
    said_before = {"role": "assistant", "tool_plan": "I look it up.", "tool_calls": CALLS}
    result = {"role": "tool", "tool_call_id": "call_one", "content": "sent"}
    asked = {**REQUEST, "messages": [*REQUEST["messages"], said_before, result]}
    if is_stream:
        list(made.chat_stream(**asked))
    else:
        made.chat(**asked)
    found = recording.call_attributes()
    assert found["gen_ai.output.messages"] == said(PLAN, *SAID_CALLS, reason="TOOL_CALL")
    assert found["spanwright.finish_reason"] == "tool_calls"
    assert found["gen_ai.input.messages"][1]["parts"] == [PLAN, *SAID_CALLS]
    assert found["gen_ai.input.messages"][2]["parts"] == [
        {"type": "tool_call_response", "id": "call_one", "response": "sent"}
    ]


def test_failure_told_by_the_answer(recording: Recording) -> None:
    """A stream may end with an error for which the SDK raises nothing; the span says so."""
    sent = [*events("text")[:3], event("message-end", finish_reason="ERROR", error="broke")]
    list(client(Wire([streamed(*sent)])).made.chat_stream(**REQUEST))
    found = recording.attributes("chat command-a-03-2025")
    assert (found["error.type"], found["spanwright.finish_reason"]) == ("ERROR", "error")
    assert "gen_ai.usage.input_tokens" not in found


needs_raw = pytest.mark.skipif(
    not hasattr(cohere.ClientV2, "with_raw_response"), reason="this version has no raw responses"
)


@needs_raw
@pytest.mark.parametrize("is_async", [False, True])
async def test_raw_response(recording: Recording, is_async: bool) -> None:
    """A raw response is the same call, and stays the SDK's own object."""
    raw = client(Wire([answer("text", stream=False)]), is_async=is_async).made.with_raw_response
    response = await raw.chat(**REQUEST) if is_async else raw.chat(**REQUEST)
    assert response.headers["x-debug-trace-id"] == "req_1"
    assert response.data.id == "c-1"
    found = recording.call_attributes()
    assert found == {**ANSWERED, "gen_ai.output.messages": found["gen_ai.output.messages"]}


@needs_raw
@pytest.mark.parametrize("is_async", [False, True])
@pytest.mark.parametrize("reads", [2, 99])
async def test_raw_stream(recording: Recording, is_async: bool, reads: int) -> None:
    """A raw stream is a context manager, and its span ends with that."""
    made = client(Wire([answer("text", stream=True)]), is_async=is_async).made
    manager = made.with_raw_response.chat_stream(**REQUEST)
    seen = []
    if is_async:
        async with manager as raw:
            data: AsyncIterator[Any] = raw.data
            async for each in data:
                seen.append(each)
                if len(seen) == reads:
                    break
    else:
        with manager as raw:
            for each in raw.data:
                seen.append(each)
                if len(seen) == reads:
                    break
            assert (recording.spans == []) is (reads == 2)
    assert raw.headers["x-debug-trace-id"] == "req_1"
    found = recording.call_attributes()
    assert found["spanwright.request.id"] == "req_1"
    assert ("gen_ai.usage.input_tokens" in found) is (reads == 99)


@needs_raw
@pytest.mark.parametrize("is_async", [False, True])
async def test_raw_stream_refused(recording: Recording, is_async: bool) -> None:
    """The application sees the SDK's exception where the manager is entered."""
    made = client(Wire([refusal(404)]), is_async=is_async).made
    manager = made.with_raw_response.chat_stream(**REQUEST)
    with pytest.raises(cohere.NotFoundError):
        await settled(manager.__aenter__() if is_async else manager.__enter__())
    found = recording.attributes("chat command-a-03-2025")
    assert found["error.type"].endswith("NotFoundError")
    assert found["spanwright.request.id"] == "req_1"


async def each(answers: Any) -> None:
    if hasattr(answers, "__aiter__"):
        async for _ in answers:
            pass
    else:
        list(answers)


FIRST: dict[str, Any] = {
    "model": "command-r",
    "message": "Say hello",
    "preamble": "Be kind.",
    "chat_history": [{"role": "USER", "message": "Hi"}, {"role": "CHATBOT", "message": "Yes?"}],
    "conversation_id": "conv-1",
}
_FIRST_META = {"billed_units": {"input_tokens": 12.0, "output_tokens": 5.0}}
_FIRST_ANSWER = {"text": "Hello to you", "generation_id": "g-1", "response_id": "r-1", "meta": _FIRST_META}


@pytest.mark.parametrize("is_async", [False, True])
@pytest.mark.parametrize("is_stream", [False, True])
async def test_first_version_of_the_api(recording: Recording, is_async: bool, is_stream: bool) -> None:
    """The first version's history, preamble and conversation, and its events."""
    body = {**_FIRST_ANSWER, "finish_reason": "COMPLETE"}
    sent: list[dict[str, Any]] = [
        {"event_type": "stream-start", "generation_id": "g-1"},
        {"event_type": "text-generation", "text": "Hello "},
        {"event_type": "text-generation", "text": "to you"},
        {"event_type": "stream-end", "finish_reason": "COMPLETE", "response": _FIRST_ANSWER},
    ]
    lines = tuple(json.dumps({"is_finished": False, **each}).encode() + b"\n" for each in sent)
    wire = Wire([Answer(lines, headers={"x-debug-trace-id": "req_1"}) if is_stream else whole(body)])
    if is_async:
        http: Any = httpx.AsyncClient(transport=wire.transport(httpx))
        made: Any = cohere.AsyncClient(api_key="test", httpx_client=http)
    else:
        made = cohere.Client(api_key="test", httpx_client=httpx.Client(transport=wire.transport(httpx)))
    if is_stream:
        await each(made.chat_stream(**FIRST))
    elif is_async:
        await made.chat(**FIRST)
    else:
        made.chat(**FIRST)
    found = recording.call_attributes()
    assert found.pop("spanwright.system_prompt.sha256")
    assert found.pop("gen_ai.system_instructions")
    assert [each["role"] for each in found.pop("gen_ai.input.messages")] == ["user", "assistant", "user"]
    apart = ("gen_ai.input.messages", "gen_ai.usage.cache_read.input_tokens")
    assert found == {
        **{key: value for key, value in ANSWERED.items() if key not in apart},
        "gen_ai.request.model": "command-r",
        "gen_ai.response.id": "r-1",
        "gen_ai.conversation.id": "conv-1",
        "gen_ai.output.messages": said({"type": "text", "content": "Hello to you"}),
        **({"gen_ai.request.stream": True} if is_stream else {}),
    }


def test_embeddings(recording: Recording) -> None:
    """How many dimensions and tokens, no vectors; a store finds the text again."""
    embeddings = {"float": [[0.25, -0.5, 0.125]]}
    meta = {"billed_units": {"input_tokens": 4.0}}
    body = {"id": "e-1", "response_type": "embeddings_by_type", "embeddings": embeddings, "texts": ["Hello"]}
    client(Wire([whole({**body, "meta": meta})])).made.embed(
        model="embed-v4.0", texts=["Hello"], input_type="search_query", embedding_types=["float"]
    )
    assert recording.call_attributes() == {
        **SERVER,
        "gen_ai.operation.name": "embeddings",
        "gen_ai.request.model": "embed-v4.0",
        "gen_ai.request.encoding_formats": ("float",),
        "gen_ai.usage.input_tokens": 4,
        "gen_ai.embeddings.dimension.count": 3,
        "spanwright.request.id": "req_1",
    }
    assert (found := memory.recall([0.25, -0.5, 0.125])) is not None
    assert (found.text, found.model) == ("Hello", "embed-v4.0")


def test_many_embeddings_are_one_call(recording: Recording) -> None:
    """The first version sends many texts in several requests, on threads: one call of the application."""
    body = {"id": "e-1", "response_type": "embeddings_floats", "embeddings": [[0.25, -0.5]], "texts": ["a"]}
    wire = Wire([whole({**body, "meta": {"billed_units": {"input_tokens": 4.0}}})])
    made = cohere.Client(api_key="test", httpx_client=httpx.Client(transport=wire.transport(httpx)))
    made.embed(model="embed-english-v3.0", texts=["a"] * 100, input_type="search_document")
    assert len(wire.requests) == 2
    assert [span.name for span in recording.spans] == ["embeddings embed-english-v3.0"]
    assert recording.call_attributes()["gen_ai.usage.input_tokens"] == 8


@pytest.mark.parametrize("is_async", [False, True])
async def test_rerank(recording: Recording, is_async: bool) -> None:
    """Model, candidates, how many are wanted, and the new order with scores and the positions before."""
    results = [{"index": 2, "relevance_score": 0.98}, {"index": 0, "relevance_score": 0.5}]
    body = {"id": "r-1", "results": results, "meta": {"billed_units": {"search_units": 1.0}}}
    made = client(Wire([whole(body)]), is_async=is_async).made
    asked = {"model": "rerank-v3.5", "query": "capital", "documents": ["a", "bb", "ccc"], "top_n": 2}
    if is_async:
        await made.rerank(**asked)
    else:
        made.rerank(**asked)
    assert recording.spans[0].name == "rerank rerank-v3.5"
    found = recording.call_attributes()
    assert documents(found) == [
        {"id": "2", "score": 0.98, "rank_before": 2, "text_length": 3, "content": "ccc"},
        {"id": "0", "score": 0.5, "rank_before": 0, "text_length": 1, "content": "a"},
    ]
    assert found == {
        **SERVER,
        "gen_ai.operation.name": "rerank",
        "gen_ai.request.model": "rerank-v3.5",
        "gen_ai.response.id": "r-1",
        "gen_ai.retrieval.query.text": "capital",
        "gen_ai.retrieval.documents": found["gen_ai.retrieval.documents"],
        "spanwright.rerank.candidates": 3,
        "spanwright.rerank.top_n": 2,
        "spanwright.rerank.first.rank_before": 2,
        "spanwright.request.id": "req_1",
        "spanwright.retrieval.returned": 2,
        "spanwright.retrieval.score.first": 0.98,
        "spanwright.retrieval.score.second": 0.5,
        "spanwright.retrieval.score.max": 0.98,
        "spanwright.retrieval.score.min": 0.5,
        "spanwright.retrieval.score.mean": 0.74,
    }
