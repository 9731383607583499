"""Mistral's SDK: driven through the contract suite, and whole spans of what is its own."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any

import pytest
from opentelemetry import propagate, trace
from pydantic import BaseModel
from spanwright_instrumentation.embedding_memory import memory
from spanwright_instrumentation.native import NATIVE_VARIABLE
from spanwright_instrumentation.providers.mistral import MistralInstrumentor
from spanwright_instrumentation.tool_registry import registry
from support.recording import Recording, instrumented
from support.wire import Answer, Wire

#: Until 2.0 the package had another name.
PACKAGE = "mistralai" if find_spec("mistralai.chat") else "mistralai.client"
SDK: Any = import_module(PACKAGE)
STREAMS: Any = import_module(f"{PACKAGE}.utils.eventstreaming")
RETRIES: Any = import_module(f"{PACKAGE}.utils")
VERSION = tuple(int(number) for number in version("mistralai").split(".")[:3])
#: The HTTP library this version of the SDK is made with.
HTTP: Any = vars(import_module(f"{PACKAGE}.basesdk"))["httpx"]

instrumentor = MistralInstrumentor
REQUEST: dict[str, Any] = {
    "model": "mistral-large-latest",
    "messages": [{"role": "user", "content": "Say hello"}],
}

_NO_RAW = "the SDK has no raw and no streaming responses"
#: Cases that this SDK cannot have.
NOT_APPLICABLE = {
    "raw response": _NO_RAW,
    "raw response, tool calls": _NO_RAW,
    "raw response by lines": _NO_RAW,
    "streaming response by lines": _NO_RAW,
    "streaming response parsed": _NO_RAW,
    "streaming response read": _NO_RAW,
    "streaming response unread": _NO_RAW,
    "raw response refused": _NO_RAW,
    "raw response reset": _NO_RAW,
}
if not hasattr(STREAMS.EventStream, "close"):
    _NO_CLOSE = "a stream of this version closes at the end of `with` only"
    NOT_APPLICABLE |= {"closed early": _NO_CLOSE, "closed unread": _NO_CLOSE}

_HEAD = {"id": "cmpl-1", "created": 1731368630, "model": "mistral-large-2512"}
_USAGE = {
    "prompt_tokens": 12,
    "completion_tokens": 5,
    "total_tokens": 17,
    "prompt_tokens_details": {"cached_tokens": 8},
    "service_tier": "priority",
}
_CALL = {"name": "lookup_order", "arguments": '{"order": "A-17"}'}
_MESSAGES: dict[str, list[dict[str, Any]]] = {
    "text": [{"role": "assistant", "content": "Hello to you"}],
    "tools": [
        {
            "role": "assistant",
            "content": "",
            "tool_calls": [
                {"id": f"call_{at}", "type": "function", "index": index, "function": _CALL}
                for index, at in enumerate(("one", "two"))
            ],
        }
    ],
    "choices": [{"role": "assistant", "content": "Hello"}, {"role": "assistant", "content": "Good day"}],
}


#: The client made last: old versions close its connections when it goes, although parts of it are in use.
clients: list[Any] = []


class _Tries(int):
    """What the SDK takes for milliseconds until it gives up retrying; is passed after so many questions."""

    left: int

    def __lt__(self, _elapsed: object) -> bool:
        self.left -= 1
        return self.left < 0


def client(wire: Wire, *, is_async: bool = False, max_retries: int = 0) -> Any:
    """A client whose requests go over this wire."""
    tries = _Tries(60_000)
    tries.left = max_retries
    backoff = RETRIES.BackoffStrategy(1, 2, 1.0, tries)
    transport = wire.transport(HTTP)
    made = SDK.Mistral(
        api_key="test",
        client=HTTP.Client(transport=transport),
        async_client=HTTP.AsyncClient(transport=transport),
        retry_config=RETRIES.RetryConfig("backoff", backoff, False) if max_retries else None,
    )
    clients[:] = [made]
    return _Async(made) if is_async else made


class _Async:
    """The asynchronous side."""

    def __init__(self, made: Any) -> None:
        self.made = made


def create(client: Any, *, stream: bool, kind: str, way: str = "plain") -> Any:
    """Make the call."""
    chat, ending = (client.made.chat, "_async") if isinstance(client, _Async) else (client.chat, "")
    method = getattr(chat, ("stream" if stream else "complete") + ending)
    return method(**REQUEST, **({"n": 2} if kind == "choices" else {}))


def answer(kind: str, *, stream: bool) -> Answer:
    """The provider's answer: ``text``, ``tools`` (two calls) or ``choices`` (two of them)."""
    if stream:
        return streamed(*_chunks(kind))
    choices = [
        {"index": at, "message": message, "finish_reason": _reason(kind)}
        for at, message in enumerate(_MESSAGES[kind])
    ]
    return whole({**_HEAD, "object": "chat.completion", "usage": _USAGE, "choices": choices})


def whole(body: dict[str, Any], status: int = 200, **headers: str) -> Answer:
    """A plain answer."""
    sent = {"content-type": "application/json", "mistral-correlation-id": "req_1", **headers}
    return Answer((json.dumps(body).encode(),), status, sent)


def streamed(*chunks: dict[str, Any]) -> Answer:
    """A streamed answer."""
    events = [b"data: " + json.dumps({**_HEAD, **chunk}).encode() + b"\n\n" for chunk in chunks]
    headers = {"content-type": "text/event-stream", "mistral-correlation-id": "req_1"}
    return Answer((*events, b"data: [DONE]\n\n"), headers=headers)


def refusal(status: int, *, retry_after_ms: int | None = None) -> Answer:
    """An error answer."""
    return whole({"object": "error", "message": f"refused with {status}", "type": "refused"}, status)


#: An event that tells of an error in the middle of a stream.
ERROR_EVENT = b'data: {"object": "error", "message": "the server broke", "type": "server_error"}\n\n'


def expected_finish_reasons(kind: str) -> tuple[str, ...]:
    """``gen_ai.response.finish_reasons`` of a whole answer."""
    return (_reason(kind),) * len(_MESSAGES[kind])


def _reason(kind: str) -> str:
    return "tool_calls" if kind == "tools" else "stop"


def _chunks(kind: str) -> list[dict[str, Any]]:
    chunks: list[dict[str, Any]] = []
    for at, message in enumerate(_MESSAGES[kind]):
        deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
        deltas += [{"content": f"{word} "} for word in message["content"].split()]
        chunks += [{"choices": [{"index": at, "delta": delta, "finish_reason": None}]} for delta in deltas]
        last = {"content": "", **({"tool_calls": message["tool_calls"]} if "tool_calls" in message else {})}
        chunks.append({"choices": [{"index": at, "delta": last, "finish_reason": _reason(kind)}]})
    return [*chunks[:-1], {**chunks[-1], "usage": _USAGE}]


#: What older versions know neither in answers nor in messages.
KNOWS_ALL = VERSION >= (1, 9, 3)
NEWER = {"gen_ai.usage.cache_read.input_tokens": 8, "spanwright.response.service_tier": "priority"}
SERVER = {"gen_ai.provider.name": "mistral_ai", "server.address": "api.mistral.ai", "server.port": 443}
ANSWERED = {
    **SERVER,
    "gen_ai.operation.name": "chat",
    "gen_ai.response.id": "cmpl-1",
    "gen_ai.response.model": "mistral-large-2512",
    "gen_ai.response.finish_reasons": ("stop",),
    "gen_ai.usage.input_tokens": 12,
    "gen_ai.usage.output_tokens": 5,
    **(NEWER if KNOWS_ALL else {}),
    "spanwright.finish_reason": "stop",
    "spanwright.request.id": "req_1",
    "gen_ai.input.messages": [{"role": "user", "parts": [{"type": "text", "content": "Say hello"}]}],
}
HELLO = {"role": "assistant", "finish_reason": "stop", "parts": [{"type": "text", "content": "Hello to you"}]}


@pytest.fixture
def recording() -> Iterator[Recording]:
    with instrumented(MistralInstrumentor(), Recording()) as recording:
        yield recording


def test_whole_span(recording: Recording) -> None:
    """Parameters as sent, the answer's model, tokens with those from the cache, service tier, request id."""
    client(Wire([answer("text", stream=False)])).chat.complete(
        **REQUEST,
        temperature=0.2,
        max_tokens=64,
        random_seed=7,
        stop="END",
        presence_penalty=0.5,
        response_format={"type": "json_object"},
        tools=[{"type": "function", "function": {"name": "lookup_order", "parameters": {}}}],
    )
    assert recording.spans[0].name == "chat mistral-large-latest"
    assert recording.call_attributes() == {
        **ANSWERED,
        "gen_ai.request.model": "mistral-large-latest",
        "gen_ai.request.temperature": 0.2,
        "gen_ai.request.max_tokens": 64,
        "gen_ai.request.seed": 7,
        "gen_ai.request.stop_sequences": ("END",),
        "gen_ai.request.presence_penalty": 0.5,
        "gen_ai.output.type": "json",
        "gen_ai.tool.definitions": [{"type": "function", "name": "lookup_order", "parameters": {}}],
        "gen_ai.output.messages": [HELLO],
    }


def test_streamed_span(recording: Recording) -> None:
    """A streamed answer has all that a plain one has, and the times of its first pieces."""
    assert len(list(client(Wire([answer("text", stream=True)])).chat.stream(**REQUEST))) == 5
    text = {"type": "text", "content": "Hello to you "}
    assert recording.call_attributes() == {
        **ANSWERED,
        "gen_ai.request.model": "mistral-large-latest",
        "gen_ai.request.stream": True,
        "gen_ai.output.messages": [{**HELLO, "parts": [text]}],
    }
    assert "spanwright.time_to_first_token" in (recording.spans[0].attributes or {})


@pytest.mark.skipif(not KNOWS_ALL, reason="this version knows no thinking")
@pytest.mark.parametrize("is_stream", [False, True])
def test_thinking(recording: Recording, is_stream: bool) -> None:
    """What a reasoning model thinks comes as a part of the content."""
    thought = {"type": "thinking", "thinking": [{"type": "text", "text": "Greet."}]}
    content = [thought, {"type": "text", "text": "Hello"}]
    if is_stream:
        deltas = [{"role": "assistant", "content": [each]} for each in content]
        chunks = [{"choices": [{"index": 0, "delta": each, "finish_reason": None}]} for each in deltas]
        list(client(Wire([streamed(*chunks)])).chat.stream(**REQUEST))
    else:
        choice = {"index": 0, "message": {"role": "assistant", "content": content}, "finish_reason": "stop"}
        body = {**_HEAD, "object": "chat.completion", "usage": _USAGE, "choices": [choice]}
        client(Wire([whole(body)])).chat.complete(**REQUEST)
    (said,) = recording.call_attributes()["gen_ai.output.messages"]
    assert said["parts"] == [
        {"type": "reasoning", "content": "Greet."},
        {"type": "text", "content": "Hello"},
    ]


def test_parsed(recording: Recording) -> None:
    """Parsing goes through the same call: one span, of type JSON, and the application's own object."""

    class Greeting(BaseModel):
        text: str

    message = {"role": "assistant", "content": '{"text": "Hello"}'}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    body = {**_HEAD, "object": "chat.completion", "usage": _USAGE, "choices": [choice]}
    parsed = client(Wire([whole(body)])).chat.parse(Greeting, **REQUEST)
    assert parsed.choices[0].message.parsed == Greeting(text="Hello")
    assert [span.name for span in recording.spans] == ["chat mistral-large-latest"]
    assert recording.call_attributes()["gen_ai.output.type"] == "json"


def test_tool_calls_are_remembered(recording: Recording) -> None:
    """A tool that runs later finds the span of the call that asked for it."""
    list(client(Wire([answer("tools", stream=True)])).chat.stream(**REQUEST))
    assert len(registry) == 2


@pytest.mark.parametrize("is_async", [False, True])
def test_agent(recording: Recording, is_async: bool) -> None:
    """An agent asked in place of a model is an inference by its id; the model is what answered."""
    agents = client(Wire([answer("text", stream=False)])).agents
    asked = {"agent_id": "ag_1", "messages": REQUEST["messages"]}
    if is_async:
        asyncio.run(agents.complete_async(**asked))
    else:
        agents.complete(**asked)
    expected = {**ANSWERED, "gen_ai.agent.id": "ag_1", "gen_ai.output.messages": [HELLO]}
    assert recording.call_attributes() == expected


def test_fill_in_the_middle(recording: Recording) -> None:
    """Code between a prompt and a suffix is a text completion."""
    wire = Wire([answer("text", stream=False)])
    client(wire).fim.complete(model="codestral-latest", prompt="def f(", suffix="return a")
    assert recording.spans[0].name == "text_completion codestral-latest"
    (asked,) = recording.call_attributes()["gen_ai.input.messages"]
    assert asked["parts"] == [
        {"type": "text", "content": "def f("},
        {"type": "suffix", "content": "return a"},
    ]


@pytest.mark.parametrize("is_async", [False, True])
def test_embeddings(recording: Recording, is_async: bool) -> None:
    """How many and how long, no vectors; a store finds the text again."""
    data = [{"object": "embedding", "index": 0, "embedding": [0.25, -0.5, 0.125]}]
    usage = {"prompt_tokens": 4, "total_tokens": 4, "completion_tokens": 0}
    body = {"id": "e-1", "object": "list", "model": "mistral-embed-2312", "data": data, "usage": usage}
    embeddings = client(Wire([whole(body)])).embeddings
    asked = {"model": "mistral-embed", "inputs": ["Hello"]}
    if is_async:
        asyncio.run(embeddings.create_async(**asked))
    else:
        embeddings.create(**asked)
    assert recording.call_attributes() == {
        **SERVER,
        "gen_ai.operation.name": "embeddings",
        "gen_ai.request.model": "mistral-embed",
        "gen_ai.response.model": "mistral-embed-2312",
        "gen_ai.usage.input_tokens": 4,
        "gen_ai.embeddings.dimension.count": 3,
        "spanwright.request.id": "req_1",
    }
    assert (found := memory.recall([0.25, -0.5, 0.125])) is not None
    assert found.text == "Hello"


needs_own_spans = pytest.mark.skipif(
    find_spec(f"{PACKAGE}._hooks.tracing") is None, reason="this version makes no spans of its own"
)


@pytest.fixture
def own_spans(recording: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK makes spans of its own, which go where ours go."""
    monkeypatch.setenv("MISTRAL_SDK_TELEMETRY", "global")
    monkeypatch.setattr(trace, "_TRACER_PROVIDER", recording.tracer_provider)


@needs_own_spans
@pytest.mark.usefixtures("own_spans")
@pytest.mark.parametrize("is_async", [False, True])
@pytest.mark.parametrize("is_stream", [False, True])
def test_one_span_though_the_sdk_makes_its_own(recording: Recording, is_async: bool, is_stream: bool) -> None:
    """A call that is recorded has our span alone, and the request carries its ids."""
    wire = Wire([answer("text", stream=is_stream)])
    made = client(wire, is_async=is_async)

    async def call() -> None:
        result = create(made, stream=is_stream, kind="text")
        result = await result if is_async else result
        if is_stream and is_async:
            assert [each async for each in result]
        elif is_stream:
            assert list(result)

    asyncio.run(call())
    (span,) = recording.spans
    sent = trace.get_current_span(propagate.extract(wire.requests[0].headers)).get_span_context()
    assert sent.span_id == span.context.span_id


@needs_own_spans
@pytest.mark.usefixtures("own_spans")
def test_own_spans_where_they_are_wanted(recording: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    """The setting leaves a call to the SDK; what we do not observe has the SDK's span in any case."""
    made = client(Wire([whole({"id": "m-1", "model": "mistral-moderation-2411", "results": []})]))
    made.classifiers.moderate(model="mistral-moderation-latest", inputs=["Hello"])
    monkeypatch.setenv(NATIVE_VARIABLE, "mistralai")
    client(Wire([answer("text", stream=False)])).chat.complete(**REQUEST)
    scopes = [span.instrumentation_scope for span in recording.spans]
    assert [scope.name for scope in scopes if scope] == ["mistralai_sdk_tracer"] * 2
