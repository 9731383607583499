"""Rates as integers."""

from __future__ import annotations

from decimal import Decimal

from genai_prices.types import ModelPrice, Tier, TieredPrices
from spanwright_processors.pricing import RateCard

INPUT, OUTPUT = "gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens"


def test_a_tier_prices_the_whole_call() -> None:
    """Above a tier's start every token has the tier's price; at the start itself still the lower one."""
    tiers = TieredPrices(base=Decimal(1), tiers=[Tier(start=200_000, price=Decimal(2))])
    card = RateCard(ModelPrice(input_mtok=tiers, output_mtok=Decimal(10)))
    usd = [
        cost.total / cost.denominator
        for tokens in (200_000, 200_001)
        if (cost := card.cost({INPUT: tokens, OUTPUT: 0})) is not None
    ]
    assert usd == [0.2, 0.400002]


def test_a_fee_per_request_is_in_the_total_only() -> None:
    """A price per thousand requests adds a thousandth of it to each call."""
    cost = RateCard(ModelPrice(input_mtok=Decimal(1), requests_kcount=Decimal(5))).cost({INPUT: 1_000_000})
    assert cost is not None
    assert cost.total / cost.denominator == 1.005
    assert cost.input / cost.denominator == 1.0


def test_tokens_without_a_rate_have_no_price() -> None:
    """A card that prices no output does not price a call with output at its input alone."""
    card = RateCard(ModelPrice(input_mtok=Decimal(1)))
    assert card.cost({INPUT: 5, OUTPUT: 5}) is None
    assert card.cost({INPUT: 5, OUTPUT: 0}) is not None
