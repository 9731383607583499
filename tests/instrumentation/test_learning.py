"""What calls of the application tell about how a collection measures."""

from __future__ import annotations

from spanwright_instrumentation.learning import Measures
from spanwright_instrumentation.measure import COSINE_SIMILARITY, INNER_PRODUCT


def test_the_last_word_counts() -> None:
    """What is told replaces what was known; what is gone, and what was never heard of, is unknown."""
    measures = Measures()
    told = {"": COSINE_SIMILARITY}
    measures.learn("help", told)
    told.clear()
    assert measures.of("help") == {"": COSINE_SIMILARITY}
    measures.learn("help", {"dense": INNER_PRODUCT})
    assert measures.of("help") == {"dense": INNER_PRODUCT}
    measures.forget("help")
    measures.forget("help")
    assert measures.of("help") == {}


def test_the_collections_longest_unheard_of_are_forgotten() -> None:
    """An application that makes collections without end costs no memory without end."""
    measures = Measures(max_collections=2)
    for number in (1, 2, 1, 3):
        measures.learn(number, {"": COSINE_SIMILARITY})

    assert [bool(measures.of(number)) for number in (1, 2, 3)] == [True, False, True]
