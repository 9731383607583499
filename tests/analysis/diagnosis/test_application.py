"""The probe's report, judged."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from spanwright_analysis.diagnosis import application
from spanwright_analysis.diagnosis.application import Probed
from spanwright_analysis.diagnosis.configuration import State
from spanwright_analysis.diagnosis.finding import Level, Section


def report(**traces: Any) -> dict[str, Any]:
    signal = {
        "is_sdk": True,
        "attached": True,
        "masks": True,
        "exporters": [{"name": "x: Y", "target": "host:1"}],
    }
    return {
        "content": "SPAN_ONLY",
        "signals": {"traces": signal | traces},
        "counters": {"spans_processed": 1, "content_dropped": 0, "step_failures": {}, "lost": {}},
        "sample": {
            "before": {"message": "raw"},
            "after": {"message": "[X]", "cost": None, "masked": ["X"], "failed_steps": []},
            "leaked": [],
        },
    }


def worst(section: Section) -> Level:
    order = [Level.SHOWN, Level.GOOD, Level.ABSENT, Level.NOTE, Level.WRONG]
    return max((finding.level for finding in section.findings), key=order.index)


@pytest.mark.parametrize(
    ("traces", "state", "level"),
    [
        ({}, State.RUNNING, Level.GOOD),
        ({"attached": False}, State.RUNNING, Level.WRONG),
        ({"attached": False}, State.OFF, Level.NOTE),
        ({"masks": False}, State.RUNNING, Level.WRONG),
        ({"masks": False}, State.WRONG, Level.NOTE),
        ({"exporters": []}, State.RUNNING, Level.ABSENT),
        ({"is_sdk": False}, State.RUNNING, Level.WRONG),
    ],
)
def test_exporters(traces: dict[str, Any], state: State, level: Level) -> None:
    """An exporter that gets what it must not is wrong; one switched off on purpose, or none, is not."""
    assert worst(application.exporters(report(**traces), state)) is level


def test_no_masking_is_no_fault_where_no_content_is_recorded() -> None:
    """There is nothing to mask then."""
    quiet = report(masks=False) | {"content": "NO_CONTENT"}
    assert worst(application.exporters(quiet, State.RUNNING)) is Level.NOTE


@pytest.mark.parametrize(
    ("mode", "masks", "level"),
    [
        ("SPAN_ONLY", True, Level.GOOD),
        ("SPAN_ONLY", False, Level.WRONG),
        ("NO_CONTENT", False, Level.NOTE),
        (None, True, Level.ABSENT),
    ],
)
def test_content(mode: str | None, masks: bool, level: Level) -> None:
    """Recorded and masked is good, recorded and unmasked is wrong."""
    assert worst(application.content(report(masks=masks) | {"content": mode})) is level


@pytest.mark.parametrize(
    ("change", "state", "level"),
    [
        ({}, State.RUNNING, Level.GOOD),
        ({"leaked": ["raw"]}, State.RUNNING, Level.WRONG),
        ({"leaked": ["raw"]}, State.OFF, Level.NOTE),
        (
            {"after": {"message": None, "cost": 1.0, "masked": [], "failed_steps": ["mask"]}},
            State.RUNNING,
            Level.WRONG,
        ),
    ],
)
def test_sample(change: dict[str, Any], state: State, level: Level) -> None:
    """A value that comes out again, or a step that fails, is wrong while the pipeline should run."""
    changed = report()
    changed["sample"] |= change
    assert worst(application.sample(changed, state)) is level
    assert worst(application.sample(report() | {"sample": None}, state)) is Level.NOTE


def test_counters_tell_failures_and_losses() -> None:
    """Both by name; an unattached pipeline counts nothing."""
    counts = {
        "spans_processed": 3,
        "content_dropped": 1,
        "step_failures": {"mask": 1},
        "lost": {"queue_full": 2},
    }
    (finding,) = application.counters(report() | {"counters": counts}).findings
    assert (finding.level, finding.text.endswith("lost: 2; mask 1; queue_full 2")) == (Level.NOTE, True)
    assert worst(application.counters(report() | {"counters": None})) is Level.ABSENT


def test_a_start_that_fails_is_told_with_its_last_line() -> None:
    """And one that works with what it logged."""
    failed = application.start(Probed(None, "Traceback\nImportError: no sdk")).findings[0]
    assert (failed.level, "ImportError: no sdk" in failed.text) == (Level.WRONG, True)
    works, logged = application.start(Probed(report(), "a warning")).findings
    assert (works.level, logged.level, logged.text) == (Level.GOOD, Level.NOTE, "a warning")


def test_a_probe_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The doctor answers even where an application never starts."""
    command = tmp_path / "opentelemetry-instrument"
    command.write_text("#!/bin/sh\nexec sleep 30\n")
    command.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setattr(application, "PATIENCE", 0.2)
    probed = application.probe({"PATH": "/bin:/usr/bin"})
    assert probed.report is None
    assert "did not start within" in probed.log
