"""fastembed: embeddings and cross-encoders in the application's process, which it gives one by one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from spanwright_semconv import attributes
from spanwright_semconv.enums import Operation

from ..embedding_memory import MAX_VECTORS, memory
from ..embeddings import embedded_texts
from ..instrumentor import LibraryInstrumentor, Method
from ..local_model import LocalCalls, model_name
from ..rerank import pairs_of_one_query, ranked, read_ranking, read_rerank_content, read_rerank_request
from ..translation import Request, Response, Translation, listed

PROVIDER = "fastembed"


def _arguments(owner: Any, first: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    names = ("query", "documents") if first == "query" else (first,)
    return {**dict(zip(names, args, strict=False)), **kwargs, "model": _model(owner)}


def _model(owner: Any) -> str | None:
    return model_name(getattr(owner, "model_name", None))


def read_embed_arguments(owner: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Mapping[str, Any]:
    """``embed(documents)``, ``query_embed(query)``, ``passage_embed(texts)``."""
    found = dict(kwargs)
    texts = (
        args[0]
        if args
        else next((found[key] for key in ("documents", "query", "texts") if key in found), None)
    )
    return {"texts": texts, "model": _model(owner)}


def read_embed_request(_owner: Any, arguments: Mapping[str, Any]) -> Request:
    return Request(Operation.EMBEDDINGS.value, PROVIDER, arguments["model"])


class Vectors:
    """The vectors so far; each is remembered when it comes, since there may be very many."""

    def __init__(self, arguments: Mapping[str, Any], _captures_content: bool) -> None:
        self._texts = embedded_texts(arguments["texts"])
        self._model = arguments["model"]
        self._count = self._dimensions = 0

    def observe(self, vector: Any) -> bool:
        at, self._count = self._count, self._count + 1
        self._dimensions = len(vector)
        if at < MAX_VECTORS:
            memory.remember([vector], self._texts[at : at + 1], self._model)
        return True

    def response(self, **_broken: bool) -> Response:
        return Response({attributes.GEN_AI_EMBEDDINGS_DIMENSION_COUNT: self._dimensions or None})


def read_rank_arguments(owner: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Mapping[str, Any]:
    return _arguments(owner, "query", args, kwargs)


def read_pairs_arguments(
    owner: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> Mapping[str, Any] | None:
    """Pairs of one query are a ranking; others score something else."""
    found = pairs_of_one_query(args[0] if args else kwargs.get("pairs"))
    return None if found is None else {"query": found[0], "documents": found[1], "model": _model(owner)}


def read_rank_request(_owner: Any, arguments: Mapping[str, Any]) -> Request:
    request = Request(Operation.RERANK.value, PROVIDER, arguments["model"])
    read_rerank_request(request, arguments.get("documents"), None)
    return request


def read_rank_content(arguments: Mapping[str, Any]) -> dict[str, Any]:
    return read_rerank_content(arguments.get("query"))


class Scores:
    """The scores so far, in the order of the documents."""

    def __init__(self, arguments: Mapping[str, Any], captures_content: bool) -> None:
        self._documents = listed(arguments.get("documents"))
        self._captures_content = captures_content
        self._scores: list[float] = []

    def observe(self, score: Any) -> bool:
        self._scores.append(float(score))
        return True

    def response(self, **_broken: bool) -> Response:
        return read_ranking(self._documents, ranked(self._scores), self._captures_content)


def _given_by_items(_arguments: Mapping[str, Any], _result: Any, _captures_content: bool) -> Response:
    return Response()


EMBED = Translation(
    Operation.EMBEDDINGS.value, read_embed_request, _given_by_items, arguments=read_embed_arguments
)
RERANK = Translation(
    Operation.RERANK.value,
    read_rank_request,
    _given_by_items,
    read_rank_content,
    arguments=read_rank_arguments,
)
PAIRS = Translation(
    Operation.RERANK.value,
    read_rank_request,
    _given_by_items,
    read_rank_content,
    arguments=read_pairs_arguments,
)

_TEXTS = "fastembed.text.text_embedding"
_CROSS = "fastembed.rerank.cross_encoder.text_cross_encoder"


class FastEmbedInstrumentor(LibraryInstrumentor):
    """OpenTelemetry instrumentor of the ``fastembed`` library."""

    library = "fastembed"
    covers = "dense text embeddings and cross-encoders"
    methods = (
        *(
            Method(_TEXTS, f"TextEmbedding.{name}", LocalCalls(EMBED, Vectors))
            for name in ("embed", "query_embed", "passage_embed")
        ),
        Method(_CROSS, "TextCrossEncoder.rerank", LocalCalls(RERANK, Scores)),
        Method(_CROSS, "TextCrossEncoder.rerank_pairs", LocalCalls(PAIRS, Scores), is_optional=True),
    )
