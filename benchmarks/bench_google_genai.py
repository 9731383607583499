"""Google GenAI calls: CPU that instrumenting adds to an application's call, over the bare SDK."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
from google import genai
from google.genai import types
from spanwright_instrumentation.providers.google_genai import GoogleGenAIInstrumentor

from .bench_calls import CHUNKS, observed_rows
from .measure import Row
from .spans import PROSE

_MODEL = "gemini-2.5-flash"
_HEAD = {"modelVersion": _MODEL, "responseId": "Ibo-aoj4EpSy1MkPsezpqQE"}
_USAGE = {
    "promptTokenCount": 512,
    "candidatesTokenCount": 64,
    "thoughtsTokenCount": 128,
    "totalTokenCount": 704,
    "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 512}],
}
_ANSWER = "Hold the power button for ten seconds until the light turns amber, then open the app. " * 3


def _chunk(text: str, **ends: Any) -> bytes:
    candidate = {"index": 0, "content": {"role": "model", "parts": [{"text": text}]}, **ends}
    return json.dumps({**_HEAD, "candidates": [candidate], "usageMetadata": _USAGE}).encode()


def _client() -> genai.Client:
    """A client answered at once from memory."""
    answer, embedding = _chunk(_ANSWER, finishReason="STOP"), [i / 256 for i in range(256)]
    chunks = [_chunk(f" word{at}") for at in range(CHUNKS - 1)] + [_chunk("", finishReason="STOP")]
    stream = b"".join(b"data: " + chunk + b"\r\n\r\n" for chunk in chunks)
    bodies = {
        "generateContent": answer,
        "streamGenerateContent": stream,
        "batchEmbedContents": json.dumps({"embeddings": [{"values": embedding}]}).encode(),
    }

    def respond(request: httpx.Request) -> httpx.Response:
        method = request.url.path.rpartition(":")[2]
        kind = "text/event-stream" if method.startswith("stream") else "application/json"
        return httpx.Response(200, headers={"content-type": kind}, content=bodies[method])

    transport = {"transport": httpx.MockTransport(respond)}
    return genai.Client(api_key="none", http_options=types.HttpOptions(client_args=transport))


def _calls(sdk: genai.Client) -> dict[str, Callable[[], object]]:
    def turns(size: int) -> list[Any]:
        roles, text = ("user", "model"), (PROSE * 6)[:1000]
        return [
            types.Content(role=roles[i % 2], parts=[types.Part(text=f"{i}. {text}")])
            for i in range(size // 1000)
        ]

    short, long = turns(2_000), turns(16_000)
    config = types.GenerateContentConfig(system_instruction="You answer briefly.", temperature=0.2)

    def generate(contents: list[Any]) -> object:
        return sdk.models.generate_content(model=_MODEL, contents=contents, config=config)

    return {
        "generate_content, 2 kB": lambda: generate(short),
        "generate_content, 16 kB history": lambda: generate(long),
        f"stream, {CHUNKS} chunks": lambda: list(
            sdk.models.generate_content_stream(model=_MODEL, contents=short, config=config)
        ),
        "embeddings": lambda: sdk.models.embed_content(
            model="gemini-embedding-001", contents="Where is my order?"
        ),
    }


def rows(quick: bool) -> list[Row]:
    return observed_rows("google_genai", GoogleGenAIInstrumentor(), _calls(_client()), quick)
