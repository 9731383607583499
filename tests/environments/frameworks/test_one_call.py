"""A model call that a framework or gateway makes, and somebody traces there, is counted once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from importlib import import_module
from typing import Any

import pytest
from spanwright_instrumentation.emitter import EMITTER_VARIABLE
from support.one_call import (
    ORDERS,
    both,
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

_OFFICIAL = "opentelemetry.instrumentation."
_OPENINFERENCE = "openinference.instrumentation."
OURS = "spanwright_instrumentation.providers.openai"


async def langchain(wire: Wire, *, is_async: bool, stream: bool) -> None:
    model = import_module("langchain_openai").ChatOpenAI(
        model="gpt-4o",
        api_key="sk-test",
        http_client=http_client(wire, is_async=False),
        http_async_client=http_client(wire, is_async=True),
        stream_usage=True,
    )
    way = {
        (False, False): "invoke",
        (False, True): "stream",
        (True, False): "ainvoke",
        (True, True): "astream",
    }
    await consumed(getattr(model, way[is_async, stream])("Say hello"), is_async=is_async)


def openai_client(wire: Wire) -> Any:
    client = import_module("openai").AsyncOpenAI
    return client(api_key="sk-test", http_client=http_client(wire, is_async=True), max_retries=0)


async def agents(wire: Wire, *, is_async: bool, stream: bool) -> None:
    sdk = import_module("agents")
    model = sdk.OpenAIChatCompletionsModel(model="gpt-4o", openai_client=openai_client(wire))
    agent = sdk.Agent(name="Greeter", instructions="You greet.", model=model)
    if stream:
        await consumed(sdk.Runner.run_streamed(agent, "Say hello").stream_events(), is_async=True)
    else:
        await sdk.Runner.run(agent, "Say hello")


async def pydantic_ai(wire: Wire, *, is_async: bool, stream: bool) -> None:
    provider = import_module("pydantic_ai.providers.openai").OpenAIProvider(openai_client=openai_client(wire))
    model = import_module("pydantic_ai.models.openai").OpenAIChatModel("gpt-4o", provider=provider)
    agent = import_module("pydantic_ai").Agent(model)
    if stream:
        async with agent.run_stream("Say hello") as answer:
            await consumed(answer.stream_text(), is_async=True)
    else:
        await agent.run("Say hello")


async def litellm(wire: Wire, *, is_async: bool, stream: bool) -> None:
    complete = getattr(import_module("litellm"), "acompletion" if is_async else "completion")
    client = openai_client(wire)
    if not is_async:
        sync = http_client(wire, is_async=False)
        client = import_module("openai").OpenAI(api_key="sk-test", http_client=sync)
    options = {"stream": True, "stream_options": {"include_usage": True}} if stream else {}
    messages = [{"role": "user", "content": "Say hello"}]
    await consumed(
        complete(model="openai/gpt-4o", messages=messages, client=client, **options), is_async=is_async
    )


class PydanticAI:
    """The framework's own tracing, as an instrumentor."""

    def instrument(self, tracer_provider: Any, **_others: Any) -> None:
        settings = import_module("pydantic_ai.models.instrumented").InstrumentationSettings
        import_module("pydantic_ai").Agent.instrument_all(settings(tracer_provider=tracer_provider))

    def uninstrument(self) -> None:
        import_module("pydantic_ai").Agent.instrument_all(False)


def pydantic_ais_own() -> PydanticAI:
    return PydanticAI()


#: Framework, who traces it, and who records by default: the first that is right.
CASES: tuple[tuple[Callable[..., Awaitable[None]], str, str], ...] = (
    (langchain, f"{_OFFICIAL}langchain:LangchainInstrumentor", OURS),
    (langchain, f"{_OFFICIAL}genai.langchain:LangChainInstrumentor", f"{_OFFICIAL}genai.langchain"),
    (langchain, f"{_OPENINFERENCE}langchain:LangChainInstrumentor", OURS),
    (agents, f"{_OFFICIAL}openai_agents:OpenAIAgentsInstrumentor", OURS),
    (agents, f"{_OFFICIAL}genai.openai_agents:OpenAIAgentsInstrumentor", OURS),
    (
        agents,
        f"{_OPENINFERENCE}openai_agents:OpenAIAgentsInstrumentor",
        f"{_OPENINFERENCE}openai_agents",
    ),
    (pydantic_ai, "pydantic-ai", "pydantic-ai"),
    (litellm, f"{_OPENINFERENCE}litellm:LiteLLMInstrumentor", f"{_OPENINFERENCE}litellm"),
)


def cases() -> Iterator[Any]:
    for framework, tracing, recorder in CASES:
        for is_async in (False, True) if framework in (langchain, litellm) else (True,):
            for stream in (False, True):
                how = f"{'async' if is_async else 'sync'}-{'stream' if stream else 'plain'}"
                name = tracing.partition(":")[0].replace("instrumentation.", "")
                yield pytest.param(
                    framework, tracing, recorder, is_async, stream, id=f"{framework.__name__}-{name}-{how}"
                )


def played(framework: Callable[..., Any], tracing: str, is_async: bool, stream: bool) -> Recording:
    """A request of the application, in which the framework makes one call."""
    recording = counted_once(Recording())
    theirs = pydantic_ais_own() if tracing == "pydantic-ai" else loaded(tracing)()
    theirs.instrument(tracer_provider=recording.tracer_provider, meter_provider=None, skip_dep_check=True)
    provider = driver("openai")
    tracer = recording.tracer_provider.get_tracer("the application")
    try:
        with instrumented(provider.instrumentor(), recording), tracer.start_as_current_span("request"):
            wire = wire_of(provider, stream=stream)
            asyncio.run(framework(wire, is_async=is_async, stream=stream))
    finally:
        theirs.uninstrument()
        if framework is agents:  # one of them leaves its processor behind
            import_module("agents").set_trace_processors([])
    assert recording.tracer_provider.force_flush()
    return recording


@pytest.mark.parametrize(("framework", "tracing", "recorder", "is_async", "stream"), list(cases()))
def test_counted_once(
    framework: Callable[..., Any], tracing: str, recorder: str, is_async: bool, stream: bool
) -> None:
    """One span counts the tokens: the framework's where the process can see that it will have them, else
    ours, and then the pipeline marks the framework's."""
    recording = played(framework, tracing, is_async, stream)
    assert scopes(counting(recording)) == [recorder], scopes(with_tokens(recording))


@pytest.mark.parametrize(("framework", "tracing", "recorder"), CASES)
def test_the_setting_prefers_ours(
    monkeypatch: pytest.MonkeyPatch, framework: Callable[..., Any], tracing: str, recorder: str
) -> None:
    """With ``spanwright`` ours is recorded inside any framework, and counts: the innermost does."""
    monkeypatch.setenv(EMITTER_VARIABLE, "spanwright")
    recording = played(framework, tracing, True, False)
    assert scopes(counting(recording)) == [OURS], scopes(with_tokens(recording))


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("is_async", [False, True])
@pytest.mark.parametrize("stream", [False, True])
def test_litellm_with_ours(order: str, is_async: bool, stream: bool) -> None:
    """Our instrumentors of the gateway and of the SDK below, and another one of the gateway: the gateway's of
    ours alone records."""
    recording = Recording()
    ours = loaded("spanwright_instrumentation.providers.litellm:LiteLLMInstrumentor")()
    theirs = loaded(f"{_OPENINFERENCE}litellm:LiteLLMInstrumentor")()
    provider = driver("openai")
    with both(theirs, ours, order, recording), instrumented(provider.instrumentor(), recording):
        asyncio.run(litellm(wire_of(provider, stream=stream), is_async=is_async, stream=stream))
    assert scopes(with_tokens(recording)) == ["spanwright_instrumentation.providers.litellm"]
    assert len(recording.spans) == 1
