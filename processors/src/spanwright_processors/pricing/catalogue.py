"""Models looked up in a price table, under the names that spans have for providers and models."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from .schedule import Schedule
from .table import PriceTable, package_table

if TYPE_CHECKING:
    from genai_prices.types import ModelInfo

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


class Listed(NamedTuple):
    """A model of the table. ``has_variants``: its seller's own, whose service tiers have prices."""

    model: ModelInfo
    has_variants: bool


class Catalogue:
    """Looks models up in ``table``, by default that of the installed genai-prices; never in the network."""

    def __init__(self, table: Callable[[], PriceTable] = package_table) -> None:
        self.table = table

    def find(self, provider: str | None, model: str, context: Mapping[str, str]) -> Schedule | None:
        """The prices of ``model``, None if the table does not know it at this provider.

        ``provider`` is a ``gen_ai.provider.name``; None lets the model's name decide. ``context`` chooses
        price variants: ``{"service_tier": "flex"}``.
        """
        listed = self.model(provider, model)
        if listed is None:
            return None
        applies = context if listed.has_variants else {}
        return Schedule(listed.model, applies, self.table().provenance)

    def model(self, provider: str | None, model: str) -> Listed | None:
        """The table's entry of ``model`` at this provider."""
        provider_id = seller(provider) if provider else None
        try:
            sold_by, found = self.table().snapshot.find_provider_model(
                _model_id(model), None, provider_id, None
            )
        except LookupError:
            return None
        return Listed(found, any(found is own for own in sold_by.models))


def seller(provider: str) -> str:
    """The id in the table of a provider by any of its names."""
    return PROVIDERS.get(provider.lower(), provider)


def _model_id(model: str) -> str:
    """The model in a Bedrock ARN of a model or a system-defined inference profile, else ``model``."""
    return model.rpartition("/")[2] if model.startswith("arn:") else model
