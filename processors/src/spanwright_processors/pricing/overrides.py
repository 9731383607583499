"""Prices of one's own: negotiated ones, machines of one's own, and names that no public table knows."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fnmatch import fnmatchcase
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from .catalogue import Catalogue, seller
from .gpu_time import GpuTimeCard
from .schedule import STANDARD, Dated, Fixed, Offer, Prices, Provenance, Schedule, midnight_ns

if TYPE_CHECKING:
    from genai_prices.types import ModelInfo, PriceVariant

_logger = logging.getLogger(__name__)

#: Key in the file -> (price key of genai-prices, what it is multiplied by). US dollars per million tokens,
#: the last two for one.
PRICE_KEYS: Mapping[str, tuple[str, int]] = {
    "input": ("input_mtok", 1),
    "output": ("output_mtok", 1),
    "cache_read": ("cache_read_mtok", 1),
    "cache_write": ("cache_write_mtok", 1),
    "cache_write_5m": ("cache_write_5m_mtok", 1),
    "cache_write_1h": ("cache_write_1h_mtok", 1),
    "reasoning": ("output_reasoning_mtok", 1),
    "input_audio": ("input_audio_mtok", 1),
    "output_audio": ("output_audio_mtok", 1),
    "cache_read_audio": ("cache_audio_read_mtok", 1),
    "input_image": ("input_image_mtok", 1),
    "output_image": ("output_image_mtok", 1),
    "cache_read_image": ("cache_image_read_mtok", 1),
    "web_search": ("web_searches_kcount", 1000),
    "request": ("requests_kcount", 1000),
}

_ALWAYS = (-(1 << 63), 1 << 63)


@dataclass(frozen=True, slots=True)
class GpuTime:
    """US dollars for a second of one of ``gpus``, which ``concurrency`` calls share on average."""

    usd_per_gpu_second: Decimal
    gpus: Decimal = Decimal(1)
    concurrency: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class Override:
    """One entry of an overrides file: the models it is for, when, and their prices.

    ``model`` is compared with the answered and the requested model, without regard to case; ``*`` and
    ``?`` stand for any text and any character. ``provider`` None means any. ``since`` and ``until``
    (exclusive) are days in UTC. ``prices`` are by ``PRICE_KEYS``; ``above`` holds (total input tokens,
    prices) from which on the whole call has others; ``tiers`` those by service tier. They stand in place of
    the prices of ``same_as`` where that names a model of the public table (at ``same_as_provider``, else
    ``provider``). ``discount`` is the share off everything: 0.15 for 15 %.
    """

    model: str
    provider: str | None
    prices: Mapping[str, Decimal]
    provenance: Provenance
    since: date | None = None
    until: date | None = None
    above: Sequence[tuple[int, Mapping[str, Decimal]]] = ()
    tiers: Mapping[str, Mapping[str, Decimal]] = field(default_factory=dict)
    same_as: str | None = None
    same_as_provider: str | None = None
    discount: Decimal = Decimal(0)
    gpu_time: GpuTime | None = None

    def matches(self, provider: str | None, model: str) -> bool:
        if self.provider is not None and _id(provider or "") != _id(self.provider):
            return False
        return fnmatchcase(model.lower(), self.model.lower())

    @property
    def prices_any_call(self) -> bool:
        """Whether calls that reported no tokens have a price."""
        return self.gpu_time is not None or "request" in self.prices

    @property
    def period(self) -> tuple[int, int]:
        """Nanoseconds since the epoch from and until which it holds."""
        since, until = _ALWAYS
        return (
            since if self.since is None else midnight_ns(self.since),
            until if self.until is None else midnight_ns(self.until),
        )

    def schedule(self, catalogue: Catalogue, context: Mapping[str, str]) -> Prices | None:
        """Its prices; None where ``same_as`` names a model that the table does not know (said once)."""
        factor = 1 - Fraction(self.discount)
        if self.gpu_time is not None:
            time = self.gpu_time
            rate = Fraction(time.usd_per_gpu_second) * factor
            card = GpuTimeCard(rate, Fraction(time.gpus), Fraction(time.concurrency))
            return Fixed(Offer(card, *self.provenance, STANDARD))
        if self.same_as is None:
            return Schedule(self._model(), context, self.provenance, factor=factor)
        listed = catalogue.model(self.same_as_provider or self.provider, self.same_as)
        if listed is None:
            self._report_unknown()
            return None
        applies = context if listed.has_variants else {}
        own = self._rates(self.prices) | self._rates(self.tiers.get(context.get("service_tier", ""), {}))
        return Schedule(listed.model, applies, self.provenance, own, factor)

    def _model(self) -> ModelInfo:
        from genai_prices.types import ClauseEquals, ModelInfo, ModelPrice

        return ModelInfo(
            id=self.model,
            match=ClauseEquals(equals=self.model),
            prices=ModelPrice(**self._rates(self.prices)),
            price_variants=[variant for name in self.tiers for variant in self._variants(name)],
        )

    def _variants(self, tier: str) -> list[PriceVariant]:
        from genai_prices.types import ModelPrice, PriceVariant

        prices = ModelPrice(**self._rates(self.tiers[tier]))
        keys = ["service_tier"] + [key for key, name in (("speed", "fast"),) if tier == name]
        return [PriceVariant(when={key: tier}, prices=prices) for key in keys]

    def _rates(self, prices: Mapping[str, Decimal]) -> dict[str, Any]:
        """``prices`` by genai-prices' keys; the standard ones with their tiers above a context size."""
        from genai_prices.types import Tier, TieredPrices

        rates: dict[str, Any] = {}
        for key, price in prices.items():
            name, times = PRICE_KEYS[key]
            above = [(start, dearer[key] * times) for start, dearer in self.above if key in dearer]
            if above and prices is self.prices:
                tiers = [Tier(start=start, price=dearer) for start, dearer in above]
                rates[name] = TieredPrices(base=price * times, tiers=tiers)
            else:
                rates[name] = price * times
        return rates

    def _report_unknown(self) -> None:
        _logger.warning(
            "Cannot price %s: `same_as: %s` in %s is not in the price table. Name a model that is.",
            self.model,
            self.same_as,
            self.provenance.source,
        )


def prices_of(
    overrides: Sequence[Override],
    provider: str | None,
    models: Sequence[str],
    context: Mapping[str, str],
    catalogue: Catalogue,
) -> Prices | None:
    """The prices that a call has by ``overrides``, the first that fits and holds at its time.

    Else it has the table's; None where neither knows any of ``models``, which are tried in their order.
    """
    choices: list[tuple[int, int, Prices]] = []
    for override in overrides:
        if not any(override.matches(provider, model) for model in models):
            continue
        prices = override.schedule(catalogue, context)
        if prices is None:
            continue
        if override.period == _ALWAYS:
            return Dated(choices, prices) if choices else prices
        choices.append((*override.period, prices))
    public = next((found for model in models if (found := catalogue.find(provider, model, context))), None)
    return Dated(choices, public) if choices else public


def _id(provider: str) -> str:
    return seller(provider).lower()
