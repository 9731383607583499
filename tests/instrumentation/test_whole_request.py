"""One request through the real OpenAI SDK, the real qdrant-client and tools: one tree."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, ClassVar

import pytest
from openai import OpenAI
from qdrant_client import QdrantClient, models
from spanwright_instrumentation.providers.openai import OpenAIInstrumentor
from spanwright_instrumentation.providers.qdrant import QdrantInstrumentor
from spanwright_instrumentation.tool import tool
from spanwright_instrumentation.workflow import workflow
from support.recording import Recording, instrumented, recorded_operations

VECTOR = [0.5, 0.25, 0.125, 0.75]


def completion(content: str | None = None, calls: dict[str, tuple[str, str]] | None = None) -> dict[str, Any]:
    """An answer as the provider sends it."""
    asked = [
        {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}
        for call_id, (name, arguments) in (calls or {}).items()
    ]
    message = {"role": "assistant", "content": content, **({"tool_calls": asked} if asked else {})}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1764000000,
        "model": "gpt-4o-2024-08-06",
        "choices": [{"index": 0, "finish_reason": "tool_calls" if asked else "stop", "message": message}],
        "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15},
    }


def streamed_call(call_id: str | None, name: str | None, arguments: str) -> dict[str, Any]:
    """A piece of a tool call, as it comes in a stream."""
    return {
        "index": 0,
        "id": call_id,
        "type": "function",
        "function": {"name": name, "arguments": arguments},
    }


def chunk(delta: dict[str, Any], finish_reason: str | None = None) -> dict[str, Any]:
    """A piece of a streamed answer."""
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1764000000,
        "model": "gpt-4o-2024-08-06",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish_reason}],
    }


class Provider(BaseHTTPRequestHandler):
    """Speaks the provider's wire format; chat answers come from a script."""

    script: ClassVar[list[dict[str, Any]]] = []

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if asked.get("stream"):
            events = [f"data: {json.dumps(event)}\n\n" for event in self.script]
            self.send("text/event-stream", "".join([*events, "data: [DONE]\n\n"]))
        elif self.path.endswith("/embeddings"):
            item = {"object": "embedding", "index": 0, "embedding": VECTOR}
            usage = {"prompt_tokens": 3, "total_tokens": 3}
            answer = {"object": "list", "data": [item], "model": "text-embedding-3-small", "usage": usage}
            self.send("application/json", json.dumps(answer))
        else:
            self.send("application/json", json.dumps(self.script.pop(0)))

    def send(self, kind: str, body: str) -> None:
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, format: str, *args: Any) -> None: ...


@pytest.fixture
def openai() -> Iterator[OpenAI]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    with OpenAI(api_key="none", base_url=f"http://127.0.0.1:{server.server_port}/v1") as client:
        yield client
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def recording() -> Iterator[Recording]:
    with (
        recorded_operations(Recording()) as recording,
        instrumented(OpenAIInstrumentor(), recording),
        instrumented(QdrantInstrumentor(), recording),
    ):
        yield recording


@pytest.fixture
def store() -> Iterator[QdrantClient]:
    store = QdrantClient(":memory:")
    store.create_collection("help", vectors_config=models.VectorParams(size=4, distance=models.Distance.DOT))
    store.upsert("help", [models.PointStruct(id=1, vector=VECTOR, payload={"text": "Parcels take a day."})])
    yield store
    store.close()


def test_a_support_answer_is_one_tree(recording: Recording, openai: OpenAI, store: QdrantClient) -> None:
    """Embedding, retrieval, model calls, parallel tools below the one that asked, a model call in a tool."""
    Provider.script[:] = [
        completion(
            calls={
                "call_a": ("lookup_order", '{"order_id": "A1"}'),
                "call_b": ("lookup_order", '{"order_id": "B2"}'),
                "call_c": ("summarise", '{"text": "Parcels take a day."}'),
            }
        ),
        completion("A day."),
        completion("Your parcels come tomorrow."),
    ]

    @tool
    def lookup_order(order_id: str) -> dict[str, str]:
        return {"order": order_id}

    @tool
    def summarise(text: str) -> str | None:
        messages: Any = [{"role": "user", "content": text}]
        return openai.chat.completions.create(model="gpt-4o", messages=messages).choices[0].message.content

    tools: dict[str, Any] = {"lookup_order": lookup_order, "summarise": summarise}

    @workflow("support_answer")
    def answer(question: str) -> str | None:
        vector = openai.embeddings.create(model="text-embedding-3-small", input=question).data[0].embedding
        points = store.query_points("help", query=vector, limit=3).points
        messages: list[Any] = [
            {"role": "user", "content": question},
            {"role": "system", "content": str(points)},
        ]
        asked = openai.chat.completions.create(model="gpt-4o", messages=messages).choices[0].message
        messages.append(asked.model_dump(exclude_none=True))
        for call in asked.tool_calls or ():
            assert call.type == "function"
            result = tools[call.function.name](**json.loads(call.function.arguments))
            messages.append({"role": "tool", "tool_call_id": call.id, "content": json.dumps(result)})
        return openai.chat.completions.create(model="gpt-4o", messages=messages).choices[0].message.content

    assert answer("Where are my parcels?") == "Your parcels come tomorrow."

    assert recording.tree() == (
        "invoke_workflow support_answer\n"
        "  embeddings text-embedding-3-small\n"
        "  retrieval help\n"
        "  chat gpt-4o\n"
        "    execute_tool lookup_order\n"
        "    execute_tool lookup_order\n"
        "    execute_tool summarise\n"
        "      chat gpt-4o\n"
        "  chat gpt-4o"
    )
    found = recording.attributes("retrieval help")
    assert found["gen_ai.retrieval.query.text"] == "Where are my parcels?"
    assert found["spanwright.retrieval.embedding.model"] == "text-embedding-3-small"
    asked = [
        (span.attributes or {})["gen_ai.tool.call.id"]
        for span in recording.spans
        if span.name.startswith("execute_tool")
    ]
    assert asked == ["call_a", "call_b", "call_c"]


def test_a_streamed_answer_asks_for_tools_too(recording: Recording, openai: OpenAI) -> None:
    """The tool calls of a stream are known once it is read, and their tools hang under it."""
    pieces: list[dict[str, Any]] = [
        {"role": "assistant", "tool_calls": [streamed_call("call_a", "ping", "")]},
        {"tool_calls": [streamed_call(None, None, '{"host": ')]},
        {"tool_calls": [streamed_call(None, None, '"a"}')]},
    ]
    Provider.script[:] = [chunk(piece) for piece in pieces] + [chunk({}, "tool_calls")]

    @tool
    def ping(host: str) -> str:
        return host

    with workflow("answer"):
        question: Any = [{"role": "user", "content": "ping a"}]
        for _ in openai.chat.completions.create(model="gpt-4o", messages=question, stream=True):
            pass
        ping("a")

    assert recording.tree() == "invoke_workflow answer\n  chat gpt-4o\n    execute_tool ping"
    found = recording.attributes("execute_tool ping")
    assert found["gen_ai.tool.call.arguments"] == '{"host": "a"}'
    assert found["gen_ai.tool.call.id"] == "call_a"
