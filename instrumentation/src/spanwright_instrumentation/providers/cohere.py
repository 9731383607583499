"""Cohere's SDK: chat in both formats, embeddings and rerank.

The methods of the clients are patched, and those of the raw clients that they call where a version has these:
applications use either, and clients older than the instrumentation hold on to their own methods, which call
those.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from spanwright_semconv import attributes
from spanwright_semconv.enums import Operation, OutputType, Provider

from .. import text_bodies
from ..chat_completions import read_chat_content, read_prompt
from ..cohere_chat import ChatStream, FirstChatStream, read_answer, read_first_answer, read_usage
from ..embedding_memory import remember_embeddings
from ..embeddings import dimensions, embedded_texts
from ..generator import AsyncGeneratorFunctionCalls, AsyncManagedCalls, GeneratorCalls, ManagedCalls
from ..hosts import provider_of, server_of
from ..instrumentor import LibraryInstrumentor, Method, async_calls, calls
from ..rerank import read_ranking, read_rerank_content, read_rerank_request
from ..resends import async_exchange, counted_requests, exchange, managed_exchange
from ..translation import Parameter, Request, Response, Translation, get, is_sent, listed, read_parameters


def _texts(value: Any) -> list[str]:
    return [str(each) for each in value]


_PARAMETERS: dict[str, Parameter] = {
    "temperature": (attributes.GEN_AI_REQUEST_TEMPERATURE, float),
    "p": (attributes.GEN_AI_REQUEST_TOP_P, float),
    "k": (attributes.GEN_AI_REQUEST_TOP_K, int),
    "max_tokens": (attributes.GEN_AI_REQUEST_MAX_TOKENS, int),
    "frequency_penalty": (attributes.GEN_AI_REQUEST_FREQUENCY_PENALTY, float),
    "presence_penalty": (attributes.GEN_AI_REQUEST_PRESENCE_PENALTY, float),
    "seed": (attributes.GEN_AI_REQUEST_SEED, int),
    "stop_sequences": (attributes.GEN_AI_REQUEST_STOP_SEQUENCES, _texts),
    "conversation_id": (attributes.GEN_AI_CONVERSATION_ID, str),
    "embedding_types": (attributes.GEN_AI_REQUEST_ENCODING_FORMATS, _texts),
    "output_dimension": (attributes.GEN_AI_EMBEDDINGS_DIMENSION_COUNT, int),
}


def _request(operation: Operation, client: Any, arguments: Mapping[str, Any]) -> Request:
    # The clients of other platforms send elsewhere than their address says.
    platform = next((found for word, found in _PLATFORMS.items() if word in type(client).__name__), None)
    address, port = (None, None) if platform else server_of(client._client_wrapper._base_url)
    model = arguments.get("model")
    request = Request(
        operation.value,
        platform or provider_of(address or "", Provider.COHERE.value),
        model if isinstance(model, str) else None,
        address,
        port,
        requests=counted_requests(),
    )
    read_parameters(request.attributes, arguments, _PARAMETERS)
    kind = get(_sent(arguments, "response_format"), "type")
    if isinstance(kind, str):
        request.attributes[attributes.GEN_AI_OUTPUT_TYPE] = _OUTPUTS.get(kind, kind)
    return request


_PLATFORMS = {"Bedrock": Provider.AWS_BEDROCK.value, "Sagemaker": "aws.sagemaker", "Oci": "oci"}
_OUTPUTS = {"json_object": OutputType.JSON.value}


def _sent(arguments: Mapping[str, Any], name: str) -> Any:
    value = arguments.get(name)
    return value if is_sent(value) else None


def read_chat_request(client: Any, arguments: Mapping[str, Any]) -> Request:
    request = _request(Operation.CHAT, client, arguments)
    read_prompt(request, listed(arguments.get("messages")))
    return request


def read_first_request(client: Any, arguments: Mapping[str, Any]) -> Request:
    request = _request(Operation.CHAT, client, arguments)
    text_bodies.read_prompt(request, arguments)
    return request


def read_first_content(arguments: Mapping[str, Any]) -> dict[str, Any]:
    return text_bodies.read_content({name: value for name, value in arguments.items() if is_sent(value)})


def read_embed_request(client: Any, arguments: Mapping[str, Any]) -> Request:
    return _request(Operation.EMBEDDINGS, client, arguments)


def read_embed_response(arguments: Mapping[str, Any], answer: Any, _captures_content: bool) -> Response:
    response = Response()
    read_usage(response.attributes, answer.meta)
    vectors = _vectors(answer.embeddings)
    if vectors:
        response.attributes[attributes.GEN_AI_EMBEDDINGS_DIMENSION_COUNT] = dimensions(vectors[0])
        remember_embeddings(vectors, embedded_texts(arguments.get("texts")), _sent(arguments, "model"))
    return response


def _vectors(embeddings: Any) -> Sequence[Any]:
    """The vectors of the first type there is; of integers packed by bits there is no telling their number."""
    if isinstance(embeddings, list):
        return embeddings
    typed = (listed(get(embeddings, name)) for name in ("float_", "int8", "uint8"))
    return next(filter(None, typed), ())


def read_rank_request(client: Any, arguments: Mapping[str, Any]) -> Request:
    request = _request(Operation.RERANK, client, arguments)
    read_rerank_request(request, arguments.get("documents"), _sent(arguments, "top_n"))
    return request


def read_rank_content(arguments: Mapping[str, Any]) -> dict[str, Any]:
    return read_rerank_content(arguments.get("query"))


def read_rank_response(arguments: Mapping[str, Any], answer: Any, captures_content: bool) -> Response:
    ranking = [(result.index, result.relevance_score) for result in answer.results]
    response = read_ranking(arguments.get("documents"), ranking, captures_content)
    read_usage(response.attributes, answer.meta)
    response.attributes[attributes.GEN_AI_RESPONSE_ID] = answer.id
    return response


_Read = Callable[[Mapping[str, Any], Any, bool], Response]
_ReadRequest = Callable[[Any, Mapping[str, Any]], Request]


def _whole(read: _Read) -> _Read:
    """Of a raw response, what it holds."""
    return lambda arguments, answer, captures: read(arguments, getattr(answer, "_data", answer), captures)


def _streamed(read: _ReadRequest) -> _ReadRequest:
    def read_request(client: Any, arguments: Mapping[str, Any]) -> Request:
        request = read(client, arguments)
        request.is_stream = request.attributes[attributes.GEN_AI_REQUEST_STREAM] = True
        return request

    return read_request


_CHAT = Operation.CHAT.value
CHAT = Translation(_CHAT, read_chat_request, _whole(read_answer), read_chat_content)
STREAM = Translation(_CHAT, _streamed(read_chat_request), read_answer, read_chat_content, ChatStream)
FIRST_CHAT = Translation(_CHAT, read_first_request, _whole(read_first_answer), read_first_content)
FIRST_STREAM = Translation(
    _CHAT, _streamed(read_first_request), read_first_answer, read_first_content, FirstChatStream
)
EMBED = Translation(Operation.EMBEDDINGS.value, read_embed_request, _whole(read_embed_response))
RERANK = Translation(Operation.RERANK.value, read_rank_request, _whole(read_rank_response), read_rank_content)


def _methods() -> Iterator[Method]:
    for module, raw_module, client, chat, stream in (
        ("cohere.v2.client", "cohere.v2.raw_client", "V2Client", CHAT, STREAM),
        ("cohere.base_client", "cohere.raw_base_client", "BaseCohere", FIRST_CHAT, FIRST_STREAM),
    ):
        for name, translation in (("chat", chat), ("rerank", RERANK)):
            yield calls(module, f"{client}.{name}", translation)
            yield async_calls(module, f"Async{client}.{name}", translation)
            yield calls(raw_module, f"Raw{client}.{name}", translation)
            yield async_calls(raw_module, f"AsyncRaw{client}.{name}", translation)
        yield Method(module, f"{client}.chat_stream", GeneratorCalls(stream))
        yield Method(module, f"Async{client}.chat_stream", AsyncGeneratorFunctionCalls(stream))
        yield Method(raw_module, f"Raw{client}.chat_stream", ManagedCalls(stream))
        yield Method(raw_module, f"AsyncRaw{client}.chat_stream", AsyncManagedCalls(stream))
    yield calls("cohere.v2.client", "V2Client.embed", EMBED)
    yield async_calls("cohere.v2.client", "AsyncV2Client.embed", EMBED)
    yield calls("cohere.v2.raw_client", "RawV2Client.embed", EMBED)
    yield async_calls("cohere.v2.raw_client", "AsyncRawV2Client.embed", EMBED)
    # The first format's sends many texts in several requests, each on a thread that knows of no span.
    yield calls("cohere.client", "Client.embed", EMBED)
    yield async_calls("cohere.client", "AsyncClient.embed", EMBED)
    yield Method("cohere.core.http_client", "HttpClient.request", exchange)
    yield Method("cohere.core.http_client", "AsyncHttpClient.request", async_exchange)
    yield Method("cohere.core.http_client", "HttpClient.stream", managed_exchange)
    yield Method("cohere.core.http_client", "AsyncHttpClient.stream", managed_exchange)


class CohereInstrumentor(LibraryInstrumentor):
    """OpenTelemetry instrumentor of the ``cohere`` library."""

    library = "cohere"
    covers = "chat in both versions of the API, embeddings and rerank; sync, async, streamed, raw"
    methods = tuple(_methods())
