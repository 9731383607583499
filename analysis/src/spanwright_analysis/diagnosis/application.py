"""What an application would meet here: runs the probe as one, and judges its report."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from .configuration import State
from .finding import Finding, Level, Section

#: Seconds the probe may take; it needs two or three.
PATIENCE = 60.0

_COMMAND = "opentelemetry-instrument"
_PROBE = "spanwright_analysis.diagnosis.probe"


@dataclass(frozen=True, slots=True)
class Probed:
    """``report`` is the probe's, None where it could not give one; ``log`` what an application would log at
    start.
    """

    report: Mapping[str, Any] | None
    log: str


def probe(environment: Mapping[str, str]) -> Probed:
    """Runs the probe under ``opentelemetry-instrument`` in this environment."""
    command = Path(sys.executable).with_name(_COMMAND)
    if not command.is_file():
        return Probed(None, f"{_COMMAND} is not installed beside this Python.")
    with TemporaryDirectory() as folder:
        file = Path(folder, "report.json")
        try:
            done = subprocess.run(
                [command, sys.executable, "-m", _PROBE, file],
                env=dict(environment),
                capture_output=True,
                text=True,
                timeout=PATIENCE,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return Probed(None, f"An application did not start within {PATIENCE:.0f} seconds.")
        report = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else None
        return Probed(report, done.stderr.strip())


def start(probed: Probed) -> Section:
    """Whether an application starts, and what it logs meanwhile."""
    if probed.report is None:
        last = probed.log.splitlines()[-1:] or ["It wrote no report."]
        text = f"cannot look into an application: {last[0]} Install opentelemetry-distro, and try again."
        return Section("An application's start", (Finding(Level.WRONG, _COMMAND, text),))
    lines = [line for line in probed.log.splitlines() if line.strip()]
    logged = tuple(Finding(Level.NOTE, "logs", line) for line in lines[:_MOST_LINES])
    return Section("An application's start", (Finding(Level.GOOD, _COMMAND, "works"), *logged))


_MOST_LINES = 10


def exporters(report: Mapping[str, Any], state: State) -> Section:
    """Each exporter of traces and logs, and whether the steps stand in front of it."""
    return Section(
        "Exporters",
        tuple(
            finding
            for signal, found in report["signals"].items()
            for finding in _signal(signal, found, report["content"], state)
        ),
    )


def _signal(signal: str, found: Mapping[str, Any], content: str | None, state: State) -> Iterator[Finding]:
    if not found["is_sdk"]:
        if signal == "traces":
            text = "no provider of the SDK when the application starts. Install opentelemetry-distro."
            yield Finding(Level.WRONG, signal, text)
        return
    if not found["exporters"]:
        yield Finding(Level.ABSENT, signal, f"no exporter; OTEL_{signal.upper()}_EXPORTER chooses one")
    level, guard = _guard(found, content, state)
    for exporter in found["exporters"]:
        to = f" to {exporter['target']}" if exporter["target"] else ""
        yield Finding(level, signal, f"{exporter['name']}{to}: {guard}")


def _guard(found: Mapping[str, Any], content: str | None, state: State) -> tuple[Level, str]:
    if state is State.OFF:
        return Level.NOTE, "not guarded, as the settings say"
    if not found["attached"]:
        return Level.WRONG, "NOT guarded: it gets everything as it is. See what the application logs"
    if state is State.WRONG:
        return Level.NOTE, "guarded: until the settings are corrected it gets no content"
    if not found["masks"]:
        level = Level.NOTE if content == "NO_CONTENT" else Level.WRONG
        return level, "guarded, but no step masks. Add mask to the steps"
    return Level.GOOD, "guarded"


def content(report: Mapping[str, Any]) -> Section:
    """Where the text of messages goes, and why."""
    mode, masks = report["content"], report["signals"]["traces"]["masks"]
    if mode is None:
        finding = Finding(Level.ABSENT, "messages", "spanwright-instrumentation is not installed")
    elif mode == "NO_CONTENT":
        finding = Finding(Level.NOTE, "messages", "not recorded (NO_CONTENT)")
    elif masks:
        finding = Finding(Level.GOOD, "messages", f"recorded ({mode}), behind the mask step")
    else:
        finding = Finding(Level.WRONG, "messages", f"recorded ({mode}) and exported unmasked")
    return Section("Content", (finding,))


def sample(report: Mapping[str, Any], state: State) -> Section:
    """A span with invented personal data, before and after the steps."""
    found = report["sample"]
    if found is None:
        none = Finding(Level.NOTE, "sample", "no provider to send it to")
        return Section("A span through the steps", (none,))
    return Section("A span through the steps", tuple(_sample(found["before"], found["after"], found, state)))


def _sample(
    before: Mapping[str, Any], after: Mapping[str, Any], found: Mapping[str, Any], state: State
) -> Iterator[Finding]:
    for part in before:
        yield Finding(Level.SHOWN, f"{part} before", before[part])
        yield Finding(Level.SHOWN, f"{part} after", "-" if after[part] is None else after[part])
    if after["cost"] is not None:
        yield Finding(Level.SHOWN, "cost", f"${after['cost']:.6f}")
    wrong = Level.WRONG if state is State.RUNNING else Level.NOTE
    if after["failed_steps"]:
        failed = ", ".join(after["failed_steps"])
        yield Finding(wrong, "steps", f"{failed} failed, so the span lost its content")
    if found["leaked"]:
        yield Finding(wrong, "leaked", f"{len(found['leaked'])} planted value(s) came out again")
    else:
        yield Finding(Level.GOOD, "masked", ", ".join(after["masked"]) or "nothing came out")


def counters(report: Mapping[str, Any]) -> Section:
    """What the probe's process counted. In your application the same figures are metrics,
    spanwright.processing.*.
    """
    counts = report["counters"]
    if counts is None:
        return Section("Counters", (Finding(Level.ABSENT, "this run", "no steps were attached"),))
    failures = {**counts["step_failures"], **counts.get("values_dropped", {}), **counts["lost"]}
    text = (
        f"spans processed: {counts['spans_processed']}, without content after a failure:"
        f" {counts['content_dropped']}, lost: {sum(counts['lost'].values())}"
    )
    detail = "".join(f"; {name} {number}" for name, number in failures.items())
    return Section("Counters", (Finding(Level.NOTE if failures else Level.GOOD, "this run", text + detail),))
