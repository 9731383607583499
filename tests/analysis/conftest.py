"""A file of spans, empty or with one answered question in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from opentelemetry.trace import SpanKind
from support.span_file import SpanFile, documents, messages, text


@pytest.fixture
def span_file(tmp_path: Path) -> Iterator[SpanFile]:
    file = SpanFile(tmp_path / "traces.jsonl")
    yield file
    file.close()


@pytest.fixture
def support_trace(span_file: SpanFile) -> SpanFile:
    """One answered question: embeddings, retrieval, a model call with a tool inside it, and the answer,
    streamed.
    """
    root = span_file.span(
        "invoke_workflow support_answer",
        0,
        1840,
        {
            "gen_ai.operation.name": "invoke_workflow",
            "session.id": "chat-20417",
            "user.hash": "8f3a1c9d2b7e4f60a1b2c3d4e5f60718",
            "spanwright.pipeline.name": "support-answers",
            "spanwright.pipeline.version": "2026.11.2",
            "spanwright.outcome": "success",
            "spanwright.trace.finish_reason": "stop",
            "spanwright.trace.spans": 6,
            "spanwright.trace.cost.usd": 0.000613,
            "spanwright.trace.usage.input_tokens": 2551,
            "spanwright.trace.usage.cache_read.input_tokens": 1152,
            "spanwright.trace.usage.output_tokens": 88,
        },
    )
    span_file.span(
        "embeddings text-embedding-3-small",
        10,
        211,
        {
            "gen_ai.operation.name": "embeddings",
            "gen_ai.usage.input_tokens": 12,
            "spanwright.cost.usd": 2.4e-07,
        },
        root,
        SpanKind.CLIENT,
    )
    span_file.span(
        "retrieval help_articles",
        215,
        219.2,
        {
            "gen_ai.operation.name": "retrieval",
            "gen_ai.retrieval.query.text": "How do I turn the filter light off?",
            "gen_ai.retrieval.top_k": 3,
            "gen_ai.retrieval.documents": documents(
                (0.818, "aero/filter-light"), (0.768, "aero/status-lights")
            ),
            "spanwright.retrieval.returned": 2,
            "spanwright.retrieval.score.first": 0.818,
            "spanwright.retrieval.score.second": 0.768,
        },
        root,
        SpanKind.CLIENT,
    )
    call = span_file.span(
        "chat gpt-4.1-mini",
        220,
        754,
        {
            "gen_ai.operation.name": "chat",
            "gen_ai.response.model": "gpt-4.1-mini-2025-04-14",
            "gen_ai.usage.input_tokens": 1244,
            "gen_ai.usage.output_tokens": 23,
            "spanwright.cost.usd": 0.000534,
            "spanwright.finish_reason": "tool_calls",
            "gen_ai.input.messages": messages(
                "user", text("Hi, I'm [NAME] ([EMAIL]).\nHow do I turn the light off?")
            ),
            "gen_ai.output.messages": messages(
                "assistant",
                {"type": "tool_call", "id": "c1", "name": "lookup_order", "arguments": {"email": "[EMAIL]"}},
            ),
            "spanwright.pii.detected": True,
            "spanwright.pii.entity_types": ("EMAIL", "NAME"),
        },
        root,
        SpanKind.CLIENT,
    )
    span_file.span(
        "execute_tool lookup_order",
        756,
        787,
        {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": "lookup_order",
            "gen_ai.tool.call.arguments": '{"order_id":"LK-10482"}',
            "error.type": "orders.OrderSystemDown",
        },
        call,
        error="no answer for [EMAIL]",
    )
    span_file.span(
        "chat gpt-4.1-mini",
        790,
        1838,
        {
            "gen_ai.operation.name": "chat",
            "gen_ai.response.model": "gpt-4.1-mini-2025-04-14",
            "gen_ai.usage.input_tokens": 1307,
            "gen_ai.usage.cache_read.input_tokens": 1152,
            "gen_ai.usage.output_tokens": 65,
            "spanwright.cost.unknown_model": "gpt-4.1-mini-2025-04-14",
            "spanwright.finish_reason": "stop",
            "spanwright.time_to_first_token": 0.284,
            "gen_ai.output.messages": messages(
                "assistant", text("Hold the Filter key for five seconds. " * 9)
            ),
        },
        root,
        SpanKind.CLIENT,
    )
    return span_file
