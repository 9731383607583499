"""Which engines look for what, and how their findings meet."""

from __future__ import annotations

from typing import Any

import pytest
from spanwright_processors.detect.engine import Detector
from spanwright_processors.detect.finding import Finding
from spanwright_processors.masking.engines import CombinedDetector, make_detector
from spanwright_processors.masking.settings import Engine, MaskSettings
from spanwright_processors.steps.mask import Mask
from support.editable import editable_span

TEXT = "I'm Priya in Oslo, mail a.b@example.com, card 4242424242424242, ghp_" + "a1B2" * 9


class Fast:
    """Finds one card, and a number within it."""

    entities = frozenset({"CREDIT_CARD", "EMAIL_ADDRESS", "US_BANK_NUMBER"})

    def find(self, text: str, entities: list[str]) -> list[Finding]:
        self.asked = entities
        at = text.find("4242")
        found = [Finding("CREDIT_CARD", at, at + 16, 1.0), Finding("US_BANK_NUMBER", at, at + 8, 0.5)]
        return found if at >= 0 else []


class Places:
    """Finds Oslo."""

    def find(self, text: str) -> list[Finding]:
        at = text.find("Oslo")
        return [Finding("LOCATION", at, at + 4, 0.85)] if at >= 0 else []

    def fork(self) -> None:
        raise RuntimeError("forked")


def combined(monkeypatch: pytest.MonkeyPatch, **settings: Any) -> Mask:
    fast: Any = Fast()
    monkeypatch.setattr("spanwright_processors.presidio.load_engine", lambda: fast)
    monkeypatch.setattr("spanwright_processors.masking.engines._analyzer", lambda _: Places())
    return Mask(MaskSettings(engine=Engine.FAST, **settings))


def test_own_patterns_need_nothing() -> None:
    """The default."""
    assert type(make_detector(MaskSettings(), None)) is Detector


def test_every_engine_s_findings_meet_in_one_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    """Our names and secrets, Presidio's card, the model's place; the surer one wins an overlap."""
    span = editable_span({"k": TEXT})
    combined(monkeypatch)(span)
    assert span.attributes["k"] == "I'm [NAME] in [LOCATION], mail [EMAIL], card [CARD], [SECRET]"
    assert span.attributes["spanwright.pii.entity_types"] == (
        *("CREDIT_CARD", "EMAIL_ADDRESS", "LOCATION", "PERSON", "SECRET"),
    )


def test_types_are_chosen_over_all_engines(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not wanted is neither asked for nor masked."""
    span = editable_span({"k": TEXT})
    combined(monkeypatch, entities=("LOCATION", "US_BANK_NUMBER"))(span)
    assert "[LOCATION]" in span.attributes["k"]
    assert "a.b@example.com" in span.attributes["k"]


def test_without_presidio_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """One clear error at start."""
    monkeypatch.setattr("spanwright_processors.presidio.load_engine", lambda: None)
    with pytest.raises(
        ValueError, match=r"^Cannot use mask\.engine=fast: presidio-analyzer is not installed\."
    ):
        Mask(MaskSettings(engine=Engine.FAST))


def test_the_analyzer_has_to_be_named() -> None:
    """Presidio's own default would download a model."""
    with pytest.raises(ValueError, match=r"mask\.engine: presidio needs mask\.analyzer"):
        MaskSettings(engine=Engine.PRESIDIO)


def test_a_fork_reaches_the_analyzer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its thread stayed in the parent."""
    with pytest.raises(RuntimeError, match="forked"):
        combined(monkeypatch).fork()


def test_presidio_s_definitions_compiled() -> None:
    """The real ones, where presidio-analyzer is installed."""
    pytest.importorskip("presidio_analyzer")
    detector = make_detector(MaskSettings(engine=Engine.FAST), None)
    assert isinstance(detector, CombinedDetector)
    found = {(finding.type, TEXT[finding.start : finding.end]) for finding in detector.find(TEXT)}
    assert ("CREDIT_CARD", "4242424242424242") in found
    assert ("EMAIL_ADDRESS", "a.b@example.com") in found
    assert ("PERSON", "Priya") in found
