"""What the doctor says of masking."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path

import pytest
from spanwright_analysis.diagnosis.configuration import State, settings
from spanwright_analysis.diagnosis.finding import Finding, Level


def said(environment: dict[str, str]) -> dict[str, Finding]:
    found = settings(environment)
    assert found.state is State.RUNNING
    assert found.masking is not None
    return {finding.subject: finding for finding in found.masking.findings}


def test_engine_locales_presets_and_audit_log(tmp_path: Path) -> None:
    """Each with what is in force."""
    findings = said(
        {
            "SPANWRIGHT_MASK_LOCALES": "de",
            "SPANWRIGHT_MASK_AUDIT_DIRECTORY": str(tmp_path / "audit"),
            "SPANWRIGHT_MASK_AUDIT_RETENTION_DAYS": "7",
            "SPANWRIGHT_AUDIT_KEY": b64encode(bytes(32)).decode(),
        }
    )
    assert findings["engine"].text.startswith("auto: ")
    assert "recognizers of presidio-analyzer 2." in findings["engine"].text
    assert findings["locales"].text == "de"
    assert findings["preset, everywhere"] == Finding(Level.GOOD, "preset, everywhere", "standard")
    assert findings["audit log"].text.endswith("audit for 7 days")


def test_by_itself_our_patterns_and_no_audit_log() -> None:
    """Nothing installed, nothing kept."""
    findings = said({"SPANWRIGHT_MASK_ENGINE": "own"})
    assert findings["engine"].text == "own: the built-in patterns"
    assert findings["audit log"].level is Level.ABSENT


def test_the_native_scanner(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether it is used, and why not."""
    off = said({"SPANWRIGHT_MASK_ENGINE": "own", "SPANWRIGHT_MASK_NATIVE_SCANNER": "false"})
    assert off["scanner"].text == "pure Python: mask.native_scanner is off"
    for found, text in ((None, "pure Python: spanwright-native is not installed"), (object(), "native")):
        monkeypatch.setattr("spanwright_analysis.diagnosis.masking.module", lambda found=found: found)
        assert said({"SPANWRIGHT_MASK_ENGINE": "own"})["scanner"].text == text


def test_environments_without_masking_are_worth_knowing(tmp_path: Path) -> None:
    """By their name."""
    file = tmp_path / "spanwright.yaml"
    file.write_text('mask: {engine: own, environments: {staging: {preset: "off"}}}')
    findings = said({"SPANWRIGHT_CONFIG_FILE": str(file)})
    assert findings["preset, staging"].level is Level.NOTE
    assert findings["preset, elsewhere"].level is Level.GOOD


@pytest.mark.parametrize(("engine", "level"), [("auto", Level.NOTE), ("fast", Level.WRONG)])
def test_an_engine_that_cannot_be_loaded(monkeypatch: pytest.MonkeyPatch, engine: str, level: Level) -> None:
    """Wrong where it was asked for by name; else the built-in patterns do."""

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the child broke.")

    monkeypatch.setattr("spanwright_processors.presidio.load_engine", broken)
    found = said({"SPANWRIGHT_MASK_ENGINE": engine})["engine"]
    assert found.level is level
    assert found.text.endswith("the child broke.")


def test_nothing_is_said_where_nothing_is_masked() -> None:
    """Without the step there is no section."""
    assert settings({"SPANWRIGHT_STEPS": "price"}).masking is None
