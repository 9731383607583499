"""What a price tells besides the money: where it comes from, what it is for, when there is none."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from spanwright_processors.pricing import USAGE_ATTRIBUTES
from spanwright_processors.span import EditableSpan
from spanwright_processors.steps.price import Price, PriceSettings
from support.editable import editable_span

USD = "spanwright.cost.usd"
PRICE = Price()


def call(usage: dict[str, Any], provider: str = "openai", model: str = "gpt-4o", **more: Any) -> EditableSpan:
    """A chat span with ``usage`` by genai-prices' usage keys."""
    attributes = {"gen_ai.operation.name": "chat", "gen_ai.response.model": model}
    attributes |= {"gen_ai.provider.name": provider}
    return editable_span(attributes | {USAGE_ATTRIBUTES[key]: n for key, n in usage.items()}, **more)


def test_a_price_says_where_and_when_it_comes_from() -> None:
    """Source, version and date of the table, and the tier whose prices were used."""
    span = call({"input_tokens": 5}, "openai", "gpt-5", start_ns=1_795_000_000_000_000_000)
    span.attributes["openai.response.service_tier"] = "flex"
    PRICE(span)
    found = {key: span.attributes.get(f"spanwright.cost.{key}") for key in ("source", "tier")}
    assert found == {"source": "genai-prices", "tier": "flex"}
    assert span.attributes["spanwright.cost.source_version"].count(".") == 2
    date = span.attributes.get("spanwright.cost.source_date", "2026-01-01")
    assert datetime.fromisoformat(date).year >= 2000


def test_web_searches_are_priced_apart() -> None:
    """They are a fee of the provider's, not tokens."""
    span = call({"input_tokens": 1_000_000, "web_searches": 3}, "anthropic", "claude-haiku-4-5")
    PRICE(span)
    assert span.attributes["spanwright.cost.other.usd"] == 0.03
    assert span.attributes[USD] == pytest.approx(span.attributes["spanwright.cost.input.usd"] + 0.03)


def test_a_span_that_repeats_anothers_call_has_no_cost() -> None:
    """One call has one price, on the span that counts it."""
    span = call({"input_tokens": 5})
    span.attributes["spanwright.duplicate_of"] = "00f067aa0ba902b7"
    PRICE(span)
    assert not any(key.startswith("spanwright.cost.") for key in span.attributes)


def test_wrong_settings_are_said() -> None:
    """A table that cannot be read stops the step, an interval below 0 the settings."""
    with pytest.raises(ValueError, match=r"Cannot use price\.refresh_minutes: -1 is less than 0"):
        PriceSettings(refresh_minutes=-1)
    with pytest.raises(ValueError, match=r"Cannot use price\.table"):
        Price(PriceSettings(table=Path("nowhere.json")))
