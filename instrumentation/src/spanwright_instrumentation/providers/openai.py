"""OpenAI's SDK, and every provider that is reached with it: chat completions and embeddings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from spanwright_semconv import attributes
from spanwright_semconv.enums import OpenAIApiType, Operation, OutputType, Provider

from ..chat_completions import ChatStream, read_chat_content, read_chat_response, read_prompt
from ..embedding_memory import remember_embeddings
from ..hosts import provider_of, server_of
from ..instrumentor import LibraryInstrumentor, async_calls, calls
from ..translation import Parameter, Request, Response, Translation, listed, read_parameters


def _texts(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else [str(each) for each in value]


#: Parameter -> attribute and its type.
_CHAT_PARAMETERS: dict[str, Parameter] = {
    "temperature": (attributes.GEN_AI_REQUEST_TEMPERATURE, float),
    "top_p": (attributes.GEN_AI_REQUEST_TOP_P, float),
    "max_tokens": (attributes.GEN_AI_REQUEST_MAX_TOKENS, int),
    "max_completion_tokens": (attributes.GEN_AI_REQUEST_MAX_TOKENS, int),
    "frequency_penalty": (attributes.GEN_AI_REQUEST_FREQUENCY_PENALTY, float),
    "presence_penalty": (attributes.GEN_AI_REQUEST_PRESENCE_PENALTY, float),
    "seed": (attributes.GEN_AI_REQUEST_SEED, int),
    "stop": (attributes.GEN_AI_REQUEST_STOP_SEQUENCES, _texts),
    "reasoning_effort": (attributes.GEN_AI_REQUEST_REASONING_LEVEL, str),
    "service_tier": (attributes.OPENAI_REQUEST_SERVICE_TIER, str),
    "top_k": (attributes.GEN_AI_REQUEST_TOP_K, int),
}
_EMBEDDING_PARAMETERS: dict[str, Parameter] = {
    "dimensions": (attributes.GEN_AI_EMBEDDINGS_DIMENSION_COUNT, int),
    "encoding_format": (attributes.GEN_AI_REQUEST_ENCODING_FORMATS, _texts),
}


def _request(
    operation: Operation, resource: Any, arguments: Mapping[str, Any], fields: dict[str, Parameter]
) -> Request:
    client = resource._client
    address, port = server_of(str(client._base_url))
    is_azure = type(client).__name__.endswith("AzureOpenAI")
    default = Provider.AZURE_AI_OPENAI.value if is_azure else Provider.OPENAI.value
    model = arguments.get("model")
    request = Request(
        operation.value,
        provider_of(address, default) if address else default,
        model if isinstance(model, str) else None,
        address,
        port,
    )
    read_parameters(request.attributes, arguments, fields)
    extra = arguments.get("extra_body")
    if isinstance(extra, dict):
        read_parameters(request.attributes, extra, fields)
    return request


def read_chat_request(resource: Any, arguments: Mapping[str, Any]) -> Request:
    request = _request(Operation.CHAT, resource, arguments, _CHAT_PARAMETERS)
    found = request.attributes
    found[attributes.OPENAI_API_TYPE] = OpenAIApiType.CHAT_COMPLETIONS.value
    if arguments.get("stream") is True:
        request.is_stream = found[attributes.GEN_AI_REQUEST_STREAM] = True
    choices = arguments.get("n")
    if isinstance(choices, int) and choices != 1:
        found[attributes.GEN_AI_REQUEST_CHOICE_COUNT] = choices
    found[attributes.GEN_AI_OUTPUT_TYPE] = _output_type(arguments)
    read_prompt(request, listed(arguments.get("messages")))
    return request


def _output_type(arguments: Mapping[str, Any]) -> str | None:
    wanted = arguments.get("response_format")
    if isinstance(wanted, type):
        return OutputType.JSON.value
    if isinstance(wanted, dict):
        kind = str(wanted.get("type", ""))
        return OutputType.JSON.value if kind.startswith("json") else kind or None
    return OutputType.SPEECH.value if "audio" in listed(arguments.get("modalities")) else None


def read_embeddings_request(resource: Any, arguments: Mapping[str, Any]) -> Request:
    return _request(Operation.EMBEDDINGS, resource, arguments, _EMBEDDING_PARAMETERS)


def read_embeddings_response(arguments: Mapping[str, Any], answer: Any, _captures_content: bool) -> Response:
    vectors = [item.embedding for item in answer.data or ()]
    response = Response({attributes.GEN_AI_RESPONSE_MODEL: answer.model})
    if answer.usage is not None:
        response.attributes[attributes.GEN_AI_USAGE_INPUT_TOKENS] = answer.usage.prompt_tokens
    if vectors:
        response.attributes[attributes.GEN_AI_EMBEDDINGS_DIMENSION_COUNT] = _dimensions(vectors[0])
        remember_embeddings(vectors, _embedded_texts(arguments.get("input")), answer.model)
    return response


def _dimensions(vector: Any) -> int:
    """Length of a vector, also of one in base64 of 32-bit floats."""
    return (len(vector) * 3 // 4 - vector[-2:].count("=")) // 4 if isinstance(vector, str) else len(vector)


def _embedded_texts(sent: Any) -> list[str | None]:
    """The texts in the order of the vectors; token ids have none."""
    if isinstance(sent, str):
        return [sent]
    return [each if isinstance(each, str) else None for each in listed(sent)]


CHAT = Translation(Operation.CHAT.value, read_chat_request, read_chat_response, read_chat_content, ChatStream)
EMBEDDINGS = Translation(Operation.EMBEDDINGS.value, read_embeddings_request, read_embeddings_response)

_CHAT_MODULE = "openai.resources.chat.completions.completions"
_OLD_CHAT_MODULE = "openai.resources.chat.completions"
_BETA_CHAT_MODULE = "openai.resources.beta.chat.completions"
_EMBEDDINGS_MODULE = "openai.resources.embeddings"


class OpenAIInstrumentor(LibraryInstrumentor):
    """OpenTelemetry instrumentor of the ``openai`` library."""

    library = "openai"
    methods = (
        calls(_CHAT_MODULE, "Completions.create", CHAT),
        calls(_CHAT_MODULE, "Completions.parse", CHAT),
        async_calls(_CHAT_MODULE, "AsyncCompletions.create", CHAT),
        async_calls(_CHAT_MODULE, "AsyncCompletions.parse", CHAT),
        # Until 1.57 the module was no package; until 1.91 ``parse`` was there only as beta.
        calls(_OLD_CHAT_MODULE, "Completions.create", CHAT),
        async_calls(_OLD_CHAT_MODULE, "AsyncCompletions.create", CHAT),
        calls(_BETA_CHAT_MODULE, "Completions.parse", CHAT),
        async_calls(_BETA_CHAT_MODULE, "AsyncCompletions.parse", CHAT),
        calls(_EMBEDDINGS_MODULE, "Embeddings.create", EMBEDDINGS),
        async_calls(_EMBEDDINGS_MODULE, "AsyncEmbeddings.create", EMBEDDINGS),
    )
