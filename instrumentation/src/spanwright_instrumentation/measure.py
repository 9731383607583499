"""How a store measures: what its score means, and what it is on one scale for all stores.

The scale is that of the cosine of the angle between query and chunk, from 0 (opposite) over 0.5 (nothing in
common) to 1 (same direction): ``(1 + cosine) / 2``. What measures angles is always on it. Inner products and
Euclidean distances say the angle only between vectors of length 1, as most embedding models make them:
``|a - b|² = 2 - 2 cosine``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from spanwright_semconv.enums import ScoreKind

from .embedding_memory import components_of

#: How far from 1 a unit vector's length may be, and from the ends of the scale a score: vectors are often
#: stored with 16 bits.
TOLERANCE = 0.005


class Measure(NamedTuple):
    """One way to compare a query with a chunk."""

    #: ``similarity`` or ``distance``.
    kind: str
    #: Score -> the same on the common scale; None where no formula is known.
    formula: Callable[[float], float] | None = None
    #: Whether the formula holds for vectors of length 1 only.
    needs_unit_vectors: bool = False

    def without_formula(self) -> Measure:
        """The same where what was compared with is not the query's own vector."""
        return Measure(self.kind) if self.needs_unit_vectors else self


_SIMILARITY, _DISTANCE = ScoreKind.SIMILARITY.value, ScoreKind.DISTANCE.value

SIMILARITY = Measure(_SIMILARITY)
DISTANCE = Measure(_DISTANCE)
COSINE_SIMILARITY = Measure(_SIMILARITY, lambda cosine: (1 + cosine) / 2)
COSINE_DISTANCE = Measure(_DISTANCE, lambda distance: 1 - distance / 2)
INNER_PRODUCT = Measure(_SIMILARITY, lambda product: (1 + product) / 2, True)
#: pgvector's ``<#>``.
NEGATIVE_INNER_PRODUCT = Measure(_DISTANCE, lambda negative: (1 - negative) / 2, True)
#: 1 - inner product, as Chroma and LanceDB have it.
INNER_PRODUCT_DISTANCE = Measure(_DISTANCE, lambda distance: 1 - distance / 2, True)
EUCLIDEAN = Measure(_DISTANCE, lambda distance: 1 - distance * distance / 4, True)
SQUARED_EUCLIDEAN = Measure(_DISTANCE, lambda squared: 1 - squared / 4, True)
#: What search engines make of them, which is above 0 and grows with nearness: (1 + cosine) / 2 is the common
#: scale itself, 1 + cosine twice that; 1 / (1 + d²); and 1 + p of inner products from 0 on, else 1 / (1 - p).
COSINE_SCORE = Measure(_SIMILARITY, lambda score: score)
RAISED_COSINE = Measure(_SIMILARITY, lambda score: score / 2)
EUCLIDEAN_SCORE = Measure(_SIMILARITY, lambda score: 1 - (1 / score - 1) / 4 if score > 0 else math.nan, True)
MAXIMUM_INNER_PRODUCT = Measure(
    _SIMILARITY,
    lambda score: score / 2 if score >= 1 else 1 - 1 / (2 * score) if score > 0 else math.nan,
    True,
)


def normalised(measure: Measure | None, scores: Sequence[float], vectors: Sequence[object]) -> list[float]:
    """These finite scores on the common scale, 0 to 1, in their order; empty where that is not known.

    :param vectors: what the query is made of; where the measure needs vectors of length 1, the query's must
        be the only one and be of that length, and no score may be one that such vectors cannot have.
    """
    if measure is None or measure.formula is None:
        return []
    if measure.needs_unit_vectors and (len(vectors) != 1 or not is_unit(vectors[0])):
        return []
    values = [measure.formula(score) for score in scores]
    if not all(-TOLERANCE <= value <= 1 + TOLERANCE for value in values):
        return []
    return [min(1.0, max(0.0, value)) for value in values]


def is_unit(vector: object) -> bool:
    """Whether this is one vector of length 1, in any form in which an application has vectors."""
    try:
        found = components_of(vector)
        if found is None:
            return False
        squared = found @ found if hasattr(found, "shape") else math.hypot(*found) ** 2
        return abs(math.sqrt(float(squared)) - 1) <= TOLERANCE
    except Exception:  # whatever the application calls a vector
        return False
