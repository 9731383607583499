"""Which provider stands behind a base URL, for SDKs that many providers are reached with."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import urlsplit

from spanwright_semconv.enums import Provider

#: Host, or the end of it after a dot -> ``gen_ai.provider.name``. The official names where there is one.
_PROVIDERS: dict[str, str] = {
    "api.openai.com": Provider.OPENAI.value,
    "openai.azure.com": Provider.AZURE_AI_OPENAI.value,
    "cognitiveservices.azure.com": Provider.AZURE_AI_OPENAI.value,
    "services.ai.azure.com": Provider.AZURE_AI_INFERENCE.value,
    "models.ai.azure.com": Provider.AZURE_AI_INFERENCE.value,
    "api.groq.com": Provider.GROQ.value,
    "api.deepseek.com": Provider.DEEPSEEK.value,
    "x.ai": Provider.X_AI.value,
    "api.mistral.ai": Provider.MISTRAL_AI.value,
    "api.perplexity.ai": Provider.PERPLEXITY.value,
    "api.moonshot.cn": Provider.MOONSHOT_AI.value,
    "api.moonshot.ai": Provider.MOONSHOT_AI.value,
    "api.cohere.ai": Provider.COHERE.value,
    "api.cohere.com": Provider.COHERE.value,
    "api.anthropic.com": Provider.ANTHROPIC.value,
    "generativelanguage.googleapis.com": Provider.GCP_GEMINI.value,
    "googleapis.com": Provider.GCP_VERTEX_AI.value,
    "amazonaws.com": Provider.AWS_BEDROCK.value,
    "ml.cloud.ibm.com": Provider.IBM_WATSONX_AI.value,
    "api.together.xyz": "together_ai",
    "api.together.ai": "together_ai",
    "openrouter.ai": "openrouter",
    "api.fireworks.ai": "fireworks_ai",
    "api.cerebras.ai": "cerebras",
}


@lru_cache(maxsize=256)
def provider_of(host: str, default: str) -> str:
    """``gen_ai.provider.name`` of a host; ``default`` for an unknown one, such as one's own server."""
    name = host.lower()
    while name:
        if name in _PROVIDERS:
            return _PROVIDERS[name]
        name = name.partition(".")[2]
    return default


Server = tuple[str | None, int | None]

#: URL objects already seen, by their identity, and kept so that nothing else can get it.
_seen: dict[int, tuple[object, Server]] = {}
_MAX_SEEN = 256


def server_of(base_url: object) -> Server:
    """``server.address`` and ``server.port`` of a URL, the port also where the scheme implies it.

    :param base_url: text, or a URL object that never changes. Clients keep one, and making its text takes
        longer than all else that is done here.
    """
    seen = _seen.get(id(base_url))
    if seen is not None and seen[0] is base_url:
        return seen[1]
    server = _server_of(str(base_url))
    if not isinstance(base_url, str):
        if len(_seen) >= _MAX_SEEN:
            _seen.clear()
        _seen[id(base_url)] = base_url, server
    return server


@lru_cache(maxsize=256)
def _server_of(base_url: str) -> Server:
    try:
        parts = urlsplit(base_url)
        return parts.hostname, parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    except ValueError:
        return None, None
