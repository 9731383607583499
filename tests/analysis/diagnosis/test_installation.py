"""What is installed."""

from __future__ import annotations

import pytest
from spanwright_analysis.diagnosis import installation
from spanwright_analysis.diagnosis.finding import Finding, Level


def levels(findings: tuple[Finding, ...]) -> dict[str, Level]:
    return {finding.subject: finding.level for finding in findings}


def with_versions(monkeypatch: pytest.MonkeyPatch, **versions: str | None) -> None:
    """These distributions in these versions; None takes one away. Underscores stand for dashes."""
    real = installation._version
    changed = {name.replace("_", "-"): version for name, version in versions.items()}
    monkeypatch.setattr(
        installation, "_version", lambda name: changed[name] if name in changed else real(name)
    )


def test_ours_in_one_version() -> None:
    """Python, our four distributions and OpenTelemetry's are there."""
    assert set(levels(installation.versions().findings).values()) == {Level.GOOD}


def test_ours_in_several_versions_are_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """Halves of different age do not fit; a missing distribution is no fault."""
    with_versions(monkeypatch, spanwright_semconv="9.9.9", opentelemetry_distro=None)
    found = levels(installation.versions().findings)
    assert found["spanwright"] is Level.WRONG
    assert found["opentelemetry-distro"] is Level.ABSENT


@pytest.mark.parametrize(
    ("version", "probed", "level"),
    [
        ("3.54.0", {"active": True}, Level.GOOD),
        ("3.54.0", {"active": False}, Level.NOTE),
        ("3.54.0", {"error": "ImportError: no"}, Level.WRONG),
        ("3.54.0", None, Level.NOTE),
        ("1.0.0", {"active": True}, Level.WRONG),
        (None, None, Level.ABSENT),
    ],
)
def test_an_instrumentor(
    monkeypatch: pytest.MonkeyPatch, version: str | None, probed: dict[str, object] | None, level: Level
) -> None:
    """Good where the library is there, supported, and patched."""
    with_versions(monkeypatch, openai=version)
    found = levels(installation.instrumentors({"openai": probed} if probed else None).findings)
    assert found["openai"] is level


def test_without_our_instrumentation_there_is_nothing_to_say(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who installs the processors alone has no instrumentors of ours."""
    with_versions(monkeypatch, spanwright_instrumentation=None)
    assert installation.instrumentors(None).findings == ()
