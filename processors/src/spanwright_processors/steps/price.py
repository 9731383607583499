"""Puts the cost in US dollars on each model and embedding call, from the tokens the provider reported."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from opentelemetry.trace import StatusCode
from spanwright_semconv import metrics
from spanwright_semconv.attributes import (
    GEN_AI_OPERATION_NAME,
    GEN_AI_PROVIDER_NAME,
    GEN_AI_REQUEST_MODEL,
    GEN_AI_RESPONSE_MODEL,
    GEN_AI_USAGE_COST,
    GEN_AI_USAGE_INPUT_TOKENS,
    GEN_AI_USAGE_OUTPUT_TOKENS,
    OPENAI_RESPONSE_SERVICE_TIER,
    SPANWRIGHT_COST_CACHE_READ_USD,
    SPANWRIGHT_COST_CACHE_WRITE_USD,
    SPANWRIGHT_COST_INPUT_USD,
    SPANWRIGHT_COST_MICRO_USD,
    SPANWRIGHT_COST_OTHER_USD,
    SPANWRIGHT_COST_OUTPUT_USD,
    SPANWRIGHT_COST_SOURCE,
    SPANWRIGHT_COST_SOURCE_DATE,
    SPANWRIGHT_COST_SOURCE_VERSION,
    SPANWRIGHT_COST_TIER,
    SPANWRIGHT_COST_UNKNOWN_MODEL,
    SPANWRIGHT_COST_USD,
    SPANWRIGHT_DUPLICATE_OF,
    SPANWRIGHT_RESPONSE_SERVICE_TIER,
    SPANWRIGHT_RESPONSE_SPEED,
)

from ..pricing import Offer, PriceBook, UsageError, load_overrides
from ..pricing.book import use_book
from ..span import EditableSpan
from ..step import Phase

#: Operations that are one billed call. Agent and workflow spans repeat the usage of the calls below them.
PRICED_OPERATIONS = ("chat", "embeddings", "generate_content", "text_completion", "rerank")

_UNNAMED = "unknown"


@dataclass(frozen=True)
class PriceSettings:
    """What model calls cost."""

    #: Path of a YAML file with prices of your own, which win over the public table: a list of entries with
    #: `model` (`*` and `?` allowed), optionally `provider`, and `input`, `output`, `cache_read`,
    #: `cache_write`, `cache_write_1h` … in US dollars per million tokens, or `same_as` a model of the table
    #: with a `discount`, or `gpu_second` for machines of your own (docs/guides/prices.md).
    overrides: str | None = None
    #: Path of a price table in genai-prices' published form (`data.json`); unset, that of the installed
    #: package.
    table: Path | None = None
    #: Minutes after which the two files are looked at again and read where they changed; 0 for never.
    refresh_minutes: int = 5
    #: Fetch the newest table from genai-prices' address at the start and every `refresh_minutes`. Without
    #: this nothing of a price ever comes from the network.
    fetch: bool = False
    #: Load the installed table in a thread when the first call begins, not where its span is processed.
    warm_up: bool = True
    #: Write the cost a second time as `gen_ai.usage.cost`, which Langfuse, OpenLIT and Grafana's GenAI
    #: dashboards read.
    emit_gen_ai_usage_cost: bool = False

    def __post_init__(self) -> None:
        if self.overrides is not None:
            load_overrides(self.overrides)
        if self.refresh_minutes < 0:
            raise ValueError(
                f"Cannot use price.refresh_minutes: {self.refresh_minutes} is less than 0. "
                "Use a number of minutes, or 0 for never."
            )


class Price:
    """Prices a call by the model that answered, else the one asked for, at the prices of the call's start.

    A call without reported tokens is left alone, unless prices of your own are per call or per second. A
    model without a known price gets ``spanwright.cost.unknown_model`` and no cost. Counts that contradict
    each other get neither: ``invalid_usages`` counts those spans, ``unknown_models`` the unpriced ones. A
    span that repeats another one's call has no cost.
    """

    Settings = PriceSettings
    phase: ClassVar[Phase] = Phase.ENRICH
    name = "price"
    metrics: ClassVar = ((metrics.SPANWRIGHT_PROCESSING_INVALID_USAGES, "invalid_usages"),)

    def __init__(self, settings: PriceSettings = PriceSettings()) -> None:
        refresh_s = settings.refresh_minutes * 60.0 or None
        self._book = PriceBook(settings.overrides, settings.table, refresh_s, settings.fetch)
        use_book(self._book)
        self._warms_up = settings.warm_up
        self._twice = settings.emit_gen_ai_usage_cost
        self.invalid_usages = 0
        self.unknown_models = 0

    def warm_up(self) -> None:
        """Load the installed table in a thread, if the settings say so."""
        if self._warms_up:
            self._book.warm_up()

    def __call__(self, span: EditableSpan) -> None:
        attributes = span.attributes
        if attributes.get(GEN_AI_OPERATION_NAME) not in PRICED_OPERATIONS:
            return
        if SPANWRIGHT_COST_USD in attributes or SPANWRIGHT_COST_UNKNOWN_MODEL in attributes:
            return
        if SPANWRIGHT_DUPLICATE_OF in attributes:
            return
        has_usage = GEN_AI_USAGE_INPUT_TOKENS in attributes or GEN_AI_USAGE_OUTPUT_TOKENS in attributes
        if has_usage or self._book.prices_any_call:
            self._price(span, attributes, has_usage)

    def _price(self, span: EditableSpan, attributes: dict[str, Any], has_usage: bool) -> None:
        get = attributes.get
        prices = self._book.find(
            (
                get(GEN_AI_PROVIDER_NAME),
                get(GEN_AI_RESPONSE_MODEL),
                get(GEN_AI_REQUEST_MODEL),
                get(OPENAI_RESPONSE_SERVICE_TIER) or get(SPANWRIGHT_RESPONSE_SERVICE_TIER),
                get(SPANWRIGHT_RESPONSE_SPEED),
            )
        )
        offer = prices.at(span.start_ns) if prices is not None else None
        if not has_usage and (offer is None or not _prices_without_usage(offer, span)):
            return
        try:
            cost = offer.card.cost(attributes, span.end_ns - span.start_ns) if offer is not None else None
        except UsageError:
            self.invalid_usages += 1
            return
        if offer is None or cost is None:
            self.unknown_models += 1
            attributes[SPANWRIGHT_COST_UNKNOWN_MODEL] = _model_name(attributes)
            return
        # int / int rounds once: the float nearest to the exact decimal, as float(Decimal) gives.
        denominator, total, fresh, output, cache_read, cache_write, other = cost
        usd = total / denominator
        attributes[SPANWRIGHT_COST_USD] = usd
        attributes[SPANWRIGHT_COST_MICRO_USD] = cost.micro_usd
        attributes[SPANWRIGHT_COST_INPUT_USD] = fresh / denominator
        attributes[SPANWRIGHT_COST_OUTPUT_USD] = output / denominator
        if cache_read:
            attributes[SPANWRIGHT_COST_CACHE_READ_USD] = cache_read / denominator
        if cache_write:
            attributes[SPANWRIGHT_COST_CACHE_WRITE_USD] = cache_write / denominator
        if other:
            attributes[SPANWRIGHT_COST_OTHER_USD] = other / denominator
        attributes[SPANWRIGHT_COST_SOURCE] = offer.source
        attributes[SPANWRIGHT_COST_SOURCE_VERSION] = offer.version
        if offer.date is not None:
            attributes[SPANWRIGHT_COST_SOURCE_DATE] = offer.date
        attributes[SPANWRIGHT_COST_TIER] = offer.tier
        if self._twice:
            attributes[GEN_AI_USAGE_COST] = usd


def _prices_without_usage(offer: Offer, span: EditableSpan) -> bool:
    card = offer.card
    return card.prices_any_call and (card.prices_failures or span.status_code is not StatusCode.ERROR)


def _model_name(attributes: dict[str, Any]) -> str:
    """The model that has no price, as the provider answered it, else as it was asked for."""
    for name in (GEN_AI_RESPONSE_MODEL, GEN_AI_REQUEST_MODEL):
        model = attributes.get(name)
        if isinstance(model, str) and model:
            return model
    return _UNNAMED
