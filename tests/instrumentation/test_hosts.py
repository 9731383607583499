"""Providers and servers told from base URLs."""

from __future__ import annotations

import httpx
import pytest
from spanwright_instrumentation.hosts import provider_by_name, provider_of, server_of
from spanwright_semconv.enums import Provider


@pytest.mark.parametrize(
    ("host", "provider"),
    [
        ("api.openai.com", "openai"),
        ("eu.api.openai.com", "openai"),
        ("ACME.OpenAI.Azure.com", "azure.ai.openai"),
        ("api.x.ai", "x_ai"),
        ("api.mistral.ai", "mistral_ai"),
        ("us-central1-aiplatform.googleapis.com", "gcp.vertex_ai"),
        ("generativelanguage.googleapis.com", "gcp.gemini"),
        ("bedrock-runtime.eu-west-1.amazonaws.com", "aws.bedrock"),
        ("openrouter.ai", "openrouter"),
        ("localhost", "fallback"),
        ("notopenai.com", "fallback"),
        ("10.0.0.7", "fallback"),
    ],
)
def test_provider(host: str, provider: str) -> None:
    """A host counts with its subdomains, in any case of letters, and only at label borders."""
    assert provider_of(host, "fallback") == provider


def test_official_names_where_there_are() -> None:
    """The official name of every provider that the official list knows is spelled as there."""
    assert provider_of("api.groq.com", "") == Provider.GROQ
    assert provider_of("api.deepseek.com", "") == Provider.DEEPSEEK


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("https://api.openai.com/v1/", ("api.openai.com", 443)),
        ("http://localhost/v1", ("localhost", 80)),
        ("http://[::1]:8000/v1", ("::1", 8000)),
        ("https://key:secret@proxy.example:8443", ("proxy.example", 8443)),
        ("no url", (None, None)),
        ("http://host:notaport", (None, None)),
    ],
)
def test_server(url: str, server: tuple[str | None, int | None]) -> None:
    """Address and port only, never credentials; nothing for what is no URL."""
    assert server_of(url) == server


def test_many_url_objects_in_turn() -> None:
    """Clients that come and go: each URL object is told by itself, also where another had its place."""
    for port in range(1, 600):
        url = httpx.URL(f"http://localhost:{port}/v1")
        assert server_of(url) == server_of(url) == ("localhost", port)


def test_provider_told_by_its_port() -> None:
    """A server that only its port tells of; the host is asked first."""
    assert provider_of("localhost", "openai", 11434) == "ollama"
    assert provider_of("localhost", "openai", 8000) == "openai"
    assert provider_of("api.groq.com", "openai", 11434) == "groq"


def test_provider_by_a_gateways_name() -> None:
    """Official names for what gateways call differently; others as they are."""
    assert provider_by_name("vertex_ai") == "gcp.vertex_ai"
    assert provider_by_name("bedrock") == "aws.bedrock"
    assert provider_by_name("anthropic") == "anthropic"
    assert provider_by_name("brand_new") == "brand_new"
