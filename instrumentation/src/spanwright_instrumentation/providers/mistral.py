"""Mistral's SDK: chat completions, agents, fill-in-the-middle and embeddings; on Azure and Google Cloud too.

Some versions of the SDK make spans of their own. Where a call is recorded already, the SDK's gives way, and
requests carry the ids of the span that is there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from opentelemetry import propagate
from spanwright_semconv import attributes, messages
from spanwright_semconv.enums import Operation, OutputType, Provider, TokenModality

from ..chat_completions import ChatStream, read_chat_content, read_chat_response, read_prompt
from ..embeddings import read_embeddings
from ..hosts import provider_of, server_of
from ..instrumentor import LibraryInstrumentor, Method, async_calls, calls
from ..native import keeps_native
from ..resends import count_request, counted_requests, note_answer
from ..suppression import is_suppressed
from ..telemetry import Telemetry
from ..translation import Parameter, Request, Response, Translation, get, listed, read_parameters

_LIBRARY = "mistralai"


def _texts(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else [str(each) for each in value]


_PARAMETERS: dict[str, Parameter] = {
    "temperature": (attributes.GEN_AI_REQUEST_TEMPERATURE, float),
    "top_p": (attributes.GEN_AI_REQUEST_TOP_P, float),
    "top_k": (attributes.GEN_AI_REQUEST_TOP_K, int),
    "max_tokens": (attributes.GEN_AI_REQUEST_MAX_TOKENS, int),
    "frequency_penalty": (attributes.GEN_AI_REQUEST_FREQUENCY_PENALTY, float),
    "presence_penalty": (attributes.GEN_AI_REQUEST_PRESENCE_PENALTY, float),
    "random_seed": (attributes.GEN_AI_REQUEST_SEED, int),
    "stop": (attributes.GEN_AI_REQUEST_STOP_SEQUENCES, _texts),
    "reasoning_effort": (attributes.GEN_AI_REQUEST_REASONING_LEVEL, str),
    "service_tier": (attributes.SPANWRIGHT_REQUEST_SERVICE_TIER, str),
    "agent_id": (attributes.GEN_AI_AGENT_ID, str),
    "output_dimension": (attributes.GEN_AI_EMBEDDINGS_DIMENSION_COUNT, int),
    "encoding_format": (attributes.GEN_AI_REQUEST_ENCODING_FORMATS, _texts),
}


def read_arguments(
    _resource: Any, _args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> Mapping[str, Any] | None:
    """The arguments; None where the SDK's own spans are wanted in place of ours."""
    return None if keeps_native(_LIBRARY) else kwargs


def _request(operation: Operation, resource: Any, arguments: Mapping[str, Any]) -> Request:
    address, port = server_of(
        str(arguments.get("server_url") or resource.sdk_configuration.get_server_details()[0])
    )
    model = arguments.get("model")
    request = Request(
        operation.value,
        provider_of(address or "", Provider.MISTRAL_AI.value),
        model if isinstance(model, str) else None,
        address,
        port,
        requests=counted_requests(),
    )
    read_parameters(request.attributes, arguments, _PARAMETERS)
    return request


def read_chat_request(resource: Any, arguments: Mapping[str, Any]) -> Request:
    request = _request(Operation.CHAT, resource, arguments)
    found = request.attributes
    choices = arguments.get("n")
    if isinstance(choices, int) and choices != 1:
        found[attributes.GEN_AI_REQUEST_CHOICE_COUNT] = choices
    kind = get(arguments.get("response_format"), "type")
    if isinstance(kind, str):
        found[attributes.GEN_AI_OUTPUT_TYPE] = OutputType.JSON.value if kind.startswith("json") else kind
    read_prompt(request, listed(arguments.get("messages")))
    return request


def read_fim_request(resource: Any, arguments: Mapping[str, Any]) -> Request:
    request = _request(Operation.TEXT_COMPLETION, resource, arguments)
    request.modality = TokenModality.TEXT.value
    return request


def read_fim_content(arguments: Mapping[str, Any]) -> dict[str, Any]:
    suffix = arguments.get("suffix")
    parts: list[messages.Part] = [messages.text(str(arguments.get("prompt")))]
    if isinstance(suffix, str) and suffix:
        parts.append(messages.generic("suffix", content=suffix))
    return {attributes.GEN_AI_INPUT_MESSAGES: [messages.message("user", parts)]}


def read_embeddings_request(resource: Any, arguments: Mapping[str, Any]) -> Request:
    return _request(Operation.EMBEDDINGS, resource, arguments)


def read_response(arguments: Mapping[str, Any], answer: Any, captures_content: bool) -> Response:
    response = read_chat_response(arguments, answer, captures_content)
    _read_tier(response.attributes, answer.usage)
    return response


def _read_tier(into: dict[str, Any], usage: Any) -> None:
    tier = get(usage, "service_tier")
    into[attributes.SPANWRIGHT_RESPONSE_SERVICE_TIER] = tier if isinstance(tier, str) else None


def read_embeddings_response(arguments: Mapping[str, Any], answer: Any, _captures_content: bool) -> Response:
    return read_embeddings(arguments.get("inputs"), answer)


class EventStream(ChatStream):
    """A streamed answer so far, whose chunks come as the data of events."""

    _tier: Any = None

    def observe(self, event: Any) -> bool:
        chunk = event.data
        if chunk.usage is not None:
            self._tier = chunk.usage
        return super().observe(chunk)

    def response(self, *, broken: bool) -> Response:
        response = super().response(broken=broken)
        _read_tier(response.attributes, self._tier)
        return response


def _streamed(
    read: Callable[[Any, Mapping[str, Any]], Request],
) -> Callable[[Any, Mapping[str, Any]], Request]:
    def read_request(resource: Any, arguments: Mapping[str, Any]) -> Request:
        request = read(resource, arguments)
        request.is_stream = request.attributes[attributes.GEN_AI_REQUEST_STREAM] = True
        return request

    return read_request


def _translation(
    operation: Operation,
    read_request: Callable[[Any, Mapping[str, Any]], Request],
    read_content: Callable[[Mapping[str, Any]], dict[str, Any]],
) -> Translation:
    return Translation(
        operation.value, read_request, read_response, read_content, EventStream, read_arguments
    )


CHAT = _translation(Operation.CHAT, read_chat_request, read_chat_content)
CHAT_STREAM = _translation(Operation.CHAT, _streamed(read_chat_request), read_chat_content)
FIM = _translation(Operation.TEXT_COMPLETION, read_fim_request, read_fim_content)
FIM_STREAM = _translation(Operation.TEXT_COMPLETION, _streamed(read_fim_request), read_fim_content)
EMBEDDINGS = Translation(
    Operation.EMBEDDINGS.value,
    read_embeddings_request,
    read_embeddings_response,
    arguments=read_arguments,
)

#: A word in the SDK's name of an operation that we observe -> which operation that is.
_OBSERVED = {
    "chat": Operation.CHAT.value,
    "agents_completion": Operation.CHAT.value,
    "stream_agents": Operation.CHAT.value,
    "fim": Operation.TEXT_COMPLETION.value,
    "embeddings": Operation.EMBEDDINGS.value,
}


def _begin_own_span(
    _telemetry: Telemetry,
    wrapped: Callable[..., Any],
    _owner: Any,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> Any:
    """The SDK's span for a request; none for a call that is recorded, whose ids go along in its place."""
    name = str(kwargs.get("operation_id"))
    operation = next((found for word, found in _OBSERVED.items() if word in name), None)
    if operation is None or not is_suppressed(operation):
        return wrapped(*args, **kwargs)
    request = kwargs["request"]
    if kwargs.get("tracing_enabled"):
        propagate.inject(request.headers)
    return request, None


def _methods() -> Iterator[Method]:
    # Until 2.0 the packages had other names.
    for package in (
        *("mistralai", "mistralai_azure", "mistralai_gcp"),
        *("mistralai.client", "mistralai.azure.client", "mistralai.gcp.client"),
    ):
        for module, owner, plain, stream in (
            ("chat", "Chat", CHAT, CHAT_STREAM),
            ("agents", "Agents", CHAT, CHAT_STREAM),
            ("fim", "Fim", FIM, FIM_STREAM),
        ):
            yield calls(f"{package}.{module}", f"{owner}.complete", plain)
            yield calls(f"{package}.{module}", f"{owner}.stream", stream)
            yield async_calls(f"{package}.{module}", f"{owner}.complete_async", plain)
            yield async_calls(f"{package}.{module}", f"{owner}.stream_async", stream)
        yield calls(f"{package}.embeddings", "Embeddings.create", EMBEDDINGS)
        yield async_calls(f"{package}.embeddings", "Embeddings.create_async", EMBEDDINGS)
        hooks = f"{package}._hooks"
        yield Method(f"{hooks}.sdkhooks", "SDKHooks.before_request", count_request)
        yield Method(f"{hooks}.sdkhooks", "SDKHooks.after_success", note_answer)
        yield Method(f"{hooks}.tracing", "get_traced_request_and_span", _begin_own_span)


class MistralInstrumentor(LibraryInstrumentor):
    """OpenTelemetry instrumentor of the ``mistralai`` library."""

    library = _LIBRARY
    covers = (
        "chat completions, agents, fill-in-the-middle and embeddings; sync, async, streamed, parsed; "
        "on Azure and Google Cloud too; in place of the SDK's own span"
    )
    methods = tuple(_methods())
