"""sentence-transformers: embeddings and cross-encoders in the application's process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from spanwright_semconv import attributes
from spanwright_semconv.enums import Operation

from ..embeddings import embedded_texts
from ..instrumentor import LibraryInstrumentor, Method
from ..local_model import LocalCalls, model_name, remember_vectors
from ..rerank import pairs_of_one_query, ranked, read_ranking, read_rerank_content, read_rerank_request
from ..translation import Request, Response, Translation

PROVIDER = "sentence-transformers"


def _model(owner: Any) -> str | None:
    """The model's name, which the transformer inside keeps in its configuration."""
    for holder in _holders(owner):
        name = getattr(getattr(holder, "config", None), "_name_or_path", None)
        if name:
            return model_name(name)
    return None


def _holders(owner: Any) -> Iterator[Any]:
    yield owner
    with suppress(Exception):  # a model may be made of anything
        yield getattr(owner, "model", None)
        first = owner[0]
        for name in ("auto_model", "model"):
            yield getattr(first, name, None)


def read_encode_arguments(owner: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Mapping[str, Any]:
    sent = args[0] if args else kwargs.get("sentences", kwargs.get("inputs"))
    return {"texts": sent, "model": _model(owner), "kind": kwargs.get("output_value", "sentence_embedding")}


def read_encode_request(_owner: Any, arguments: Mapping[str, Any]) -> Request:
    return Request(Operation.EMBEDDINGS.value, PROVIDER, arguments["model"])


def read_encode_response(arguments: Mapping[str, Any], answer: Any, _captures_content: bool) -> Response:
    response, texts = Response(), embedded_texts(arguments["texts"])
    if arguments["kind"] != "sentence_embedding" or len(answer) == 0:
        return response
    # Of one text given alone there is one vector, not a matrix of one row.
    vectors = [answer] if isinstance(arguments["texts"], str) else answer
    response.attributes[attributes.GEN_AI_EMBEDDINGS_DIMENSION_COUNT] = len(vectors[0])
    remember_vectors(vectors, texts, arguments["model"])
    return response


def read_rank_arguments(owner: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Mapping[str, Any]:
    return {
        **dict(zip(("query", "documents", "top_k"), args, strict=False)),
        **kwargs,
        "model": _model(owner),
    }


def read_pairs_arguments(
    owner: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> Mapping[str, Any] | None:
    """Pairs of one query are a ranking; others score something else."""
    found = pairs_of_one_query(args[0] if args else kwargs.get("sentences", kwargs.get("inputs")))
    return None if found is None else {"query": found[0], "documents": found[1], "model": _model(owner)}


def read_rank_request(_owner: Any, arguments: Mapping[str, Any]) -> Request:
    request = Request(Operation.RERANK.value, PROVIDER, arguments["model"])
    read_rerank_request(request, arguments.get("documents"), arguments.get("top_k"))
    return request


def read_rank_content(arguments: Mapping[str, Any]) -> dict[str, Any]:
    return read_rerank_content(arguments.get("query"))


def read_rank_response(arguments: Mapping[str, Any], answer: Any, captures_content: bool) -> Response:
    ranking = [(int(each["corpus_id"]), float(each["score"])) for each in answer]
    return read_ranking(arguments.get("documents"), ranking, captures_content)


def read_pairs_response(arguments: Mapping[str, Any], scores: Any, captures_content: bool) -> Response:
    """One score a pair; a model with several labels ranks nothing."""
    if getattr(scores, "ndim", 1) != 1:
        return Response()
    ranking = ranked([float(score) for score in scores])
    return read_ranking(arguments["documents"], ranking, captures_content)


_RERANK = Operation.RERANK.value
ENCODE = Translation(
    Operation.EMBEDDINGS.value, read_encode_request, read_encode_response, arguments=read_encode_arguments
)
RANK = Translation(
    _RERANK, read_rank_request, read_rank_response, read_rank_content, arguments=read_rank_arguments
)
PREDICT = Translation(
    _RERANK, read_rank_request, read_pairs_response, read_rank_content, arguments=read_pairs_arguments
)

#: Where the classes stand from 5.2 on or so, and before.
_ENCODERS = ("sentence_transformers.sentence_transformer.model", "sentence_transformers.SentenceTransformer")
_CROSS_ENCODERS = (
    "sentence_transformers.cross_encoder.model",
    "sentence_transformers.cross_encoder.CrossEncoder",
)


def _methods() -> Iterator[Method]:
    for module in _ENCODERS:
        yield Method(module, "SentenceTransformer.encode", LocalCalls(ENCODE))
    for module in _CROSS_ENCODERS:
        yield Method(module, "CrossEncoder.rank", LocalCalls(RANK))
        yield Method(module, "CrossEncoder.predict", LocalCalls(PREDICT))


class SentenceTransformersInstrumentor(LibraryInstrumentor):
    """OpenTelemetry instrumentor of the ``sentence-transformers`` library."""

    library = "sentence-transformers"
    covers = "embeddings, and cross-encoders that rank or score the pairs of one query"
    methods = tuple(_methods())
