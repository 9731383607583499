"""Cases in which instrumentors are known to go wrong, tried with one emitter in this process."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from benchmarks import openai_wire
from benchmarks.bench_calls import CHUNKS

from .calls import anthropic_client, http_of, openai_client
from .emitters import Peer

#: Right, wrong, or None: nothing to judge.
Outcome = bool | None
Try = Callable[["Spans"], Outcome]

_MARK = "zebra crossing at noon"
_SAID = [{"role": "user", "content": _MARK}]
_TOKENS = (
    "gen_ai.usage.input_tokens",
    "gen_ai.usage.prompt_tokens",
    "llm.token_count.prompt",
    "langfuse.observation.usage_details",
)
_MODELS = (
    "gen_ai.request.model",
    "gen_ai.response.model",
    "llm.model_name",
    "langfuse.observation.model.name",
)
#: How long a span may take to come after the application has let go of its stream, in s.
_PATIENCE = 4.0
_kept: list[object] = []


class Spans:
    """What the emitter recorded since the last call of ``clear``."""

    def __init__(self) -> None:
        self.exporter = InMemorySpanExporter()

    def clear(self) -> None:
        self.exporter.clear()

    def inference(self, *, patience: float = 0.3) -> list[ReadableSpan]:
        """Spans of model calls, waited for."""
        deadline = time.monotonic() + patience
        while True:
            ended = self.exporter.get_finished_spans()
            found = [span for span in ended if any(key in (span.attributes or {}) for key in _MODELS)]
            if found or time.monotonic() > deadline:
                return found
            time.sleep(0.02)

    def with_tokens(self) -> list[ReadableSpan]:
        """Those that count tokens."""
        return [span for span in self.inference() if any(key in (span.attributes or {}) for key in _TOKENS)]


def _found(span: ReadableSpan) -> Mapping[str, Any]:
    return span.attributes or {}


def _chat(client: Any, **sent: Any) -> Any:
    return client.chat.completions.create(model=openai_wire.MODEL, messages=_SAID, **sent)


def dropped(spans: Spans) -> Outcome:
    """a stream dropped half read ends its span"""
    stream = _chat(openai_client(_body(_events())), stream=True)
    next(iter(stream))
    del stream
    gc.collect()
    return bool(spans.inference(patience=_PATIENCE))


def closed(spans: Spans) -> Outcome:
    """a stream closed early ends its span"""
    stream = _chat(openai_client(_body(_events())), stream=True)
    reading = iter(stream)
    next(reading)
    stream.close()
    return bool(spans.inference(patience=_PATIENCE))


def half_read(spans: Spans) -> Outcome:
    """a stream half read and kept ends its span after a time"""
    stream = _chat(openai_client(_body(_events())), stream=True)
    reading = iter(stream)
    next(reading)
    _kept.extend((stream, reading))
    return bool(spans.inference(patience=_PATIENCE))


def cancelled(spans: Spans) -> Outcome:
    """a cancelled call ends its span, as an error"""

    async def run() -> None:
        http = http_of("openai")

        async def never(_request: Any) -> Any:
            await asyncio.sleep(60)

        client = openai_client(is_async=True).with_options(
            http_client=http.AsyncClient(transport=http.MockTransport(never))
        )
        task = asyncio.ensure_future(_chat(client))
        await asyncio.sleep(0.05)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    asyncio.run(run())
    found = spans.inference(patience=_PATIENCE)
    return any(span.status.status_code is StatusCode.ERROR for span in found)


def _body(parts: list[bytes], *, pause: float = 0, breaks: bool = False) -> Callable[[Any], Any]:
    """A streamed answer, with a pause after its first part, or broken off."""
    http = http_of("openai")

    class Body(http.SyncByteStream):  # type: ignore[misc,name-defined]
        def __iter__(self) -> Iterator[bytes]:
            for at, part in enumerate(parts):
                if at == 1:
                    time.sleep(pause)
                yield part
            if breaks:
                raise http.ReadError("the peer has gone")

    return lambda request: http.Response(
        200, headers={"content-type": "text/event-stream"}, stream=Body(), request=request
    )


def _events() -> list[bytes]:
    return [part + b"\n\n" for part in openai_wire.stream(CHUNKS).split(b"\n\n") if part]


def reset(spans: Spans) -> Outcome:
    """a stream that breaks off is an error"""
    with suppress(Exception):
        for _ in _chat(openai_client(_body(_events()[:3], breaks=True)), stream=True):
            pass
    found = spans.inference(patience=_PATIENCE)
    return any(span.status.status_code is StatusCode.ERROR for span in found)


def first_token(spans: Spans) -> Outcome:
    """the time to the first token is not that of the chunk with the role"""
    for _ in _chat(openai_client(_body(_events(), pause=0.1)), stream=True):
        pass
    given = [
        float(value)
        for span in spans.inference()
        for key, value in _found(span).items()
        if "first_token" in key or "ttft" in key
    ]
    return min(given) >= 0.1 if given else None


def anthropic_once(spans: Spans) -> Outcome:
    """a call of Anthropic's SDK has one span with tokens"""
    anthropic_client().messages.create(model="claude-sonnet-5-5", max_tokens=9, messages=_SAID)
    return len(spans.with_tokens()) == 1


def context(_spans: Spans) -> Outcome:
    """the current context is the application's while it reads a stream, and after"""
    before = trace.get_current_span()
    stream = _chat(openai_client(), stream=True)
    next(iter(stream))
    during = trace.get_current_span()
    for _ in stream:
        pass
    return before is during and before is trace.get_current_span()


def raw(spans: Spans) -> Outcome:
    """a raw response is parsed as without, and its tokens are recorded"""
    sdk = openai_client()
    answer = sdk.chat.completions.with_raw_response.create(model=openai_wire.MODEL, messages=_SAID)
    return type(answer.parse()).__name__ == "ChatCompletion" and len(spans.with_tokens()) == 1


def stream_class(_spans: Spans) -> Outcome:
    """a stream has the SDK's own class"""
    import openai

    stream = _chat(openai_client(), stream=True)
    return type(stream) is openai.Stream


def cached(spans: Spans) -> Outcome:
    """cached tokens are recorded"""
    _chat(openai_client())
    return any(
        "cach" in f"{key} {value}" and "128" in str(value)
        for span in spans.with_tokens()
        for key, value in _found(span).items()
    )


def answered_model(spans: Spans) -> Outcome:
    """the model that answered is recorded, by its full name"""
    _chat(openai_client())
    full = "gpt-4o-mini-2024-07-18"
    return any(_found(span).get(key) == full for span in spans.inference() for key in _MODELS)


def vectors(spans: Spans) -> Outcome:
    """embeddings' vectors stay out"""
    sdk = openai_client()
    sdk.embeddings.create(model="text-embedding-3-small", input="Where?", encoding_format="float")
    found = spans.inference()
    sizes = [sum(len(str(value)) for value in _found(span).values()) for span in found]
    return max(sizes) < 2000 if sizes else None


def content_once(spans: Spans) -> Outcome:
    """the prompt is sent once"""
    _chat(openai_client())
    told = [str(dict(_found(span))) + str(span.events) for span in spans.exporter.get_finished_spans()]
    times = sum(text.count(_MARK) for text in told)
    return times == 1 if times else None


def long_history(spans: Spans) -> Outcome:
    """a history of 200 messages leaves the model's name and the tokens in place"""
    messages = [{"role": ("user", "assistant")[at % 2], "content": f"message {at}"} for at in range(200)]
    openai_client().chat.completions.create(model=openai_wire.MODEL, messages=messages)
    return len(spans.inference()) == 1 and len(spans.with_tokens()) == 1


CASES: tuple[Try, ...] = (
    answered_model,
    cached,
    first_token,
    anthropic_once,
    content_once,
    vectors,
    long_history,
    raw,
    stream_class,
    context,
    closed,
    dropped,
    half_read,
    reset,
    cancelled,
)


def tried(peer: Peer) -> dict[str, Outcome]:
    """Each case's title -> whether this peer, installed here for good, gets it right."""
    spans = Spans()
    peer.install(SimpleSpanProcessor(spans.exporter))
    found: dict[str, Outcome] = {}
    for case in CASES:
        gc.collect()  # what the case before has left ends now, or is not this one's
        time.sleep(0.1)
        spans.clear()
        try:
            outcome = case(spans)
        except Exception:
            outcome = False
        found[str(case.__doc__)] = outcome
    return found
