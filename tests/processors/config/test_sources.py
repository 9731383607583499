"""The three sources name their keys alike, and say where what they quote stands."""

from __future__ import annotations

from pathlib import Path

import pytest
from spanwright_processors.config.keys import Key
from spanwright_processors.config.sources import (
    Document,
    Given,
    from_document,
    from_environment,
    read_documents,
    substituted,
)
from spanwright_processors.config.values import Text

ENTITIES = Key(("mask", "entities"), tuple[str, ...], (), False, "")
DEPTH = Key(("mask", "limits", "depth"), int, 3, False, "")
ENABLED = Key(("enabled",), bool, True, False, "")
KEYS = (ENTITIES, DEPTH, ENABLED)


def test_a_variable_is_the_path_in_upper_case() -> None:
    """Set variables are found by name; empty ones count as unset."""
    problems: list[str] = []
    environ = {"SPANWRIGHT_MASK_LIMITS_DEPTH": "4", "SPANWRIGHT_ENABLED": " ", "PATH": "/bin"}
    assert from_environment(environ, KEYS, problems) == {
        ("mask", "limits", "depth"): Given(Text("4"), "SPANWRIGHT_MASK_LIMITS_DEPTH")
    }
    assert problems == []


def test_an_unknown_variable_is_refused_with_the_nearest() -> None:
    """A misspelt variable would leave the user believing it took effect."""
    problems: list[str] = []
    assert from_environment({"SPANWRIGHT_MASK_ENTITEIS": "x"}, KEYS, problems) == {}
    assert problems == [
        "Cannot use SPANWRIGHT_MASK_ENTITEIS: there is no such key. Did you mean SPANWRIGHT_MASK_ENTITIES?"
    ]


@pytest.mark.parametrize(
    "variable",
    [
        "SPANWRIGHT_HASH_KEY",
        "SPANWRIGHT_TRACES_FILE",
        "SPANWRIGHT_DEMO_PORT",
        "SPANWRIGHT_SERVICE_HOST",
        "SPANWRIGHT_SERVICE_PORT_HTTP",
        "SPANWRIGHT_PORT",
        "SPANWRIGHT_PORT_4318_TCP_ADDR",
        "SPANWRIGHT_COLLECTOR_SERVICE_PORT",
    ],
)
def test_variables_of_others_are_left_alone(variable: str) -> None:
    """What other parts read, and what Kubernetes sets beside a service of that name, are no unknown keys."""
    problems: list[str] = []
    assert from_environment({variable: "tcp://10.0.0.1:4318"}, KEYS, problems) == {}
    assert problems == []


def test_a_file_is_walked_by_the_schema() -> None:
    """Sections may be empty, keys without a value keep their default, others are quoted with their file."""
    problems: list[str] = []
    document = Document({"enabled": None, "mask": {"entities": ["a"], "limits": None}}, "s.yaml")
    given = from_document(document, KEYS, problems)
    assert given == {("mask", "entities"): Given(["a"], "mask.entities", "s.yaml")}
    assert given["mask", "entities"].quoted() == 'mask.entities=["a"] in s.yaml'
    assert problems == []


def test_unknown_keys_of_a_file_are_refused_level_by_level() -> None:
    """Each level suggests its own keys; a value in a section's place is an error."""
    problems: list[str] = []
    from_document(Document({"maks": {}, "mask": {"entitys": 1, "limits": 3}}, "s.yaml"), KEYS, problems)
    assert problems == [
        "Cannot use maks in s.yaml: there is no such key. Did you mean mask?",
        "Cannot use mask.entitys in s.yaml: there is no such key. Did you mean entities?",
        "Cannot use mask.limits=3 in s.yaml: it is not a mapping. Set its keys below it instead.",
    ]


def test_a_secret_is_never_quoted() -> None:
    """Errors end up in logs; the value of a secret must not."""
    assert Given(Text("hunter2"), "SPANWRIGHT_X_KEY").quoted(secret=True) == "SPANWRIGHT_X_KEY=…"


def test_long_values_are_cut() -> None:
    """A quoted value has at most 80 characters."""
    assert len(Given("x" * 500, "k").quoted()) <= 83


def test_references_to_variables_follow_the_declarative_rules() -> None:
    """Unset without default means unset, ``$$`` is a dollar, and the result is read by the key's type."""
    data = {"a": "${A}", "b": "x${B:-d}y", "c": "$${A}", "d": ["${NO}", 1], "e": {"f": "${NO:-5}"}}
    replaced = substituted(data, {"A": "1", "NO": ""})
    assert replaced == {"a": "1", "b": "xdy", "c": "${A}", "d": [None, 1], "e": {"f": "5"}}
    assert isinstance(replaced["a"], Text)


def test_both_files_are_read_the_own_one_last(tmp_path: Path) -> None:
    """Our section is cut out of the OpenTelemetry file; the own file has its keys at the top."""
    otel = tmp_path / "otel.yaml"
    otel.write_text(
        "file_format: '1.0'\ninstrumentation/development: {python: {spanwright: {enabled: true}}}\n"
    )
    own = tmp_path / "own.yaml"
    own.write_text("enabled: ${ON}\n")
    problems: list[str] = []
    environ = {"OTEL_CONFIG_FILE": str(otel), "SPANWRIGHT_CONFIG_FILE": str(own), "ON": "false"}
    first, second = read_documents(environ, problems)
    assert problems == []
    assert (first.data, second.data) == ({"enabled": True}, {"enabled": "false"})
    assert first.given(("enabled",), True).name == "instrumentation/development.python.spanwright.enabled"


@pytest.mark.parametrize(
    "text", ["", "tracer_provider: {}\n", "instrumentation/development: {python: null}\n"]
)
def test_an_opentelemetry_file_without_us_sets_nothing(tmp_path: Path, text: str) -> None:
    """Most OpenTelemetry files do not mention us."""
    file = tmp_path / "otel.yaml"
    file.write_text(text)
    problems: list[str] = []
    (document,) = read_documents({"OTEL_CONFIG_FILE": str(file)}, problems)
    assert document.data == {}
    assert problems == []


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (None, "No such file or directory. Set the path of a readable YAML file instead."),
        (b"\xff\xfe\x00", "it is not UTF-8 text."),
        (b"a: [1\nb: 2\n", "it is not YAML at line 2. Correct the file."),
        (b"- a\n", "the file holds no mapping."),
    ],
)
def test_an_unreadable_file_is_a_problem(tmp_path: Path, text: bytes | None, why: str) -> None:
    """A file that is named must be readable: silence would mean other settings than the user wrote."""
    file = tmp_path / "s.yaml"
    if text is not None:
        file.write_bytes(text)
    problems: list[str] = []
    assert read_documents({"SPANWRIGHT_CONFIG_FILE": str(file)}, problems) == []
    assert problems[0].startswith(f'Cannot read SPANWRIGHT_CONFIG_FILE="{file}": {why}')
