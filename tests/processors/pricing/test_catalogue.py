"""Looking models up, and their prices over time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from genai_prices import Usage, calc_price
from genai_prices.data import providers
from genai_prices.types import StartDateConstraint, TimeOfDateConstraint
from spanwright_processors.pricing import Catalogue, Schedule
from spanwright_processors.pricing.catalogue import PROVIDERS

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
USAGE = {"input_tokens": 1_000_003}


def at(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(microseconds=1) * 1000


def usd(schedule: Schedule, moment: datetime) -> float | None:
    cost = schedule.at(at(moment)).card.cost({"gen_ai.usage.input_tokens": USAGE["input_tokens"]})
    return None if cost is None else cost.total / cost.denominator


def found(provider: str, model: str) -> Schedule:
    prices = Catalogue().find(provider, model, {})
    assert prices is not None
    return prices


DATED = [
    (provider.id, model.id, price.constraint)
    for provider in providers
    for model in provider.models
    if isinstance(model.prices, list) and provider.find_model(model.id) is model
    for price in model.prices
    if price.constraint is not None
]


def test_a_price_change_is_followed_in_both_directions() -> None:
    """At each change, one microsecond before and again at it: the same schedule gives the table's price."""
    checked = 0
    for provider, model, constraint in DATED:
        schedule = found(provider, model)
        for moment in moments(constraint):
            expected = calc_price(
                Usage(**USAGE), model, provider_id=provider, genai_request_timestamp=moment
            ).total_price
            assert (usd(schedule, moment) or 0.0) == float(expected), (provider, model, moment)
            checked += 1
    assert checked > 500


def moments(constraint: StartDateConstraint | TimeOfDateConstraint) -> list[datetime]:
    if isinstance(constraint, StartDateConstraint):
        edges = [datetime.combine(constraint.start_date, datetime.min.time(), tzinfo=UTC)]
    else:
        day = datetime(2026, 3, 1, tzinfo=UTC).date()
        edges = [
            datetime.combine(day, edge, tzinfo=edge.tzinfo or UTC).astimezone(UTC)
            for edge in (constraint.start_time, constraint.end_time)
        ]
    just_before = timedelta(microseconds=1)
    return [moment for edge in edges for moment in (edge, edge - just_before, edge + just_before, edge)]


def test_one_period_is_compiled_once() -> None:
    """Calls between two price changes share one compiled card."""
    schedule = found("openai", "gpt-4o")
    moment = datetime(2026, 11, 1, tzinfo=UTC)
    assert schedule.at(at(moment)) is schedule.at(at(moment + timedelta(hours=5)))


@pytest.mark.parametrize(("name", "provider"), sorted(PROVIDERS.items()))
def test_every_mapped_provider_is_in_the_table(name: str, provider: str) -> None:
    """Each conventions' provider name leads to a provider that genai-prices has."""
    assert provider in {known.id for known in providers}


def test_a_model_that_is_not_in_the_table_is_not_found() -> None:
    """Neither an unknown model nor a known one at an unknown provider has a price."""
    assert Catalogue().find("openai", "nobody's model", {}) is None
    assert Catalogue().find("vllm", "gpt-4o", {}) is None


def test_service_tiers_have_their_own_prices() -> None:
    """The tier that the provider answered with chooses the price variant, if the model has one."""
    catalogue = Catalogue()
    now = datetime(2026, 11, 1, tzinfo=UTC)
    prices = [
        usd(prices, now)
        for tier in ("flex", "default", "priority", "unheard-of")
        if (prices := catalogue.find("openai", "gpt-5", {"service_tier": tier})) is not None
    ]
    flex, default, priority, unknown = prices
    assert flex is not None
    assert default is not None
    assert priority is not None
    assert flex < default < priority
    assert unknown == default
