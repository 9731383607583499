"""Scores of all stores on one scale."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spanwright_instrumentation import measure
from spanwright_instrumentation.measure import Measure, is_unit, normalised

_DIRECTIONS = st.lists(st.floats(-1, 1), min_size=3, max_size=3).filter(lambda each: math.hypot(*each) > 0.1)


def _unit(vector: list[float]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array(vector) / math.hypot(*vector)


@given(_DIRECTIONS, _DIRECTIONS)
def test_all_measures_meet_on_one_scale(query: list[float], chunk: list[float]) -> None:
    """Between two vectors of length 1 every formula gives (1 + cosine) / 2."""
    one, other = _unit(query), _unit(chunk)
    cosine, distance = float(one @ other), float(np.linalg.norm(one - other))
    scores = {
        measure.COSINE_SIMILARITY: cosine,
        measure.COSINE_DISTANCE: 1 - cosine,
        measure.INNER_PRODUCT: cosine,
        measure.NEGATIVE_INNER_PRODUCT: -cosine,
        measure.INNER_PRODUCT_DISTANCE: 1 - cosine,
        measure.EUCLIDEAN: distance,
        measure.SQUARED_EUCLIDEAN: distance**2,
        measure.COSINE_SCORE: (1 + cosine) / 2,
        measure.RAISED_COSINE: 1 + cosine,
        measure.EUCLIDEAN_SCORE: 1 / (1 + distance**2),
        measure.MAXIMUM_INNER_PRODUCT: 1 + cosine if cosine >= 0 else 1 / (1 - cosine),
    }
    for each, score in scores.items():
        assert normalised(each, [score], [one]) == [pytest.approx((1 + cosine) / 2, abs=1e-9)]


def test_what_rounding_leaves_beyond_the_ends_is_the_end() -> None:
    """Scores of 32-bit arithmetic a little over 1 are 1."""
    assert normalised(measure.COSINE_SIMILARITY, [1.0000001, -1.0000001], []) == [1, 0]


@pytest.mark.parametrize(
    ("used", "scores", "vectors"),
    [
        (None, [0.5], [[1.0, 0.0]]),
        (measure.SIMILARITY, [0.5], [[1.0, 0.0]]),
        (measure.INNER_PRODUCT, [0.5], []),
        (measure.INNER_PRODUCT, [0.5], [[1.0, 0.0], [0.0, 1.0]]),
        (measure.INNER_PRODUCT, [0.5], [[3.0, 4.0]]),
        (measure.INNER_PRODUCT, [0.5, 1.5], [[1.0, 0.0]]),
        (measure.SQUARED_EUCLIDEAN, [4.5], [[1.0, 0.0]]),
        (measure.EUCLIDEAN, [0.5], ["a text"]),
        (measure.EUCLIDEAN_SCORE, [0.0], [[1.0, 0.0]]),
        (measure.MAXIMUM_INNER_PRODUCT, [0.0], [[1.0, 0.0]]),
    ],
)
def test_what_is_not_known_is_left_out(
    used: Measure | None, scores: list[float], vectors: list[object]
) -> None:
    """No measure, no formula, no single query of length 1, or a score that such vectors cannot have."""
    assert normalised(used, scores, vectors) == []


def test_a_computed_vector_keeps_only_what_holds_for_any_length() -> None:
    """Angles stay, the rest keeps its kind."""
    assert measure.COSINE_DISTANCE.without_formula() is measure.COSINE_DISTANCE
    assert measure.EUCLIDEAN.without_formula() == measure.DISTANCE


@pytest.mark.parametrize("vector", [[0.6, 0.8], (0.6, 0.8), [[0.6, 0.8]], np.array([[0.6, 0.8]], dtype="f4")])
def test_length_is_seen_in_every_form(vector: object) -> None:
    """Lists, tuples and arrays, also as the one row of a matrix."""
    assert is_unit(vector)


@pytest.mark.parametrize("vector", [[0.6, 0.9], [], None, "text", [["a"]], np.zeros((2, 2)), np.array(["a"])])
def test_anything_else_has_not_length_1(vector: object) -> None:
    """Other lengths, several rows, and what is no vector, without an error."""
    assert not is_unit(vector)
