"""OpenAI's SDK, and every provider that is reached with it: chat completions, responses and embeddings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from spanwright_semconv import attributes
from spanwright_semconv.enums import OpenAIApiType, Operation, OutputType, Provider

from ..call import AsyncCalls, PlainCalls
from ..chat_completions import (
    ChatStream,
    keep_chat_content,
    read_chat_content,
    read_chat_response,
    read_prompt,
)
from ..embeddings import read_embeddings
from ..hosts import provider_of, server_of
from ..instrumentor import LibraryInstrumentor, Method, async_calls, calls
from ..resends import count_request, counted_requests
from ..responses import (
    FetchedStream,
    ResponsesStream,
    keep_responses_content,
    read_fetched_response,
    read_responses_content,
    read_responses_response,
)
from ..responses import read_prompt as read_responses_prompt
from ..stream_usage import AsyncUsageAsked, UsageAsked
from ..translation import Parameter, Request, Response, Translation, get, listed, read_parameters


def _texts(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else [str(each) for each in value]


# Read once: an enumeration's value takes longer than a look-up, and each call has several.
_CHAT, _EMBEDDINGS, _FETCH = Operation.CHAT.value, Operation.EMBEDDINGS.value, Operation.FETCH_RESPONSE.value
_OPENAI, _AZURE = Provider.OPENAI.value, Provider.AZURE_AI_OPENAI.value
_CHAT_COMPLETIONS, _RESPONSES = OpenAIApiType.CHAT_COMPLETIONS.value, OpenAIApiType.RESPONSES.value

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
_RESPONSES_PARAMETERS: dict[str, Parameter] = {
    "temperature": (attributes.GEN_AI_REQUEST_TEMPERATURE, float),
    "top_p": (attributes.GEN_AI_REQUEST_TOP_P, float),
    "max_output_tokens": (attributes.GEN_AI_REQUEST_MAX_TOKENS, int),
    "previous_response_id": (attributes.GEN_AI_REQUEST_PREVIOUS_RESPONSE_ID, str),
    "service_tier": (attributes.OPENAI_REQUEST_SERVICE_TIER, str),
}
_EMBEDDING_PARAMETERS: dict[str, Parameter] = {
    "dimensions": (attributes.GEN_AI_EMBEDDINGS_DIMENSION_COUNT, int),
    "encoding_format": (attributes.GEN_AI_REQUEST_ENCODING_FORMATS, _texts),
}


def _request(
    operation: str, resource: Any, arguments: Mapping[str, Any], fields: dict[str, Parameter]
) -> Request:
    client = resource._client
    address, port = server_of(client._base_url)
    is_azure = type(client).__name__.endswith("AzureOpenAI")
    default = _AZURE if is_azure else _OPENAI
    model = arguments.get("model")
    request = Request(
        operation,
        provider_of(address, default, port) if address else default,
        model if isinstance(model, str) else None,
        address,
        port,
        requests=counted_requests(sent=1),
    )
    read_parameters(request.attributes, arguments, fields)
    extra = arguments.get("extra_body")
    if isinstance(extra, dict):
        read_parameters(request.attributes, extra, fields)
    return request


def read_chat_request(resource: Any, arguments: Mapping[str, Any]) -> Request:
    request = _request(_CHAT, resource, arguments, _CHAT_PARAMETERS)
    found = request.attributes
    found[attributes.OPENAI_API_TYPE] = _CHAT_COMPLETIONS
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


def read_responses_request(resource: Any, arguments: Mapping[str, Any]) -> Request:
    request = _request(_CHAT, resource, arguments, _RESPONSES_PARAMETERS)
    found = request.attributes
    found[attributes.OPENAI_API_TYPE] = _RESPONSES
    if arguments.get("stream") is True:
        request.is_stream = found[attributes.GEN_AI_REQUEST_STREAM] = True
    conversation, template = arguments.get("conversation"), arguments.get("prompt")
    reasoning = arguments.get("reasoning")
    if conversation:
        found[attributes.GEN_AI_CONVERSATION_ID] = _text(conversation) or _text(get(conversation, "id"))
    if template:
        found[attributes.GEN_AI_PROMPT_NAME] = _text(get(template, "id"))
        found[attributes.GEN_AI_PROMPT_VERSION] = _text(get(template, "version"))
    if reasoning:
        found[attributes.GEN_AI_REQUEST_REASONING_LEVEL] = _text(get(reasoning, "effort"))
    if "text" in arguments or "text_format" in arguments:
        found[attributes.GEN_AI_OUTPUT_TYPE] = _output_format(arguments)
    read_responses_prompt(request, arguments)
    return request


def _output_format(arguments: Mapping[str, Any]) -> str | None:
    if isinstance(arguments.get("text_format"), type):
        return OutputType.JSON.value
    kind = _text(get(get(arguments.get("text"), "format"), "type"))
    return OutputType.JSON.value if kind and kind.startswith("json") else kind


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def read_fetch_request(resource: Any, arguments: Mapping[str, Any]) -> Request:
    request = _request(_FETCH, resource, arguments, {})
    found = request.attributes
    found[attributes.GEN_AI_RESPONSE_ID] = _text(arguments.get("response_id"))
    found[attributes.OPENAI_API_TYPE] = _RESPONSES
    if arguments.get("stream") is True:
        request.is_stream = found[attributes.GEN_AI_REQUEST_STREAM] = True
        cursor = arguments.get("starting_after")
        found[attributes.GEN_AI_REQUEST_STREAM_CURSOR] = str(cursor) if isinstance(cursor, int) else None
    return request


def _fetch_arguments(_: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"response_id": args[0], **kwargs} if args else kwargs


def read_embeddings_request(resource: Any, arguments: Mapping[str, Any]) -> Request:
    return _request(_EMBEDDINGS, resource, arguments, _EMBEDDING_PARAMETERS)


def read_embeddings_response(arguments: Mapping[str, Any], answer: Any, _captures_content: bool) -> Response:
    return read_embeddings(arguments.get("input"), answer)


CHAT = Translation(
    _CHAT,
    read_chat_request,
    read_chat_response,
    read_chat_content,
    ChatStream,
    keep_content=keep_chat_content,
)
RESPONSES = Translation(
    _CHAT,
    read_responses_request,
    read_responses_response,
    read_responses_content,
    ResponsesStream,
    keep_content=keep_responses_content,
)
FETCH = Translation(
    _FETCH,
    read_fetch_request,
    read_fetched_response,
    stream_state=FetchedStream,
    arguments=_fetch_arguments,
)
EMBEDDINGS = Translation(_EMBEDDINGS, read_embeddings_request, read_embeddings_response)

_CLIENT_MODULE = "openai._base_client"
_CHAT_MODULE = "openai.resources.chat.completions.completions"
_OLD_CHAT_MODULE = "openai.resources.chat.completions"
_BETA_CHAT_MODULE = "openai.resources.beta.chat.completions"
_RESPONSES_MODULE = "openai.resources.responses.responses"
_EMBEDDINGS_MODULE = "openai.resources.embeddings"


class OpenAIInstrumentor(LibraryInstrumentor):
    """OpenTelemetry instrumentor of the ``openai`` library."""

    library = "openai"
    covers = (
        "chat completions, responses (fetched and streamed too) and embeddings; sync, async, streamed, "
        "parsed, raw; Azure and every compatible host"
    )
    methods = (
        *(
            Method(_CLIENT_MODULE, f"{client}.{repeats}", count_request, is_optional=True)
            for client in ("SyncAPIClient", "AsyncAPIClient")
            # The former until 1.58.
            for repeats in ("_retry_request", "_sleep_for_retry")
        ),
        Method(_CHAT_MODULE, "Completions.create", UsageAsked(PlainCalls(CHAT))),
        calls(_CHAT_MODULE, "Completions.parse", CHAT),
        Method(_CHAT_MODULE, "AsyncCompletions.create", AsyncUsageAsked(AsyncCalls(CHAT))),
        async_calls(_CHAT_MODULE, "AsyncCompletions.parse", CHAT),
        # Until 1.57 the module was no package; until 1.91 ``parse`` was there only as beta.
        Method(_OLD_CHAT_MODULE, "Completions.create", UsageAsked(PlainCalls(CHAT))),
        Method(_OLD_CHAT_MODULE, "AsyncCompletions.create", AsyncUsageAsked(AsyncCalls(CHAT))),
        calls(_BETA_CHAT_MODULE, "Completions.parse", CHAT),
        async_calls(_BETA_CHAT_MODULE, "AsyncCompletions.parse", CHAT),
        calls(_RESPONSES_MODULE, "Responses.create", RESPONSES),
        calls(_RESPONSES_MODULE, "Responses.parse", RESPONSES),
        calls(_RESPONSES_MODULE, "Responses.retrieve", FETCH),
        async_calls(_RESPONSES_MODULE, "AsyncResponses.create", RESPONSES),
        async_calls(_RESPONSES_MODULE, "AsyncResponses.parse", RESPONSES),
        async_calls(_RESPONSES_MODULE, "AsyncResponses.retrieve", FETCH),
        calls(_EMBEDDINGS_MODULE, "Embeddings.create", EMBEDDINGS),
        async_calls(_EMBEDDINGS_MODULE, "AsyncEmbeddings.create", EMBEDDINGS),
    )
