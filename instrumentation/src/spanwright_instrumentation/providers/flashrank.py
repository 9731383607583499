"""FlashRank: rerankers in the application's process, over ONNX."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from spanwright_semconv.enums import Operation

from ..instrumentor import LibraryInstrumentor, Method
from ..local_model import LocalCalls, model_name
from ..rerank import read_ranking, read_rerank_content, read_rerank_request
from ..translation import Request, Response, Translation, get


def read_arguments(owner: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Mapping[str, Any]:
    """The passages as they are given: the ranker sorts that very list."""
    asked = args[0] if args else kwargs["request"]
    return {"query": asked.query, "documents": list(asked.passages), "model": _model(owner)}


def _model(ranker: Any) -> str | None:
    place = getattr(ranker, "model_dir", None)
    return model_name(getattr(place, "name", None))


def read_request(_owner: Any, arguments: Mapping[str, Any]) -> Request:
    request = Request(Operation.RERANK.value, "flashrank", arguments["model"])
    read_rerank_request(request, arguments["documents"], None)
    return request


def read_content(arguments: Mapping[str, Any]) -> dict[str, Any]:
    return read_rerank_content(arguments["query"])


def read_response(arguments: Mapping[str, Any], ranked: Any, captures_content: bool) -> Response:
    """The same passages in their new order, told by their identity; a listwise model gives no scores."""
    documents = arguments["documents"]
    before = {id(passage): at for at, passage in enumerate(documents)}
    ranking = [(before[id(each)], _score(each)) for each in ranked if id(each) in before]
    return read_ranking(documents, ranking, captures_content)


def _score(passage: Any) -> float | None:
    score = get(passage, "score")
    return None if score is None else float(score)


RERANK = Translation(
    Operation.RERANK.value, read_request, read_response, read_content, arguments=read_arguments
)


class FlashRankInstrumentor(LibraryInstrumentor):
    """OpenTelemetry instrumentor of the ``flashrank`` library."""

    library = "flashrank"
    covers = "rerank, pairwise and listwise"
    methods = (Method("flashrank.Ranker", "Ranker.rerank", LocalCalls(RERANK)),)
