"""Reading usage from a span."""

from __future__ import annotations

from genai_prices.data_units import unit_data
from spanwright_processors.pricing import USAGE_ATTRIBUTES, read_usage
from spanwright_semconv import attributes as names


def test_every_key_is_one_of_the_price_table() -> None:
    """The table of attributes speaks genai-prices' vocabulary, without a key that it does not know."""
    assert set(USAGE_ATTRIBUTES) <= set(unit_data)


def test_only_what_is_reported_is_read() -> None:
    """Counts that are not on the span are absent, not 0."""
    attributes = {
        names.GEN_AI_USAGE_INPUT_TOKENS: 5,
        "other": 7,
        names.GEN_AI_USAGE_REASONING_OUTPUT_TOKENS: 0,
    }
    assert read_usage(attributes) == {"input_tokens": 5, "output_reasoning_tokens": 0}


def test_the_parts_of_cache_writes_make_their_total() -> None:
    """5-minute and 1-hour writes add up to the cache writes where those are not reported themselves."""
    split = {
        names.SPANWRIGHT_USAGE_CACHE_WRITE_5M_INPUT_TOKENS: 2,
        names.SPANWRIGHT_USAGE_CACHE_WRITE_1H_INPUT_TOKENS: 3,
    }
    assert read_usage(split)["cache_write_tokens"] == 5
    assert read_usage(split | {names.GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS: 9})["cache_write_tokens"] == 9
