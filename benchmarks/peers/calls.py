"""The same calls for every peer, answered from memory over whichever HTTP library the SDK has."""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib import import_module
from typing import Any

from benchmarks import bench_anthropic, openai_wire
from benchmarks.bench_calls import CHUNKS, calls

#: Peers without an instrumentor of that SDK.
WITHOUT = {"langfuse": ("Anthropic message, 2 kB",)}


def http_of(sdk: str) -> Any:
    """The HTTP library that this version of the SDK is made with."""
    names = vars(import_module(f"{sdk}._base_client"))
    return names.get("httpx2") or names["httpx"]


def openai_client(answer: Callable[[Any], Any] | None = None, *, is_async: bool = False) -> Any:
    """A client whose requests this function answers; the default answers as ``make bench`` does."""
    http = http_of("openai")
    given = answer or openai_wire.answers(CHUNKS)

    def handle(request: Any) -> Any:
        response = given(request)
        if isinstance(response, http.Response):
            return response
        return http.Response(response.status_code, headers=dict(response.headers), content=response.content)

    sdk = import_module("openai")
    transport = http.MockTransport(handle)
    if is_async:

        async def handle_async(request: Any) -> Any:
            return handle(request)

        client = http.AsyncClient(transport=http.MockTransport(handle_async))
        return sdk.AsyncOpenAI(api_key="sk-none", http_client=client, max_retries=0)
    return sdk.OpenAI(api_key="sk-none", http_client=http.Client(transport=transport), max_retries=0)


def anthropic_client() -> Any:
    """The same for Anthropic's; its own spans stay as the user has them, off for the bare SDK."""
    http = http_of("anthropic")
    message = bench_anthropic.message()

    def answer(_request: Any) -> Any:
        headers = {"content-type": "application/json", "request-id": "req_0123456789abcdef"}
        return http.Response(200, headers=headers, content=message)

    client = http.Client(transport=http.MockTransport(answer))
    return import_module("anthropic").Anthropic(api_key="sk-none", http_client=client)


def measured(peer: str) -> dict[str, Callable[[], object]]:
    """Name of each call that this peer can be measured with -> the call."""
    os.environ.setdefault("ANTHROPIC_API_KEY", "sk-none")
    found = {name: call for name, call in calls(openai_client()).items() if not name.startswith("stream of")}
    claude = anthropic_client()
    messages = [{"role": "user", "content": "Where is my order? " * 100}]
    found["Anthropic message, 2 kB"] = lambda: claude.messages.create(
        model="claude-sonnet-5-5", max_tokens=64, messages=messages
    )
    return {name: call for name, call in found.items() if name not in WITHOUT.get(peer, ())}
