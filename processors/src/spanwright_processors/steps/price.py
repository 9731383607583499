"""Puts the cost in US dollars on each model and embedding call, from the tokens the provider reported."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

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
    SPANWRIGHT_COST_OUTPUT_USD,
    SPANWRIGHT_COST_SOURCE,
    SPANWRIGHT_COST_SOURCE_VERSION,
    SPANWRIGHT_COST_UNKNOWN_MODEL,
    SPANWRIGHT_COST_USD,
    SPANWRIGHT_RESPONSE_SERVICE_TIER,
    SPANWRIGHT_RESPONSE_SPEED,
)

from ..pricing import Catalogue, Found, Override, UsageError, load_overrides
from ..span import EditableSpan
from ..step import Phase

#: Operations that are one billed call. Agent and workflow spans repeat the usage of the calls below them.
PRICED_OPERATIONS = ("chat", "embeddings", "generate_content", "text_completion")

#: Models kept resolved. Enough for any application; bounds memory where a span's model is anybody's text.
_MAX_RESOLVED = 4096
_UNNAMED = "unknown"


@dataclass(frozen=True)
class PriceSettings:
    """What model calls cost."""

    #: Path of a YAML file with prices of your own, which win over the public table: a list of entries with
    #: `model` (`*` and `?` allowed), optionally `provider`, and `input`, `output`, `cache_read`,
    #: `cache_write`, `cache_write_1h` in US dollars per million tokens.
    overrides: str | None = None
    #: Write the cost a second time as `gen_ai.usage.cost`, which Langfuse, OpenLIT and Grafana's GenAI
    #: dashboards read.
    emit_gen_ai_usage_cost: bool = False

    def __post_init__(self) -> None:
        if self.overrides is not None:
            load_overrides(self.overrides)


class Price:
    """Prices a call by the model that answered, else the one asked for, at the prices of the call's start.

    A call without reported tokens is left alone. A model without a known price gets
    ``spanwright.cost.unknown_model`` and no cost. Counts that contradict each other get neither:
    ``invalid_usages`` counts those spans, ``unknown_models`` the unpriced ones.
    """

    Settings = PriceSettings
    phase: ClassVar[Phase] = Phase.ENRICH
    name = "price"

    def __init__(self, settings: PriceSettings = PriceSettings()) -> None:
        self._overrides: tuple[Override, ...] = (
            load_overrides(settings.overrides) if settings.overrides is not None else ()
        )
        self._twice = settings.emit_gen_ai_usage_cost
        self._catalogue = Catalogue()
        self._resolved: dict[tuple[Any, Any, Any, Any, Any], Found | None] = {}
        self.invalid_usages = 0
        self.unknown_models = 0

    def __call__(self, span: EditableSpan) -> None:
        attributes = span.attributes
        if attributes.get(GEN_AI_OPERATION_NAME) not in PRICED_OPERATIONS:
            return
        if GEN_AI_USAGE_INPUT_TOKENS not in attributes and GEN_AI_USAGE_OUTPUT_TOKENS not in attributes:
            return
        if SPANWRIGHT_COST_USD in attributes or SPANWRIGHT_COST_UNKNOWN_MODEL in attributes:
            return
        self._price(span, attributes)

    def _price(self, span: EditableSpan, attributes: dict[str, Any]) -> None:
        found = self._find(attributes)
        try:
            cost = found.schedule.at(span.start_ns).cost(attributes) if found is not None else None
        except UsageError:
            self.invalid_usages += 1
            return
        if found is None or cost is None:
            self.unknown_models += 1
            attributes[SPANWRIGHT_COST_UNKNOWN_MODEL] = _model_name(attributes)
            return
        # int / int rounds once: the float nearest to the exact decimal, as float(Decimal) gives.
        denominator, total, fresh, output, cache_read, cache_write = cost
        usd = total / denominator
        attributes[SPANWRIGHT_COST_USD] = usd
        attributes[SPANWRIGHT_COST_MICRO_USD] = cost.micro_usd
        attributes[SPANWRIGHT_COST_INPUT_USD] = fresh / denominator
        attributes[SPANWRIGHT_COST_OUTPUT_USD] = output / denominator
        if cache_read:
            attributes[SPANWRIGHT_COST_CACHE_READ_USD] = cache_read / denominator
        if cache_write:
            attributes[SPANWRIGHT_COST_CACHE_WRITE_USD] = cache_write / denominator
        attributes[SPANWRIGHT_COST_SOURCE] = found.source
        attributes[SPANWRIGHT_COST_SOURCE_VERSION] = found.version
        if self._twice:
            attributes[GEN_AI_USAGE_COST] = usd

    def _find(self, attributes: dict[str, Any]) -> Found | None:
        get = attributes.get
        key = (
            get(GEN_AI_PROVIDER_NAME),
            get(GEN_AI_RESPONSE_MODEL),
            get(GEN_AI_REQUEST_MODEL),
            get(OPENAI_RESPONSE_SERVICE_TIER) or get(SPANWRIGHT_RESPONSE_SERVICE_TIER),
            get(SPANWRIGHT_RESPONSE_SPEED),
        )
        try:
            return self._resolved[key]
        except KeyError:
            found = self._resolve(*map(_text, key))
        except TypeError:  # a list for a model: foreign spans hold anything
            return self._resolve(*map(_text, key))
        if len(self._resolved) >= _MAX_RESOLVED:
            self._resolved.clear()
        self._resolved[key] = found
        return found

    def _resolve(
        self,
        provider: str | None,
        answered: str | None,
        asked: str | None,
        tier: str | None,
        speed: str | None,
    ) -> Found | None:
        models = [model for model in (answered, asked) if model]
        for override in self._overrides:
            if any(override.matches(provider, model) for model in models):
                return override.found()
        known = {"service_tier": tier, "speed": speed}
        context = {key: value for key, value in known.items() if value}
        for model in models:
            found = self._catalogue.find(provider, model, context)
            if found is not None:
                return found
        return None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _model_name(attributes: dict[str, Any]) -> str:
    """The model that has no price, as the provider answered it, else as it was asked for."""
    for name in (GEN_AI_RESPONSE_MODEL, GEN_AI_REQUEST_MODEL):
        model = attributes.get(name)
        if isinstance(model, str) and model:
            return model
    return _UNNAMED
