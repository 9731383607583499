"""Who finds what is masked, in which environments nothing is, and where originals are kept."""

from __future__ import annotations

from collections.abc import Iterator

from spanwright_processors.chain import StepChain
from spanwright_processors.detect.native import module
from spanwright_processors.masking.engines import EngineReport
from spanwright_processors.masking.loading import State
from spanwright_processors.masking.settings import MaskSettings, Preset
from spanwright_processors.settings import PipelineSettings
from spanwright_processors.steps.mask import Mask

from .finding import Finding, Level, Section

#: Seconds that the first reading of Presidio's definitions may take here.
_PATIENCE = 120.0


def masking(loaded: PipelineSettings, chain: StepChain) -> Section | None:
    """None where the step mask does not run. Waits for what is loaded, which an application does not."""
    step = next((step for step in chain.steps if isinstance(step, Mask)), None)
    settings = loaded.sections.get("mask")
    if step is None or not isinstance(settings, MaskSettings):
        return None
    findings = [
        *_engine(settings, step.engine_report(_PATIENCE)),
        _scanner(settings),
        *_environments(settings),
        _audit(settings),
    ]
    return Section("Masking", tuple(findings))


def _engine(settings: MaskSettings, report: EngineReport | None) -> Iterator[Finding]:
    name = settings.engine.value
    if report is None:
        yield Finding(Level.GOOD, "engine", f"{name}: the built-in patterns")
        return
    if report.state is not State.READY:
        level = Level.WRONG if report.closed else Level.NOTE
        instead = "all text is dropped" if report.closed else "the built-in patterns alone are used"
        why = report.error or "it is still being loaded"
        yield Finding(level, "engine", f"{name}: {instead}. {why}")
        return
    number, version = len(report.recognizers), report.versions.get("presidio-analyzer", "")
    yield Finding(
        Level.GOOD, "engine", f"{name}: {number} recognizers of presidio-analyzer {version}, compiled"
    )
    if settings.analyzer is not None:
        yield Finding(
            Level.GOOD, "analyzer", f"{settings.analyzer} for {', '.join(settings.analyzer_entities)}"
        )
    yield Finding(
        Level.SHOWN, "locales", ", ".join(settings.locales) or "those that Presidio enables by default"
    )
    if settings.recognizers is not None:
        yield Finding(Level.GOOD, "recognizers", settings.recognizers)
    for recognizer, reason in report.left_out.items():
        yield Finding(Level.NOTE, recognizer, f"not used: {reason}")
    for recognizer in report.changed:
        yield Finding(Level.NOTE, recognizer, "its validation is newer than the one that ours was held to")


def _scanner(settings: MaskSettings) -> Finding:
    if not settings.native_scanner:
        return Finding(Level.SHOWN, "scanner", "pure Python: mask.native_scanner is off")
    if module() is None:
        return Finding(Level.SHOWN, "scanner", "pure Python: spanwright-native is not installed")
    return Finding(Level.GOOD, "scanner", "native")


def _environments(settings: MaskSettings) -> Iterator[Finding]:
    yield _preset("everywhere" if not settings.environments else "elsewhere", settings.preset)
    for name, own in settings.environments.items():
        yield _preset(name, own.preset or settings.preset)


def _preset(environment: str, preset: Preset) -> Finding:
    if preset is Preset.OFF:
        return Finding(Level.NOTE, f"preset, {environment}", "off: nothing is masked, no content captured")
    return Finding(Level.GOOD, f"preset, {environment}", preset.value)


def _audit(settings: MaskSettings) -> Finding:
    audit = settings.audit
    if audit.directory is None:
        return Finding(Level.ABSENT, "audit log", "no original of what is masked is kept")
    days = f"{audit.retention_days} day{'' if audit.retention_days == 1 else 's'}"
    return Finding(Level.GOOD, "audit log", f"originals are kept encrypted in {audit.directory} for {days}")
