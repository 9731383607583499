"""What all rerankers' spans have in common: how many candidates, how many were wanted, and their new order.

A reranker gets a query and documents, and says which of them, by position, are nearest to it and how near.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from opentelemetry.trace import get_current_span
from spanwright_semconv import attributes

from .content import to_json
from .retrieval import MAX_DOCUMENTS, TEXT_KEYS, score_figures
from .retrieved import Candidate, Match, retrieved_memory
from .translation import Request, Response, listed

#: Candidates looked up at most among the chunks of retrievals.
MAX_CANDIDATES = 1_000

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
    """The new order, with how each document stood before; the texts only where content may be recorded."""
    candidates, order = listed(documents), list(ranking)
    before = _before(candidates)
    response = Response({attributes.SPANWRIGHT_RETRIEVAL_RETURNED: len(order)})
    response.attributes.update(score_figures([score for _, score in order]))
    response.attributes.update(_figures_before(order, before))
    shown = [_shown(candidates, before, at, score) for at, score in order[:MAX_DOCUMENTS]]
    response.attributes[attributes.GEN_AI_RETRIEVAL_DOCUMENTS] = to_json([each for each, _ in shown])
    if captures_content and any(text is not None for _, text in shown):
        response.content[attributes.GEN_AI_RETRIEVAL_DOCUMENTS] = [
            each if text is None else {**each, "content": text} for each, text in shown
        ]
    response.reranked = [*dict.fromkeys(match.retrieved for match in before.values())]
    return response


def _before(candidates: Sequence[Any]) -> dict[int, Match]:
    """By position: the retrievals' chunks that the candidates are."""
    trace_id = get_current_span().get_span_context().trace_id
    given = [Candidate(_text(each), _own_id(each)) for each in candidates[:MAX_CANDIDATES]]
    found = retrieved_memory.match(trace_id, given)
    return {at: match for at, match in enumerate(found) if match is not None}


def _figures_before(order: Sequence[Ranked], before: Mapping[int, Match]) -> dict[str, Any]:
    figures: dict[str, Any] = {}
    if order:
        first = order[0][0]
        figures[attributes.SPANWRIGHT_RERANK_FIRST_RANK_BEFORE] = first
        if first in before:
            figures[attributes.SPANWRIGHT_RERANK_FIRST_SCORE_BEFORE] = before[first].seen.score
    scores = [match.seen.score for match in before.values() if match.seen.score is not None]
    if scores:
        figures[attributes.SPANWRIGHT_RERANK_SCORE_BEFORE_MAX] = max(scores)
        figures[attributes.SPANWRIGHT_RERANK_SCORE_BEFORE_MIN] = min(scores)
    return figures


def _shown(
    candidates: Any, before: Mapping[int, Match], at: int, score: float | None
) -> tuple[dict[str, Any], str | None]:
    """A document as it is listed, and its text."""
    candidate = candidates[at] if 0 <= at < len(candidates) else None
    match = before.get(at)
    own = _own_id(candidate) or (match.seen.id if match is not None else None)
    shown: dict[str, Any] = {
        "id": str(at) if own is None else own,
        "score": float(score) if score is not None and math.isfinite(score) else None,
        "rank_before": at,
    }
    if match is not None and match.seen.score is not None:
        shown["score_before"] = match.seen.score
    text = _text(candidate)
    if text is not None:
        shown["text_length"] = len(text)
    return shown, text


def _own_id(candidate: Any) -> str | None:
    own = candidate.get("id") if isinstance(candidate, Mapping) else None
    return None if own is None else str(own)


def _text(candidate: Any) -> str | None:
    if isinstance(candidate, str):
        return candidate
    if not isinstance(candidate, Mapping):
        return None
    return next((text for key in TEXT_KEYS if isinstance(text := candidate.get(key), str)), None)


def ranked(scores: Sequence[float]) -> list[Ranked]:
    """Candidates in the order of their scores, the highest first."""
    return [(at, scores[at]) for at in sorted(range(len(scores)), key=scores.__getitem__, reverse=True)]


def pairs_of_one_query(pairs: Any) -> tuple[str, list[Any]] | None:
    """Query and candidates of pairs that all have one query, None of others: those score something else."""
    queries = {
        pair[0] if isinstance(pair, (list, tuple)) and len(pair) == 2 else None for pair in listed(pairs)
    }
    if len(queries) != 1 or len(pairs) < 2 or not isinstance(query := queries.pop(), str):
        return None
    return query, [pair[1] for pair in pairs]
