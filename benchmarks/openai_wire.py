"""OpenAI clients that answer from memory: the real SDK, the real wire format, no socket."""

from __future__ import annotations

import json

import httpx2
from openai import OpenAI

MODEL = "gpt-4o-mini"
_USAGE = {
    "prompt_tokens": 512,
    "completion_tokens": 64,
    "total_tokens": 576,
    "prompt_tokens_details": {"cached_tokens": 128},
}
_HEAD = {"id": "chatcmpl-AbCdEf0123456789", "created": 1_760_000_000, "model": "gpt-4o-mini-2024-07-18"}
_ANSWER = "Hold the power button for ten seconds until the light turns amber, then open the app. " * 3


def _chat() -> bytes:
    message = {"role": "assistant", "content": _ANSWER}
    choice = {"index": 0, "finish_reason": "stop", "message": message}
    return json.dumps({**_HEAD, "object": "chat.completion", "choices": [choice], "usage": _USAGE}).encode()


def _stream(chunks: int) -> bytes:
    deltas: list[dict[str, object]] = [{"role": "assistant", "content": ""}]
    deltas += [{"content": f" word{i}"} for i in range(chunks - 2)]
    lines = [
        {**_HEAD, "object": "chat.completion.chunk", "choices": [{"index": 0, "delta": delta}]}
        for delta in deltas
    ]
    end = {"index": 0, "delta": {}, "finish_reason": "stop"}
    lines.append({**_HEAD, "object": "chat.completion.chunk", "choices": [end], "usage": _USAGE})
    return b"".join(b"data: " + json.dumps(line).encode() + b"\n\n" for line in lines) + b"data: [DONE]\n\n"


def _embeddings() -> bytes:
    data = [{"object": "embedding", "index": 0, "embedding": [i / 256 for i in range(256)]}]
    usage = {"prompt_tokens": 9, "total_tokens": 9}
    return json.dumps(
        {"object": "list", "model": "text-embedding-3-small", "data": data, "usage": usage}
    ).encode()


def client(stream_chunks: int = 200) -> OpenAI:
    """A client whose calls (chat, a stream of ``stream_chunks`` chunks, embeddings) are answered at once."""
    chat, stream, embeddings = _chat(), _stream(stream_chunks), _embeddings()

    def answer(request: httpx2.Request) -> httpx2.Response:
        headers = {"content-type": "application/json", "x-request-id": "req_0123456789abcdef"}
        if request.url.path.endswith("/embeddings"):
            return httpx2.Response(200, headers=headers, content=embeddings)
        if b'"stream":true' in request.content:
            return httpx2.Response(
                200, headers={**headers, "content-type": "text/event-stream"}, content=stream
            )
        return httpx2.Response(200, headers=headers, content=chat)

    return OpenAI(api_key="sk-none", http_client=httpx2.Client(transport=httpx2.MockTransport(answer)))
