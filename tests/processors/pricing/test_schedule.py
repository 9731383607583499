"""Prices over time."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from genai_prices.types import (
    ClauseEquals,
    ConditionalPrice,
    ModelInfo,
    ModelPrice,
    PriceVariant,
    StartDateConstraint,
)
from spanwright_processors.pricing import Offer, Provenance, Schedule
from spanwright_processors.pricing.schedule import Dated, Fixed, context_of, midnight_ns

FROM = Provenance("table", "1", "2026-11-01")
INPUT = "gen_ai.usage.input_tokens"


def model() -> ModelInfo:
    prices = [
        ConditionalPrice(prices=ModelPrice(input_mtok=Decimal(4))),
        ConditionalPrice(StartDateConstraint(date(2026, 3, 1)), prices=ModelPrice(input_mtok=Decimal(2))),
    ]
    batch = PriceVariant(when={"processing": "batch"}, prices=ModelPrice(input_mtok=Decimal(1)))
    default = PriceVariant(when={"service_tier": "default"}, prices=ModelPrice())
    return ModelInfo(id="m", match=ClauseEquals(equals="m"), prices=prices, price_variants=[batch, default])


def usd(offer: Offer) -> float:
    cost = offer.card.cost({INPUT: 1_000_000})
    assert cost is not None
    return cost.total / cost.denominator


MARCH = midnight_ns(date(2026, 3, 1))


def test_the_calls_own_time_decides() -> None:
    """The price of the day the call started, and where it comes from."""
    schedule = Schedule(model(), {}, FROM)
    assert [usd(schedule.at(at)) for at in (MARCH - 1, MARCH)] == [4.0, 2.0]
    assert schedule.at(MARCH)[1:] == ("table", "1", "2026-11-01", "standard")


@pytest.mark.parametrize(
    ("tier", "usd_then", "named"),
    [("batch", 1.0, "batch"), ("default", 2.0, "standard"), ("unheard-of", 2.0, "standard")],
)
def test_the_tier_that_was_priced_is_named(tier: str, usd_then: float, named: str) -> None:
    """A tier without prices of its own is priced, and named, as the standard one."""
    offer = Schedule(model(), context_of(tier, None), FROM).at(MARCH)
    assert (usd(offer), offer.tier) == (usd_then, named)


def test_replaced_rates_and_a_factor() -> None:
    """Rates that stand in place of the table's, and a discount on all of them."""
    schedule = Schedule(model(), {}, FROM, {"input_mtok": Decimal(10)}, Fraction(9, 10))
    assert usd(schedule.at(MARCH)) == 9.0


def test_of_dated_choices_the_first_that_covers_the_time_holds() -> None:
    """Outside of all of them the other prices hold, or none."""
    offers = [Fixed(Schedule(model(), {}, FROM).at(at)) for at in (MARCH - 1, MARCH)]
    dated = Dated([(10, 20, offers[0]), (15, 30, offers[1])], None)
    found = [dated.at(at) for at in (9, 10, 19, 20, 29, 30)]
    assert [offer and usd(offer) for offer in found] == [None, 4.0, 4.0, 2.0, 2.0, None]
    otherwise = Dated([], offers[0]).at(0)
    assert otherwise is not None
    assert usd(otherwise) == 4.0


def test_midnight_is_that_of_utc() -> None:
    """Days begin at 0:00 UTC, also those before 1970."""
    day = datetime(2026, 3, 1, tzinfo=UTC)
    assert midnight_ns(date(2026, 3, 1)) == int(day.timestamp()) * 1_000_000_000
    assert midnight_ns(date(1969, 12, 31)) == -86_400_000_000_000
