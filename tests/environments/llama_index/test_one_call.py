"""A model call that LlamaIndex makes, and somebody traces there, is counted once."""

from __future__ import annotations

import asyncio
from importlib import import_module
from typing import Any

import pytest
from support.one_call import (
    consumed,
    counted_once,
    counting,
    driver,
    http_client,
    loaded,
    scopes,
    wire_of,
    with_tokens,
)
from support.recording import Recording, instrumented
from support.wire import Wire

OTHERS = (
    "opentelemetry.instrumentation.llamaindex:LlamaIndexInstrumentor",
    "opentelemetry.instrumentation.genai.llama_index:LlamaIndexInstrumentor",
    "openinference.instrumentation.llama_index:LlamaIndexInstrumentor",
)


async def chat(wire: Wire, *, is_async: bool, stream: bool) -> None:
    extra = {"additional_kwargs": {"stream_options": {"include_usage": True}}} if stream else {}
    model: Any = import_module("llama_index.llms.openai").OpenAI(
        model="gpt-4o",
        api_key="sk-test",
        http_client=http_client(wire, is_async=False),
        async_http_client=http_client(wire, is_async=True),
        **extra,
    )
    message = import_module("llama_index.core.llms").ChatMessage(role="user", content="Say hello")
    way = f"{'a' if is_async else ''}{'stream_' if stream else ''}chat"
    await consumed(getattr(model, way)([message]), is_async=is_async)


@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize("is_async", [False, True])
@pytest.mark.parametrize("stream", [False, True])
def test_counted_once(other: str, is_async: bool, stream: bool) -> None:
    """One span counts the tokens, and it is ours: the pipeline marks the framework's."""
    recording, provider = counted_once(Recording()), driver("openai")
    theirs = loaded(other)()
    theirs.instrument(tracer_provider=recording.tracer_provider, skip_dep_check=True)
    tracer = recording.tracer_provider.get_tracer("the application")
    try:
        with instrumented(provider.instrumentor(), recording), tracer.start_as_current_span("request"):
            asyncio.run(chat(wire_of(provider, stream=stream), is_async=is_async, stream=stream))
    finally:
        theirs.uninstrument()
    assert recording.tracer_provider.force_flush()
    assert scopes(counting(recording)) == ["spanwright_instrumentation.providers.openai"], scopes(
        with_tokens(recording)
    )
