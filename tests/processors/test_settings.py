"""One schema, three ways in with the same names, strictly checked, errors in the user's own words."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import FrozenInstanceError, dataclass, field
from importlib.metadata import EntryPoint
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

import pytest
from spanwright_processors import settings as settings_module
from spanwright_processors.config import installed
from spanwright_processors.settings import (
    PipelineSettings,
    SettingsError,
    build_chain,
    load_settings,
    schema,
    sections,
)
from spanwright_processors.span import EditableSpan
from spanwright_processors.step import Phase


@dataclass(frozen=True)
class CutSettings:
    """Cuts long values."""

    #: Longest value in bytes.
    value_bytes: int = 100
    keys: tuple[str, ...] = ("a",)
    weights: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.value_bytes < 16:
            raise ValueError(
                f"Cannot use cut.value_bytes={self.value_bytes}: it is below 16. Set 16 or more instead."
            )
        if "b" in self.keys:
            raise ValueError("Cannot use cut.keys: b is not cut. Set cut.value_bytes instead.")


class Cut:
    Settings: ClassVar[type[Any]] = CutSettings
    phase: ClassVar[Phase] = Phase.TRUNCATE

    def __init__(self, settings: CutSettings | None = None) -> None:
        self.settings = settings or CutSettings()

    def __call__(self, span: EditableSpan) -> None:
        span.attributes["cut"] = self.settings.value_bytes


@dataclass(frozen=True)
class HideSettings:
    """Hides."""

    key: str | None = field(default=None, metadata={"secret": True})
    file: str = ""


class Hide(Cut):
    Settings: ClassVar[type[Any]] = HideSettings
    phase: ClassVar[Phase] = Phase.MASK

    def __init__(self, settings: HideSettings | None = None) -> None:
        if settings and settings.file:
            raise OSError(f"{settings.file} is not there")


class Also(Hide):
    pass


@pytest.fixture(autouse=True)
def toy_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three installed steps: ``hide`` and ``also`` of the mask phase, ``cut`` of the truncate phase."""
    module = ModuleType("toy_steps")
    vars(module).update(Cut=Cut, Hide=Hide, Also=Also)
    monkeypatch.setitem(sys.modules, "toy_steps", module)
    points = {
        name.lower(): EntryPoint(name.lower(), f"toy_steps:{name}", "spanwright_step")
        for name in ("Cut", "Hide", "Also")
    }
    monkeypatch.setattr(installed, "installed_steps", lambda: points)
    monkeypatch.setattr(settings_module, "installed_steps", lambda: points)


def problems_of(environ: Mapping[str, str], declarative: Mapping[str, Any] | None = None) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        load_settings(environ, declarative)
    assert str(caught.value) == "\n".join(caught.value.problems)
    return caught.value.problems


def test_without_any_setting_every_step_runs_by_phase_and_name() -> None:
    """The defaults: enabled, all installed steps in the order of phase, then name, with default settings."""
    settings = load_settings({})
    assert settings.enabled
    assert settings.steps == ("also", "hide", "cut")
    assert settings.sections == {"also": HideSettings(), "hide": HideSettings(), "cut": CutSettings()}
    assert settings.sources == {}


def test_settings_are_frozen() -> None:
    """Nothing can change settings after they were checked."""
    with pytest.raises(FrozenInstanceError):
        load_settings({}).enabled = False  # type: ignore[misc]


def test_the_environment_sets_keys_of_steps_and_of_the_pipeline() -> None:
    """Lists are comma separated, mappings are pairs, and where each key came from is kept."""
    settings = load_settings(
        {
            "SPANWRIGHT_CUT_VALUE_BYTES": "24000",
            "SPANWRIGHT_CUT_WEIGHTS": "x=1,y=2",
            "SPANWRIGHT_ATTACH_NEW_PROVIDERS": "true",
            "SPANWRIGHT_STEPS": "cut",
        }
    )
    assert settings.sections == {"cut": CutSettings(value_bytes=24000, weights={"x": 1.0, "y": 2.0})}
    assert settings.attach_new_providers
    assert settings.sources["cut.value_bytes"] == "SPANWRIGHT_CUT_VALUE_BYTES"


def test_the_environment_is_stronger_than_the_file_and_the_file_than_the_declarative_one(
    tmp_path: Path,
) -> None:
    """Each key is taken from the strongest source that sets it, key by key."""
    otel = tmp_path / "otel.yaml"
    section = "cut: {value_bytes: 31, keys: [o], weights: {o: 1}}"
    otel.write_text(f"instrumentation/development: {{python: {{spanwright: {{{section}}}}}}}\n")
    own = tmp_path / "own.yaml"
    own.write_text("cut: {value_bytes: 32, keys: [y]}\n")
    environ = {
        "OTEL_CONFIG_FILE": str(otel),
        "SPANWRIGHT_CONFIG_FILE": str(own),
        "SPANWRIGHT_CUT_VALUE_BYTES": "33",
    }
    settings = load_settings(environ)
    assert settings.sections["cut"] == CutSettings(33, ("y",), {"o": 1.0})
    assert settings.sources == {
        "cut.value_bytes": "SPANWRIGHT_CUT_VALUE_BYTES",
        "cut.keys": "cut.keys in own.yaml",
        "cut.weights": "instrumentation/development.python.spanwright.cut.weights in otel.yaml",
    }


def test_the_three_ways_give_equal_settings(tmp_path: Path) -> None:
    """What is typed in one source means the same in the others."""
    text = "steps: [cut, hide]\ncut: {value_bytes: 50, keys: [x, y], weights: {k: 2}}\n"
    own = tmp_path / "own.yaml"
    own.write_text(text)
    otel = tmp_path / "otel.yaml"
    indented = "".join(f"      {line}\n" for line in text.splitlines())
    otel.write_text(f"instrumentation/development:\n  python:\n    spanwright:\n{indented}")
    variables = {
        "SPANWRIGHT_STEPS": "cut,hide",
        "SPANWRIGHT_CUT_VALUE_BYTES": "50",
        "SPANWRIGHT_CUT_KEYS": "x,y",
        "SPANWRIGHT_CUT_WEIGHTS": "k=2",
    }
    environs: list[dict[str, str]] = [
        variables,
        {"SPANWRIGHT_CONFIG_FILE": str(own)},
        {"OTEL_CONFIG_FILE": str(otel)},
    ]
    read = [load_settings(environ) for environ in environs]
    assert read[0].steps == ("hide", "cut")
    assert all((other.steps, other.sections) == (read[0].steps, read[0].sections) for other in read)


def test_a_configuration_parsed_by_somebody_else_is_checked_alike() -> None:
    """A programmatically applied OpenTelemetry configuration is one of the sources, references included."""
    settings = load_settings({"N": "77"}, {"cut": {"value_bytes": "${N}"}})
    assert settings.sections["cut"].value_bytes == 77
    assert problems_of({}, {"cut": {"value_bytes": "x"}}) == (
        'Cannot use instrumentation/development.python.spanwright.cut.value_bytes="x": '
        "it is not a whole number. Set a whole number instead.",
    )


@pytest.mark.parametrize(
    ("environ", "declarative"),
    [
        ({"SPANWRIGHT_ENABLED": "false"}, None),
        ({"SPANWRIGHT_ENABLED": "FALSE"}, {"enabled": True}),
        ({}, {"enabled": False}),
    ],
)
def test_switched_off_means_nothing_else_is_looked_at(environ: dict[str, str], declarative: Any) -> None:
    """A pipeline that is off neither loads steps nor complains about their keys."""
    settings = load_settings({**environ, "SPANWRIGHT_CUT_VALUE_BYTES": "abc"}, declarative)
    assert settings == PipelineSettings(enabled=False)


def test_an_unreadable_file_does_not_switch_the_pipeline_on_again() -> None:
    """The environment is the strongest source, whatever the files would have said."""
    environ = {"SPANWRIGHT_ENABLED": "false", "SPANWRIGHT_CONFIG_FILE": "/nope.yaml"}
    assert not load_settings(environ).enabled


def test_an_error_quotes_the_variable_as_typed() -> None:
    """The name in the message is what the user has to look for, not the internal path."""
    assert problems_of({"SPANWRIGHT_CUT_VALUE_BYTES": "abc"}) == (
        'Cannot use SPANWRIGHT_CUT_VALUE_BYTES="abc": it is not a whole number. Set a whole number instead.',
    )


def test_what_the_dataclass_itself_refuses_is_quoted_as_typed(tmp_path: Path) -> None:
    """A range error of a step names the variable, or the key and its file, whichever was used."""
    assert problems_of({"SPANWRIGHT_CUT_VALUE_BYTES": "5"}) == (
        'Cannot use SPANWRIGHT_CUT_VALUE_BYTES="5": it is below 16. Set 16 or more instead.',
    )
    own = tmp_path / "own.yaml"
    own.write_text("cut: {value_bytes: 5}\n")
    assert problems_of({"SPANWRIGHT_CONFIG_FILE": str(own)}) == (
        "Cannot use cut.value_bytes=5 in own.yaml: it is below 16. Set 16 or more instead.",
    )
    environ = {"SPANWRIGHT_CUT_KEYS": "b", "SPANWRIGHT_CUT_VALUE_BYTES": "20"}
    assert problems_of(environ) == (
        'Cannot use SPANWRIGHT_CUT_KEYS="b": b is not cut. Set SPANWRIGHT_CUT_VALUE_BYTES instead.',
    )


def test_all_problems_are_told_at_once() -> None:
    """Nobody restarts an application five times for five typing mistakes."""
    told = problems_of(
        {"SPANWRIGHT_CUT_VALUE_BYTE": "1", "SPANWRIGHT_ENABLED": "on", "SPANWRIGHT_STEPS": "cut,hid"}
    )
    assert sorted(told) == [
        "Cannot use SPANWRIGHT_CUT_VALUE_BYTE: there is no such key. "
        "Did you mean SPANWRIGHT_CUT_VALUE_BYTES?",
        'Cannot use SPANWRIGHT_ENABLED="on": it is neither true nor false. Set true or false instead.',
        'Cannot use SPANWRIGHT_STEPS="cut,hid": no step "hid" is installed. Did you mean hide?',
    ]


def test_a_step_that_does_not_run_is_checked_all_the_same() -> None:
    """A wrong key of a step left out would break the start once the step is put back."""
    assert problems_of({"SPANWRIGHT_STEPS": "hide", "SPANWRIGHT_CUT_VALUE_BYTES": "1"})


def test_a_step_is_listed_once() -> None:
    """A step twice in the list is refused rather than run twice."""
    assert problems_of({"SPANWRIGHT_STEPS": "cut,cut"}) == (
        'Cannot use SPANWRIGHT_STEPS="cut,cut": cut is listed twice. List it once.',
    )


def test_the_list_chooses_and_the_phase_orders() -> None:
    """Masking stays before truncation however they are listed; within a phase the list decides."""
    assert load_settings({"SPANWRIGHT_STEPS": "cut,hide,also"}).steps == ("hide", "also", "cut")
    assert load_settings({"SPANWRIGHT_STEPS": "none"}).steps == ()


def test_a_secret_is_not_quoted(tmp_path: Path) -> None:
    """A key that is a number in YAML is refused without showing it."""
    own = tmp_path / "own.yaml"
    own.write_text("hide: {key: 123456}\n")
    (problem,) = problems_of({"SPANWRIGHT_CONFIG_FILE": str(own)})
    assert "123456" not in problem
    assert problem.startswith("Cannot use hide.key=… in own.yaml: it is not text.")


def test_a_step_that_cannot_be_imported_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    """A broken step could be the one that masks: the start fails closed rather than going on without it."""
    points = {"gone": EntryPoint("gone", "no_such_module:Gone", "spanwright_step")}
    monkeypatch.setattr(installed, "installed_steps", lambda: points)
    monkeypatch.setattr(settings_module, "installed_steps", lambda: points)
    (problem,) = problems_of({})
    assert problem.startswith("Cannot load step gone: ModuleNotFoundError: No module named 'no_such_module'.")


def test_build_chain_makes_the_chosen_steps_with_their_settings() -> None:
    """The chain has the steps in running order, each made with its section."""
    chain = build_chain(load_settings({"SPANWRIGHT_STEPS": "cut,hide", "SPANWRIGHT_CUT_VALUE_BYTES": "64"}))
    assert [type(step) for step in chain.steps] == [Hide, Cut]
    cut = chain.steps[1]
    assert isinstance(cut, Cut)
    assert cut.settings == CutSettings(64)


def test_a_step_that_cannot_be_made_is_a_settings_error() -> None:
    """A file that a step needs and does not find is told like a wrong setting."""
    with pytest.raises(SettingsError, match=r"^Cannot start step hide: /nope is not there$"):
        build_chain(load_settings({"SPANWRIGHT_HIDE_FILE": "/nope"}))


def test_the_schema_lists_every_key_with_type_default_and_doc() -> None:
    """Documentation and doctor need no list of their own."""
    keys = {key.name: key for key in schema()}
    assert list(keys)[:4] == ["enabled", "steps", "attach_new_providers", "flush_on_sigterm"]
    assert keys["cut.value_bytes"].doc == "Longest value in bytes."
    assert keys["cut.value_bytes"].variable == "SPANWRIGHT_CUT_VALUE_BYTES"
    assert keys["hide.key"].secret
    assert all(keys[name].doc for name in list(keys)[:4])
    assert sections() == {"also": "Hides.", "hide": "Hides.", "cut": "Cuts long values."}
