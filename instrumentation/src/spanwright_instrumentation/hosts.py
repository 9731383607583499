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
    "api.deepinfra.com": "deepinfra",
    "api.sambanova.ai": "sambanova",
    "integrate.api.nvidia.com": "nvidia_nim",
    "router.huggingface.co": "huggingface",
    "dashscope.aliyuncs.com": "dashscope",
    "dashscope-intl.aliyuncs.com": "dashscope",
    "models.github.ai": "github",
    "ollama.com": "ollama",
}

#: Ports that one server alone is known by, on hosts that say nothing.
_BY_PORT = {11434: "ollama"}

#: Names that gateways and configurations give providers -> the official ones. Others are taken as they are.
_BY_NAME: dict[str, str] = {
    "azure": Provider.AZURE_AI_OPENAI.value,
    "azure_text": Provider.AZURE_AI_OPENAI.value,
    "azure_ai": Provider.AZURE_AI_INFERENCE.value,
    "bedrock": Provider.AWS_BEDROCK.value,
    "bedrock_converse": Provider.AWS_BEDROCK.value,
    "cohere_chat": Provider.COHERE.value,
    "gemini": Provider.GCP_GEMINI.value,
    "mistral": Provider.MISTRAL_AI.value,
    "moonshot": Provider.MOONSHOT_AI.value,
    "text-completion-openai": Provider.OPENAI.value,
    "vertex_ai": Provider.GCP_VERTEX_AI.value,
    "voyage": "voyageai",
    "vertex_ai_beta": Provider.GCP_VERTEX_AI.value,
    "watsonx": Provider.IBM_WATSONX_AI.value,
    "xai": Provider.X_AI.value,
    "hosted_vllm": "vllm",
    "ollama_chat": "ollama",
}


def provider_by_name(name: str) -> str:
    """``gen_ai.provider.name`` of a provider as a gateway calls it."""
    return _BY_NAME.get(name, name)


@lru_cache(maxsize=256)
def provider_of(host: str, default: str, port: int | None = None) -> str:
    """``gen_ai.provider.name`` of a host; ``default`` for an unknown one, such as one's own server."""
    name = host.lower()
    while name:
        if name in _PROVIDERS:
            return _PROVIDERS[name]
        name = name.partition(".")[2]
    return _BY_PORT.get(port, default) if port is not None else default


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
