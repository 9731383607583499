"""Requests of traces as an application with retrieval and a tool leaves them after the steps."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from opentelemetry.proto.trace.v1.trace_pb2 import Span, TracesData

SPANS_OF_A_TRACE = 7
_TRACES_OF_A_REQUEST = 64
_WORDS = [
    "the",
    "customer",
    "asks",
    "how",
    "to",
    "pair",
    "a",
    "headset",
    "with",
    "another",
    "laptop",
    "after",
    "the",
    "firmware",
    "was",
    "updated",
    "and",
    "the",
    "light",
    "stays",
    "amber",
    "while",
    "the",
    "companion",
    "app",
    "says",
    "that",
    "the",
    "order",
    "has",
    "left",
    "the",
    "warehouse",
    "this",
    "morning",
]
_PIPELINES = ("support-answers", "product-search", "order-desk", "returns")
_MODELS = ("gpt-4.1-mini-2025-04-14", "gpt-4o-2024-08-06", "claude-sonnet-4-5-20250929")


def requests(traces: int, seed: int = 0) -> Iterator[TracesData]:
    """So many traces of today, ``SPANS_OF_A_TRACE`` spans each, the same for the same seed and day."""
    random = Random(seed)
    now = int(time.time()) // 86_400 * 86_400
    for begin in range(0, traces, _TRACES_OF_A_REQUEST):
        message = TracesData()
        group = message.resource_spans.add()
        _put(group.resource.attributes, {
            "service.name": "support-bot", "service.version": f"1.4.{begin % 3}",
            "deployment.environment.name": "prod", "telemetry.sdk.language": "python",
            "host.name": f"worker-{begin % 4}",
        })  # fmt: skip
        scope = group.scope_spans.add()
        scope.scope.name = "spanwright_instrumentation"
        for _ in range(min(_TRACES_OF_A_REQUEST, traces - begin)):
            _trace(scope, random, (now + random.random() * 60) * 1e9)
        yield message


def _trace(scope: Any, random: Random, start: float) -> None:
    trace_id = random.randbytes(16)
    score = min(max(random.gauss(0.81, 0.06), 0.0), 1.0)
    pipeline = random.choice(_PIPELINES)
    outcome = random.choices(("success", "partial", "error"), (94, 4, 2))[0]
    shared = {
        "session.id": f"session-{random.randrange(10**6)}", "user.hash": f"{random.randrange(50_000):032x}",
        "spanwright.pipeline.name": pipeline, "spanwright.pipeline.version": f"2026.11.{random.randrange(4)}",
    }  # fmt: skip
    trace = _Trace(scope, trace_id, start, shared)
    root = random.randbytes(8)
    trace.span(root, b"", f"invoke_workflow {pipeline}", 1.8, {
        "gen_ai.operation.name": "invoke_workflow", "spanwright.outcome": outcome,
        "spanwright.trace.finish_reason": random.choices(("stop", "length"), (97, 3))[0],
        "spanwright.trace.spans": SPANS_OF_A_TRACE, "spanwright.trace.model_calls": 2,
        "spanwright.trace.tool_calls": 1, "spanwright.trace.retrieval_calls": 1, "spanwright.trace.errors": 0,
        "spanwright.trace.cost.usd": random.uniform(0.0002, 0.004), "spanwright.trace.cost.micro_usd": 812,
        "spanwright.trace.usage.input_tokens": 2551, "spanwright.trace.usage.output_tokens": 88,
        "spanwright.trace.retrieval.score.first": score,
        "spanwright.trace.retrieval.score.second": score - 0.03,
    })  # fmt: skip
    trace.span(random.randbytes(8), root, "embeddings text-embedding-3-small", 0.1, {
        "gen_ai.operation.name": "embeddings", "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "text-embedding-3-small", "gen_ai.usage.input_tokens": 12,
        "spanwright.cost.usd": 2.4e-07,
    })  # fmt: skip
    trace.span(random.randbytes(8), root, "retrieval help_articles", 0.02, {
        "gen_ai.operation.name": "retrieval", "gen_ai.data_source.id": "help_articles",
        "gen_ai.retrieval.query.text": _text(random, 10), "gen_ai.retrieval.top_k": 5,
        "gen_ai.retrieval.documents": json.dumps([
            {"id": f"chunk-{random.randrange(9999)}", "source_doc_id": f"doc-{random.randrange(999)}",
             "score": round(score - 0.03 * rank, 4), "text_length": 400} for rank in range(5)
        ]),
        "spanwright.retrieval.returned": 5, "spanwright.retrieval.score.first": score,
        "spanwright.retrieval.score.second": score - 0.03, "spanwright.retrieval.score.mean": score - 0.06,
        "spanwright.retrieval.score.kind": "similarity",
    })  # fmt: skip
    calling = random.randbytes(8)
    for identity, parent, finish in ((calling, root, "tool_calls"), (random.randbytes(8), root, "stop")):
        model = random.choice(_MODELS)
        trace.span(identity, parent, f"chat {model}", 0.7, {
            "gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai",
            "gen_ai.request.model": model, "gen_ai.response.model": model,
            "gen_ai.response.id": f"chatcmpl-{random.randrange(10**15)}", "gen_ai.request.temperature": 0.2,
            "gen_ai.usage.input_tokens": random.randrange(400, 2400), "gen_ai.usage.output_tokens": 44,
            "gen_ai.usage.cache_read.input_tokens": 384, "spanwright.cost.usd": random.uniform(1e-4, 2e-3),
            "spanwright.time_to_first_token": random.uniform(0.1, 0.9), "spanwright.finish_reason": finish,
            "spanwright.system_prompt.sha256": "5f" * 32,
            "gen_ai.input.messages": _message("user", _text(random, 60)),
            "gen_ai.output.messages": _message("assistant", _text(random, 40)),
        })  # fmt: skip
    trace.span(random.randbytes(8), calling, "execute_tool lookup_order", 0.03, {
        "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "lookup_order",
        "gen_ai.tool.call.arguments": '{"order_id":"[ID]"}', "gen_ai.tool.call.result": _text(random, 20),
        "spanwright.tool.version": "3",
    })  # fmt: skip
    trace.span(random.randbytes(8), root, "POST /answers", 1.9, {
        "http.request.method": "POST", "url.path": "/answers", "http.response.status_code": 200,
        "server.address": "support.internal", "network.protocol.version": "1.1",
    })  # fmt: skip


@dataclass(frozen=True)
class _Trace:
    """Where spans go; ``start`` in nanoseconds, ``shared``: what all of them have."""

    scope: Any
    trace_id: bytes
    start: float
    shared: dict[str, Any]

    def span(self, span_id: bytes, parent: bytes, name: str, seconds: float, own: dict[str, Any]) -> None:
        span = self.scope.spans.add(
            trace_id=self.trace_id,
            span_id=span_id,
            parent_span_id=parent,
            name=name,
            kind=Span.SPAN_KIND_CLIENT,
            start_time_unix_nano=int(self.start),
            end_time_unix_nano=int(self.start + seconds * 1e9),
        )
        _put(span.attributes, {**self.shared, **own})


def _put(target: Any, attributes: dict[str, Any]) -> None:
    for key, value in attributes.items():
        held = target.add(key=key).value
        if isinstance(value, str):
            held.string_value = value
        elif isinstance(value, int):
            held.int_value = value
        else:
            held.double_value = value


def _text(random: Random, words: int) -> str:
    return " ".join(random.choices(_WORDS, k=words))


def _message(role: str, text: str) -> str:
    return json.dumps([{"role": role, "parts": [{"type": "text", "content": text}]}])
