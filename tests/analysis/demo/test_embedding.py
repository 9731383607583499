"""The vectors of the demo carry its story."""

from __future__ import annotations

import math

import pytest
from spanwright_analysis.demo.bot import rewritten
from spanwright_analysis.demo.conversation import CONVERSATIONS
from spanwright_analysis.demo.embedding import embed, words
from spanwright_analysis.demo.knowledge import articles

LIMIT = 0.72
VECTORS = [(article.source_doc_id, embed(article.full_text)) for article in articles()]


def nearest(query: str) -> list[tuple[float, str]]:
    vector = embed(query)
    scored = [(sum(a * b for a, b in zip(vector, other, strict=True)), name) for name, other in VECTORS]
    return sorted(scored, reverse=True)


@pytest.mark.parametrize(
    ("turn", "first"),
    [(CONVERSATIONS[0].turns[0], "aero/filter-light"), (CONVERSATIONS[1].turns[0], "shop/order-status")],
)
def test_a_good_query_finds_its_article(turn: object, first: str) -> None:
    """The top score stands above the limit of the specification's question."""
    score, name = nearest(rewritten(turn.text))[0]  # type: ignore[attr-defined]
    assert name == first
    assert score > LIMIT + 0.02


def test_the_faulty_query_finds_weakly_and_elsewhere() -> None:
    """The rewriter's fault gives a score below the limit, and a second chunk of another product line."""
    (top, first), (_, second) = nearest(rewritten(CONVERSATIONS[0].turns[1].text))[:2]
    assert top < LIMIT - 0.02
    assert (first.partition("/")[0], second.partition("/")[0]) == ("aero", "lumen")


def test_with_the_product_kept_the_query_finds_well() -> None:
    """Mending the rewriter mends the score: the story's end."""
    score, name = nearest("Aero 300: another light blinks, how do I make it stop?")[0]
    assert (name, score > LIMIT) == ("aero/status-lights", True)


def test_vectors_have_length_one() -> None:
    """Also that of a text without a word."""
    for text in ("", "a word", "x" * 10_000):
        assert math.hypot(*embed(text, 64)) == pytest.approx(1)


def test_words_are_stems_without_small_words() -> None:
    """Case, endings and small words do not tell texts apart."""
    assert words("The lights are blinking, the LIGHT blinks") == {"light", "blink"}
