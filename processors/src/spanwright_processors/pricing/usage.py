"""The usage a span carries, in the price table's vocabulary."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from spanwright_semconv import attributes as names

#: genai-prices' usage key -> the attribute with it. Input and output are totals, the others parts of them.
USAGE_ATTRIBUTES: Mapping[str, str] = {
    "input_tokens": names.GEN_AI_USAGE_INPUT_TOKENS,
    "output_tokens": names.GEN_AI_USAGE_OUTPUT_TOKENS,
    "cache_read_tokens": names.GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS,
    "cache_write_tokens": names.GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS,
    "cache_write_5m_tokens": names.SPANWRIGHT_USAGE_CACHE_WRITE_5M_INPUT_TOKENS,
    "cache_write_1h_tokens": names.SPANWRIGHT_USAGE_CACHE_WRITE_1H_INPUT_TOKENS,
    "output_reasoning_tokens": names.GEN_AI_USAGE_REASONING_OUTPUT_TOKENS,
    "input_text_tokens": names.GEN_AI_USAGE_TEXT_INPUT_TOKENS,
    "input_image_tokens": names.GEN_AI_USAGE_IMAGE_INPUT_TOKENS,
    "input_audio_tokens": names.GEN_AI_USAGE_AUDIO_INPUT_TOKENS,
    "output_text_tokens": names.GEN_AI_USAGE_TEXT_OUTPUT_TOKENS,
    "output_image_tokens": names.GEN_AI_USAGE_IMAGE_OUTPUT_TOKENS,
    "output_audio_tokens": names.GEN_AI_USAGE_AUDIO_OUTPUT_TOKENS,
    "cache_text_read_tokens": names.GEN_AI_USAGE_TEXT_CACHE_READ_INPUT_TOKENS,
    "cache_image_read_tokens": names.GEN_AI_USAGE_IMAGE_CACHE_READ_INPUT_TOKENS,
    "cache_audio_read_tokens": names.GEN_AI_USAGE_AUDIO_CACHE_READ_INPUT_TOKENS,
    "web_searches": names.SPANWRIGHT_USAGE_WEB_SEARCHES,
}


def read_usage(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """The usage reported in ``attributes`` by genai-prices' usage key, unchecked.

    Where only the 5-minute and 1-hour parts of the cache writes are reported, their total is their sum.
    """
    usage = {key: attributes[name] for key, name in USAGE_ATTRIBUTES.items() if name in attributes}
    split = [usage[key] for key in ("cache_write_5m_tokens", "cache_write_1h_tokens") if key in usage]
    if split and "cache_write_tokens" not in usage and all(type(count) is int for count in split):
        usage["cache_write_tokens"] = sum(split)
    return usage
