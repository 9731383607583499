"""What masking found, over a trace."""

from __future__ import annotations

from typing import Any

import pytest
from spanwright_processors.rollup.findings import Findings


def found(detected: bool, masked: bool | None = None, *types: str) -> Findings:
    told: dict[str, Any] = {"spanwright.pii.detected": detected, "spanwright.pii.entity_types": types}
    if masked is not None:
        told["spanwright.pii.masked"] = masked
    read = Findings.of(told)
    assert read is not None
    return read


def test_types_of_all_spans_are_joined() -> None:
    """Found in any is found; masked in any is masked; types once each."""
    both = found(True, False, "EMAIL").merged(found(True, True, "EMAIL", "IBAN"))
    assert both == Findings(True, True, frozenset(("EMAIL", "IBAN")))
    assert found(False).merged(both) == both
    assert tuple(found(False).merged(found(False))) == (False, None, frozenset())
    assert both.merged(None) is both


@pytest.mark.parametrize("told", [{}, {"spanwright.pii.detected": "yes"}, {"spanwright.pii.masked": True}])
def test_a_span_that_masking_did_not_look_at_tells_nothing(told: dict[str, Any]) -> None:
    """Neither that something was found nor that nothing was."""
    assert Findings.of(told) is None


def test_odd_types_are_survived() -> None:
    """Types that are no texts are left out."""
    told = {"spanwright.pii.detected": True, "spanwright.pii.entity_types": ("EMAIL", 3)}
    assert Findings.of(told) == Findings(True, None, frozenset(("EMAIL",)))
    assert Findings.of({**told, "spanwright.pii.entity_types": 3}) == Findings(True, None, frozenset())
