"""Calls that real libraries tell of together are counted once."""

from __future__ import annotations

from collections import Counter

import pytest
from spanwright_processors.span import EditableSpan
from spanwright_processors.steps.normalise import Normalise
from spanwright_processors.steps.once import Once
from spanwright_processors.steps.price import Price
from support import dialects

CALLS = ("chat", "embeddings")
#: Fixture -> real calls of a model that were answered.
ANSWERED = {
    "agent_framework": 2,
    "anthropic_native": 3,
    "claude_agent": 2,
    "langsmith": 8,
    "logfire": 10,
    "mistral_native": 5,
    "openinference": 12,
    "openlit": 11,
    "openllmetry": 11,
    "openllmetry_old": 7,
    "pydantic_ai": 10,
    "semconv_v1_42": 10,
    "vercel_ai_v5": 6,
    "vercel_ai_v7": 6,
}


def counted(name: str) -> list[EditableSpan]:
    """The spans that count a call, of a fixture whose traces are parts of one request."""
    steps = (Normalise(), Once(), Price())
    spans = dialects.spans(name)
    for span in spans:
        span.trace_id = 1
        span.parent_span_id = span.parent_span_id or 999
        span.parent_is_remote = False
        for step in steps:
            step(span)
    return [
        span for span in spans if span.operation in CALLS and "spanwright.duplicate_of" not in span.attributes
    ]


@pytest.mark.parametrize("name", sorted(ANSWERED))
def test_one_price_for_each_answer(name: str) -> None:
    """Native SDK beside or inside instrumentor, wrappers around calls: as many prices as answers."""
    priced = [span for span in counted(name) if "spanwright.cost.usd" in span.attributes]
    unknown = [span for span in counted(name) if "spanwright.cost.unknown_model" in span.attributes]
    assert len(priced) + len(unknown) == ANSWERED[name]


def test_the_native_span_counts() -> None:
    """Of Anthropic's own span and OpenLLMetry's, which stand beside each other, the provider's own."""
    scopes = Counter(span.scope_name for span in counted("openllmetry") if "claude" in str(span.attributes))
    assert scopes == {"com.anthropic.sdk.python": 3}
