"""Our own patterns find no less than Presidio, and take no more for it that is nothing of the kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import pytest
from spanwright_processors.detect import find
from spanwright_processors.detect.finding import Finding
from spanwright_processors.presidio import load_engine
from support.labelled import TYPES, labelled

LEAST_SCORE = 0.4


@dataclass
class Score:
    values: int = 0
    found: int = 0
    findings: int = 0
    right: int = 0

    @property
    def recall(self) -> float:
        return self.found / self.values

    @property
    def precision(self) -> float:
        return self.right / self.findings


def score(finder: Callable[[str], list[Finding]]) -> dict[str, Score]:
    scores = {entity: Score() for entity in TYPES.values()}
    for text, places in labelled():
        findings = [one for one in finder(text) if one.type in scores and one.score >= LEAST_SCORE]
        covered = {at for one in findings for at in range(one.start, one.end)}
        for entity, start, end in places:
            letters = {at for at in range(start, end) if text[at].isalnum()}
            scores[entity].values += 1
            scores[entity].found += letters <= covered
        for one in findings:
            scores[one.type].findings += 1
            scores[one.type].right += any(one.start < end and start < one.end for _, start, end in places)
    return scores


@cache
def ours() -> dict[str, Score]:
    return score(find)


@cache
def presidios() -> dict[str, Score]:
    engine = load_engine()
    assert engine is not None
    return score(lambda text: engine.find(text, set(TYPES.values())))


@pytest.mark.parametrize("entity", sorted(set(TYPES.values())))
def test_no_worse_than_presidio(entity: str) -> None:
    """In recall and in precision, for each type that both look for."""
    assert ours()[entity].recall >= presidios()[entity].recall
    assert ours()[entity].precision >= presidios()[entity].precision
    assert ours()[entity].recall >= 0.99
    assert ours()[entity].precision >= 0.99
