"""Token counts in the shapes of providers and frameworks, as the conventions count them: wholes include
their parts.

Anthropic and Langfuse count uncached input apart from what was read from or written to the cache; OpenAI,
Gemini, LangChain and the conventions count it all as input.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from spanwright_semconv.attributes import (
    GEN_AI_USAGE_AUDIO_INPUT_TOKENS,
    GEN_AI_USAGE_AUDIO_OUTPUT_TOKENS,
    GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS,
    GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS,
    GEN_AI_USAGE_INPUT_TOKENS,
    GEN_AI_USAGE_OUTPUT_TOKENS,
    GEN_AI_USAGE_REASONING_OUTPUT_TOKENS,
    SPANWRIGHT_USAGE_CACHE_WRITE_1H_INPUT_TOKENS,
    SPANWRIGHT_USAGE_CACHE_WRITE_5M_INPUT_TOKENS,
)

_INPUT_DETAILS = (
    "prompt_tokens_details",
    "input_tokens_details",
    "input_token_details",
    "promptTokensDetails",
)
_OUTPUT_DETAILS = (
    "completion_tokens_details",
    "output_tokens_details",
    "output_token_details",
    "completionTokensDetails",
)
#: Attribute -> where its count may stand, by dotted path.
_PATHS: Mapping[str, tuple[str, ...]] = {
    GEN_AI_USAGE_INPUT_TOKENS: (
        "prompt_tokens",
        "input_tokens",
        "inputTokens",
        "promptTokens",
        "promptTokenCount",
        "prompt_token_count",
        "input",
    ),
    GEN_AI_USAGE_OUTPUT_TOKENS: (
        "completion_tokens",
        "output_tokens",
        "outputTokens",
        "completionTokens",
        "candidatesTokenCount",
        "candidates_token_count",
        "output",
    ),
    GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS: (
        *(
            f"{key}.{part}"
            for key in _INPUT_DETAILS
            for part in ("cached_tokens", "cache_read", "cachedTokens")
        ),
        "cache_read_input_tokens",
        "cacheReadInputTokens",
        "cachedInputTokens",
        "cachedContentTokenCount",
        "cached_content_token_count",
        "input_cached_tokens",
        "input_cache_read",
        "cache_read_tokens",
        "cache_read",
    ),
    GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS: (
        *(f"{key}.{part}" for key in _INPUT_DETAILS for part in ("cache_creation", "cache_write_tokens")),
        "cache_creation_input_tokens",
        "cacheWriteInputTokens",
        "input_cache_creation",
        "cache_write_tokens",
        "cache_creation_tokens",
    ),
    GEN_AI_USAGE_REASONING_OUTPUT_TOKENS: (
        *(
            f"{key}.{part}"
            for key in _OUTPUT_DETAILS
            for part in ("reasoning_tokens", "reasoning", "reasoningTokens")
        ),
        "reasoningTokens",
        "thoughtsTokenCount",
        "thoughts_token_count",
        "output_reasoning_tokens",
        "output_reasoning",
        "reasoning_tokens",
    ),
    GEN_AI_USAGE_AUDIO_INPUT_TOKENS: tuple(
        f"{key}.{part}" for key in _INPUT_DETAILS for part in ("audio_tokens", "audio")
    ),
    GEN_AI_USAGE_AUDIO_OUTPUT_TOKENS: tuple(
        f"{key}.{part}" for key in _OUTPUT_DETAILS for part in ("audio_tokens", "audio")
    ),
    SPANWRIGHT_USAGE_CACHE_WRITE_5M_INPUT_TOKENS: ("cache_creation.ephemeral_5m_input_tokens",),
    SPANWRIGHT_USAGE_CACHE_WRITE_1H_INPUT_TOKENS: ("cache_creation.ephemeral_1h_input_tokens",),
}
#: Under these names what was read from the cache is not in the input.
_APART = frozenset(
    (
        "cache_read_input_tokens",
        "cacheReadInputTokens",
        "cache_creation_input_tokens",
        "cacheWriteInputTokens",
        "input_cached_tokens",
        "input_cache_read",
        "input_cache_creation",
    )
)
#: Their thinking is not in their output.
_THOUGHTS_APART = frozenset(("thoughtsTokenCount", "thoughts_token_count"))
#: Sums that say nothing new.
_SUMS = frozenset(("total_tokens", "totalTokens", "totalTokenCount", "total_token_count", "total"))


def usage_of(value: Mapping[str, Any]) -> tuple[dict[str, int], dict[str, Any]]:
    """(official attribute -> count, what of ``value`` has no official place)."""
    counts: dict[str, int] = {}
    read: set[str] = set()
    for attribute, path in _candidates(tuple(filter(_HEADS.__contains__, value))):
        if attribute not in counts:
            count = _at(value, path)
            if count is not None:
                counts[attribute] = count
                read.add(path)
    if not counts:
        return {}, dict(value)
    if read & _APART:
        _include(counts)
    if read & _THOUGHTS_APART and GEN_AI_USAGE_OUTPUT_TOKENS in counts:
        counts[GEN_AI_USAGE_OUTPUT_TOKENS] += counts[GEN_AI_USAGE_REASONING_OUTPUT_TOKENS]
    return {key: count for key, count in counts.items() if count or key in _WHOLES}, _rest(value, read)


#: The keys under which there may be a count, or several.
_HEADS = frozenset(path.partition(".")[0] for paths in _PATHS.values() for path in paths)


@lru_cache(maxsize=256)
def _candidates(keys: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """(attribute, path) of the counts that an object with these keys may hold, the preferred ones first."""
    return tuple(
        (attribute, path)
        for attribute, paths in _PATHS.items()
        for path in paths
        if path.partition(".")[0] in keys
    )


_WHOLES = (GEN_AI_USAGE_INPUT_TOKENS, GEN_AI_USAGE_OUTPUT_TOKENS)

#: Parts of the input that some count beside it.
CACHED_INPUT = (GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS, GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS)


def whole_input(counts: Mapping[str, Any], uncached: int) -> int:
    """All input tokens of a call whose dialect counts only the uncached ones as input."""
    parts = [counts.get(key) for key in CACHED_INPUT]
    return uncached + sum(part for part in parts if type(part) is int)


def _include(counts: dict[str, int]) -> None:
    if GEN_AI_USAGE_INPUT_TOKENS in counts:
        counts[GEN_AI_USAGE_INPUT_TOKENS] = whole_input(counts, counts[GEN_AI_USAGE_INPUT_TOKENS])


def _at(value: Any, path: str) -> int | None:
    for key in path.split("."):
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if type(value) is int else None


def _rest(value: Mapping[str, Any], read: Iterable[str]) -> dict[str, Any]:
    """``value`` without what was read, without sums, and without parts that are 0."""
    heads = {path.partition(".")[0] for path in read if "." not in path}
    rest = {}
    for key, item in value.items():
        if key in heads or key in _SUMS:
            continue
        if isinstance(item, dict):
            inner = {k: each for k, each in item.items() if each and f"{key}.{k}" not in read}
            if inner:
                rest[key] = inner
        elif item:
            rest[key] = item
    return rest
