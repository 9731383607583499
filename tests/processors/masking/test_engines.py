"""Which engines look for what, how their findings meet, and what is done until they are there."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any, ClassVar

import pytest
from spanwright_processors.counters import Counters
from spanwright_processors.detect.engine import Detector
from spanwright_processors.detect.finding import Finding
from spanwright_processors.masking.engines import CombinedDetector, make_detector
from spanwright_processors.masking.loading import Loading
from spanwright_processors.masking.settings import Engine, MaskSettings, Preset
from spanwright_processors.steps.mask import Mask
from support.editable import editable_span
from support.processes import eventually
from support.scanners import needs_native

TEXT = "I'm Priya in Oslo, mail a.b@example.com, card 4242424242424242, ghp_" + "a1B2" * 9


class Definitions:
    left_out: ClassVar[dict[str, str]] = {}


class Fast:
    """Finds one card, a number within it, and a date."""

    entities = frozenset({"CREDIT_CARD", "EMAIL_ADDRESS", "US_BANK_NUMBER", "DATE_TIME"})
    definitions = Definitions()

    def families(self, entities: list[str]) -> None:
        """The native scanner cannot tell."""

    def find(self, text: str, entities: list[str]) -> list[Finding]:
        self.asked = entities
        at, day = text.find("4242"), text.find("2026-")
        found = [Finding("CREDIT_CARD", at, at + 16, 1.0), Finding("US_BANK_NUMBER", at, at + 8, 0.5)]
        dates = [Finding("DATE_TIME", day, day + 10, 0.6)]
        return (found if at >= 0 else []) + (dates if day >= 0 and "DATE_TIME" in entities else [])


class Places:
    """Finds Oslo."""

    def find(self, text: str) -> list[Finding]:
        at = text.find("Oslo")
        return [Finding("LOCATION", at, at + 4, 0.85)] if at >= 0 else []

    def fork(self) -> None:
        raise RuntimeError("forked")


@pytest.fixture
def fast(monkeypatch: pytest.MonkeyPatch) -> Fast:
    """Stands in for Presidio's definitions, with a model for places."""
    engine: Any = Fast()
    monkeypatch.setattr("spanwright_processors.presidio.is_installed", lambda: True)
    monkeypatch.setattr("spanwright_processors.presidio.load_engine", lambda *_, **__: engine)
    monkeypatch.setattr("spanwright_processors.masking.engines._analyzer", lambda *_: Places())
    return Fast()


def combined(**settings: Any) -> Mask:
    return Mask(MaskSettings(engine=Engine.FAST, **settings))


def test_own_patterns_need_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked for by name, and where Presidio is not installed."""
    assert type(make_detector(MaskSettings(engine=Engine.OWN), None)) is Detector
    monkeypatch.setattr("spanwright_processors.presidio.is_installed", lambda: False)
    assert type(make_detector(MaskSettings(), None)) is Detector


def test_every_engine_s_findings_meet_in_one_rule(fast: Fast) -> None:
    """Our names and secrets, Presidio's card, the model's place; the surer one wins an overlap."""
    span = editable_span({"k": TEXT})
    combined()(span)
    assert span.attributes["k"] == "I'm [NAME] in [LOCATION], mail [EMAIL], card [CARD], [SECRET]"
    assert span.attributes["spanwright.pii.entity_types"] == (
        *("CREDIT_CARD", "EMAIL_ADDRESS", "LOCATION", "PERSON", "SECRET"),
    )


def test_by_default_what_either_finds_counts(fast: Fast) -> None:
    """Presidio has no pattern for Mastercard's newer numbers; asked for by name it is followed exactly."""
    text = "the card 2223-0000-4841-0010"
    for engine, expected in ((Engine.AUTO, "the card [CARD]"), (Engine.FAST, text)):
        span = editable_span({"k": text})
        Mask(MaskSettings(engine=engine))(span)
        assert span.attributes["k"] == expected


def test_types_are_chosen_over_all_engines(fast: Fast) -> None:
    """What is not wanted is neither asked for nor masked."""
    span = editable_span({"k": TEXT})
    combined(entities=("LOCATION", "US_BANK_NUMBER"))(span)
    assert "[LOCATION]" in span.attributes["k"]
    assert "a.b@example.com" in span.attributes["k"]


@pytest.mark.parametrize(
    ("settings", "masked"),
    [
        ({}, "on 2026-11-23 at noon"),
        ({"preset": Preset.STRICT}, "on [DATE] at noon"),
        ({"entities": ("DATE_TIME",)}, "on [DATE] at noon"),
        ({"min_scores": {"DATE_TIME": 0.5}}, "on [DATE] at noon"),
        ({"actions": {"DATE_TIME": "drop"}}, "on  at noon"),
    ],
)
def test_dates_count_where_they_are_asked_for(fast: Fast, settings: dict[str, Any], masked: str) -> None:
    """By name, in any setting, or by the strict preset; likewise URLs and UUIDs."""
    span = editable_span({"k": "on 2026-11-23 at noon"})
    combined(**settings)(span)
    assert span.attributes["k"] == masked


def test_without_presidio_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """One clear error at start, where what only Presidio has is asked for."""
    monkeypatch.setattr("spanwright_processors.presidio.is_installed", lambda: False)
    for settings, key in (
        (MaskSettings(engine=Engine.FAST), "engine=fast"),
        (MaskSettings(locales=("de",)), "locales"),
        (MaskSettings(recognizers="x.yaml"), "recognizers"),
    ):
        with pytest.raises(ValueError, match=rf"^Cannot use mask\.{key}: presidio-analyzer is not installed"):
            Mask(settings)


def waiting(monkeypatch: pytest.MonkeyPatch, outcome: Any, **settings: Any) -> tuple[Mask, threading.Event]:
    """A step whose engine is loaded when the event is set, or fails."""
    go = threading.Event()

    def load(*_: Any, **__: Any) -> Any:
        go.wait(5)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    monkeypatch.setattr("spanwright_processors.masking.engines.Loading", Loading)
    monkeypatch.setattr("spanwright_processors.presidio.load_engine", load)
    return Mask(MaskSettings(**settings), counters=Counters()), go


def engine_of(step: Mask) -> Loading[Any]:
    detector = step._detector
    assert isinstance(detector, CombinedDetector)
    return detector._engine


LONG = f"{TEXT} {'and so on, ' * 30}"


def test_until_presidio_is_there_our_patterns_find(fast: Fast, monkeypatch: pytest.MonkeyPatch) -> None:
    """By default; nothing waits, nothing leaves, and then Presidio's find, in texts seen before as well."""
    step, go = waiting(monkeypatch, Fast())
    before, after = editable_span({"k": LONG}), editable_span({"k": LONG})
    step(before)
    assert "[CARD]" in before.attributes["k"]
    assert "Oslo" in before.attributes["k"]
    go.set()
    engine_of(step).wait(5)
    step(after)
    assert "[LOCATION]" in after.attributes["k"]


@pytest.mark.parametrize("settings", [{"engine": Engine.FAST}, {"locales": ("de",)}])
def test_what_was_asked_for_by_name_is_waited_for_without_content(
    fast: Fast, monkeypatch: pytest.MonkeyPatch, settings: dict[str, Any]
) -> None:
    """Our patterns know no German tax number: until Presidio's are there, text is dropped and told."""
    step, go = waiting(monkeypatch, Fast(), **settings)
    span = editable_span({"k": TEXT, "role": "user"})
    step(span)
    assert (span.attributes["k"], span.attributes["role"]) == ("[NOT_READY]", "user")
    assert span.attributes["spanwright.content.drop_reasons"] == ("not_ready",)
    assert step._counters.counts().values_dropped["not_ready"] >= 1
    go.set()
    engine_of(step).wait(5)
    span = editable_span({"k": TEXT})
    step(span)
    assert "[CARD]" in span.attributes["k"]


def test_the_first_text_costs_no_span_its_time(fast: Fast, monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine has read one before it is ready; while it does so spans may take longer."""
    engine = Fast()
    step, go = waiting(monkeypatch, engine)
    loading, during = step._detector.is_loading, step._open(1).deadline
    go.set()
    engine_of(step).wait(5)
    assert engine.asked == ["CREDIT_CARD", "EMAIL_ADDRESS", "US_BANK_NUMBER"]
    assert (loading, step._detector.is_loading) == (True, False)
    after = step._open(1).deadline
    assert during is not None
    assert after is not None
    assert during - after > 2


def test_where_loading_fails_the_default_goes_on(fast: Fast, monkeypatch: pytest.MonkeyPatch) -> None:
    """With our patterns; what was asked for by name stays closed. Both are counted."""
    for settings, expected in (({}, "[CARD]"), ({"engine": Engine.FAST}, "[FAILED]")):
        step, go = waiting(monkeypatch, RuntimeError("the child broke"), **settings)
        go.set()
        engine_of(step).wait(5)
        span = editable_span({"k": TEXT})
        step(span)
        assert expected in span.attributes["k"]
        assert step._counters.counts().engine_failures == 1


def test_a_recognizer_that_is_code_is_not_left_out_in_silence(
    fast: Fast, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A file of the user's is used whole or not at all."""
    file = tmp_path / "own.yaml"
    file.write_text("recognizers: []")

    class Half(Fast):
        definitions = type("D", (), {"left_out": {"Own": "its class Own has code of its own"}})()

    step, go = waiting(monkeypatch, Half(), recognizers=str(file))
    go.set()
    engine_of(step).wait(5)
    assert "Own: its class Own has code of its own" in str(engine_of(step).error)


def test_the_analyzer_has_to_be_named() -> None:
    """Presidio's own default would download a model."""
    with pytest.raises(ValueError, match=r"mask\.engine: presidio needs mask\.analyzer"):
        MaskSettings(engine=Engine.PRESIDIO)


def test_a_fork_reaches_the_analyzer(fast: Fast) -> None:
    """Its thread stayed in the parent."""
    with pytest.raises(RuntimeError, match="forked"):
        combined().fork()


def test_what_the_application_waits_for_asks_no_model(fast: Fast) -> None:
    """Baggage and the like: patterns only, Presidio's included."""
    detector = combined()._detector.without_analyzer()
    assert {finding.type for finding in detector.candidates(TEXT)} >= {"CREDIT_CARD", "PERSON"}
    assert "LOCATION" not in {finding.type for finding in detector.candidates(TEXT)}


def test_presidio_s_definitions_compiled(tmp_path: Path) -> None:
    """The real ones by default, with a country's and the user's own."""
    file = tmp_path / "own.yaml"
    file.write_text(
        "recognizers:\n- {name: Ticket, supported_entity: TICKET_ID, supported_language: en,\n"
        "   patterns: [{name: ticket, regex: 'TK-\\d{4}', score: 0.8}]}\n"
    )
    text = f"{TEXT} TK-1234, Steuer-ID 86095742719"
    plain = make_detector(MaskSettings(), None)
    found = {(finding.type, text[finding.start : finding.end]) for finding in plain.find(text)}
    assert ("CREDIT_CARD", "4242424242424242") in found
    assert ("EMAIL_ADDRESS", "a.b@example.com") in found
    assert ("PERSON", "Priya") in found
    more = make_detector(MaskSettings(locales=("de",), recognizers=str(file)), None)
    found = {(finding.type, text[finding.start : finding.end]) for finding in more.find(text)}
    assert ("TICKET_ID", "TK-1234") in found
    assert ("DE_TAX_ID", "86095742719") in found


@needs_native
def test_the_scanner_is_asked_where_it_knows_all_that_is_sought(fast: Fast) -> None:
    """Not with a model, which may find anything; and not where it is switched off."""
    assert make_detector(MaskSettings(engine=Engine.OWN), None).reader() is not None
    assert make_detector(MaskSettings(engine=Engine.OWN, native_scanner=False), None).reader() is None
    assert make_detector(MaskSettings(engine=Engine.FAST), None).reader() is None


@needs_native
def test_the_scanner_serves_presidios_definitions() -> None:
    """Until they are loaded it tells of our patterns, then of both; nothing where it is switched off."""
    detector = make_detector(MaskSettings(), None)
    assert isinstance(detector, CombinedDetector)
    before = detector.reader()
    assert before is not None
    assert eventually(lambda: detector._engine.value is not None, seconds=60)
    after = detector.reader()
    assert after is not None
    text = "Hold the power button for ten seconds."
    assert detector.find(text) == []  # now its shapes are known to fit nothing
    assert after.is_clean(text)
    assert not after.is_clean("license 12-34-56-78, A1234567")
    without = make_detector(MaskSettings(native_scanner=False), None)
    assert isinstance(without, CombinedDetector)
    assert eventually(lambda: without._engine.value is not None, seconds=60)
    assert without.reader() is None
