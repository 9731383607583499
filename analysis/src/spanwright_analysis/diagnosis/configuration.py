"""The settings in force, and what is wrong with them in the words of their loader."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from spanwright_processors.settings import PipelineSettings, SettingsError, build_chain, load_settings

from .finding import Finding, Level, Section
from .masking import masking


class State(Enum):
    """What the settings make of the pipeline. While they are ``WRONG`` it lets no content through."""

    RUNNING = "running"
    OFF = "off"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Settings:
    """``masking``: None where nothing is masked by these settings."""

    section: Section
    state: State
    masking: Section | None = None


def settings(environment: Mapping[str, str]) -> Settings:
    """The settings that an application in this environment would start with."""
    if environment.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        off = Finding(Level.NOTE, "OTEL_SDK_DISABLED", "is true: nothing is recorded at all")
        return Settings(Section("Settings", (off,)), State.OFF)
    try:
        loaded = load_settings(environment)
        chain = build_chain(loaded)
    except SettingsError as error:
        problems = tuple(Finding(Level.WRONG, "setting", problem) for problem in error.problems)
        return Settings(Section("Settings", problems), State.WRONG)
    section = Section("Settings", tuple(_findings(loaded)))
    if not loaded.enabled:
        return Settings(section, State.OFF)
    return Settings(section, State.RUNNING, masking(loaded, chain))


def _findings(loaded: PipelineSettings) -> Iterator[Finding]:
    if loaded.enabled:
        yield Finding(Level.GOOD, "steps", " > ".join(loaded.steps) or "none")
    else:
        yield Finding(Level.NOTE, "pipeline", "switched off: nothing is masked, priced or rolled up")
    for key, source in loaded.sources.items():
        yield Finding(Level.GOOD, key, f"set by {source}")
