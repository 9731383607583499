"""The settings of the pipeline: one schema, three ways in, checked at start.

A key is set, strongest first, by the environment variable ``SPANWRIGHT_<PATH>``, in the YAML file that
``SPANWRIGHT_CONFIG_FILE`` names, or below ``instrumentation/development: python: spanwright:`` in
OpenTelemetry's own configuration file (``OTEL_CONFIG_FILE``). Names are the same in all three.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from .config.installed import installed_steps, load_step, running_order, settings_class
from .config.keys import PREFIX, Key, Path, build, keys_of, section_doc
from .config.sources import (
    DECLARATIVE_PATH,
    OTEL_CONFIG_FILE_VARIABLE,
    Document,
    Given,
    from_document,
    from_environment,
    read_documents,
    substituted,
)
from .config.values import UnusableValueError, convert, nearest
from .stage.settings import StageSettings
from .step import Step

if TYPE_CHECKING:
    from .chain import StepChain
    from .counters import Counters

#: The section that is no step's.
_STAGE = "stage"

__all__ = ["Key", "PipelineSettings", "SettingsError", "build_chain", "load_settings", "schema", "sections"]


@dataclass(frozen=True)
class PipelineSettings:
    """What runs, and how it is attached."""

    enabled: bool = True
    """Whether the pipeline is attached when the application starts under `opentelemetry-instrument`. Nothing
    is masked, priced or rolled up while this is false."""

    steps: tuple[str, ...] = ()
    """The steps that run. Phases decide their order; within one phase they run as listed. Default: every
    installed step, in the order of phase and name."""

    attach_new_providers: bool = False
    """Whether tracer providers that the application makes itself later are guarded as well."""

    flush_on_sigterm: bool = True
    """Whether, under `opentelemetry-instrument`, a SIGTERM that would end the process at once (Python then
    runs no exit handlers) first exports what is queued, for five seconds at most."""

    stage: StageSettings = field(default_factory=StageSettings)

    sections: Mapping[str, Any] = field(default_factory=dict, metadata={"key": False})
    """The settings object of each step in ``steps``."""

    sources: Mapping[str, str] = field(default_factory=dict, metadata={"key": False})
    """Where each key that is set was set: the variable, or the key and its file."""


class SettingsError(ValueError):
    """The settings cannot be used. ``problems`` has one sentence or two for each, ready for the user.

    ``settings`` has those keys of the pipeline itself that can be used.
    """

    def __init__(self, problems: Collection[str], settings: PipelineSettings | None = None) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)
        self.settings = PipelineSettings() if settings is None else settings


def load_settings(
    environ: Mapping[str, str] | None = None, declarative: Mapping[str, Any] | None = None
) -> PipelineSettings:
    """Read and check all settings; raises ``SettingsError`` with every problem found.

    ``environ`` defaults to the environment. ``declarative`` is our section of an OpenTelemetry configuration
    that was parsed by somebody else; it is used where ``OTEL_CONFIG_FILE`` is not set. Steps are not loaded
    while ``enabled`` is false, and keys of steps are not checked then.
    """
    environ = os.environ if environ is None else environ
    problems: list[str] = []
    documents = read_documents(environ, problems)
    if declarative is not None and not environ.get(OTEL_CONFIG_FILE_VARIABLE):
        documents.insert(0, Document(substituted(declarative, environ), "", DECLARATIVE_PATH))
    if _is_disabled(environ, [] if problems else documents):
        return PipelineSettings(enabled=False)

    reading = _Reading(_load_steps(problems), problems)
    for document in documents:
        reading.given |= from_document(document, reading.keys.values(), problems)
    reading.given |= from_environment(environ, reading.keys.values(), problems)
    reading.convert()
    chosen = reading.chosen()
    built = reading.sections(chosen)
    settings = reading.pipeline()
    if problems:
        raise SettingsError(problems, settings)
    return replace(settings, steps=chosen, sections=built, sources=reading.sources())


def build_chain(settings: PipelineSettings, counters: Counters | None = None) -> StepChain:
    """The chain of the chosen steps; raises ``SettingsError`` when a step cannot be made."""
    from .chain import StepChain

    problems: list[str] = []
    made: list[Any] = []
    for name in settings.steps:
        constructor: Callable[..., Step] = load_step(name)
        try:
            made.append(constructor(settings.sections[name]))
        except (ValueError, OSError, ImportError) as error:
            problems.append(_sentence(str(error), f"Cannot start step {name}"))
    if problems:
        raise SettingsError(problems, settings)
    return StepChain(made, counters)


def schema() -> tuple[Key, ...]:
    """Every key with its type, default and doc: first the pipeline's own, then each installed step's."""
    return tuple(_keys(_load_steps([]), documented=True))


def sections() -> dict[str, str]:
    """What each installed step's section is for, by step name in running order."""
    steps = _load_steps([])
    docs = {name: section_doc(steps[name]) or section_doc(settings_class(steps[name])) for name in steps}
    return {name: docs[name] for name in running_order(steps)}


def _load_steps(problems: list[str]) -> dict[str, type[Step]]:
    """Every installed step by name, sorted; what cannot be loaded is a problem."""
    steps: dict[str, type[Step]] = {}
    for name in sorted(installed_steps()):
        try:
            steps[name] = load_step(name)
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"
            problems.append(
                f"Cannot load step {name}: {reason}. Repair or remove the distribution it is from."
            )
    return steps


def _keys(steps: Mapping[str, type[Step]], *, documented: bool = False) -> list[Key]:
    found = list(keys_of(PipelineSettings, documented=documented))
    for name in running_order(steps):
        found += keys_of(settings_class(steps[name]), (name,), documented=documented)
    return found


def _is_disabled(environ: Mapping[str, str], documents: list[Document]) -> bool:
    """Whether the strongest source that says anything says no."""
    said = [document.data.get("enabled") for document in documents]
    said.append(environ.get(PREFIX + "ENABLED", "").strip() or None)
    strongest = next((value for value in reversed(said) if value is not None), True)
    return strongest is False or str(strongest).strip().lower() == "false"


class _Reading:
    """One reading of all sources: what was given, the values made of it, and every problem met."""

    def __init__(self, steps: Mapping[str, type[Step]], problems: list[str]) -> None:
        self.steps = steps
        self.problems = problems
        self.keys = {key.path: key for key in _keys(steps)}
        self.given: dict[Path, Given] = {}
        self.values: dict[Path, Any] = {}

    def convert(self) -> None:
        for path, one in self.given.items():
            key = self.keys[path]
            try:
                self.values[path] = convert(one.value, key.hint)
            except UnusableValueError as error:
                quoted = one.quoted(secret=key.secret)
                self.problems.append(f"Cannot use {quoted}: {error.why}. {error.instead}.")

    def chosen(self) -> tuple[str, ...]:
        """The names of the steps that run, in running order."""
        names = self.values.get(("steps",))
        if names is None:
            return running_order(self.steps)
        quoted = self.given["steps",].quoted()
        for name in dict.fromkeys(names):
            if name not in self.steps:
                meant = nearest(name, self.steps)
                instead = f"Did you mean {meant}?" if meant else f"Installed are: {', '.join(self.steps)}."
                self.problems.append(f'Cannot use {quoted}: no step "{name}" is installed. {instead}')
            elif names.count(name) > 1:
                self.problems.append(f"Cannot use {quoted}: {name} is listed twice. List it once.")
        return running_order({name: self.steps[name] for name in names if name in self.steps})

    def pipeline(self) -> PipelineSettings:
        """The pipeline's own keys, and those of the stage where they can be used."""
        top: dict[Path, Any] = {path: value for path, value in self.values.items() if len(path) == 1}
        own = {path: value for path, value in self.values.items() if path[0] == _STAGE}
        settings: PipelineSettings = build(PipelineSettings, top)
        try:
            return replace(settings, stage=build(StageSettings, own, (_STAGE,)))
        except ValueError as error:
            self.problems.append(self._as_typed(str(error), _STAGE))
            return settings

    def sections(self, chosen: Collection[str]) -> dict[str, Any]:
        """Settings of the chosen steps. Those of the others are checked too where any is set."""
        built: dict[str, Any] = {}
        for name, step in self.steps.items():
            own = {path: value for path, value in self.values.items() if path[0] == name}
            if name not in chosen and not own:
                continue
            try:
                built[name] = build(settings_class(step), own, (name,))
            except (ValueError, TypeError) as error:
                self.problems.append(
                    self._as_typed(_sentence(str(error), f"Cannot use section {name}"), name)
                )
        return {name: section for name, section in built.items() if name in chosen}

    def _as_typed(self, message: str, step: str) -> str:
        """The message of a settings dataclass with its keys as the user typed them."""
        for path, one in self.given.items():
            if path[0] == step:
                key = self.keys[path]
                message = _replaced(message, key.name, one.name, one.quoted(secret=key.secret))
        return message

    def sources(self) -> dict[str, str]:
        return {self.keys[path].name: one.name + one.location for path, one in self.given.items()}


def _replaced(message: str, key: str, typed: str, quoted: str) -> str:
    """``Cannot use KEY: …`` or ``Cannot use KEY=VALUE: …`` with what was typed, and KEY wherever else."""
    head, replaced = re.subn(rf"(?<=^Cannot use ){re.escape(key)}(=.*?)?(?=: )", lambda _: quoted, message)
    if replaced:
        return head
    return re.sub(rf"(?<![\w.]){re.escape(key)}(?![\w.]*\w)", lambda _: typed, message)


def _sentence(message: str, otherwise: str) -> str:
    return message if message.startswith("Cannot ") else f"{otherwise}: {message}"
