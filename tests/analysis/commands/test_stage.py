"""The command of the stage: settings checked, errors as sentences. What it serves is tested elsewhere."""

from __future__ import annotations

import pytest
from spanwright_analysis.command import main


@pytest.fixture(autouse=True)
def only_mask(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPANWRIGHT_STEPS", "mask")


def test_check_only_checks() -> None:
    """For a deployment's own tests: nothing is listened on."""
    assert main(["stage", "--check", "--quiet"]) == 0


def test_wrong_settings_are_sentences(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """All of them at once."""
    monkeypatch.setenv("SPANWRIGHT_STAGE_GRPC", "4317")
    monkeypatch.setenv("SPANWRIGHT_MASK_PRESET", "loose")
    assert main(["stage", "--check"]) == 2
    said = capsys.readouterr().err
    assert "SPANWRIGHT_STAGE_GRPC" in said
    assert "SPANWRIGHT_MASK_PRESET" in said


def test_without_a_next_hop_it_says_what_to_set(capsys: pytest.CaptureFixture[str]) -> None:
    """There is no default to send to."""
    assert main(["stage", "--quiet"]) == 2
    assert "SPANWRIGHT_STAGE_NEXT_ENDPOINT=http://gateway:4317" in capsys.readouterr().err
