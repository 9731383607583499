"""Google's GenAI SDK, with Gemini's API and with Vertex AI: generated content, embeddings, and the functions
that the SDK calls itself.

Patched are the methods that make one round trip to the model each. Chats, automatic function calling and
automatic continuation go through them, every round trip with tokens and a price of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from spanwright_semconv import attributes, messages
from spanwright_semconv.enums import Operation, Provider, TokenModality
from spanwright_semconv.prompt import system_prompt_sha256

from ..embedding_memory import remember_embeddings
from ..gemini_parameters import PARAMETERS, model_id, output_type, text_of
from ..generate_content import (
    field,
    listed_parts,
    plain,
    read_answer,
    read_messages,
    read_system,
    texts_of,
)
from ..generate_content_stream import ContentStream
from ..generator import AsyncGeneratorCalls, GeneratorCalls
from ..hosts import server_of
from ..instrumentor import LibraryInstrumentor, Method, async_calls, calls
from ..resends import count_request, counted_requests
from ..sdk_tool import Asked, AsyncSdkTools, SdkTools
from ..translation import Request, Response, Translation, listed
from .google_genai_interactions import FETCH, INTERACT


def _request(operation: Operation, owner: Any, arguments: Mapping[str, Any]) -> Request:
    client, config, model = owner._api_client, arguments.get("config"), arguments.get("model")
    own_address = field(field(config, "http_options"), "base_url")
    address, port = server_of(str(own_address or field(client._http_options, "base_url")))
    request = Request(
        operation.value,
        Provider.GCP_VERTEX_AI.value if client.vertexai else Provider.GCP_GEMINI.value,
        model_id(model) if isinstance(model, str) else None,
        address,
        port,
        requests=counted_requests(),
    )
    if config is not None:
        given = config if isinstance(config, dict) else config.__dict__
        for name in given if isinstance(config, dict) else config.__pydantic_fields_set__:
            parameter = PARAMETERS.get(name)
            if parameter is not None and given[name] is not None:
                request.attributes[parameter[0]] = parameter[1](given[name])
    return request


def read_generate_request(owner: Any, arguments: Mapping[str, Any]) -> Request:
    request = _request(Operation.GENERATE_CONTENT, owner, arguments)
    config = arguments.get("config")
    if config is not None:
        _read_config(request, config)
    for _, parts in listed_parts(arguments.get("contents")):
        if any(map(_is_media, parts)):
            return request
    request.modality = TokenModality.TEXT.value
    return request


def read_stream_request(owner: Any, arguments: Mapping[str, Any]) -> Request:
    request = read_generate_request(owner, arguments)
    request.is_stream = request.attributes[attributes.GEN_AI_REQUEST_STREAM] = True
    return request


def _read_config(request: Request, config: Any) -> None:
    found = request.attributes
    choices = field(config, "candidate_count")
    if choices is not None and choices != 1:
        found[attributes.GEN_AI_REQUEST_CHOICE_COUNT] = choices
    found[attributes.GEN_AI_OUTPUT_TYPE] = output_type(config)
    level = field(field(config, "thinking_config"), "thinking_level")
    if level is not None:
        found[attributes.GEN_AI_REQUEST_REASONING_LEVEL] = text_of(level)
    instruction = field(config, "system_instruction")
    if instruction is not None:
        texts = texts_of(part for _, parts in listed_parts(instruction) for part in parts)
        found[attributes.SPANWRIGHT_SYSTEM_PROMPT_SHA256] = system_prompt_sha256(filter(None, texts))


def _is_media(part: Any) -> bool:
    if isinstance(part, str) or field(part, "text") is not None:
        return False
    return not (field(part, "function_call") or field(part, "function_response"))


def read_generate_content(arguments: Mapping[str, Any]) -> dict[str, Any]:
    config = arguments.get("config")
    content: dict[str, Any] = {
        attributes.GEN_AI_INPUT_MESSAGES: read_messages(arguments.get("contents")) or None
    }
    instruction = field(config, "system_instruction")
    if instruction is not None:
        content[attributes.GEN_AI_SYSTEM_INSTRUCTIONS] = read_system(instruction)
    tools = listed(field(config, "tools"))
    if tools:
        content[attributes.GEN_AI_TOOL_DEFINITIONS] = [each for tool in tools for each in _definitions(tool)]
    return content


def _definitions(tool: Any) -> list[messages.ToolDefinition]:
    """The tools of one entry: functions declared, functions to be called, and the provider's own tools."""
    if callable(tool):
        return [_declared(_declaration(tool))]
    declared = [_declared(each) for each in listed(field(tool, "function_declarations"))]
    fields = plain(tool) if not isinstance(tool, dict) else tool
    own = [name for name in fields if name not in _DECLARATIONS] if isinstance(fields, dict) else []
    return [*declared, *(messages.tool_definition(name, name) for name in own)]


_DECLARATIONS = ("function_declarations", "functionDeclarations")


def _declared(declaration: Any) -> messages.ToolDefinition:
    parameters = field(declaration, "parameters") or field(declaration, "parameters_json_schema")
    return messages.tool_definition(
        str(field(declaration, "name")), "function", field(declaration, "description"), plain(parameters)
    )


@lru_cache(maxsize=256)
def _declaration(function: Callable[..., Any]) -> Any:
    """A function as the SDK declares it to the model; that takes longer than the rest of the span."""
    from google.genai.types import FunctionDeclaration

    try:
        return FunctionDeclaration.from_callable_with_api_option(callable=function)
    except Exception:
        return {
            "name": getattr(function, "__name__", type(function).__name__),
            "description": function.__doc__,
        }


def read_generate_response(_arguments: Mapping[str, Any], answer: Any, captures_content: bool) -> Response:
    raw = field(field(answer, "sdk_http_response"), "body")
    if raw and answer.candidates is None:
        # The application asked for the HTTP response instead of the parsed one.
        answer = type(answer).model_validate_json(raw)
    return read_answer(answer, captures_content)


def read_embed_request(owner: Any, arguments: Mapping[str, Any]) -> Request:
    return _request(Operation.EMBEDDINGS, owner, arguments)


def read_embed_response(arguments: Mapping[str, Any], answer: Any, _captures_content: bool) -> Response:
    embeddings = listed(field(answer, "embeddings"))
    response = Response()
    vectors = [vector for each in embeddings if (vector := field(each, "values"))]
    if vectors:
        response.attributes[attributes.GEN_AI_EMBEDDINGS_DIMENSION_COUNT] = len(vectors[0])
        remember_embeddings(vectors, _embedded(arguments, len(vectors)), _embedding_model(arguments))
    response.attributes[attributes.GEN_AI_USAGE_INPUT_TOKENS] = _embedded_tokens(answer, embeddings)
    return response


def _embedding_model(arguments: Mapping[str, Any]) -> str | None:
    model = arguments.get("model")
    return model_id(model) if isinstance(model, str) else None


def _embedded(arguments: Mapping[str, Any], vectors: int) -> list[str | None]:
    """The text behind each vector; none where media or several parts went into one."""
    contents = arguments.get("contents")
    each = contents if isinstance(contents, (list, tuple)) else [contents]
    if len(each) != vectors:
        return []
    texts = [texts_of(part for _, parts in listed_parts(one) for part in parts) for one in each]
    return ["\n".join(filter(None, found)) if None not in found else None for found in texts]


def _embedded_tokens(answer: Any, embeddings: Any) -> int | None:
    usage = field(answer, "usage_metadata")
    if usage is not None:
        total: int | None = field(usage, "prompt_token_count")
        return total
    counts = [field(field(each, "statistics"), "token_count") for each in embeddings]
    known = [int(count) for count in counts if count is not None]
    return sum(known) if known else None


def _read_function(_owner: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Asked:
    arguments, function = [*args, kwargs.get("args"), kwargs.get("function_to_invoke")][:2]
    return Asked(function.__name__, arguments, function)


GENERATE = Translation(
    Operation.GENERATE_CONTENT.value, read_generate_request, read_generate_response, read_generate_content
)
STREAM = Translation(
    Operation.GENERATE_CONTENT.value,
    read_stream_request,
    read_generate_response,
    read_generate_content,
    ContentStream,
)
EMBED = Translation(Operation.EMBEDDINGS.value, read_embed_request, read_embed_response)

_MODELS = "google.genai.models"
_CLIENT = "google.genai._api_client"
_FUNCTIONS = "google.genai._extra_utils"
_INTERACTIONS = "google.genai._gaos.google_genai"
_HOOKS = "google.genai._gaos._hooks"
#: Until 2.0.
_OLD_INTERACTIONS = "google.genai._interactions.resources.interactions"


class GoogleGenAIInstrumentor(LibraryInstrumentor):
    """OpenTelemetry instrumentor of the ``google-genai`` library."""

    library = "google-genai"
    covers = (
        "generated content, chats, embeddings and interactions; sync, async, streamed; each round trip "
        "and each function the SDK calls itself; Gemini API and Vertex AI"
    )
    methods = (
        calls(_MODELS, "Models._generate_content", GENERATE),
        async_calls(_MODELS, "AsyncModels._generate_content", GENERATE),
        Method(_MODELS, "Models._generate_content_stream", GeneratorCalls(STREAM)),
        Method(_MODELS, "AsyncModels._generate_content_stream", AsyncGeneratorCalls(STREAM)),
        calls(_MODELS, "Models.embed_content", EMBED),
        async_calls(_MODELS, "AsyncModels.embed_content", EMBED),
        Method(_CLIENT, "BaseApiClient._request_once", count_request),
        Method(_CLIENT, "BaseApiClient._async_request_once", count_request),
        calls(_INTERACTIONS, "GeminiNextGenInteractions.create", INTERACT),
        async_calls(_INTERACTIONS, "AsyncGeminiNextGenInteractions.create", INTERACT),
        calls(_INTERACTIONS, "GeminiNextGenInteractions.get", FETCH),
        async_calls(_INTERACTIONS, "AsyncGeminiNextGenInteractions.get", FETCH),
        calls(_OLD_INTERACTIONS, "InteractionsResource.create", INTERACT),
        async_calls(_OLD_INTERACTIONS, "AsyncInteractionsResource.create", INTERACT),
        Method(_HOOKS, "SDKHooks.before_request", count_request),
        Method(_HOOKS, "AsyncSDKHooks.before_request", count_request),
        Method(_FUNCTIONS, "invoke_function_from_dict_args", SdkTools(_read_function)),
        Method(_FUNCTIONS, "invoke_function_from_dict_args_async", AsyncSdkTools(_read_function)),
    )
