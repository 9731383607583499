"""Voyage AI's SDK: embeddings and rerank."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import Any

from spanwright_semconv import attributes
from spanwright_semconv.enums import Operation

from ..call import AsyncCalls, PlainCalls
from ..embedding_memory import remember_embeddings
from ..embeddings import dimensions, embedded_texts
from ..hosts import server_of
from ..instrumentor import LibraryInstrumentor, Method
from ..local_model import named
from ..rerank import read_ranking, read_rerank_content, read_rerank_request
from ..resends import count_request, counted_requests
from ..translation import Parameter, Request, Response, Translation, get, listed, read_parameters

PROVIDER = "voyageai"

_PARAMETERS: dict[str, Parameter] = {
    "output_dimension": (attributes.GEN_AI_EMBEDDINGS_DIMENSION_COUNT, int),
    "output_dtype": (attributes.GEN_AI_REQUEST_ENCODING_FORMATS, lambda value: [str(value)]),
}


def _request(operation: Operation, client: Any, arguments: Mapping[str, Any]) -> Request:
    base = get(getattr(client, "_params", None), "base_url")
    if not base:  # until 0.3.6 it is a setting of the module's
        base = getattr(sys.modules.get("voyageai"), "api_base", None)
    address, port = server_of(base) if base else (None, None)
    model = arguments.get("model")
    request = Request(
        operation.value,
        PROVIDER,
        model if isinstance(model, str) else None,
        address,
        port,
        requests=counted_requests(),
    )
    read_parameters(request.attributes, arguments, _PARAMETERS)
    return request


def read_embed_request(client: Any, arguments: Mapping[str, Any]) -> Request:
    return _request(Operation.EMBEDDINGS, client, arguments)


def _embedded(vectors: Any, texts: list[str | None], arguments: Mapping[str, Any], answer: Any) -> Response:
    response = Response({attributes.GEN_AI_USAGE_INPUT_TOKENS: answer.total_tokens or None})
    if vectors:
        response.attributes[attributes.GEN_AI_EMBEDDINGS_DIMENSION_COUNT] = dimensions(vectors[0])
        remember_embeddings(vectors, texts, arguments.get("model"))
    return response


def read_embed_response(arguments: Mapping[str, Any], answer: Any, _captures_content: bool) -> Response:
    return _embedded(answer.embeddings, embedded_texts(arguments.get("texts")), arguments, answer)


def read_contextualized_response(arguments: Mapping[str, Any], answer: Any, _captures: bool) -> Response:
    """Vectors of chunks, document by document; the chunks are what was sent, or what the SDK made of it."""
    vectors: list[Any] = []
    texts: list[str | None] = []
    sent = listed(arguments.get("inputs"))
    for at, result in enumerate(answer.results):
        known = get(result, "chunk_texts") or (sent[at] if at < len(sent) else None)
        chunks = embedded_texts(known)
        vectors += result.embeddings
        texts += [*chunks, *[None] * len(result.embeddings)][: len(result.embeddings)]
    return _embedded(vectors, texts, arguments, answer)


def read_multimodal_response(arguments: Mapping[str, Any], answer: Any, _captures: bool) -> Response:
    """Of inputs that are one text each the text is known; of images nothing is."""
    texts = [_only_text(each) for each in listed(arguments.get("inputs"))]
    return _embedded(answer.embeddings, texts, arguments, answer)


def _only_text(given: Any) -> str | None:
    parts = listed(given) or listed(get(given, "content"))
    texts = [part if isinstance(part, str) else get(part, "text") for part in parts]
    return texts[0] if len(texts) == 1 and isinstance(texts[0], str) else None


def read_rank_request(client: Any, arguments: Mapping[str, Any]) -> Request:
    request = _request(Operation.RERANK, client, arguments)
    read_rerank_request(request, arguments.get("documents"), arguments.get("top_k"))
    return request


def read_rank_content(arguments: Mapping[str, Any]) -> dict[str, Any]:
    return read_rerank_content(arguments.get("query"))


def read_rank_response(arguments: Mapping[str, Any], answer: Any, captures_content: bool) -> Response:
    ranking = [(result.index, result.relevance_score) for result in answer.results]
    response = read_ranking(arguments.get("documents"), ranking, captures_content)
    response.attributes[attributes.GEN_AI_USAGE_INPUT_TOKENS] = answer.total_tokens or None
    return response


_EMBEDDINGS = Operation.EMBEDDINGS.value
EMBED = Translation(_EMBEDDINGS, read_embed_request, read_embed_response, arguments=named("texts", "model"))
CONTEXTUALIZED = Translation(
    _EMBEDDINGS, read_embed_request, read_contextualized_response, arguments=named("inputs", "model")
)
MULTIMODAL = Translation(
    _EMBEDDINGS, read_embed_request, read_multimodal_response, arguments=named("inputs", "model")
)
RERANK = Translation(
    Operation.RERANK.value,
    read_rank_request,
    read_rank_response,
    read_rank_content,
    arguments=named("query", "documents", "model", "top_k"),
)


def _methods() -> Iterator[Method]:
    for name, translation in (
        ("embed", EMBED),
        ("rerank", RERANK),
        ("contextualized_embed", CONTEXTUALIZED),
        ("multimodal_embed", MULTIMODAL),
    ):
        is_new = name == "contextualized_embed"
        yield Method("voyageai.client", f"Client.{name}", PlainCalls(translation), is_new)
        yield Method("voyageai.client_async", f"AsyncClient.{name}", AsyncCalls(translation), is_new)
    for name in ("request_raw", "arequest_raw"):
        yield Method("voyageai.api_resources.api_requestor", f"APIRequestor.{name}", count_request)


class VoyageInstrumentor(LibraryInstrumentor):
    """OpenTelemetry instrumentor of the ``voyageai`` library."""

    library = "voyageai"
    covers = "embeddings (of texts, of chunks in context, multimodal) and rerank; sync and async"
    methods = tuple(_methods())
