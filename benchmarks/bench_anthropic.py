"""Anthropic calls: CPU that instrumenting adds, over the bare SDK with its own spans switched off and on.

The SDK of version 2 makes spans itself; "its own spans" is what it costs without us, sent the same way.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx2
from anthropic import Anthropic
from opentelemetry.trace import TracerProvider
from spanwright_instrumentation.providers.anthropic import AnthropicInstrumentor

from .bench_calls import CHUNKS, ROUNDS, guarded_provider
from .measure import Cost, Row, Variant, cpu_cost
from .spans import PROSE

_MODEL = "claude-sonnet-5-5"
_HEAD = {"id": "msg_0123456789", "type": "message", "role": "assistant", "model": f"{_MODEL}-20261001"}
_USAGE = {
    "input_tokens": 384,
    "cache_read_input_tokens": 128,
    "cache_creation_input_tokens": 0,
    "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0},
    "output_tokens": 64,
    "service_tier": "standard",
}
_ANSWER = "Hold the power button for ten seconds until the light turns amber, then open the app. " * 3


def message() -> bytes:
    """The answer to a message."""
    block = {"type": "text", "text": _ANSWER}
    return json.dumps({**_HEAD, "content": [block], "stop_reason": "end_turn", "usage": _USAGE}).encode()


def _stream(chunks: int) -> bytes:
    start: dict[str, Any] = {**_HEAD, "content": [], "stop_reason": None, "usage": _USAGE}
    events: list[dict[str, Any]] = [
        {"type": "message_start", "message": start},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    ]
    for at in range(chunks - 5):
        delta = {"type": "text_delta", "text": f" word{at}"}
        events.append({"type": "content_block_delta", "index": 0, "delta": delta})
    events += [
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 64}},
        {"type": "message_stop"},
    ]
    return b"".join(f"event: {each['type']}\ndata: {json.dumps(each)}\n\n".encode() for each in events)


def _client(own_spans: TracerProvider | None) -> Anthropic:
    """A client answered at once from memory, its own spans going to this provider, or switched off."""
    whole, stream = message(), _stream(CHUNKS)

    def answer(request: httpx2.Request) -> httpx2.Response:
        streams = b'"stream":true' in request.content
        kind = "text/event-stream" if streams else "application/json"
        headers = {"content-type": kind, "request-id": "req_0123456789abcdef"}
        return httpx2.Response(200, headers=headers, content=stream if streams else whole)

    return Anthropic(
        api_key="sk-none",
        http_client=httpx2.Client(transport=httpx2.MockTransport(answer)),
        open_telemetry=False if own_spans is None else {"tracer_provider": own_spans},
    )


def _calls(sdk: Anthropic) -> dict[str, Callable[[], object]]:
    def turns(size: int) -> list[dict[str, str]]:
        roles = ("user", "assistant")
        text = (PROSE * 6)[:1000]
        return [{"role": roles[i % 2], "content": f"{i}. {text}"} for i in range(size // 1000)]

    def create(**sent: Any) -> Any:
        return sdk.messages.create(model=_MODEL, max_tokens=64, system="You answer briefly.", **sent)

    short, long = turns(2_000), turns(16_000)
    return {
        "message, 2 kB": lambda: create(messages=short),
        "message, 16 kB history": lambda: create(messages=long),
        f"stream, {CHUNKS} chunks": lambda: list(create(messages=short, stream=True)),
    }


def rows(quick: bool) -> list[Row]:
    rounds, repeats = ROUNDS[quick]
    found: list[Row] = []
    with guarded_provider() as provider:
        instrumentor = AnthropicInstrumentor()
        bare, own, silent = _calls(_client(None)), _calls(_client(provider)), _calls(_client(None))
        for name in bare:
            # With its spans switched off the SDK sends no ids along; with them on, it does, whoever records.
            variants = {
                "bare": Variant(bare[name]),
                "own": Variant(own[name], finish=provider.force_flush),
                "observed": Variant(
                    silent[name],
                    enter=lambda: instrumentor.instrument(tracer_provider=provider),
                    leave=instrumentor.uninstrument,
                    finish=provider.force_flush,
                ),
                "in place": Variant(
                    own[name],
                    enter=lambda: instrumentor.instrument(tracer_provider=provider),
                    leave=instrumentor.uninstrument,
                    finish=provider.force_flush,
                ),
            }
            found += _shown(name, cpu_cost(variants, rounds=rounds, calls=repeats))
    return found


#: Variant -> what the report calls it.
_NAMES = {
    "observed": "added, caller",
    "in place": "added in place of the SDK's own spans, caller",
    "own": "added by the SDK's own spans without us, caller",
}


def _shown(name: str, cost: dict[str, Cost]) -> list[Row]:
    bare = cost["bare"]
    found = [Row("anthropic", f"{name}: bare SDK", bare.caller, "µs")]
    for variant, told in _NAMES.items():
        caller = cost[variant].caller
        ratio = caller / bare.caller
        found.append(Row("anthropic", f"{name}: {told}", caller - bare.caller, "µs", "bare SDK", ratio))
    added = cost["observed"].process - bare.process
    found.append(Row("anthropic", f"{name}: added, in all", added, "µs"))
    if name.startswith("stream"):
        added = (cost["observed"].caller - bare.caller) / CHUNKS
        found.append(Row("anthropic", f"{name}: added a chunk, caller", added, "µs"))
    return found
