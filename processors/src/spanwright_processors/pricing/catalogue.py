"""The price table of genai-prices, offline: a model is looked up once, its prices compiled once a period."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from .card import RateCard

if TYPE_CHECKING:
    from genai_prices.data_snapshot import DataSnapshot
    from genai_prices.types import ModelInfo

SOURCE = "genai-prices"

#: ``gen_ai.provider.name`` (and its older spellings) -> the provider's id in genai-prices. A name that is
#: not here is looked up as it is.
PROVIDERS: Mapping[str, str] = {
    "gcp.gen_ai": "google",
    "gcp.gemini": "google",
    "gcp.vertex_ai": "google",
    "gemini": "google",
    "vertex_ai": "google",
    "google_genai": "google",
    "azure.ai.openai": "azure",
    "azure.ai.inference": "azure",
    "az.ai.openai": "azure",
    "az.ai.inference": "azure",
    "aws.bedrock": "aws",
    "x_ai": "x-ai",
    "xai": "x-ai",
    "mistral_ai": "mistral",
    "moonshot_ai": "moonshotai",
    "together_ai": "together",
    "fireworks_ai": "fireworks",
}

_DAY_NS = 86_400_000_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Schedule:
    """The prices of one model over time; ``at`` gives those in force at one instant.

    Between two price changes, and between two daily switches of off-peak prices, nothing changes, so one
    compiled card serves each such period.
    """

    def __init__(self, model: ModelInfo, context: Mapping[str, str]) -> None:
        self._model = model
        self._context = context
        self._free = model.id.endswith(":free")
        self._changes, self._switches = _cut_points(model)
        self._cards: dict[tuple[int, int], RateCard] = {}

    def at(self, time_ns: int) -> RateCard:
        """The rates for a call that started ``time_ns`` nanoseconds after the epoch."""
        period = (
            bisect_right(self._changes, time_ns) if self._changes else 0,
            bisect_right(self._switches, time_ns % _DAY_NS) if self._switches else 0,
        )
        card = self._cards.get(period)
        if card is None:
            # Whole microseconds, rounded down: cut points are whole ones, so the period stays the same.
            instant = _EPOCH + timedelta(microseconds=time_ns // 1000)
            card = RateCard(self._model.get_prices(instant, self._context), self._free)
            self._cards[period] = card
        return card


class Found(NamedTuple):
    """The prices of a call's model and where they come from."""

    schedule: Schedule
    source: str
    version: str


class Catalogue:
    """Looks models up in the table that the installed genai-prices carries; never in the network."""

    def find(self, provider: str | None, model: str, context: Mapping[str, str]) -> Found | None:
        """The prices of ``model``, None if the table does not know it at this provider.

        ``provider`` is a ``gen_ai.provider.name``; None lets the model's name decide. ``context`` chooses
        price variants: ``{"service_tier": "flex"}``.
        """
        provider_id = PROVIDERS.get(provider.lower(), provider) if provider else None
        try:
            seller, found = _table().find_provider_model(_model_id(model), None, provider_id, None)
        except LookupError:
            return None
        applies = context if any(found is own for own in seller.models) else {}
        return Found(Schedule(found, applies), SOURCE, _version())


def _model_id(model: str) -> str:
    """The model in a Bedrock ARN of a model or a system-defined inference profile, else ``model``."""
    return model.rpartition("/")[2] if model.startswith("arn:") else model


@cache
def _table() -> DataSnapshot:
    # Imported on first use: the table takes about 0.4 s, which no application's start should wait for.
    from genai_prices.data import providers
    from genai_prices.data_snapshot import DataSnapshot

    return DataSnapshot(providers=providers, from_auto_update=False)


@cache
def _version() -> str:
    from importlib.metadata import version

    return version("genai-prices")


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
            midnight = datetime.combine(condition.start_date, time(), tzinfo=UTC)
            changes.add((midnight - _EPOCH) // timedelta(microseconds=1) * 1000)
        elif isinstance(condition, TimeOfDateConstraint):
            switches.update(map(_since_midnight, (condition.start_time, condition.end_time)))
    return sorted(changes), sorted(switches)


def _since_midnight(at: time) -> int:
    moment = datetime.combine(_EPOCH.date(), at, tzinfo=at.tzinfo or UTC)
    return (moment - _EPOCH) // timedelta(microseconds=1) * 1000 % _DAY_NS
