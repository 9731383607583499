"""A model's prices over time, compiled once for each period in which nothing changes."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from copy import copy
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from .card import Cost, RateCard

if TYPE_CHECKING:
    from genai_prices.types import ModelInfo, ModelPrice

#: The tier of prices that are not those of a special service tier.
STANDARD = "standard"

_DAY_NS = 86_400_000_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Card(Protocol):
    """Prices at one time, ready to multiply."""

    @property
    def prices_any_call(self) -> bool:
        """Whether a call that reported no tokens has a price."""
        ...

    @property
    def prices_failures(self) -> bool:
        """Whether it has one although it failed."""
        ...

    def cost(self, attributes: Mapping[str, Any], duration_ns: int = 0, /) -> Cost | None: ...


class Provenance(NamedTuple):
    """Where prices come from. ``date``: of the table or file, ISO 8601; None where nobody knows."""

    source: str
    version: str
    date: str | None


class Offer(NamedTuple):
    """The prices in force for a call, where they come from, and the service tier they are for."""

    card: Card
    source: str
    version: str
    date: str | None
    tier: str


class Prices(Protocol):
    """The prices of one model over time."""

    def at(self, time_ns: int, /) -> Offer | None:
        """Those for a call that started ``time_ns`` nanoseconds after the epoch; None: it has none then."""
        ...


class Fixed:
    """Prices that never change."""

    def __init__(self, offer: Offer) -> None:
        self._offer = offer

    def at(self, _time_ns: int, /) -> Offer:
        return self._offer


class Schedule:
    """The prices of a model of the table. ``context`` chooses variants: ``{"service_tier": "flex"}``.

    Between two price changes, and between two daily switches of off-peak prices, nothing changes, so one
    compiled card serves each such period. ``replaced`` are rates by genai-prices' price key that stand in
    place of the table's; ``factor`` multiplies every price.
    """

    def __init__(
        self,
        model: ModelInfo,
        context: Mapping[str, str],
        provenance: Provenance,
        replaced: Mapping[str, Any] | None = None,
        factor: Fraction = Fraction(1),
    ) -> None:
        self._model = model
        self._context = context
        self._provenance = provenance
        self._replaced = replaced or {}
        self._factor = factor
        self._free = model.id.endswith(":free")
        self._changes, self._switches = _cut_points(model)
        self._offers: dict[tuple[int, int], Offer] = {}

    def at(self, time_ns: int) -> Offer:
        period = (
            bisect_right(self._changes, time_ns) if self._changes else 0,
            bisect_right(self._switches, time_ns % _DAY_NS) if self._switches else 0,
        )
        offer = self._offers.get(period)
        if offer is None:
            # Whole microseconds, rounded down: cut points are whole ones, so the period stays the same.
            offer = self._compiled(_EPOCH + timedelta(microseconds=time_ns // 1000))
            self._offers[period] = offer
        return offer

    def _compiled(self, instant: datetime) -> Offer:
        price = self._model.get_prices(instant, self._context)
        if self._replaced:
            price = copy(price)
            price.__dict__.update(self._replaced)
        return Offer(RateCard(price, self._free, self._factor), *self._provenance, self._tier(instant))

    def _tier(self, instant: datetime) -> str:
        for variant in self._model.price_variants or ():
            asked = all(self._context.get(key) == value for key, value in variant.when.items())
            active = variant.constraint is None or variant.constraint.active(instant)
            if asked and active and _has_prices(variant.prices):
                return next(iter(variant.when.values()), STANDARD)
        return STANDARD


class Dated:
    """Prices of which each holds for some time: the first choice that covers a call's start."""

    def __init__(self, choices: Sequence[tuple[int, int, Prices]], otherwise: Prices | None) -> None:
        """``choices``: (from, until, prices), nanoseconds since the epoch, ``until`` exclusive."""
        self._choices = tuple(choices)
        self._otherwise = otherwise

    def at(self, time_ns: int) -> Offer | None:
        for since, until, prices in self._choices:
            if since <= time_ns < until:
                return prices.at(time_ns)
        return None if self._otherwise is None else self._otherwise.at(time_ns)


def midnight_ns(day: date) -> int:
    """Nanoseconds from the epoch to the beginning of ``day`` in UTC."""
    return (datetime.combine(day, time(), tzinfo=UTC) - _EPOCH) // timedelta(microseconds=1) * 1000


def context_of(tier: str | None, speed: str | None) -> dict[str, str]:
    """What the table chooses price variants by, from the tier and speed that a provider answered with."""
    known = {"service_tier": tier, "speed": speed, "processing": "batch" if tier == "batch" else None}
    return {key: value for key, value in known.items() if value}


def _has_prices(price: ModelPrice) -> bool:
    return any(value is not None for value in vars(price).values())


def _cut_points(model: ModelInfo) -> tuple[list[int], list[int]]:
    """When prices change: nanoseconds since the epoch, and nanoseconds since midnight UTC."""
    from genai_prices.types import StartDateConstraint, TimeOfDateConstraint

    dated = model.prices if isinstance(model.prices, list) else []
    conditions = [price.constraint for price in dated]
    conditions += [variant.constraint for variant in model.price_variants or ()]
    changes: set[int] = set()
    switches: set[int] = set()
    for condition in conditions:
        if isinstance(condition, StartDateConstraint):
            changes.add(midnight_ns(condition.start_date))
        elif isinstance(condition, TimeOfDateConstraint):
            switches.update(map(_since_midnight, (condition.start_time, condition.end_time)))
    return sorted(changes), sorted(switches)


def _since_midnight(at: time) -> int:
    moment = datetime.combine(_EPOCH.date(), at, tzinfo=at.tzinfo or UTC)
    return (moment - _EPOCH) // timedelta(microseconds=1) * 1000 % _DAY_NS
