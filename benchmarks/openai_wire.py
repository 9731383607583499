"""OpenAI clients that answer from memory: the real SDK, the real wire format, no socket."""

from __future__ import annotations

import json
from collections.abc import Callable

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


def stream(chunks: int) -> bytes:
    """The server-sent events of a streamed chat completion."""
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


def _response(output: list[object], status: str) -> dict[str, object]:
    """An answer of the Responses API, with about as many fields as it has."""
    usage = {
        "input_tokens": 512,
        "output_tokens": 64,
        "total_tokens": 576,
        "input_tokens_details": {"cached_tokens": 128},
        "output_tokens_details": {"reasoning_tokens": 0},
    }
    head = {"id": "resp_0123456789", "object": "response", "created_at": 1_760_000_000, "status": status}
    settings = {"temperature": 1.0, "top_p": 1.0, "parallel_tool_calls": True, "tool_choice": "auto"}
    settings |= {"tools": [], "truncation": "disabled", "text": {"format": {"type": "text"}}}
    return {**head, **settings, "model": _HEAD["model"], "output": output, "usage": usage, "metadata": {}}


def _message(text: str) -> dict[str, object]:
    content = [{"type": "output_text", "annotations": [], "text": text}] if text else []
    return {
        "id": "msg_01",
        "type": "message",
        "status": "completed",
        "role": "assistant",
        "content": content,
    }


def _responses() -> bytes:
    return json.dumps(_response([_message(_ANSWER)], "completed")).encode()


def _responses_stream(events: int) -> bytes:
    place = {"item_id": "msg_01", "output_index": 0, "content_index": 0}
    words = [f" word{at}" for at in range(events - 3)]
    told: list[dict[str, object]] = [
        {"type": "response.created", "response": _response([], "in_progress")},
        {"type": "response.output_item.added", "output_index": 0, "item": _message("")},
        *({"type": "response.output_text.delta", **place, "delta": word, "logprobs": []} for word in words),
        {"type": "response.completed", "response": _response([_message("".join(words))], "completed")},
    ]
    return b"".join(
        f"event: {event['type']}\ndata: {json.dumps({**event, 'sequence_number': at})}\n\n".encode()
        for at, event in enumerate(told)
    )


def client(stream_chunks: int = 200) -> OpenAI:
    """A client whose calls (chat, responses, embeddings; streams of ``stream_chunks`` chunks) are answered
    at once."""
    transport = httpx2.MockTransport(answers(stream_chunks))
    return OpenAI(api_key="sk-none", http_client=httpx2.Client(transport=transport))


def answers(stream_chunks: int) -> Callable[[httpx2.Request], httpx2.Response]:
    """The answer to each request of such a client."""
    chat, streamed_chat, embeddings = _chat(), stream(stream_chunks), _embeddings()
    responses, responses_stream = _responses(), _responses_stream(stream_chunks)

    def answer(request: httpx2.Request) -> httpx2.Response:
        headers = {"content-type": "application/json", "x-request-id": "req_0123456789abcdef"}
        if request.url.path.endswith("/embeddings"):
            return httpx2.Response(200, headers=headers, content=embeddings)
        whole, streamed = (
            (responses, responses_stream) if "/responses" in request.url.path else (chat, streamed_chat)
        )
        if b'"stream":true' in request.content:
            headers["content-type"] = "text/event-stream"
            return httpx2.Response(200, headers=headers, content=streamed)
        return httpx2.Response(200, headers=headers, content=whole)

    return answer
