"""Who answers a call."""

from __future__ import annotations

import pytest
from spanwright_processors.dialects.providers import ALIASES, REMOTE, provider_of, provider_of_model


@pytest.mark.parametrize(
    ("name", "provider"),
    [
        ("openai", "openai"),
        ("OpenAI", "openai"),
        ("openai.chat", "openai"),
        ("google.generative-ai", "gcp.gemini"),
        ("Anthropic", "anthropic"),
        ("az.ai.openai", "azure.ai.openai"),
        ("aws.bedrock", "aws.bedrock"),
        ("my-gateway", "my-gateway"),
        ("unknown", None),
        ("", None),
    ],
)
def test_names(name: str, provider: str | None) -> None:
    """The conventions' word, the name itself where they have none, nothing where nobody is named."""
    assert provider_of(name) == provider


@pytest.mark.parametrize(
    ("model", "provider"),
    [
        ("gpt-4o-mini", "openai"),
        ("claude-sonnet-4-5", "anthropic"),
        ("Gemini-2.5-pro", "gcp.gemini"),
        ("us.anthropic.claude-3", "aws.bedrock"),
        ("llama-3-70b", None),
    ],
)
def test_models(model: str, provider: str | None) -> None:
    """Only where the model's name leaves no doubt."""
    assert provider_of_model(model) == provider


def test_aliases_lead_to_the_conventions() -> None:
    """No alias leads to a name that would need one."""
    assert set(ALIASES.values()) <= REMOTE
    assert all(alias == alias.lower() for alias in ALIASES)
