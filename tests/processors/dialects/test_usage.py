"""Token counts in everybody's shapes."""

from __future__ import annotations

from typing import Any

import pytest
from spanwright_processors.dialects.usage import usage_of, whole_input

SENT, RECEIVED = "gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens"
READ, WRITTEN = "gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_write.input_tokens"
THOUGHT = "gen_ai.usage.reasoning.output_tokens"


@pytest.mark.parametrize(
    ("usage", "counts"),
    [
        (
            {
                "prompt_tokens": 120,
                "completion_tokens": 30,
                "total_tokens": 150,
                "prompt_tokens_details": {"cached_tokens": 64, "audio_tokens": 0},
                "completion_tokens_details": {"reasoning_tokens": 12},
            },
            {SENT: 120, RECEIVED: 30, READ: 64, THOUGHT: 12},
        ),
        (
            {
                "input_tokens": 40,
                "cache_read_input_tokens": 64,
                "cache_creation_input_tokens": 16,
                "output_tokens": 30,
            },
            {SENT: 120, RECEIVED: 30, READ: 64, WRITTEN: 16},
        ),
        (
            {
                "input_tokens": 120,
                "output_tokens": 30,
                "input_token_details": {"cache_read": 64, "cache_creation": 16},
                "output_token_details": {"reasoning": 12},
            },
            {SENT: 120, RECEIVED: 30, READ: 64, WRITTEN: 16, THOUGHT: 12},
        ),
        (
            {
                "promptTokenCount": 120,
                "candidatesTokenCount": 18,
                "thoughtsTokenCount": 12,
                "totalTokenCount": 150,
                "cachedContentTokenCount": 64,
            },
            {SENT: 120, RECEIVED: 30, READ: 64, THOUGHT: 12},
        ),
        (
            {"inputTokens": 40, "outputTokens": 30, "cacheReadInputTokens": 64, "cacheWriteInputTokens": 16},
            {SENT: 120, RECEIVED: 30, READ: 64, WRITTEN: 16},
        ),
        ({"input": 40, "input_cached_tokens": 64, "output": 30}, {SENT: 104, RECEIVED: 30, READ: 64}),
        ({"input": 8}, {SENT: 8}),
    ],
    ids=["openai", "anthropic", "langchain", "gemini", "bedrock", "langfuse", "embedding"],
)
def test_shapes(usage: dict[str, Any], counts: dict[str, int]) -> None:
    """Input is all input, output all output, whatever was counted apart; nothing is left."""
    assert usage_of(usage) == (counts, {})


def test_what_has_no_place_is_left() -> None:
    """Counts without an official attribute stay, sums and noughts do not."""
    counts, rest = usage_of(
        {"input_tokens": 1, "total_tokens": 1, "server_tool_use": {"searches": 2}, "none": 0}
    )
    assert counts == {SENT: 1}
    assert rest == {"server_tool_use": {"searches": 2}}


def test_no_usage_at_all() -> None:
    """Other objects, and counts that are none, are left whole."""
    for value in ({"a": 1}, {"input_tokens": "many"}, {"prompt_tokens": True}):
        assert usage_of(value) == ({}, value)


def test_whole_input() -> None:
    """The uncached and its cached parts; what is no count is none."""
    assert whole_input({READ: 64, WRITTEN: None}, 40) == 104
