"""What all rerankers' spans have in common."""

from __future__ import annotations

import json
import math

from spanwright_instrumentation.rerank import read_ranking, read_rerank_content, read_rerank_request
from spanwright_instrumentation.translation import Request

DOCUMENTS = ["cats", {"id": "d-7", "text": "dogs"}, {"rank": 3}]


def test_candidates_are_counted() -> None:
    """How many were given and wanted; nothing where the request does not say, or only iterates."""
    request = Request("rerank", "cohere", "m")
    read_rerank_request(request, DOCUMENTS, 2)
    assert request.attributes == {"spanwright.rerank.candidates": 3, "spanwright.rerank.top_n": 2}
    unknown = Request("rerank", "cohere", "m")
    read_rerank_request(unknown, iter(DOCUMENTS), None)
    assert unknown.attributes == {"spanwright.rerank.top_n": None}


def test_query_is_content() -> None:
    """The query's text, where it is one."""
    assert read_rerank_content("pets") == {"gen_ai.retrieval.query.text": "pets"}
    assert read_rerank_content(7) == {"gen_ai.retrieval.query.text": None}


def test_new_order() -> None:
    """Best first, with the position before, the document's own id if it has one, figures of the scores."""
    read = read_ranking(DOCUMENTS, [(1, 0.9), (2, 0.5), (0, 0.1)], captures_content=True)
    listed = [
        {"id": "d-7", "score": 0.9, "rank_before": 1, "text_length": 4},
        {"id": "2", "score": 0.5, "rank_before": 2},
        {"id": "0", "score": 0.1, "rank_before": 0, "text_length": 4},
    ]
    assert json.loads(read.attributes.pop("gen_ai.retrieval.documents")) == listed
    assert read.attributes == {
        "spanwright.retrieval.returned": 3,
        "spanwright.retrieval.score.first": 0.9,
        "spanwright.retrieval.score.second": 0.5,
        "spanwright.retrieval.score.max": 0.9,
        "spanwright.retrieval.score.min": 0.1,
        "spanwright.retrieval.score.mean": 0.5,
    }
    assert read.content["gen_ai.retrieval.documents"] == [
        {**listed[0], "content": "dogs"},
        listed[1],
        {**listed[2], "content": "cats"},
    ]


def test_texts_only_where_content_is_captured() -> None:
    """Positions, scores and lengths are no content."""
    read = read_ranking(DOCUMENTS, [(1, 0.9)], captures_content=False)
    assert read.content == {}
    assert "dogs" not in read.attributes["gen_ai.retrieval.documents"]


def test_strange_answers() -> None:
    """A position that nobody gave, a missing score and one that is no number are listed as they are."""
    read = read_ranking(DOCUMENTS, [(9, None), (-1, math.nan)], captures_content=True)
    assert json.loads(read.attributes["gen_ai.retrieval.documents"]) == [
        {"id": "9", "score": None, "rank_before": 9},
        {"id": "-1", "score": None, "rank_before": -1},
    ]
    assert "spanwright.retrieval.score.first" not in read.attributes
