"""Tokens of Anthropic's Messages."""

from __future__ import annotations

from typing import Any

import pytest
from spanwright_instrumentation.anthropic_usage import read_usage

INPUT, OUTPUT = "gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens"


def usage_of(told: Any) -> dict[str, Any]:
    """The attributes that these tokens have."""
    found: dict[str, Any] = {}
    read_usage(found, told)
    return {key: value for key, value in found.items() if value is not None}


def test_cached_tokens_are_input() -> None:
    """What was read from and written to the cache is input too, and the writes are told apart by life."""
    told = {
        "input_tokens": 5,
        "cache_read_input_tokens": 100,
        "cache_creation_input_tokens": 30,
        "cache_creation": {"ephemeral_5m_input_tokens": 20, "ephemeral_1h_input_tokens": 10},
        "output_tokens": 7,
    }
    assert usage_of(told) == {
        INPUT: 135,
        OUTPUT: 7,
        "gen_ai.usage.cache_read.input_tokens": 100,
        "gen_ai.usage.cache_write.input_tokens": 30,
        "spanwright.usage.cache_write_5m.input_tokens": 20,
        "spanwright.usage.cache_write_1h.input_tokens": 10,
    }


@pytest.mark.parametrize("told", [None, {}, {"output_tokens": 3}])
def test_no_input_is_no_usage(told: Any) -> None:
    """Usage without input tokens, as in the middle of a stream, leaves no attribute."""
    assert usage_of(told) == {}


def test_compaction_is_billed() -> None:
    """Tokens of compacting the conversation are added to those of the answer."""
    compaction = {"type": "compaction", "input_tokens": 50, "output_tokens": 5}
    told = {"input_tokens": 10, "output_tokens": 2, "iterations": [compaction, {"type": "message"}]}
    assert usage_of(told) == {INPUT: 60, OUTPUT: 7}
