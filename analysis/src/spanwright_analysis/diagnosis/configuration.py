"""The settings in force, and what is wrong with them in the words of their loader."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from spanwright_processors.settings import PipelineSettings, SettingsError, build_chain, load_settings

from .finding import Finding, Level, Section


@dataclass(frozen=True, slots=True)
class Settings:
    """``section`` tells of them; ``enabled`` is false where the pipeline is switched off on purpose."""

    section: Section
    enabled: bool


def settings(environment: Mapping[str, str]) -> Settings:
    """The settings that an application in this environment would start with."""
    try:
        loaded = load_settings(environment)
        build_chain(loaded)
    except SettingsError as error:
        problems = tuple(Finding(Level.WRONG, "setting", problem) for problem in error.problems)
        return Settings(Section("Settings", problems), enabled=True)
    return Settings(Section("Settings", tuple(_findings(loaded))), loaded.enabled)


def _findings(loaded: PipelineSettings) -> Iterator[Finding]:
    if not loaded.enabled:
        yield Finding(Level.NOTE, "pipeline", "switched off: nothing is masked, priced or rolled up")
        return
    yield Finding(Level.GOOD, "steps", " > ".join(loaded.steps) or "none")
    for key, source in loaded.sources.items():
        yield Finding(Level.GOOD, key, f"set by {source}")
