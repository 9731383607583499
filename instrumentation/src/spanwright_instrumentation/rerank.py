"""What all rerankers' spans have in common: how many candidates, how many were wanted, and their new order.

A reranker gets a query and documents, and says which of them, by position, are nearest to it and how near.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from spanwright_semconv import attributes

from .content import to_json
from .retrieval import MAX_DOCUMENTS, TEXT_KEYS, score_figures
from .translation import Request, Response, listed

#: A candidate's position among those given, best first, and the reranker's score for it.
Ranked = tuple[int, float | None]


def read_rerank_request(request: Request, documents: Any, top_n: Any) -> None:
    """What is asked.

    :param documents: the candidates, in the order in which the retrieval gave them.
    :param top_n: how many are wanted back at most; None leaves it to the provider.
    """
    found = request.attributes
    if isinstance(documents, (list, tuple)):
        found[attributes.SPANWRIGHT_RERANK_CANDIDATES] = len(documents)
    found[attributes.SPANWRIGHT_RERANK_TOP_N] = top_n if isinstance(top_n, int) else None


def read_rerank_content(query: Any) -> dict[str, Any]:
    """The query's text."""
    return {attributes.GEN_AI_RETRIEVAL_QUERY_TEXT: query if isinstance(query, str) else None}


def read_ranking(documents: Any, ranking: Iterable[Ranked], captures_content: bool) -> Response:
    """The new order, with each document's position before; the texts only where content may be recorded."""
    candidates, order = listed(documents), list(ranking)
    response = Response({attributes.SPANWRIGHT_RETRIEVAL_RETURNED: len(order)})
    response.attributes.update(score_figures([score for _, score in order]))
    shown = [_shown(candidates, at, score) for at, score in order[:MAX_DOCUMENTS]]
    response.attributes[attributes.GEN_AI_RETRIEVAL_DOCUMENTS] = to_json([each for each, _ in shown])
    if captures_content and any(text is not None for _, text in shown):
        response.content[attributes.GEN_AI_RETRIEVAL_DOCUMENTS] = [
            each if text is None else {**each, "content": text} for each, text in shown
        ]
    return response


def _shown(candidates: Any, at: int, score: float | None) -> tuple[dict[str, Any], str | None]:
    """A document as it is listed, and its text."""
    candidate = candidates[at] if 0 <= at < len(candidates) else None
    own = candidate.get("id") if isinstance(candidate, Mapping) else None
    shown: dict[str, Any] = {
        "id": str(at if own is None else own),
        "score": float(score) if score is not None and math.isfinite(score) else None,
        "rank_before": at,
    }
    text = _text(candidate)
    if text is not None:
        shown["text_length"] = len(text)
    return shown, text


def _text(candidate: Any) -> str | None:
    if isinstance(candidate, str):
        return candidate
    if not isinstance(candidate, Mapping):
        return None
    return next((text for key in TEXT_KEYS if isinstance(text := candidate.get(key), str)), None)
