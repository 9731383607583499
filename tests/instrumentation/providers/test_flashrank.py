"""What is FlashRank's own: passages sorted in place, and models that order without scores."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from spanwright_instrumentation.providers.flashrank import read_arguments, read_response
from support.recording import documents

PASSAGES = [{"id": 7, "text": "letters"}, {"id": 8, "text": "parcels"}]


def asked() -> Any:
    return SimpleNamespace(query="where", passages=[dict(each) for each in PASSAGES])


def test_the_order_before_is_kept() -> None:
    """The ranker sorts the very list it was given."""
    request = asked()
    arguments = read_arguments(SimpleNamespace(model_dir=None), (request,), {})
    request.passages.reverse()
    for passage, score in zip(request.passages, (0.9, 0.1), strict=True):
        passage["score"] = score
    found = read_response(arguments, request.passages, True)
    assert documents(found.attributes) == [
        {"id": "8", "score": 0.9, "rank_before": 1, "text_length": 7},
        {"id": "7", "score": 0.1, "rank_before": 0, "text_length": 7},
    ]


def test_a_listwise_model_has_no_scores() -> None:
    """There is an order, and no figures of scores."""
    request = asked()
    arguments = read_arguments(SimpleNamespace(model_dir=None), (), {"request": request})
    found = read_response(arguments, [request.passages[1]], False).attributes
    assert documents(found) == [{"id": "8", "score": None, "rank_before": 1, "text_length": 7}]
    assert "spanwright.retrieval.score.first" not in found


@pytest.mark.parametrize(("place", "model"), [("ms-marco", "ms-marco"), (None, None)])
def test_model(place: str | None, model: str | None) -> None:
    """The folder's name is the model's."""
    ranker = SimpleNamespace(model_dir=SimpleNamespace(name=place))
    assert read_arguments(ranker, (asked(),), {})["model"] == model
