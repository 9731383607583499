"""Who answers a call: the many names of providers, and whose model a name is."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from spanwright_semconv.enums import Provider

#: Names in other dialects, in lower case -> ``gen_ai.provider.name``.
ALIASES: Mapping[str, str] = {
    "az.ai.inference": "azure.ai.inference",
    "azure_ai_inference": "azure.ai.inference",
    "azure_ai": "azure.ai.inference",
    "az.ai.openai": "azure.ai.openai",
    "azure": "azure.ai.openai",
    "azure_openai": "azure.ai.openai",
    "azureopenai": "azure.ai.openai",
    "azure-openai": "azure.ai.openai",
    "aws": "aws.bedrock",
    "bedrock": "aws.bedrock",
    "aws_bedrock": "aws.bedrock",
    "amazon_bedrock": "aws.bedrock",
    "amazon-bedrock": "aws.bedrock",
    "bedrock_converse": "aws.bedrock",
    "google": "gcp.gen_ai",
    "google_genai": "gcp.gemini",
    "google-gla": "gcp.gemini",
    "google-vertex": "gcp.vertex_ai",
    "google.generative-ai": "gcp.gemini",
    "google.vertex": "gcp.vertex_ai",
    "gemini": "gcp.gemini",
    "vertex_ai": "gcp.vertex_ai",
    "vertexai": "gcp.vertex_ai",
    "vertex": "gcp.vertex_ai",
    "mistral": "mistral_ai",
    "mistralai": "mistral_ai",
    "cohere": "cohere",
    "xai": "x_ai",
    "grok": "x_ai",
    "moonshot": "moonshot_ai",
    "moonshotai": "moonshot_ai",
    "watsonx": "ibm.watsonx.ai",
    "watsonx.ai": "ibm.watsonx.ai",
    "ibm": "ibm.watsonx.ai",
    "firstparty": "anthropic",
}
#: Names that say that nobody knows.
_NOBODY = frozenset(("", "unknown", "none", "other", "custom", "_other"))
#: How models are called -> who makes and normally serves them. Only where the name leaves no doubt.
_MODELS: tuple[tuple[tuple[str, ...], str], ...] = (
    (
        ("gpt-", "chatgpt-", "o1-", "o3-", "o4-", "text-embedding-3", "text-embedding-ada", "davinci-"),
        "openai",
    ),
    (("claude-",), "anthropic"),
    (("gemini-",), "gcp.gemini"),
    (("mistral-", "codestral-", "ministral-", "pixtral-", "open-mistral"), "mistral_ai"),
    (("command-", "embed-english-", "embed-multilingual-", "rerank-"), "cohere"),
    (("deepseek-",), "deepseek"),
    (("grok-",), "x_ai"),
    (("sonar",), "perplexity"),
    (("anthropic.claude", "amazon.", "us.anthropic.", "eu.anthropic.", "meta.llama"), "aws.bedrock"),
)
#: Those that are called over a network: all that the conventions name.
REMOTE = frozenset(provider.value for provider in Provider)
UNKNOWN = "unknown"


@lru_cache(maxsize=1024)
def provider_of(name: str) -> str | None:
    """The conventions' name of a provider; a name they do not know as it is; None where it says nobody.

    Vercel's names have the kind of API behind a dot: ``openai.chat``, ``anthropic.messages``.
    """
    word = name.strip().lower()
    if word in _NOBODY:
        return None
    if word in REMOTE:
        return word
    if word in ALIASES:
        return ALIASES[word]
    head = word.partition(".")[0]
    if head in REMOTE:
        return head
    return ALIASES.get(head, name)


@lru_cache(maxsize=1024)
def provider_of_model(model: str) -> str | None:
    """Who serves a model of this name, None where that is open."""
    word = model.strip().lower()
    return next((provider for heads, provider in _MODELS if word.startswith(heads)), None)
