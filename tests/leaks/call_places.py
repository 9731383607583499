"""Places that the instrumentation fills: model calls, streams, tools, retrieval, workflows, errors."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from typing import Any, cast

import openai
from leaks import echo_model
from leaks.place import paragraph, place
from opentelemetry import trace
from qdrant_client import QdrantClient
from qdrant_client.models import Distance, PointStruct, VectorParams
from spanwright_instrumentation import context, tool, workflow
from support.planted import Planted

Group = Sequence[Planted]
_TOOLS: Any = [{"type": "function", "function": {"name": "note", "parameters": {"type": "object"}}}]


@cache
def _client() -> openai.OpenAI:
    return openai.OpenAI(api_key="sk-none", base_url=echo_model.start(), max_retries=0)


@cache
def _asynchronous() -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(api_key="sk-none", base_url=echo_model.start(), max_retries=0)


def _ask(text: str, model: str = "gpt-4o-mini", **options: Any) -> Any:
    messages = [{"role": "system", "content": text}, {"role": "user", "content": text}]
    return _client().chat.completions.create(model=model, messages=cast(Any, messages), **options)


@place("model calls")
def model_call(group: Group) -> None:
    _ask(paragraph(group))


@place("streamed answers, each value split over chunks")
def stream(group: Group) -> None:
    for value in group:
        for _ in _ask(value.sentence, stream=True):
            pass


@place("a stream that the application leaves")
def left_stream(group: Group) -> None:
    text = paragraph(group)
    for number, _ in enumerate(_ask(text, stream=True)):
        if number * echo_model.CHUNK > len(text) - 4:
            break
    with _ask(text, stream=True) as answer:
        next(iter(answer))


@place("a stream that breaks off with an error")
def broken_stream(group: Group) -> None:
    with suppress(openai.APIError):
        for _ in _ask(paragraph(group), model="gpt-4o-mini-break", stream=True):
            pass


@place("asynchronous streams, cancelled")
def asynchronous_stream(group: Group) -> None:
    async def read() -> None:
        messages: Any = [{"role": "user", "content": paragraph(group)}]
        answer = await _asynchronous().chat.completions.create(
            model="gpt-4o-mini", messages=messages, stream=True
        )
        async for _ in answer:
            await asyncio.sleep(0)

    async def cancelled() -> None:
        task = asyncio.create_task(read())
        await asyncio.sleep(0.02)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await _asynchronous().close()
        _asynchronous.cache_clear()

    asyncio.run(cancelled())


@place("errors of the provider that quote the prompt")
def refused(group: Group) -> None:
    with suppress(openai.BadRequestError):
        _ask(paragraph(group), model="gpt-4o-mini-refuse")


@place("tool calls of the model, whole and streamed, and tools that run")
def tool_calls(group: Group) -> None:
    @tool(version="1")
    def note(text: str) -> dict[str, str]:
        return {"noted": text}

    text = paragraph(group)
    completion = _ask(text, tools=_TOOLS)
    arguments = completion.choices[0].message.tool_calls[0].function.arguments
    note(**json.loads(arguments))
    for _ in _ask(text, tools=_TOOLS, stream=True):
        pass


@place("tools and workflows that fail")
def failing_tool(group: Group) -> None:
    @tool
    def note(text: str, **more: object) -> None:
        raise ValueError(f"Cannot note {text}: {more}")

    @workflow("failing")
    def run(text: str) -> None:
        note(text, more=[text])

    for value in group:
        with suppress(ValueError):
            run(value.sentence)


@place("generators as tools")
def generator_tool(group: Group) -> None:
    @tool
    def notes(texts: list[str]) -> Any:
        yield from texts

    for _ in notes([value.sentence for value in group]):
        pass


@place("embedded texts, queries and the documents they find")
def retrieval(group: Group) -> None:
    texts = [value.sentence for value in group]
    answer = _client().embeddings.create(model="text-embedding-3-small", input=texts, encoding_format="float")
    vectors = [item.embedding for item in answer.data]
    store = QdrantClient(":memory:")
    store.create_collection("notes", VectorParams(size=3, distance=Distance.COSINE))
    points = [
        PointStruct(id=at, vector=vector, payload={"source_doc_id": f"doc-{at}", "text": text, "about": text})
        for at, (vector, text) in enumerate(zip(vectors, texts, strict=True))
    ]
    store.upsert("notes", points)
    for vector in vectors:
        store.query_points("notes", query=vector, limit=9, with_payload=True)
    store.close()


@place("whom a call is made for", "email")
def whom(group: Group) -> None:
    for value in group:
        if value.kind != "email":
            continue
        who = context(
            session_id=value.text,
            user_id=value.text,
            conversation_id=value.text,
            pipeline=f"for {value.text}",
        )
        with who, trace.get_tracer("leaks").start_as_current_span("work"):
            _ask("hello")
